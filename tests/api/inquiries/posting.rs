//! A post of JSON: what is taken, what is answered, what is refused.

use serde_json::{Value, json};

use super::{inquiry, mistakes, post, read, receipt, rows, sent, with};
use crate::harness::Api;

#[test]
fn the_answer_is_a_receipt_and_not_a_word_of_what_was_sent() {
    let api = Api::start();
    let reply = post(&api).json(&inquiry()).send();
    let data = receipt(&reply);
    let id = uuid::Uuid::parse_str(data["id"].as_str().unwrap()).unwrap();
    assert_eq!(id.get_version_num(), 7);
    assert!(data["received_at"].as_str().unwrap().ends_with('Z'));
    let code: Vec<_> = data["receipt"].as_str().unwrap().split('-').map(str::len).collect();
    assert_eq!(code, [4, 4, 4], "{data}");
    let kinds: Vec<_> = data["notices"].as_array().unwrap().iter().map(|notice| notice["kind"].clone()).collect();
    assert_eq!(kinds, ["privacy", "emergency"]);
    let told = format!("{:?}{}", reply.headers, reply.body).to_lowercase();
    for word in ["wren", "halloway", "mail.example", "0142", "crutches"] {
        assert!(!told.contains(word), "{word}: {told}");
    }
    assert!(reply.headers.get("set-cookie").is_none());
    assert_eq!(read(&api, &data)["receipt"], data["receipt"], "staff see the code that the sender was given");
}

#[test]
fn an_inquiry_needs_a_name_a_message_and_a_way_to_answer() {
    let api = Api::start();
    let problem = post(&api).json(&json!({})).send().problem(422, "validation_failed");
    assert_eq!(mistakes(&problem), [("", "contact_required"), ("/message", "required"), ("/name", "required")]);
    for contact in [json!({"email": null}), json!({"phone": null})] {
        sent(&api, &with(&contact));
    }
    let nobody =
        post(&api).json(&with(&json!({"email": null, "phone": null}))).send().problem(422, "validation_failed");
    assert_eq!(mistakes(&nobody), [("", "contact_required")]);
    assert_eq!(rows(&api), 2);
}

#[test]
fn every_mistake_is_told_at_once() {
    let api = Api::start();
    let body = json!({
        "name": {"given": 7}, "email": "nobody", "phone": "12", "kind": "appointmnt", "preferred_contact": "pigeon",
        "language": "engl!sh", "on_behalf_of": "selff", "preferred_times": "noon", "message": "x".repeat(10_001),
        "consents": [{"purpose": "Marketing!", "granted": "yes"}], "attribution": {"utm_sorce": "a"}, "form_token": "made up",
    });
    let problem = post(&api).json(&body).send().problem(422, "validation_failed");
    assert_eq!(
        mistakes(&problem),
        [
            ("/attribution/utm_sorce", "unknown_field"),
            ("/consents/0/granted", "wrong_type"),
            ("/consents/0/purpose", "bad_purpose"),
            ("/email", "bad_email"),
            ("/form_token", "bad_form_token"),
            ("/kind", "unknown_value"),
            ("/language", "bad_language"),
            ("/message", "too_long"),
            ("/name/given", "wrong_type"),
            ("/on_behalf_of", "unknown_value"),
            ("/phone", "bad_phone"),
            ("/preferred_contact", "unknown_value"),
            ("/preferred_times", "wrong_type"),
        ]
    );
    let suggestions: Vec<_> =
        problem["errors"].as_array().unwrap().iter().filter_map(|e| e["suggestion"].as_str()).collect();
    assert_eq!(suggestions, ["appointment", "self", "utm_source"]);
    assert_eq!(rows(&api), 0);
}

#[test]
fn a_field_that_nobody_knows_is_told_with_the_one_that_was_meant() {
    let api = Api::start();
    let problem = post(&api).json(&with(&json!({"mesage": "Hello"}))).send().problem(422, "validation_failed");
    assert_eq!(mistakes(&problem), [("/mesage", "unknown_field")]);
    assert_eq!(problem["errors"][0]["suggestion"], "message");
    for column in ["id", "status", "priority", "version", "received_at", "spam_reasons", "source"] {
        let problem = post(&api).json(&with(&json!({column: "x"}))).send().problem(422, "validation_failed");
        assert_eq!(mistakes(&problem), [(format!("/{column}").as_str(), "unknown_field")]);
    }
    assert_eq!(rows(&api), 0);
}

#[test]
fn the_placeholder_of_a_hidden_address_is_no_address() {
    let api = Api::start();
    for hidden in ["[email protected]", "[email\u{a0}protected]"] {
        let problem = post(&api).json(&with(&json!({"email": hidden}))).send().problem(422, "validation_failed");
        assert_eq!(mistakes(&problem), [("/email", "bad_email")]);
    }
}

