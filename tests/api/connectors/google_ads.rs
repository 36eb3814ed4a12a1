//! Lead forms of Google Ads.

use serde_json::json;

use super::{answer, connect, delivered, is_taken, lead, only, rows, signed, unsigned};
use crate::harness::Api;

#[test]
fn a_lead_form_becomes_an_inquiry_with_every_answer() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "google_ads"}));
    let mut body = lead("google_ads", "L-77");
    body["brand_new_field"] = json!({"nobody": "asked"});
    delivered(&api, &connection, "", &body);
    let inquiry = only(&api);
    assert_eq!(inquiry["email"], "wren@mail.example");
    assert_eq!((&inquiry["phone"], &inquiry["attribution"]["gclid"]), (&json!("+15615550142"), &json!("click-1")));
    let told = [
        ("Which knee?", "the left one"),
        ("external_id", "L-77"),
        ("campaign_id", "7"),
        ("brand_new_field.nobody", "asked"),
    ];
    for (name, value) in told {
        assert_eq!(answer(&inquiry, name).as_deref(), Some(value), "{inquiry}");
    }
    assert_eq!(answer(&inquiry, "google_key"), None);
}

#[test]
fn a_trial_is_read_to_its_end_and_stored_nowhere() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "google_ads"}));
    let mut body = lead("google_ads", "TeSter-1");
    body["is_test"] = json!(true);
    is_taken(&signed(&api, &connection, "", &body).send());
    body["user_column_data"] = json!([{"column_id": "EMAIL", "string_value": "not an address"}]);
    let problem = signed(&api, &connection, "", &body).send().problem(422, "validation_failed");
    let codes: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["contact_required", "bad_email"]);
    assert!(!problem.to_string().contains("not an address"));
    body["user_column_data"] = json!(null);
    signed(&api, &connection, "", &body).send().problem(422, "validation_failed");
    let kept = "select (select count(*) from cms.inquiry) + (select count(*) from cms.integration_delivery) + (select count(*) from cms.outbox_event where kind like 'inquiry%')";
    assert_eq!(api.number(kept), 0);
}

#[test]
fn the_key_is_looked_at_before_anything_else_of_the_body() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "google_ads"}));
    for body in
        [json!({"is_test": true, "google_key": "wrong"}), json!({"is_test": true}), json!({"google_key": ["x"]})]
    {
        unsigned(&api, &connection, body.to_string().as_bytes()).send().problem(401, "unauthenticated");
    }
    assert_eq!(rows(&api), 0);
}
