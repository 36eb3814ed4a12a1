use proptest::prelude::*;

use super::*;
use crate::inquiries::tests::codes;

fn form(pairs: &[(&str, &str)]) -> PlainForm {
    PlainForm::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).unwrap()
}

#[test]
fn flat_names_become_the_json_body() {
    let translated = form(&[
        ("given_name", "Dana"),
        ("family_name", "Fuller"),
        ("email", "dana@example.com"),
        ("phone", ""),
        ("preferred_times", "mornings"),
        ("preferred_times", "evenings"),
        ("message", "a\r\nb"),
        ("utm_source", "ads"),
        ("consent_sms", "2026-11"),
        ("consent_marketing", ""),
    ])
    .translate();
    let expected = json!({
        "name": {"given": "Dana", "family": "Fuller"},
        "email": "dana@example.com",
        "preferred_times": ["mornings", "evenings"],
        "message": "a\r\nb",
        "attribution": {"utm_source": "ads"},
        "consents": [{"purpose": "sms", "text_version": "2026-11", "granted": true}],
    });
    assert_eq!(translated.body, expected);
    assert!(translated.errors.is_empty() && translated.answers.is_empty());
}

#[test]
fn name_is_another_word_for_full_name() {
    let translated = form(&[("name", "Dana")]).translate();
    assert_eq!(translated.body, json!({"full_name": "Dana"}));
    let moved = translated.at_their_fields(vec![FieldError::at("/full_name", "too_long", "x")]);
    assert_eq!(codes(&moved), [("/name", "too_long")]);
    assert!(form(&[("name", "Dana"), ("full_name", "Dana")]).translate().errors.is_empty());
    let twice = form(&[("name", "Dana"), ("full_name", "Ada")]).translate();
    assert_eq!(codes(&twice.errors), [("/full_name", "repeated")]);
}

#[test]
fn fields_of_the_forms_own_are_kept_and_controls_are_not() {
    let translated = form(&[
        ("insurance", "Aetna"),
        ("symptoms", "a"),
        ("symptoms", "b"),
        ("submit", "Send"),
        ("_next", "https://clinic.example/thanks"),
        ("_charset_", "UTF-8"),
    ])
    .translate();
    let answers: Vec<_> = translated.answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(answers, [("insurance", "Aetna"), ("submit", "Send"), ("symptoms", "a, b")]);
    assert_eq!(translated.body, json!({}));
}

#[test]
fn extra_answers_have_limits() {
    let many: Vec<(String, String)> = (0..21).map(|i| (format!("q{i}"), "x".to_owned())).collect();
    assert_eq!(codes(&PlainForm::of(many.clone()).unwrap().translate().errors), [("", "too_many")]);
    assert!(PlainForm::of(many.into_iter().take(20).collect()).unwrap().translate().errors.is_empty());
    let long = "x".repeat(2001);
    assert_eq!(codes(&form(&[("story", &long)]).translate().errors), [("/story", "too_long")]);
    assert!(form(&[("story", &"x".repeat(2000))]).translate().errors.is_empty());
    let crowd = vec![("a".to_owned(), "x".to_owned()); 101];
    assert_eq!(codes(&PlainForm::of(crowd).err().unwrap()), [("", "too_many")]);
}

#[test]
fn mistakes_stand_at_the_fields_that_were_sent() {
    let translated = form(&[("given_name", "x"), ("consent_sms", "on"), ("utm_term", "x")]).translate();
    assert_eq!(translated.body["consents"], json!([{"purpose": "sms", "granted": true}]));
    let inside = ["/name/given", "/consents/0/text_version", "/attribution/utm_term", "/email", "/name"];
    let moved = translated.at_their_fields(inside.map(|at| FieldError::at(at, "c", "m")).to_vec());
    let at: Vec<_> = moved.iter().map(|error| error.pointer.as_deref().unwrap()).collect();
    assert_eq!(at, ["/given_name", "/consent_sms", "/utm_term", "/email", "/name"]);
}

#[test]
fn a_field_given_twice_with_one_value_counts_once() {
    assert!(form(&[("email", "a@b.example"), ("email", "a@b.example ")]).translate().errors.is_empty());
    let twice = form(&[("email", "a@b.example"), ("email", "c@d.example")]).translate();
    assert_eq!(codes(&twice.errors), [("/email", "repeated")]);
}

#[test]
fn a_honeypot_counts_when_something_stands_in_it() {
    assert!(form(&[("_website", "http://spam.example")]).take_honeypot("_website"));
    assert!(!form(&[("_website", "  ")]).take_honeypot("_website"));
    let mut own = form(&[("company", "x")]);
    assert!(own.take_honeypot("company") && own.translate().answers.is_empty());
}

#[test]
fn a_way_on_that_is_given_twice_is_none() {
    assert_eq!(form(&[("_next", "a"), ("_next", "b")]).next(), None);
    assert_eq!(form(&[("_next", "a")]).next().as_deref(), Some("a"));
}

proptest! {
    #[test]
    fn no_form_breaks_the_translation(
        pairs in prop::collection::vec(("(consent_|_)?[a-z_~/]{0,12}|name|email|message|\\PC{0,8}", "\\PC{0,20}"), 0..110),
    ) {
        let Ok(form) = PlainForm::of(pairs) else { return Ok(()) };
        let _ = (form.references(), form.next());
        let translated = form.translate();
        prop_assert!(translated.body.is_object());
        let _ = crate::inquiries::tests::parse(&translated.body).map_err(|errors| translated.at_their_fields(errors));
    }
}
