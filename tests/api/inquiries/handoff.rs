//! Inquiries on their way out of the house: as lines, as a table, as FHIR; each named in the trail.

use serde_json::{Value, json};

use super::{inquiry, sent, with};
use crate::{
    connectors::{connect, delivered, lead},
    harness::{ADMIN, AUDITOR, Api, FRONT_DESK, OWNER, Reply},
};

fn export(api: &Api, token: &str, query: &str) -> Reply {
    let reply = api.call("GET", &format!("/v1/admin/inquiries/export{query}")).bearer(token).send();
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply
}

fn lines(reply: &Reply) -> Vec<Value> {
    reply.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_inquiry_leaves_once_and_each_is_named_in_the_trail() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    // More than two parts.
    let mut sent: Vec<Value> =
        (0..60).map(|n| sent(&api, &with(&json!({"email": format!("wren{n}@mail.example")})))["id"].clone()).collect();
    let reply = export(&api, &token, "");
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    assert!(reply.header("content-disposition").contains("inquiries.ndjson"));
    let exported: Vec<Value> = lines(&reply).iter().map(|line| line["id"].clone()).collect();
    sent.reverse();
    assert_eq!(exported, sent);
    assert_eq!(lines(&reply)[0]["message"], inquiry()["message"]);
    let named = "select count(distinct subject_id) from cms.audit_event where action = 'inquiry.export' and subject_id is not null";
    assert_eq!(api.number(named), 60);
    assert!(lines(&export(&api, &token, "?status=closed")).is_empty());
    assert_eq!(lines(&export(&api, &token, "?received_until=2020-01-01")).len(), 0);
    api.call("GET", "/v1/admin/inquiries/export?email=wren").bearer(&token).send().problem(400, "invalid_parameters");
    api.call("GET", "/v1/admin/inquiries/export?limit=1").bearer(&token).send().problem(400, "invalid_parameters");
}

#[test]
fn a_table_has_no_cell_that_a_spreadsheet_runs() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let formula = "=HYPERLINK(\"https://evil.example\";\"open\")\nand, \"more\"";
    sent(&api, &with(&json!({"message": formula, "full_name": "@SUM(A1:A9)"})));
    let reply = export(&api, &token, "?format=csv");
    assert!(reply.header("content-type").starts_with("text/csv"));
    let mut table = csv::Reader::from_reader(reply.body.as_bytes());
    let heads = table.headers().unwrap().clone();
    let row = table.records().next().unwrap().unwrap();
    let cell = |name: &str| row.get(heads.iter().position(|head| head == name).unwrap()).unwrap().to_owned();
    assert_eq!(cell("message"), format!("'{formula}"));
    assert_eq!((cell("name").as_str(), cell("phone").as_str()), ("'@SUM(A1:A9)", "'+15615550142"));
    for cell in &row {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell}");
    }
    assert!(reply.body.contains("\r\n"));
}

#[test]
fn a_bundle_is_a_task_about_what_was_sent_and_never_an_order() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let consent = json!([{"purpose": "sms_reminders", "text_version": "2026-11", "granted": true},
                         {"purpose": "newsletter", "granted": false}]);
    let receipt = sent(&api, &with(&json!({"consents": consent})));
    let id = receipt["id"].as_str().unwrap();
    let tried = json!({"channel": "phone", "outcome": "left_message", "note": "Asked for a call back"});
    let contact = api.call("POST", &format!("/v1/admin/inquiries/{id}/contacts")).bearer(&token).json(&tried).send();
    assert_eq!(contact.status, 201, "{}", contact.body);

    let reply = api.call("GET", &format!("/v1/admin/inquiries/{id}/fhir")).bearer(&token).send();
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/fhir+json"), "{}", reply.body);
    let bundle = reply.json();
    let of = |kind: &str| -> Vec<Value> {
        let resources = bundle["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone());
        resources.filter(|resource| resource["resourceType"] == kind).collect()
    };
    let task = &of("Task")[0];
    assert_eq!(task["businessStatus"]["coding"][0]["code"], "new");
    assert_eq!((&task["status"], &task["intent"]), (&json!("requested"), &json!("proposal")));
    assert_eq!(task["focus"]["reference"], format!("QuestionnaireResponse/{id}"));
    let sent = &of("QuestionnaireResponse")[0];
    let item = |link: &str| {
        sent["item"].as_array().unwrap().iter().find(|item| item["linkId"] == link).unwrap()["answer"][0].clone()
    };
    assert_eq!(item("message")["valueString"], inquiry()["message"]);
    assert_eq!(item("email")["valueString"], "Wren.Halloway@mail.example");
    let tried = &of("Communication")[0];
    assert_eq!((&tried["status"], &tried["note"][0]["text"]), (&json!("completed"), &json!("Asked for a call back")));
    let consents: Vec<_> =
        of("Consent").iter().map(|one| (one["status"].clone(), one["provision"]["type"].clone())).collect();
    assert_eq!(consents, [(json!("active"), json!("permit")), (json!("rejected"), json!("deny"))]);
    assert!(of("ServiceRequest").is_empty() && of("Patient").is_empty());
    assert!(!reply.body.contains("null") && !reply.body.contains("[]"), "{}", reply.body);
    // The range has the same bundles.
    let range = lines(&export(&api, &token, "?format=fhir"));
    assert_eq!((range.len(), &range[0]["entry"]), (1, &bundle["entry"]));
    api.call("GET", "/v1/admin/inquiries/01900000-0000-7000-8000-00000000ffff/fhir")
        .bearer(&token)
        .send()
        .problem(404, "not_found");
}

#[test]
fn a_call_without_a_name_leaves_no_empty_text_which_fhir_forbids() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    let mut call = lead("callrail", "CAL1");
    (call["customer_name"], call["note"]) = (json!(""), json!(" "));
    delivered(&api, &connection, "", &call);
    let bundle = lines(&export(&api, &api.sign_in(OWNER), "?format=fhir")).remove(0);
    let items = bundle["entry"][1]["resource"]["item"].as_array().unwrap();
    assert!(items.iter().any(|item| item["linkId"] == "phone"), "{bundle}");
    for item in items {
        assert!(!item["answer"][0]["valueString"].as_str().unwrap().trim().is_empty(), "{item}");
    }
}

#[test]
fn only_an_owner_who_signed_in_just_now_takes_inquiries_out_of_the_house() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let paths = [
        "/v1/admin/inquiries/export".to_owned(),
        format!("/v1/admin/inquiries/{}/fhir", receipt["id"].as_str().unwrap()),
    ];
    for person in [ADMIN, FRONT_DESK, AUDITOR] {
        let token = api.sign_in(person);
        for path in &paths {
            api.call("GET", path).bearer(&token).send().problem(403, "forbidden");
        }
    }
    let token = api.sign_in(OWNER);
    api.as_owner(async |connection| {
        sqlx::raw_sql("update cms.session set authenticated_at = authenticated_at - interval '11 minutes'")
            .execute(connection)
            .await
            .unwrap();
    });
    for path in &paths {
        api.call("GET", path).bearer(&token).send().problem(401, "reauthentication_required");
    }
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'inquiry.export'"), 0);
}
