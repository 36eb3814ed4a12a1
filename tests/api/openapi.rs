//! The OpenAPI document: complete, consistent, and locked by a snapshot.

use std::collections::BTreeSet;

use crate::harness::{Api, OWNER};

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    let document = clinic_cms::openapi::text("http://127.0.0.1:8080");
    insta::assert_snapshot!("openapi", document);
}

/// What a signed-in person does under `/v1/auth`.
const OWN_AFFAIRS: [&str; 16] = [
    "get_me",
    "update_me",
    "delete_session",
    "create_reauthentication",
    "change_password",
    "create_totp",
    "confirm_totp",
    "delete_totp",
    "create_recovery_codes",
    "list_own_sessions",
    "delete_own_sessions",
    "delete_own_session",
    "list_passkeys",
    "delete_passkey",
    "begin_passkey_registration",
    "create_passkey",
];

#[test]
fn every_operation_has_a_name_a_body_schema_and_a_problem() {
    let api = Api::start();
    let document = api.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], api.base);
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(id.contains('_') && id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{id}");
            let (media, schema) = if path.starts_with("/fhir/") {
                ("application/fhir+json", "FhirOperationOutcome")
            } else {
                ("application/problem+json", "Problem")
            };
            let problem = &operation["responses"]["default"]["content"][media]["schema"]["$ref"];
            assert_eq!(*problem, format!("#/components/schemas/{schema}"), "{method} {path}");
            let staff = path.starts_with("/v1/admin");
            assert_eq!(operation["security"][0]["bearer"].is_array(), staff || OWN_AFFAIRS.contains(&id), "{id}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(!response["description"].as_str().unwrap_or_default().is_empty(), "{id} {status}");
            }
            // An opt-out is lifted once: there is no other change that it could undo unseen.
            if staff && id != "delete_opt_out" && ["patch", "put", "delete"].contains(&method.as_str()) {
                let headers: Vec<_> =
                    operation["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
                assert!(headers.contains(&"If-Match"), "{id} takes If-Match");
            }
        }
    }
}

#[test]
fn every_chapter_of_the_document_is_announced_and_has_something_in_it() {
    let document = clinic_cms::openapi::document("http://127.0.0.1:8080");
    let mut used = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let tags = operation["tags"].as_array().unwrap();
            let (id, tag) = (&operation["operationId"], tags[0].as_str().unwrap());
            assert_eq!(tags.len(), 1, "{id}");
            let is_of_staff = tag.starts_with("staff: ") || ["people", "keys"].contains(&tag);
            assert_eq!(is_of_staff, path.starts_with("/v1/admin"), "{id} stands under {tag}");
            used.insert(tag);
        }
    }
    let declared: Vec<_> = document["tags"].as_array().unwrap().iter().collect();
    assert!(declared.iter().all(|tag| tag["description"].as_str().is_some_and(|text| !text.is_empty())));
    let names: BTreeSet<_> = declared.iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!((&names, names.len()), (&used, declared.len()));
    let bearer = &document["components"]["securitySchemes"]["bearer"];
    assert!(bearer["description"].as_str().unwrap().contains("API key"));
}

/// What stands in an address and is no text that PostgreSQL takes, or no text at all.
const NO_TEXT: [&str; 5] = ["%00", "a%00b", "%FF", "%C0%80", "%ED%A0%80"];

fn parameters<'a>(operation: &'a serde_json::Value, place: &str) -> Vec<&'a serde_json::Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == place).collect()
}

fn is_text(schema: &serde_json::Value) -> bool {
    let kind = &schema["type"];
    kind == "string" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "string"))
}

#[test]
fn no_address_fails_over_what_is_no_text() {
    let api = Api::start();
    let owner = api.sign_in(OWNER);
    let document = api.get("/openapi.json").json();
    let id = "01900000-0000-7000-8000-000000000001";
    let mut asked = 0;
    let mut ask = |method: &str, address: &str| {
        let reply = api.call(method, address).bearer(&owner).header("If-Match", "*").send();
        assert!(reply.status < 500, "{method} {address}: {} {}", reply.status, reply.body);
        asked += 1;
        reply.status
    };
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let names = parameters(operation, "path");
            let names: Vec<_> = names.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
            let filled = |spoilt: &str, text: &str| {
                let fill = |path: String, name: &&str| {
                    path.replace(&format!("{{{name}}}"), if *name == spoilt { text } else { id })
                };
                names.iter().fold(path.clone(), fill)
            };
            for (name, text) in names.iter().flat_map(|name| NO_TEXT.map(|text| (*name, text))) {
                ask(&method, &filled(name, text));
            }
            for parameter in parameters(operation, "query").iter().filter(|parameter| is_text(&parameter["schema"])) {
                let name = parameter["name"].as_str().unwrap();
                for text in NO_TEXT {
                    let status = ask(&method, &format!("{}?{name}={text}", filled("", "")));
                    assert!(status >= 400, "{method} {path}?{name}={text}: {status}");
                }
            }
        }
    }
    assert!(asked > 400, "{asked}");
    for text in ["%00", "a%00b"] {
        for place in ["articles", "forms", "locations"] {
            api.get(&format!("/v1/{place}/{text}")).problem(404, "not_found");
        }
    }
}

#[test]
fn every_key_of_an_answer_is_always_there() {
    let api = Api::start();
    let document = api.get("/openapi.json").json();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if ["Input", "Patch", "Acceptance", "Form"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        for part in parts.iter().filter(|part| part["properties"].is_object()) {
            let properties: BTreeSet<_> = part["properties"].as_object().unwrap().keys().cloned().collect();
            let required: BTreeSet<_> = part["required"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect();
            assert_eq!(properties, required, "{name}");
        }
    }
}

#[test]
fn the_documentation_page_needs_no_network() {
    let api = Api::start();
    let moved = api.get("/docs");
    assert_eq!((moved.status, moved.header("location")), (307, "/docs/"));
    let page = api.get("/docs/");
    assert_eq!(page.status, 200);
    for asset in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert!(!page.body.contains("https://"), "no asset from elsewhere");
        assert_eq!(api.get(&format!("/docs/{asset}")).status, 200, "{asset}");
    }
    let problems = api.get("/docs/problems");
    assert_eq!(problems.status, 200);
    for code in ["validation_failed", "stale_version", "rate_limited", "idempotency_key_reused"] {
        assert!(problems.body.contains(&format!("id=\"{code}\"")), "{code} is explained");
    }
}
