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
    delivered(&api, &connection, "", &with("no", false));
    let held = api.text("select status || ' ' || spam_reasons[1] from cms.inquiry order by id desc limit 1");
    assert_eq!(held, "held incomplete", "a consent that the form needs is missing");
}
