use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    http::Fields,
    inquiries::connectors::{
        kind::IntegrationKind,
        mapping_input,
        payload::{self, Arrival},
    },
};

#[expect(clippy::needless_pass_by_value, reason = "so that a test writes json!(…) alone")]
fn form(more: Value) -> Form {
    let mut form = json!({
        "id": "01900000-0000-7000-8000-000000000001", "slug": "contact", "name": "Contact", "honeypot": "_website",
        "notices": [], "is_default": true, "fields": [], "kinds": [], "location_id": null, "retention_days": null,
        "consents": [], "known_texts": [], "default_locale": "en", "routes": [], "response_minutes": 240,
        "allowed_origins": [], "proof_of_work": false, "attachments": null,
    });
    json_patch::merge(&mut form, &more);
    serde_json::from_value(form).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "so that a test writes json!(…) alone")]
fn mapping(more: Value) -> IntegrationMapping {
    mapping_input::read(Fields::of(&more, "")).unwrap().over(IntegrationKind::GoogleAds)
}

#[expect(clippy::needless_pass_by_value, reason = "so that a test writes json!(…) alone")]
fn google(columns: Value) -> Lead {
    let body = json!({"lead_id": "L-1", "user_column_data": columns});
    match payload::read(IntegrationKind::GoogleAds, &body, None).unwrap().remove(0) {
        Arrival::Lead { lead, .. } => lead,
        other => panic!("a lead is expected, not {other:?}"),
    }
}

fn understood(columns: Value, rules: Value, of_form: Value) -> Understood {
    Mapped::of(&mapping(rules), google(columns)).understand(&form(of_form), &Named::default())
}

fn codes(understood: &Understood) -> Vec<(&str, &str)> {
    understood.mistakes.iter().map(|mistake| (mistake.target.as_str(), mistake.code.as_str())).collect()
}

#[test]
fn a_whole_lead_is_a_new_inquiry_and_what_no_rule_takes_is_kept() {
    let found = understood(
        json!([
            {"column_id": "FULL_NAME", "string_value": "Ada\nLane"},
            {"column_id": "EMAIL", "string_value": "ada@mail.example"},
            {"column_id": "WORK_EMAIL", "string_value": "lane@work.example"},
            {"column_name": "Which knee?", "string_value": "the left"},
        ]),
        json!({}),
        json!({}),
    );
    assert_eq!(codes(&found), []);
    assert_eq!(found.unmapped, ["WORK_EMAIL", "Which knee?"]);
    let inquiry = found.submission.unwrap();
    assert_eq!((inquiry.tells.incomplete, inquiry.name.reveal().full.as_deref()), (false, Some("Ada Lane")));
    let answers = &inquiry.details.reveal().answers;
    assert_eq!(answers["Which knee?"], "the left");
    assert_eq!((answers["external_id"].as_str(), answers["WORK_EMAIL"].as_str()), ("L-1", "lane@work.example"));
}

#[test]
fn a_bad_address_beside_a_number_is_held_and_kept_as_it_was_told() {
    let found = understood(
        json!([{"column_id": "EMAIL", "string_value": "ada at mail"}, {"column_id": "PHONE_NUMBER", "string_value": "+15615550142"}]),
        json!({}),
        json!({}),
    );
    assert_eq!(codes(&found), [("email", "bad_email")]);
    let inquiry = found.submission.unwrap();
    assert!(inquiry.tells.incomplete && !inquiry.tells.spam_at_source);
    assert_eq!(inquiry.details.reveal().answers["email"], "ada at mail");
}

#[test]
fn nobody_to_answer_is_no_inquiry() {
    let found = understood(json!([{"column_id": "FULL_NAME", "string_value": "Ada"}]), json!({}), json!({}));
    assert!(found.submission.is_none());
    assert_eq!(codes(&found), [("", "contact_required")]);
}

