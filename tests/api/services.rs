//! `/v1/services` and their staff's side.

use serde_json::{Value, json};

use crate::{
    harness::{Api, EDITOR},
    providers::{add, add_location, patch, path_of, slugs, trash},
};

fn naltrexone() -> Value {
    json!({
        "name": "Low-dose naltrexone",
        "aliases": ["LDN"],
        "summary": "A small nightly dose of an old medicine.",
        "body_markdown": "## What it is\n\nApproved at a **much higher** dose.\n\n<script>alert(1)</script>",
        "fda_status": "off_label",
        "contraindications": ["Taking opioids"],
        "risks": ["Vivid dreams", "Nausea"],
        "referral_required": false,
        "walk_ins": false,
        "online_scheduling": true,
        "duration_minutes": 40,
        "price_from": {"amount": 15000, "currency": "usd"},
        "locations": ["harbor-lane"],
        "providers": ["marsh"],
        "conditions": ["fibromyalgia"]
    })
}

/// A clinic with a location, a provider and a condition that a service may name.
fn clinic() -> (Api, String) {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add_location(&api, &token, "Harbor Lane");
    add(&api, &token, "providers", &json!({"name": {"family": "Marsh"}}));
    add(&api, &token, "conditions", &json!({"name": "Fibromyalgia"}));
    (api, token)
}

#[test]
fn a_service_is_public_at_once_with_everything_a_page_needs() {
    let (api, token) = clinic();
    let staff = add(&api, &token, "services", &naltrexone()).json()["data"].clone();
    assert_eq!(staff["warnings"][0]["code"], "raw_html_removed");
    let page = api.get("/v1/services/low-dose-naltrexone");
    let data = page.json()["data"].clone();
    let wanted = json!({
        "id": staff["id"], "slug": "low-dose-naltrexone", "name": "Low-dose naltrexone", "aliases": ["LDN"],
        "summary": "A small nightly dose of an old medicine.", "body": data["body"],
        "fda_status": "off_label", "contraindications": ["Taking opioids"], "risks": ["Vivid dreams", "Nausea"],
        "referral_required": false, "walk_ins": false, "online_scheduling": true, "duration_minutes": 40,
        "price_from": {"amount": 15000, "currency": "USD"},
        "locations": staff["locations"], "providers": staff["providers"], "conditions": staff["conditions"], "position": 100_000,
        "version": 1, "updated_at": staff["updated_at"],
    });
    assert_eq!(data, wanted);
    assert_eq!(slugs(&data["locations"]), ["harbor-lane"]);
    assert_eq!((slugs(&data["providers"]), slugs(&data["conditions"])), (vec!["marsh"], vec!["fibromyalgia"]));
    assert_eq!(api.get(&format!("/v1/services/{}", staff["id"].as_str().unwrap())).body, page.body);
    let reference = json!([{"id": staff["id"], "slug": "low-dose-naltrexone", "name": "Low-dose naltrexone"}]);
    assert_eq!(api.get("/v1/locations/harbor-lane").json()["data"]["services"], reference);
    assert_eq!(api.get("/v1/locations").json()["data"][0]["services"], reference);
    assert_eq!(api.get("/v1/providers/marsh").json()["data"]["services"], reference);

    assert_eq!(page.header("cache-tag"), format!("clinic,service:{}", staff["id"].as_str().unwrap()));
    let again = api.call("GET", "/v1/services/low-dose-naltrexone").header("If-None-Match", page.etag()).send();
    assert_eq!(again.status, 304);
    let listed = api.get("/v1/services").json()["data"][0].clone();
    let detail = ["aliases", "body", "contraindications", "risks"];
    assert!(detail.iter().all(|key| listed.get(key).is_none()), "a list carries summaries");
    assert_eq!(listed["price_from"], data["price_from"]);
    api.get("/v1/services/low-dose-naltrexone?locale=es").problem(400, "invalid_parameters");
    api.get("/v1/services/nothing").problem(404, "not_found");
}