#[test]
fn a_consent_that_is_granted_names_its_text() {
    let api = Api::start();
    let consents = |list: Value| with(&json!({"consents": list}));
    let nameless = consents(json!([{"purpose": "texting", "granted": true}]));
    let problem = post(&api).json(&nameless).send().problem(422, "validation_failed");
    assert_eq!(mistakes(&problem), [("/consents/0/text_version", "text_version_required")]);
    let refused_and_granted = consents(json!([
        {"purpose": "newsletter", "granted": false},
        {"purpose": "texting", "granted": true, "text_version": "2026-03"},
    ]));
    let stored = read(&api, &sent(&api, &refused_and_granted))["consents"].clone();
    let kept: Vec<_> =
        stored.as_array().unwrap().iter().map(|c| (&c["purpose"], &c["granted"], &c["text_version"])).collect();
    let expected =
        [(json!("newsletter"), json!(false), json!(null)), (json!("texting"), json!(true), json!("2026-03"))];
    assert_eq!(kept, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>());
}

#[test]
fn a_form_or_location_that_nobody_knows_is_refused() {
    let api = Api::start();
    let unknown = with(&json!({"form": "no-such-form", "location": "nowhere"}));
    let problem = post(&api).json(&unknown).send().problem(422, "validation_failed");
    assert_eq!(mistakes(&problem), [("/form", "unknown_reference"), ("/location", "unknown_reference")]);
    sent(&api, &with(&json!({"form": "contact"})));
}

#[test]
fn a_body_of_another_kind_is_not_taken() {
    let api = Api::start();
    let body = inquiry().to_string();
    post(&api).bytes(body.clone()).send().problem(415, "unsupported_media_type");
    for kind in ["text/plain", "application/xml", "application/merge-patch+json", "text/json"] {
        post(&api).header("Content-Type", kind).bytes(body.clone()).send().problem(415, "unsupported_media_type");
    }
    for packed in ["gzip", "br", "deflate", "zstd", "identity, gzip"] {
        let call = post(&api).header("Content-Encoding", packed).json(&inquiry());
        call.send().problem(415, "unsupported_media_type");
    }
    for broken in ["{", "", "{\"full_name\": \"\\ud800\"}", "\u{feff}{}", "[1,"] {
        let call = post(&api).header("Content-Type", "application/json").bytes(broken);
        call.send().problem(400, "malformed_json");
    }
    post(&api).json(&json!([inquiry()])).send().problem(422, "validation_failed");
    assert_eq!(rows(&api), 0);
}

#[test]
fn a_body_without_end_is_not_read() {
    let api = Api::start();
    let long = with(&json!({"message": "x".repeat(256 * 1024)}));
    post(&api).json(&long).send().problem(413, "too_large");
    let largest = with(&json!({"message": "\u{10348}".repeat(10_000)}));
    let stored = read(&api, &sent(&api, &largest));
    assert_eq!(stored["message"], largest["message"], "what is allowed fits");
}

#[test]
fn credentials_that_count_for_nothing_are_not_ignored() {
    let api = Api::start();
    for given in ["Bearer ccms_key_secret", "Basic d3JlbjpzZWNyZXQ=", ""] {
        let reply = post(&api).header("Authorization", given).json(&inquiry()).send();
        reply.problem(401, "unauthenticated");
        assert!(reply.header("www-authenticate").starts_with("Bearer"));
    }
    assert_eq!(rows(&api), 0);
}

#[test]
fn parameters_that_nobody_knows_are_not_ignored() {
    let api = Api::start();
    let problem =
        api.call("POST", "/v1/inquiries?source=ad").json(&inquiry()).send().problem(400, "invalid_parameters");
    assert_eq!(problem["errors"][0]["parameter"], "source");
}

#[test]
fn every_field_comes_back_to_staff_as_it_was_sent() {
    let api = Api::start();
    let body = json!({
        "form": "contact", "kind": "appointment", "name": {"given": "Wren", "family": "Halloway"},
        "email": "Wren.Halloway@Mail.Example", "phone": "(561) 555-0142 ext. 7", "preferred_contact": "phone",
        "preferred_times": ["Tuesdays", "after noon"], "service": "Gait analysis", "message": "Zoë — naïve “quotes”\n🦀",
        "language": "es", "on_behalf_of": "parent", "attribution": {"utm_source": "poster", "gclid": "abc-123"},
    });
    let stored = read(&api, &sent(&api, &body));
    let expected = json!({
        "kind": "appointment", "status": "new", "priority": "normal", "spam": false, "source": "api", "name": "Wren Halloway",
        "given_name": "Wren", "family_name": "Halloway", "full_name": null, "email": "Wren.Halloway@mail.example",
        "phone": "+15615550142", "preferred_contact": "phone", "preferred_times": ["Tuesdays", "after noon"],
        "service": "Gait analysis", "message": "Zoë — naïve “quotes”\n🦀", "language": "es", "on_behalf_of": "parent",
        "answers": [], "consents": [], "spam_reasons": [],
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&stored[key], value, "{key}");
    }
    assert!(stored["phone_display"].as_str().unwrap().contains('7'), "the extension is kept: {stored}");
    assert_eq!(
        (&stored["attribution"]["utm_source"], &stored["attribution"]["gclid"]),
        (&json!("poster"), &json!("abc-123"))
    );
    assert_eq!(stored["form"]["slug"], "contact");
}