#[test]
fn a_consent_is_what_the_form_has_a_text_for() {
    let texts = json!({
        "consents": [{"purpose": "texts", "text_version": "2", "required": true, "texts": {"en": "Text me."}}],
        "known_texts": [{"purpose": "texts", "text_version": "2"}],
    });
    let rule = |version: &str| json!({"consents": [{"purpose": "texts", "text_version": version, "from": ["Texts?"], "equals": ["Yes"]}]});
    let said = |answer: &str| json!([{"column_id": "EMAIL", "string_value": "a@mail.example"}, {"column_name": "Texts?", "string_value": answer}]);
    let granted = understood(said(" yes "), rule("2"), texts.clone()).submission.unwrap();
    assert_eq!((granted.tells.incomplete, granted.consents[0].granted), (false, true));
    let refused = understood(said("No"), rule("2"), texts.clone());
    assert_eq!(codes(&refused), [("consents", "consent_required")]);
    assert!(!refused.submission.unwrap().consents[0].granted);
    let unknown = understood(said("yes"), rule("9"), texts);
    assert_eq!(codes(&unknown)[0], ("consents", "unknown_text_version"));
    assert!(unknown.submission.unwrap().consents.is_empty(), "nothing is proved by a text that nobody was shown");
}

#[test]
fn what_does_not_fit_a_field_is_kept_under_its_name() {
    let rules = json!({"fields": {"kind": ["Topic"], "message": ["Words"], "language": ["Tongue"]}, "answers": {"referred_by": ["From"]}});
    let columns = json!([
        {"column_id": "EMAIL", "string_value": "a@mail.example"}, {"column_name": "Topic", "string_value": "Knees"},
        {"column_name": "Words", "string_value": "x".repeat(MESSAGE + 1)}, {"column_name": "Tongue", "string_value": "engl!sh"},
        {"column_name": "From", "string_value": "a\u{0}friend"},
    ]);
    let inquiry = understood(columns, rules, json!({"kinds": ["billing"]})).submission.unwrap();
    assert_eq!((inquiry.kind, inquiry.tells.incomplete, inquiry.language.as_deref()), ("billing", false, None));
    assert_eq!(inquiry.message.as_ref().unwrap().reveal().chars().count(), MESSAGE);
    let answers = &inquiry.details.reveal().answers;
    assert_eq!((answers["kind"].as_str(), answers["language"].as_str()), ("Knees", "engl!sh"));
    assert_eq!((answers["message"].len(), answers["referred_by"].as_str()), (MESSAGE + 1, "a friend"));
}

#[test]
fn many_facts_are_kept_together_and_facts_of_one_name_apart() {
    let column = |n: usize| json!({"column_name": "Q", "string_value": format!("answer {n}")});
    let mut columns: Vec<_> = (0..KEPT + 3).map(column).collect();
    columns.push(json!({"column_id": "EMAIL", "string_value": "a@mail.example"}));
    let inquiry = understood(Value::Array(columns), json!({}), json!({})).submission.unwrap();
    let answers = &inquiry.details.reveal().answers;
    assert_eq!((answers["Q"].as_str(), answers["Q (200)"].as_str()), ("answer 0", "answer 199"));
    assert_eq!(answers["more"], "Q: answer 200\nQ: answer 201\nQ: answer 202");
}

#[test]
fn who_texts_stop_is_heard_whatever_the_form_knows() {
    let mut lead = google(json!([{"column_id": "PHONE_NUMBER", "string_value": "+15615550142"}]));
    (lead.opts_out, lead.is_spam) = (true, true);
    let known = form(json!({"known_texts": [{"purpose": "letters", "text_version": "1"}]}));
    let inquiry = Mapped::of(&mapping(json!({})), lead).understand(&known, &Named::default()).submission.unwrap();
    assert_eq!(inquiry.consents, [Consent { purpose: TEXTING.to_owned(), text_version: None, granted: false }]);
    assert!(inquiry.tells.spam_at_source);
}

proptest! {
    #[test]
    fn every_word_of_a_lead_is_somewhere(words in proptest::collection::vec("[a-z]{1,12}", 1..12), ids in proptest::collection::vec(0_usize..6, 12)) {
        let names = ["FULL_NAME", "EMAIL", "PHONE_NUMBER", "CITY", "WORK_EMAIL", "Own?"];
        let mut columns: Vec<_> =
            words.iter().zip(&ids).map(|(word, at)| json!({"column_id": names[*at], "string_value": word})).collect();
        columns.push(json!({"column_id": "PHONE_NUMBER", "string_value": "+15615550142"}));
        columns.push(json!({"column_id": "USER_EMAIL", "string_value": "a@mail.example"}));
        if let Some(inquiry) = understood(Value::Array(columns), json!({}), json!({})).submission {
            let canonical = String::from_utf8(inquiry.canonical().to_vec()).unwrap();
            for word in words {
                prop_assert!(canonical.contains(&word), "{word} is lost");
            }
        }
    }
}