#[test]
fn the_text_of_a_service_is_safe_in_each_format() {
    let (api, token) = clinic();
    add(&api, &token, "services", &naltrexone());
    let body =
        |query: &str| api.get(&format!("/v1/services/low-dose-naltrexone{query}")).json()["data"]["body"].clone();
    let html = body("");
    assert_eq!(html["format"], "html");
    assert_eq!(html["headings"], json!([{"level": 2, "id": "what-it-is", "text": "What it is"}]));
    let value = html["value"].as_str().unwrap();
    assert!(value.contains("<h2 id=\"what-it-is\">") && value.contains("<strong>much higher</strong>"), "{value}");
    let markdown = body("?format=markdown");
    assert!(markdown["value"].as_str().unwrap().starts_with("## What it is\n\nApproved at a **much higher** dose."));
    let text = body("?format=text");
    assert!(text["value"].as_str().unwrap().contains("Approved at a much higher dose."));
    for format in [html, markdown, text] {
        assert!(!format.to_string().contains("script") && !format.to_string().contains("alert"), "{format}");
    }
    api.get("/v1/services/low-dose-naltrexone?format=pdf").problem(400, "invalid_parameters");
}

#[test]
fn a_name_is_enough_and_the_rest_is_unknown_and_not_missing() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add(&api, &token, "services", &json!({"name": "Flu shot"}));
    let data = api.get("/v1/services/flu-shot").json()["data"].clone();
    assert_eq!(data["fda_status"], "not_applicable");
    assert_eq!(data["body"], json!({"format": "html", "value": "", "headings": []}));
    for unknown in ["summary", "referral_required", "walk_ins", "online_scheduling", "duration_minutes", "price_from"] {
        assert_eq!(data[unknown], json!(null), "{unknown}");
    }
    for list in ["aliases", "contraindications", "risks", "locations", "providers", "conditions"] {
        assert_eq!(data[list], json!([]), "{list}");
    }
}

