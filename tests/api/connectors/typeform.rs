//! Typeform.

use serde_json::json;

use super::{answer, connect, delivered, lead, only};
use crate::harness::Api;

#[test]
fn an_answered_form_is_read_by_its_questions_and_its_token_names_it() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "typeform"}));
    delivered(&api, &connection, "", &lead("typeform", "token-1"));
    let mut again = lead("typeform", "token-1");
    again["event_id"] = json!("another event");
    delivered(&api, &connection, "", &again);
    let inquiry = only(&api);
    assert_eq!((&inquiry["full_name"], &inquiry["email"]), (&json!("Wren Halloway"), &json!("wren@mail.example")));
    assert_eq!(inquiry["attribution"]["utm_source"], "spring");
    assert_eq!(answer(&inquiry, "Which knee?").as_deref(), Some("the left one"));
}

#[test]
fn a_finished_answer_takes_the_place_of_a_partial_one_and_no_partial_one_comes_after_it() {
    for order in
        [["early", "more", "whole"], ["whole", "more", "early"], ["more", "early", "whole"], ["early", "whole", "more"]]
    {
        let api = Api::start();
        let mapping = json!({"fields": {"message": ["Which knee?"]}});
        let connection = connect(&api, &json!({"kind": "typeform", "mapping": mapping}));
        let told = |stage: &str| {
            let mut body = lead("typeform", "token-1");
            let answers = body["form_response"]["answers"].as_array().unwrap().clone();
            let known = match stage {
                "early" => json!([answers[1]]),
                "more" => json!([answers[0], answers[1]]),
                _ => return body,
            };
            body["form_response"]["answers"] = known;
            body["event_type"] = json!("form_response_partial");
            // Later than the finished one, by the clock of whoever sends it.
            body["form_response"]["submitted_at"] = json!("2027-03-02T11:59:00Z");
            body
        };
        for stage in order {
            delivered(&api, &connection, "", &told(stage));
        }
        let inquiry = only(&api);
        assert_eq!(
            (&inquiry["full_name"], &inquiry["message"]),
            (&json!("Wren Halloway"), &json!("the left one")),
            "{order:?}"
        );
        let version = inquiry["version"].clone();
        for stage in ["whole", "early", "more"] {
            delivered(&api, &connection, "", &told(stage));
        }
        assert_eq!(only(&api)["version"], version, "{order:?}: nothing new was told");
    }
}

#[test]
fn a_question_can_be_a_consent_and_a_message() {
    let api = Api::start();
    let owner = api.sign_in(crate::harness::OWNER);
    let form = json!({"name": "Knees", "consents": [
        {"purpose": "texting", "text_version": "2", "required": true, "texts": {"en": "You may text me."}}]});
    assert_eq!(api.call("POST", "/v1/admin/forms").bearer(&owner).json(&form).send().status, 201);
    let mapping = json!({
        "fields": {"message": ["Which knee?"]},
        "consents": [{"purpose": "texting", "text_version": "2", "from": "#legal", "equals": "true"}],
    });
    let connection = connect(&api, &json!({"kind": "typeform", "form": "knees", "mapping": mapping}));
    let with = |token: &str, granted: bool| {
        let mut body = lead("typeform", token);
        let legal =
            json!({"type": "boolean", "boolean": granted, "field": {"id": "q9", "ref": "law", "type": "legal"}});
        body["form_response"]["answers"].as_array_mut().unwrap().push(legal);
        body
    };
    delivered(&api, &connection, "", &with("yes", true));
    let granted = only(&api);
    assert_eq!((&granted["message"], &granted["status"]), (&json!("the left one"), &json!("new")));
    assert_eq!(granted["consents"][0]["granted"], true);
    let mut partial = with("later", true);
    partial["event_type"] = json!("form_response_partial");
    partial["form_response"]["answers"].as_array_mut().unwrap().pop();
    delivered(&api, &connection, "", &partial);
    assert_eq!(api.number("select count(*) from cms.consent where granted"), 1);
    for _ in 0..2 {
        delivered(&api, &connection, "", &with("later", true));
    }
    let later = api.text("select inquiry_id::text from cms.consent order by inquiry_id desc limit 1");
    let ledger = api.call("GET", &format!("/v1/admin/inquiries/{later}/consents")).bearer(&owner).send().json();
    let entries = ledger["data"]["entries"].as_array().unwrap().clone();
    assert_eq!(
        (entries.len(), &entries[0]["granted"], &entries[0]["text"]),
        (1, &json!(true), &json!("You may text me."))
    );
    let amended = api.text("select id::text from cms.audit_event where action = 'inquiry.amend'");
    assert_eq!(entries[0]["event"]["id"], json!(amended));
    delivered(&api, &connection, "", &with("no", false));
    let held = api.text("select status || ' ' || spam_reasons[1] from cms.inquiry order by id desc limit 1");
    assert_eq!(held, "held incomplete", "a consent that the form needs is missing");
}
