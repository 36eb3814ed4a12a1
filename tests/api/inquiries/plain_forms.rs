//! A post of a plain HTML form, from a program and from a browser.

use serde_json::{Value, json};

use super::{mistakes, multipart, noon, post, read, receipt, rows};
use crate::harness::{Api, Reply};

const FIELDS: [(&str, &str); 9] = [
    ("full_name", "Wren Halloway"),
    ("email", "wren.halloway@mail.example"),
    ("message", "May I bring my crutches?"),
    ("consent_texting", "2026-03"),
    ("utm_source", "poster"),
    ("shoe_size", "43 & a half"),
    ("shoe_size", "left only"),
    ("submit", "Send"),
    ("_next", "https://site.example/thanks?to=you"),
];
const AS_A_BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn from_a_browser(api: &Api, fields: &[(&str, &str)]) -> Reply {
    post(api).header("Accept", AS_A_BROWSER).form(fields).send()
}

fn redirecting() -> Api {
    Api::start_with(
        noon(),
        &[("rate-limits", "off"), ("form-redirect-origins", "https://site.example,http://localhost:4321")],
    )
}

#[test]
fn both_kinds_of_forms_are_answered_like_json_and_kept_whole() {
    let api = Api::start();
    for reply in [post(&api).form(&FIELDS).send(), multipart(post(&api), &FIELDS).send()] {
        let receipt = receipt(&reply);
        for word in ["Wren", "crutches", "a half", "site.example"] {
            assert!(!reply.body.contains(word), "{word}: {}", reply.body);
        }
        let stored = read(&api, &receipt);
        assert_eq!((&stored["source"], &stored["status"]), (&json!("form"), &json!("new")));
        assert_eq!(
            (&stored["full_name"], &stored["message"]),
            (&json!("Wren Halloway"), &json!("May I bring my crutches?"))
        );
        assert_eq!(stored["attribution"]["utm_source"], "poster");
        assert_eq!(stored["consents"][0]["purpose"], "texting");
        assert_eq!(stored["consents"][0]["text_version"], "2026-03");
        let answers = json!([
            {"name": "shoe_size", "value": "43 & a half, left only"},
            {"name": "submit", "value": "Send"},
        ]);
        assert_eq!(stored["answers"], answers, "what nobody knows is kept, and controls are not");
    }
}

#[test]
fn mistakes_in_a_form_are_told_at_its_own_fields() {
    let api = Api::start();
    let fields = [("name", "W\nH"), ("email", "nobody"), ("kind", "apointment"), ("consent_texting", "on")];
    for reply in [post(&api).form(&fields).send(), multipart(post(&api), &fields).send()] {
        let problem = reply.problem(422, "validation_failed");
        let expected = [
            ("/consent_texting", "text_version_required"),
            ("/email", "bad_email"),
            ("/kind", "unknown_value"),
            ("/message", "required"),
            ("/name", "line_break"),
        ];
        assert_eq!(mistakes(&problem), expected);
    }
    let many: Vec<(String, &str)> = (0..21).map(|n| (format!("extra_{n}"), "x")).collect();
    let mut fields: Vec<(&str, &str)> = FIELDS[..3].to_vec();
    fields.extend(many.iter().map(|(name, value)| (name.as_str(), *value)));
    assert_eq!(mistakes(&post(&api).form(&fields).send().problem(422, "validation_failed")), [("", "too_many")]);
    assert_eq!(rows(&api), 0);
}

#[test]
fn a_form_that_is_not_there_is_never_the_default_form() {
    let api = Api::start();
    let long = "x".repeat(101);
    for name in ["nope", long.as_str(), "\u{0}contact"] {
        let problem = post(&api).json(&super::with(&json!({"form": name}))).send().problem(422, "validation_failed");
        assert_eq!(mistakes(&problem), [("/form", "unknown_reference")], "{name:?}");
    }
    let twice = |values: [&'static str; 2]| {
        let forms = values.map(|value| ("form", value));
        post(&api).form(&[&FIELDS[..3], &forms].concat()).send()
    };
    assert_eq!(mistakes(&twice(["nope", "nope"]).problem(422, "validation_failed")), [("/form", "unknown_reference")]);
    assert!(mistakes(&twice(["contact", "nope"]).problem(422, "validation_failed")).contains(&("/form", "repeated")));
    assert_eq!(rows(&api), 0);
    receipt(&twice(["contact", " contact "]));
}

