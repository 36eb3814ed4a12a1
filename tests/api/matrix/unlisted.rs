//! Every address that the sources mount stands in the OpenAPI document, so that the table knows it.

use std::{fs, path::Path};

use super::*;

/// Pages for people. They show the document and take nothing.
const PAGES: [&str; 2] = ["/docs", "/docs/problems"];

/// Each source below a folder, with its path.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push((path.display().to_string().replace('\\', "/"), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// What is mounted: each address with its method and the handler's name.
fn mounted() -> Vec<(String, String, String)> {
    let address = regex_lite::Regex::new(r#"^"([^"]+)""#).unwrap();
    let step = regex_lite::Regex::new(r"\.(get|get_alone|post|put|patch|delete)\(([a-z_:]+)\)").unwrap();
    let mut all = Vec::new();
    for (file, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for piece in code.split("Endpoint::at(").skip(1) {
            let Some(path) = address.captures(piece).map(|found| found[1].to_owned()) else {
                // There the document and the address are written from one word.
                assert!(
                    file.ends_with("articles/term_operations.rs"),
                    "{file} mounts an address that it does not name"
                );
                continue;
            };
            let chain = piece.split(".mount(").next().unwrap();
            for found in step.captures_iter(chain) {
                let handler = found[2].rsplit("::").next().unwrap().to_owned();
                all.push((path.clone(), found[1].replace("_alone", ""), handler));
            }
        }
    }
    all
}

#[test]
fn every_address_that_is_mounted_stands_in_the_document() {
    let api = Api::start();
    let document = api.get("/openapi.json").json();
    let mounted = mounted();
    assert!(mounted.len() > 80, "{}: {mounted:?}", mounted.len());
    for (path, method, handler) in mounted {
        if PAGES.contains(&path.as_str()) {
            continue;
        }
        let places = [path.clone(), format!("/v1/admin{path}")];
        let listed = places.iter().find_map(|place| document["paths"][place][&method]["operationId"].as_str());
        assert_eq!(listed, Some(handler.as_str()), "{method} {path} is served and not documented");
    }
}

#[test]
fn addresses_are_mounted_in_one_way() {
    let elsewhere =
        [("web::scope(", "app.rs"), ("web::resource(", "http/resource.rs"), (".route(", "http/resource.rs")];
    let services = ["app.rs", "http/resource.rs", "operations.rs"];
    for (file, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for (call, place) in elsewhere {
            assert!(!text.contains(call) || file.ends_with(place), "{file}: {call}");
        }
        let mounts = text.contains("config.service(") || text.contains("App::new()");
        assert!(!mounts || services.iter().any(|place| file.ends_with(place)), "{file} mounts by itself");
        let macros = ["#[get(", "#[post(", "#[put(", "#[patch(", "#[delete(", "#[route("];
        assert!(!macros.iter().any(|one| text.contains(one)), "{file}");
    }
}
