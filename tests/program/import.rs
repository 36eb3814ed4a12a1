//! `import page`: a page of a clinic's present site becomes a draft, and what was left is counted.

use serde_json::{Value, json};

use crate::program::{Ground, Service};

const TEXT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/pages/tide-pools.txt");
const HTML: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/pages/sea-air.html");
const TITLE: &str = "Cold Water Hands: 3 Ways to Keep Them Well";

/// Imports a page that leaves something, and answers the report.
fn import(ground: &Ground, file: &str, more: &[&str]) -> Value {
    let ended = ground.run(&[&["import", "page", file, "--json"], more].concat()).with(4, &[]);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn drafts(service: &Service, owner: &(String, String)) -> Vec<Value> {
    service.signed_in(owner).all("/v1/admin/articles")
}

fn with_owner(ground: &Ground) -> (String, String) {
    let email = "owner@clinic.example";
    let made = ground.json(&["admin", "create", "--email", email, "--name", "Robin Vale", "--json"]);
    (email.to_owned(), made["password"].as_str().unwrap().to_owned())
}

#[test]
fn a_page_becomes_a_draft_and_nothing_of_it_is_public() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    let outcome = import(&ground, TEXT, &[]);
    assert_eq!(outcome["title"], TITLE);
    assert_eq!((&outcome["article"], &outcome["location"]), (&json!("created"), &json!("absent")));
    let service = ground.serve(&[]);
    let client = service.client();
    assert_eq!(client.all("/v1/articles"), Vec::<Value>::new());
    assert_eq!(client.get("/v1/articles/cold-water-hands-3-ways-to-keep-them-well").status, 404);
    let drafts = drafts(&service, &owner);
    assert_eq!(drafts.len(), 1);
    assert_eq!((&drafts[0]["title"], &drafts[0]["status"]), (&json!(TITLE), &json!("draft")));
    let path = format!("/v1/admin/articles/{}", drafts[0]["id"].as_str().unwrap());
    let draft = service.signed_in(&owner).get(&path).good()["data"].clone();
    assert_eq!(draft["kind"], "clinical", "it needs a sign-off before anybody reads it");
    let body = draft["body_markdown"].as_str().unwrap();
    for kept in ["## Why Cold Water Dries the Skin", "small lines open", "Wool Under Rubber", "two weeks"] {
        assert!(body.contains(kept), "{kept} is missing: {body}");
    }
    assert!(!body.contains("Skip to main content") && !body.contains("email protected"), "{body}");
}

#[test]
fn what_was_left_is_counted_and_shown_with_its_reason() {
    let ground = Ground::new();
    let outcome = import(&ground, TEXT, &["--dry-run"]);
    let left = outcome["report"]["left"].as_array().unwrap();
    assert_eq!(outcome["report"]["counts"]["left"], left.len());
    let codes: Vec<_> = left.iter().map(|left| left["why"]["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"page_chrome") && codes.contains(&"scraper_placeholder"), "{codes:?}");
    let people = ground.run(&["import", "page", TEXT, "--dry-run"]);
    let counted = format!("{} left", left.len());
    people.with(4, &[TITLE, "would be imported", &counted, "scraper_placeholder", "[email protected]"]);
}

#[test]
fn a_dry_run_begins_no_database() {
    let ground = Ground::new();
    for file in [TEXT, HTML] {
        let outcome = import(&ground, file, &["--dry-run", "--clinic"]);
        assert_eq!((&outcome["article"], &outcome["location"]), (&json!("would_import"), &json!("would_import")));
    }
    assert!(!ground.data_dir().exists());
}

#[test]
fn a_second_import_changes_nothing_and_an_editors_work_stays() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    assert_eq!(import(&ground, TEXT, &[])["article"], "created");
    assert_eq!(import(&ground, TEXT, &[])["article"], "unchanged");
    ground.run(&["import", "page", TEXT]).with(4, &["unchanged"]);
    let page = std::fs::read_to_string(TEXT).unwrap();
    let edited = ground.file("edited.txt", &page.replace("two weeks", "three weeks"));
    assert_eq!(import(&ground, &edited, &[])["article"], "kept");
    assert_eq!(import(&ground, HTML, &[])["article"], "created");
    let service = ground.serve(&[]);
    let drafts = drafts(&service, &owner);
    assert_eq!(drafts.len(), 2);
    assert!(drafts.iter().all(|draft| draft["revision"] == 1), "{drafts:?}");
}

#[test]
fn the_clinic_on_the_page_becomes_a_location_with_its_parts_apart() {
    for file in [TEXT, HTML] {
        let ground = Ground::new();
        let outcome = import(&ground, file, &["--clinic"]);
        assert_eq!(
            (&outcome["organisation"], &outcome["location"]),
            (&json!("updated"), &json!("created")),
            "{outcome}"
        );
        let again = import(&ground, file, &["--clinic"]);
        assert_eq!((&again["organisation"], &again["location"]), (&json!("unchanged"), &json!("unchanged")), "{again}");
        let service = ground.serve(&[]);
        let clinic = service.client().get("/v1/clinic").good()["data"].clone();
        assert_eq!(clinic["name"], "Brindle Cove Skin Clinic");
        let locations = service.client().get("/v1/locations").good()["data"].clone();
        assert_eq!(locations.as_array().unwrap().len(), 1, "{locations}");
        let path = format!("/v1/locations/{}", locations[0]["slug"].as_str().unwrap());
        let location = service.client().get(&path).good()["data"].clone();
        let address = [
            ("line1", "7731 Pelican Quay Rd"),
            ("line2", "Suite 4B"),
            ("city", "Port Ansel"),
            ("region", "FL"),
            ("postal_code", "33499"),
            ("country", "US"),
        ];
        for (part, value) in address {
            assert_eq!(location["address"][part], value, "{location}");
        }
        assert_eq!(location["phones"][0]["number"], "+15615550123", "{location}");
        assert_eq!(location["email"], Value::Null, "a placeholder is no address");
    }
}

#[test]
fn a_file_that_is_no_page_is_refused_with_what_to_do() {
    let ground = Ground::new();
    let empty = ground.file("empty.txt", " \n");
    ground.run(&["import", "page", &empty, "--dry-run"]).with(1, &["empty.txt", "the page is empty"]);
    ground.run(&["import", "page", "no-such-page.txt", "--dry-run"]).with(1, &["no-such-page.txt", "cannot be read"]);
}
