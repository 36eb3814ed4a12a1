//! `/v1/admin/{locations, providers, …}/bulk`: many records at once, all or none; and the order that the clinic gives them.

use serde_json::{Value, json};

use crate::{
    harness::{Api, EDITOR, Reply},
    providers::{add, add_location, patch},
};

fn bulk(api: &Api, token: &str, kind: &str, change: &Value) -> Reply {
    api.call("POST", &format!("/v1/admin/{kind}/bulk")).bearer(token).json(change).send()
}

fn names(api: &Api, path: &str) -> Vec<String> {
    let rows = api.get(path).json()["data"].as_array().unwrap().clone();
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn locations_stand_in_the_order_that_the_clinic_gives_them() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let [cove, dune, ember] = ["Cove", "Dune", "Ember"].map(|name| add_location(&api, &token, name));
    assert_eq!(names(&api, "/v1/locations"), ["Cove", "Dune", "Ember"]);
    let ordered = bulk(&api, &token, "locations", &json!({"action": "order", "ids": [ember, cove]}));
    assert_eq!(ordered.status, 200, "{}", ordered.body);
    assert_eq!(ordered.json()["data"]["records"][0], json!({"id": ember, "version": 2, "trashed_at": null}));
    assert_eq!(names(&api, "/v1/locations"), ["Ember", "Cove", "Dune"]);
    let clinic = api.get("/v1/clinic").json();
    assert_eq!(clinic["data"]["locations"][0]["name"], "Ember");
    let again = bulk(&api, &token, "locations", &json!({"action": "order", "ids": [ember, cove]}));
    assert_eq!(again.json()["data"]["records"][0]["version"], 2, "what stands there already is not written");
    // Paging goes the same way.
    let mut walked = Vec::new();
    let mut address = "/v1/locations?limit=1".to_owned();
    for _ in 0..3 {
        let page = api.get(&address).json();
        walked.push(page["data"][0]["name"].clone());
        let Some(cursor) = page["meta"]["next_cursor"].as_str() else { break };
        address = format!("/v1/locations?limit=1&cursor={cursor}");
    }
    assert_eq!(json!(walked), json!(["Ember", "Cove", "Dune"]));
    let moved = patch(&api, &token, &format!("/v1/admin/locations/{dune}"), &json!({"position": 0}));
    assert_eq!(moved.json()["data"]["position"], 0);
    assert_eq!(names(&api, "/v1/locations"), ["Dune", "Ember", "Cove"]);
    let cleared = patch(&api, &token, &format!("/v1/admin/locations/{dune}"), &json!({"position": null}));
    assert_eq!(cleared.json()["data"]["position"], 100_000);
}

#[test]
fn providers_services_and_questions_are_put_in_order_too() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let id = |reply: Reply| reply.json()["data"]["id"].clone();
    let provider = |family: &str| id(add(&api, &token, "providers", &json!({"name": {"family": family}})));
    let service = |name: &str| id(add(&api, &token, "services", &json!({"name": name})));
    let wording = |question: &str| json!({"translations": {"en": {"question": question, "answer_markdown": "Yes."}}});
    let question = |text: &str| id(add(&api, &token, "faqs", &wording(text)));
    for (kind, ids) in [
        ("providers", [provider("Ash"), provider("Birch")]),
        ("services", [service("Allergy test"), service("Blood test")]),
        ("faqs", [question("Open?"), question("Parking?")]),
    ] {
        let [first, second] = ids;
        let ordered = bulk(&api, &token, kind, &json!({"action": "order", "ids": [second, first]}));
        assert_eq!(ordered.status, 200, "{}", ordered.body);
        let rows = api.get(&format!("/v1/{kind}")).json()["data"].as_array().unwrap().clone();
        assert_eq!(rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), [second, first], "{kind}");
    }
    let notice =
        json!({"severity": "info", "texts": {"en": "Flu shots are here."}, "starts_at": "2026-01-01T00:00:00Z"});
    let notice = id(add(&api, &token, "notices", &notice));
    let refused = bulk(&api, &token, "notices", &json!({"action": "order", "ids": [notice]}));
    assert_eq!(refused.problem(422, "validation_failed")["errors"][0]["pointer"], "/action");
}

#[test]
fn many_go_to_the_trash_and_come_back_together_or_not_at_all() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let [cove, dune] = ["Cove", "Dune"].map(|name| add_location(&api, &token, name));
    let nobody = "01900000-0000-7000-8000-000000000001";
    let change = json!({"action": "trash", "ids": [cove, nobody, dune], "versions": {&dune: 7}});
    let refused = bulk(&api, &token, "locations", &change);
    let problem = refused.problem(422, "validation_failed");
    let told: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| (&error["pointer"], &error["code"])).collect();
    assert_eq!(told, [(&json!("/ids/1"), &json!("unknown_reference")), (&json!("/ids/2"), &json!("stale_version"))]);
    assert_eq!(names(&api, "/v1/locations"), ["Cove", "Dune"], "none is half done");
    let trashed =
        bulk(&api, &token, "locations", &json!({"action": "trash", "ids": [cove, dune], "versions": {&dune: 1}}));
    assert_eq!(trashed.status, 200, "{}", trashed.body);
    assert!(trashed.json()["data"]["records"][1]["trashed_at"].is_string());
    assert_eq!(names(&api, "/v1/locations"), [""; 0]);
    let again = bulk(&api, &token, "locations", &json!({"action": "trash", "ids": [cove]}));
    assert_eq!(again.problem(422, "validation_failed")["errors"][0]["code"], "in_trash");
    let back = bulk(&api, &token, "locations", &json!({"action": "restore", "ids": [dune, cove]}));
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(names(&api, "/v1/locations"), ["Cove", "Dune"]);
    let trail = "select string_agg(action, ' ' order by id) from cms.audit_event
                  where action in ('location.delete', 'location.restore')";
    let told = "location.delete location.delete location.restore location.restore";
    assert_eq!(api.text(trail), told, "each record has its own rows");
    for (change, pointer) in [
        (json!({"ids": [cove]}), "/action"),
        (json!({"action": "trash", "ids": []}), "/ids"),
        (json!({"action": "purge", "ids": [cove]}), "/action"),
        (json!({"action": "trash", "ids": [cove, cove]}), "/ids/1"),
        (json!({"action": "trash", "ids": [cove], "why": "x"}), "/why"),
    ] {
        let refused = bulk(&api, &token, "locations", &change);
        assert_eq!(refused.problem(422, "validation_failed")["errors"][0]["pointer"], pointer, "{change}");
    }
}