#[test]
fn every_mistake_in_a_service_is_told_at_once() {
    let (api, token) = clinic();
    let bad = json!({
        "slug": "01900000-0000-7000-8000-00000000ffff", "aliases": "LDN", "summary": "", "body_markdown": "a\u{1}b",
        "fda_status": "off-label", "risks": [3], "walk_ins": "no", "duration_minutes": 0,
        "price_from": {"amount": 1.5, "currency": "DOL"}, "body_html": "<p>", "npi": null,
    });
    let problem = api.call("POST", "/v1/admin/services").bearer(&token).json(&bad).send();
    let problem = problem.problem(422, "validation_failed");
    let told: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    let wanted = [
        ("/name", "required"),
        ("/slug", "bad_slug"),
        ("/aliases", "wrong_type"),
        ("/summary", "blank"),
        ("/body_markdown", "bad_body"),
        ("/fda_status", "unknown_value"),
        ("/risks/0", "wrong_type"),
        ("/walk_ins", "wrong_type"),
        ("/duration_minutes", "out_of_range"),
        ("/price_from/amount", "out_of_range"),
        ("/price_from/currency", "bad_currency"),
        ("/body_html", "unknown_field"),
        ("/npi", "unknown_field"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(problem["errors"][5]["suggestion"], "off_label");
    let names = json!({"name": "X", "locations": ["marsh"], "providers": ["harbor-lane"], "conditions": ["fibromyalgia", "flu"]});
    let unknown = api.call("POST", "/v1/admin/services").bearer(&token).json(&names).send();
    let unknown = unknown.problem(422, "validation_failed");
    let pointers: Vec<_> = unknown["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/locations/0", "/providers/0", "/conditions/1"]);
    add(&api, &token, "tags", &json!({"name": "Pain"}));
    let tag = json!({"name": "X", "conditions": ["pain"]});
    api.call("POST", "/v1/admin/services").bearer(&token).json(&tag).send().problem(422, "validation_failed");
}

#[test]
fn services_are_found_by_location_provider_condition_and_status() {
    let (api, token) = clinic();
    add(&api, &token, "services", &naltrexone());
    add(&api, &token, "services", &json!({"name": "Flu shot", "fda_status": "approved", "locations": ["harbor-lane"]}));
    add(&api, &token, "services", &json!({"name": "Check-up", "providers": ["marsh"]}));
    let found = |query: &str| {
        let list = api.get(&format!("/v1/services{query}"));
        assert_eq!(list.status, 200, "{}", list.body);
        slugs(&list.json()["data"]).join(" ")
    };
    assert_eq!(found(""), "check-up flu-shot low-dose-naltrexone");
    assert_eq!(found("?location=harbor-lane"), "flu-shot low-dose-naltrexone");
    assert_eq!(found("?provider=marsh"), "check-up low-dose-naltrexone");
    assert_eq!(found("?provider=marsh&location=harbor-lane"), "low-dose-naltrexone");
    assert_eq!(found("?fda_status=approved,off_label"), "flu-shot low-dose-naltrexone");
    assert_eq!(found("?condition=fibromyalgia"), "low-dose-naltrexone");
    assert_eq!(found("?condition=influenza"), "");
    api.get("/v1/services?fda_status=offlabel").problem(400, "invalid_parameters");
    let cursor = api.get("/v1/services?limit=1").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(found(&format!("?limit=1&cursor={cursor}")), "flu-shot");
    assert_eq!(found("?limit=1&page=3"), "low-dose-naltrexone");
    let staff = |q: &str| {
        let list = api.call("GET", &format!("/v1/admin/services?q={q}")).bearer(&token).send().json();
        slugs(&list["data"]).join(" ")
    };
    assert_eq!((staff("ldn").as_str(), staff("SHOT").as_str()), ("low-dose-naltrexone", "flu-shot"));
}

#[test]
fn a_change_touches_what_it_names_and_is_refused_where_it_is_late() {
    let (api, token) = clinic();
    let made = add(&api, &token, "services", &naltrexone());
    let path = path_of("services", &made);
    api.call("DELETE", &path).bearer(&token).send().problem(428, "precondition_required");
    let change = json!({"fda_status": "compounded", "price_from": {"amount": 9900}, "risks": null, "locations": []});
    let changed = api.call("PATCH", &path).bearer(&token).header("If-Match", made.etag()).json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let data = changed.json()["data"].clone();
    assert_eq!(data["price_from"], json!({"amount": 9900, "currency": "USD"}));
    assert_eq!((&data["risks"], &data["locations"]), (&json!([]), &json!([])));
    assert_eq!(
        (&data["providers"], &data["body_markdown"]),
        (&made.json()["data"]["providers"], &made.json()["data"]["body_markdown"])
    );
    assert_eq!(api.get("/v1/services/low-dose-naltrexone").json()["data"]["fda_status"], "compounded");
    assert_eq!(api.get("/v1/locations/harbor-lane").json()["data"]["services"], json!([]));
    let late = api.call("PATCH", &path).bearer(&token).header("If-Match", made.etag()).json(&change).send();
    late.problem(412, "stale_version");
    assert_eq!(
        api.text("select array_to_string(fields, ',') from cms.audit_event where action = 'service.update'"),
        "fda_status,locations,price_from,risks"
    );
}

#[test]
fn a_service_in_the_trash_is_gone_everywhere_and_can_come_back() {
    let (api, token) = clinic();
    let made = add(&api, &token, "services", &naltrexone());
    let path = path_of("services", &made);
    let shown = |wanted: usize| {
        let count = |path: &str| api.get(path).json()["data"]["services"].as_array().unwrap().len();
        assert_eq!(api.get("/v1/services").json()["meta"]["total"], wanted);
        assert_eq!(api.get("/v1/providers?service=low-dose-naltrexone").json()["meta"]["total"], wanted);
        assert_eq!((count("/v1/locations/harbor-lane"), count("/v1/providers/marsh")), (wanted, wanted));
    };
    shown(1);
    trash(&api, &token, &path);
    shown(0);
    api.get("/v1/services/low-dose-naltrexone").problem(404, "not_found");
    patch(&api, &token, &path, &json!({"name": "LDN"})).problem(409, "in_trash");
    let second = add(&api, &token, "services", &naltrexone());
    let restore = || api.call("POST", &format!("{path}/restore")).bearer(&token).send();
    restore().problem(409, "slug_taken");
    trash(&api, &token, &path_of("services", &second));
    assert_eq!(restore().status, 200);
    shown(1);
    let staff = api.call("GET", "/v1/admin/services?trashed=true").bearer(&token).send().json();
    assert_eq!(staff["data"][0]["id"], second.json()["data"]["id"]);
}
