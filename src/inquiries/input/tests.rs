use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    http::ApiError,
    inquiries::tests::{codes, full_body, named, parse, small_body},
};

#[test]
fn a_name_a_contact_and_a_message_are_enough() {
    for body in [
        json!({"full_name": "Dana", "email": "dana@example.com", "message": "Hello"}),
        json!({"name": {"given": "Dana"}, "phone": "(561) 555-0100", "message": "Hello"}),
        json!({"name": {"family": "Fuller"}, "phone": "+44 20 7946 0018", "message": "Hello", "email": null}),
    ] {
        let submission = parse(&body).unwrap();
        assert_eq!((submission.kind, submission.tells.honeypot), ("general", false), "{body}");
    }
}

#[test]
fn everything_that_can_be_said_arrives() {
    let submission = parse(&full_body()).unwrap();
    assert_eq!(submission.kind, "appointment");
    assert_eq!(submission.preferred_contact, Some("phone"));
    assert_eq!(submission.language.as_deref(), Some("es-US"));
    assert_eq!(submission.on_behalf_of, Some("child"));
    assert_eq!(submission.location, Some(Uuid::from_u128(2)));
    let name = submission.name.reveal();
    assert_eq!((name.given.as_deref(), name.family.as_deref()), (Some("Dana"), Some("Fuller")));
    let expected =
        Consent { purpose: "sms_reminders".to_owned(), text_version: Some("2026-11".to_owned()), granted: true };
    assert_eq!(submission.consents, [expected]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let body = json!({
        "kind": "apointment",
        "name": {"given": "", "middle": "Q"},
        "email": "[email protected]",
        "preferred_times": ["ok", 7],
        "language": "english",
        "consents": [{"purpose": "SMS", "granted": true}],
        "attribution": {"utm_sorce": "ads"},
        "nickname": "D",
    });
    let errors = parse(&body).unwrap_err();
    let expected = [
        ("/kind", "unknown_value"),
        ("/name/given", "blank"),
        ("/name/middle", "unknown_field"),
        ("/email", "bad_email"),
        ("/preferred_times/1", "wrong_type"),
        ("/message", "required"),
        ("/language", "bad_language"),
        ("/consents/0/purpose", "bad_purpose"),
        ("/consents/0/text_version", "text_version_required"),
        ("/attribution/utm_sorce", "unknown_field"),
        ("/nickname", "unknown_field"),
    ];
    assert_eq!(codes(&errors), expected);
    assert_eq!(errors[0].suggestion.as_deref(), Some("appointment"));
    assert_eq!(errors[9].suggestion.as_deref(), Some("utm_source"));
}

#[test]
fn without_any_way_to_answer_an_inquiry_is_refused() {
    let body = json!({"full_name": "Dana", "message": "Hello"});
    assert_eq!(codes(&parse(&body).unwrap_err()), [("", "contact_required")]);
    let body = json!({"full_name": "Dana", "message": "Hello", "phone": "911"});
    assert_eq!(codes(&parse(&body).unwrap_err()), [("/phone", "bad_phone")]);
}

#[test]
fn a_name_is_needed_in_one_of_its_forms() {
    let with = |fields: Value| {
        let mut body = json!({"email": "dana@example.com", "message": "Hello"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        parse(&body).map(|_| ())
    };
    assert_eq!(codes(&with(json!({})).unwrap_err()), [("/name", "required")]);
    assert_eq!(codes(&with(json!({"name": {}})).unwrap_err()), [("/name/given", "required")]);
    assert_eq!(codes(&with(json!({"full_name": " "})).unwrap_err()), [("/full_name", "blank")]);
    assert_eq!(codes(&with(json!({"full_name": "x".repeat(201)})).unwrap_err()), [("/full_name", "too_long")]);
    assert_eq!(codes(&with(json!({"name": {"given": "x".repeat(101)}})).unwrap_err()), [("/name/given", "too_long")]);
    assert!(with(json!({"full_name": "Dana\nBcc: x"})).is_err());
}

#[test]
fn a_form_or_location_that_does_not_exist_is_a_mistake() {
    let body = json!({"full_name": "D", "email": "d@example.com", "message": "x", "form": "gone", "location": "moon"});
    let errors = input_with(&body, &Named::default()).unwrap_err();
    assert_eq!(codes(&errors), [("/form", "unknown_reference"), ("/location", "unknown_reference")]);
    let errors = parse(&json!({"full_name": "D", "email": "d@example.com", "message": "x", "form": 1})).unwrap_err();
    assert_eq!(codes(&errors), [("/form", "wrong_type")]);
}

fn input_with(body: &Value, named: &Named) -> Result<Submission, Vec<FieldError>> {
    super::parse(body, named, |_| Ok(Pace::Human))
}

#[test]
fn a_service_is_kept_in_the_words_it_came_in() {
    let mut body = small_body();
    body["service"] = json!("TMS (or whatever Dr. Ng suggested)");
    let details = parse(&body).unwrap().details.into_revealed();
    assert_eq!(details.service.as_deref(), Some("TMS (or whatever Dr. Ng suggested)"));
}

#[test]
fn the_limits_are_those_of_the_contract() {
    let refused = |name: &str, value: Value| {
        let mut body = small_body();
        body[name] = value;
        parse(&body).map(|_| ()).map_err(|errors| errors[0].code.clone())
    };
    assert_eq!(refused("message", json!("x".repeat(10_000))), Ok(()));
    assert_eq!(refused("message", json!("x".repeat(10_001))), Err("too_long".to_owned()));
    assert_eq!(refused("preferred_times", json!(vec!["x"; 11])), Err("too_many".to_owned()));
    assert_eq!(refused("preferred_times", json!(["x".repeat(101)])), Err("too_long".to_owned()));
    let consent = json!({"purpose": "sms", "granted": false});
    assert_eq!(refused("consents", json!(vec![consent.clone(); 20])), Ok(()));
    assert_eq!(refused("consents", json!(vec![consent; 21])), Err("too_many".to_owned()));
    assert_eq!(refused("attribution", json!({"utm_term": "x".repeat(501)})), Err("too_long".to_owned()));
    assert_eq!(refused("attribution", json!({"landing_page": "x".repeat(2000)})), Ok(()));
    assert_eq!(refused("message", json!("a\u{0}b")), Err("control_character".to_owned()));
}

#[test]
fn a_filled_honeypot_is_told_from_an_empty_one() {
    let filled = |value: Value| {
        let mut body = json!({"_website": value, "email": "x"});
        let filled = take_honeypot(&mut body, "_website");
        assert_eq!(body, json!({"email": "x"}));
        filled
    };
    assert!(filled(json!("http://spam.example")) && filled(json!(1)) && filled(json!([])));
    assert!(!filled(json!("")) && !filled(json!("  ")) && !filled(json!(null)));
    assert!(!take_honeypot(&mut json!([1]), "_website"));
}

#[test]
fn what_a_token_tells_is_kept_beside_the_content() {
    let mut body = small_body();
    body["form_token"] = json!("t");
    body["altcha"] = json!("e30=");
    let submission = super::parse(&body, &named(), |_| Ok(Pace::TooFast)).unwrap();
    assert_eq!((submission.tells.honeypot, submission.tells.pace), (false, Some(Pace::TooFast)));
    assert_eq!(submission.tells.proof.as_ref().map(|proof| proof.reveal().as_str()), Some("e30="));
    assert_eq!(submission.canonical(), parse(&small_body()).unwrap().canonical(), "it is no content");
    let refused = super::parse(&body, &named(), |_| Err(("bad_form_token", "x".to_owned()))).unwrap_err();
    assert_eq!(codes(&refused), [("/form_token", "bad_form_token")]);
}

#[test]
fn what_names_nothing_is_not_looked_up() {
    let named = |body: &Value| {
        let names = References::of(|name| body.get(name)?.as_str());
        (names.form, names.location)
    };
    assert_eq!(named(&json!({"form": "contact", "location": " harbor "})).1.as_deref(), Some("harbor"));
    let nothing = Some(String::new());
    assert_eq!(named(&json!({"form": 7, "location": "a\u{0}b"})), (None, nothing.clone()));
    assert_eq!(named(&json!({"form": "x".repeat(101)})), (nothing, None), "and is not the default form");
    assert_eq!(named(&json!("contact")), (None, None));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "CANARY\\PC{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let names = prop_oneof!["given", "family", "purpose", "granted", "text_version", "utm_source"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_breaks_the_parser_and_no_problem_repeats_it(values in prop::collection::vec(any_json(), 16)) {
        let names = full_body().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let body: Value = names.into_iter().zip(values).collect::<serde_json::Map<_, _>>().into();
        let _ = References::of(|name| body.get(name)?.as_str());
        if let Err(errors) = parse(&body) {
            let problem = ApiError::Invalid(errors).problem("http://127.0.0.1", "id");
            prop_assert!(!serde_json::to_string(&problem).unwrap().contains("CANARY"));
        }
    }

    #[test]
    fn the_canonical_form_reads_the_same_each_time(message in "[^\\p{C}]{1,50}") {
        let mut body = small_body();
        body["message"] = json!(message);
        if let Ok(submission) = parse(&body) {
            prop_assert_eq!(submission.canonical(), parse(&body).unwrap().canonical());
        }
    }
}