#[test]
fn a_file_is_refused_and_an_unused_file_field_is_not() {
    let api = Api::start();
    let edge = "edge-of-the-form";
    let with_file = |name: &str, content: &str| {
        let text = |name: &str, value: &str| {
            format!("--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let fields: String = FIELDS[..3].iter().map(|(name, value)| text(name, value)).collect();
        let file = format!(
            "--{edge}\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{content}\r\n--{edge}--\r\n"
        );
        post(&api).header("Content-Type", format!("multipart/form-data; boundary={edge}")).bytes(fields + &file).send()
    };
    let problem = with_file("scan.pdf", "%PDF").problem(422, "validation_failed");
    assert_eq!(mistakes(&problem), [("/scan", "file")]);
    receipt(&with_file("", ""));
}

#[test]
fn a_form_that_is_none_is_malformed() {
    let api = Api::start();
    let urlencoded = "application/x-www-form-urlencoded";
    for body in ["full_name=%ff%fe&email=a@b.example&message=x", "message=%c3%28"] {
        post(&api).header("Content-Type", urlencoded).bytes(body).send().problem(400, "malformed_json");
    }
    for kind in ["multipart/form-data", "multipart/form-data; boundary=other"] {
        post(&api).header("Content-Type", kind).bytes("--edge\r\n\r\n").send().problem(400, "malformed_json");
    }
}

#[test]
fn a_browser_is_sent_on_to_the_clinics_own_site() {
    let api = redirecting();
    for next in ["https://site.example/thanks?to=you", "http://localhost:4321/", "https://SITE.example:443/thanks#top"]
    {
        let reply = from_a_browser(&api, &[&FIELDS[..3], &[("_next", next)]].concat());
        assert_eq!((reply.status, reply.body.as_str()), (303, ""), "{next}");
        assert_eq!(reply.header("location"), url::Url::parse(next).unwrap().as_str());
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    assert_eq!(rows(&api), 3);
    receipt(&post(&api).header("Accept", "application/json").form(&FIELDS).send());
    receipt(&post(&api).header("Accept", "*/*").form(&FIELDS).send());
}

#[test]
fn no_browser_is_sent_anywhere_else() {
    let api = redirecting();
    let elsewhere = [
        "https://evil.example/",
        "//site.example/",
        "/thanks",
        "http://site.example/",
        "https://site.example:8443/",
        "https://site.example.evil.example/",
        "https://evil.example/https://site.example/",
        "https://site.example@evil.example/",
        "https://wren@site.example/",
        "https:\\\\evil.example\\site.example",
        "https://evil.example\\@site.example/",
        "javascript:alert(1)//https://site.example/",
        "data:text/html,<script>alert(1)</script>",
        "https://site.example%2eevil.example/",
        "https://xn--site-.example/",
        "https://evil.example\t/",
        " ",
    ];
    for next in elsewhere {
        let reply = from_a_browser(&api, &[&FIELDS[..3], &[("_next", next)]].concat());
        assert_eq!(reply.status, 201, "{next}: {}", reply.body);
        assert!(reply.headers.get("location").is_none(), "{next}");
        is_a_quiet_page(&reply, &["evil", "Wren", "crutches", "script>"]);
        assert!(reply.body.contains("We have received your message"), "{}", reply.body);
    }
    let twice = from_a_browser(&api, &[&FIELDS[..], &[("_next", "https://evil.example/")]].concat());
    assert!(twice.headers.get("location").is_none(), "{:?}", twice.headers);
}

/// A page that loads nothing, sends nothing, and says none of these words.
#[track_caller]
fn is_a_quiet_page(reply: &Reply, unsaid: &[&str]) {
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    for word in unsaid {
        assert!(!reply.body.contains(word), "{word}: {}", reply.body);
    }
}

#[test]
fn a_browser_is_shown_what_has_to_be_put_right() {
    let api = Api::start();
    let fields = [("full_name", "Wren Halloway"), ("email", "<b>nobody</b>"), ("message", "May I bring my crutches?")];
    let reply = from_a_browser(&api, &fields);
    assert_eq!(reply.status, 422, "{}", reply.body);
    is_a_quiet_page(&reply, &["nobody", "Wren", "crutches", "<b>"]);
    assert!(reply.body.contains("email: must be an e-mail address"), "{}", reply.body);
    assert_eq!(rows(&api), 0);
    let json = post(&api).header("Accept", AS_A_BROWSER).json(&json!({})).send();
    let _: Value = json.problem(422, "validation_failed");
}
