//! A mapping tried on a sample.

use serde_json::{Value, json};

use super::{connect, lead, staff};
use crate::harness::{Api, OWNER};

fn tried(api: &Api, body: &Value) -> crate::harness::Reply {
    let token = api.sign_in(OWNER);
    api.call("POST", "/v1/admin/integrations/dry-runs").bearer(&token).json(body).send()
}

#[test]
fn a_sample_shows_the_inquiry_that_it_would_make_before_there_is_a_connection() {
    let api = Api::start();
    let mapping =
        json!({"fields": {"message": "Which knee?", "kind": {"constant": "appointment"}}, "ignored": ["campaign_id"]});
    let reply = tried(&api, &json!({"kind": "google_ads", "mapping": mapping, "payload": lead("google_ads", "L-1")}));
    assert_eq!(reply.status, 200, "{}", reply.body);
    let one = reply.json()["data"]["leads"][0].clone();
    assert_eq!((&one["outcome"], &one["external_id"], &one["is_test"]), (&json!("new"), &json!("L-1"), &json!(false)));
    let fields = json!({"email": "wren@mail.example", "full_name": "Wren Halloway", "gclid": "click-1", "kind": "appointment",
                        "message": "the left one", "phone": "+15615550142"});
    assert_eq!((&one["fields"], &one["mistakes"]), (&fields, &json!([])));
    assert_eq!((&one["unmapped"], &one["answers"]), (&json!(["form_id"]), &json!({"form_id": "40"})));
    assert_eq!(reply.json()["data"]["mapping"]["fields"]["email"]["from"][0], "EMAIL", "the rules that hold are told");
}

#[test]
fn mistakes_and_what_nobody_could_answer_are_told() {
    let api = Api::start();
    let kept = tried(
        &api,
        &json!({"kind": "generic", "mapping": {"fields": {"email": "/a"}}, "payload": {"a": "no address", "b": 1}}),
    );
    let one = kept.json()["data"]["leads"][0].clone();
    assert_eq!((&one["outcome"], &one["unmapped"]), (&json!("kept"), &json!(["/b"])));
    assert_eq!(
        one["mistakes"],
        json!([{"target": "email", "code": "bad_email"}, {"target": "", "code": "contact_required"}])
    );
    let meta = json!({"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "7"}}]}]});
    assert_eq!(tried(&api, &json!({"kind": "meta", "payload": meta})).json()["data"]["leads"][0]["outcome"], "fetched");
    let problem = tried(&api, &json!({"kind": "typeform", "payload": {"x": 1}})).problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["code"], "bad_payload");
    let problem = tried(&api, &json!({"kind": "typeform", "mapping": {"fields": {"emial": "x"}}}))
        .problem(422, "validation_failed");
    let told: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["pointer"].as_str().unwrap(), one["suggestion"].as_str()))
        .collect();
    assert_eq!(told, [("/mapping/fields/emial", Some("email")), ("/payload", None)]);
}

#[test]
fn a_connection_is_tried_with_its_own_rules_or_with_others_and_nothing_is_stored() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "generic"}));
    let payload = json!({"who": "Ada", "mail": "ada@mail.example", "alt": "Lane"});
    let own = staff(&api, "POST", &connection, "/dry-runs").json(&json!({"payload": payload})).send();
    assert_eq!(own.json()["data"]["leads"][0]["fields"]["full_name"], "Ada", "{}", own.body);
    let others = json!({"payload": payload, "mapping": {"fields": {"full_name": "/alt", "email": "/mail"}}});
    let other = staff(&api, "POST", &connection, "/dry-runs").json(&others).send().json();
    assert_eq!(other["data"]["leads"][0]["fields"]["full_name"], "Lane");
    let kept = "select (select count(*) from cms.inquiry) + (select count(*) from cms.integration_delivery)";
    assert_eq!(api.number(kept), 0);
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'integration.check'"), 2);
    let nowhere = json!({"id": "01900000-0000-7000-8000-00000000ffff"});
    staff(&api, "POST", &nowhere, "/dry-runs").json(&json!({"payload": {}})).send().problem(404, "not_found");
}
