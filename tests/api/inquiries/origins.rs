//! Which pages may post a form, and read the answer.

use serde_json::{Value, json};

use super::{post, rows, with};
use crate::harness::{Api, EDITOR, Reply};

const ALLOW: &str = "access-control-allow-origin";

fn api() -> Api {
    Api::start_with(clinic_cms::clock::Clock::system(), &[("cors-origins", "https://clinic.example")])
}

fn add_form(api: &Api, changes: &Value) -> Reply {
    let mut form =
        json!({"name": "Landing page", "allowed_origins": ["https://ads.example", "https://ads.example:8443"]});
    json_patch::merge(&mut form, changes);
    api.call("POST", "/v1/admin/forms").bearer(&api.sign_in(EDITOR)).json(&form).send()
}

fn from(api: &Api, origin: &str, form: &str) -> Reply {
    post(api).header("Origin", origin).json(&with(&json!({"form": form}))).send()
}

fn preflight(api: &Api, origin: &str, path: &str) -> String {
    let call =
        api.call("OPTIONS", path).header("Origin", origin).header("Access-Control-Request-Method", "POST").send();
    assert_eq!((call.status, call.header("vary")), (204, "Origin"));
    call.header(ALLOW).to_owned()
}

#[test]
fn a_form_is_posted_from_its_own_pages_and_from_no_others() {
    let api = api();
    assert_eq!(add_form(&api, &json!({})).status, 201);
    for origin in ["https://ads.example", "https://ads.example:8443"] {
        let reply = from(&api, origin, "landing-page");
        assert_eq!((reply.status, reply.header(ALLOW)), (201, origin), "{}", reply.body);
    }
    for origin in [
        "https://clinic.example",
        "https://evil.example",
        "http://ads.example",
        "https://ads.example.evil.example",
        "null",
    ] {
        let reply = from(&api, origin, "landing-page");
        reply.problem(403, "origin_not_allowed");
        assert_eq!(reply.header(ALLOW), "", "{origin} reads nothing");
    }
    assert_eq!(rows(&api), 2, "nothing of the refused was stored");
    let program = post(&api).json(&with(&json!({"form": "landing-page"}))).send();
    assert_eq!(program.status, 201, "what sends no origin is no browser");
    let browser = post(&api).header("Origin", "https://evil.example").header("Accept", "text/html");
    let page = browser.form(&[("form", "landing-page"), ("name", "Wren"), ("email", "wren@mail.example")]).send();
    assert_eq!((page.status, page.header("content-type")), (403, "text/html; charset=utf-8"));
}

#[test]
fn a_form_without_a_list_follows_the_settings() {
    let api = api();
    let own = from(&api, "https://clinic.example", "contact");
    assert_eq!((own.status, own.header(ALLOW)), (201, "https://clinic.example"));
    let other = from(&api, "https://ads.example", "contact");
    assert_eq!(
        (other.status, other.header(ALLOW)),
        (201, ""),
        "as before: it is taken, and the page cannot read the answer"
    );
}

#[test]
fn a_preflight_allows_the_origins_of_any_form_from_the_moment_they_are_named() {
    let api = api();
    assert_eq!(preflight(&api, "https://ads.example", "/v1/inquiries"), "");
    let form = add_form(&api, &json!({}));
    assert_eq!(preflight(&api, "https://ads.example", "/v1/inquiries"), "https://ads.example");
    assert_eq!(preflight(&api, "https://clinic.example", "/v1/inquiries"), "https://clinic.example");
    assert_eq!(preflight(&api, "https://evil.example", "/v1/inquiries"), "");
    for path in ["/v1/admin/inquiries", "/v1/auth/login", "/v1/admin/forms"] {
        assert_eq!(preflight(&api, "https://ads.example", path), "", "{path} is no form");
    }
    let path = format!("/v1/admin/forms/{}", form.json()["data"]["id"].as_str().unwrap());
    let gone = api.call("DELETE", &path).bearer(&api.sign_in(EDITOR)).header("If-Match", "*").send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(preflight(&api, "https://ads.example", "/v1/inquiries"), "");
}

#[test]
fn an_origin_is_written_as_browsers_send_it() {
    let api = api();
    let made = add_form(&api, &json!({"allowed_origins": ["https://Ads.example/", "https://ads.example:443"]}));
    assert_eq!(made.json()["data"]["allowed_origins"], json!(["https://ads.example", "https://ads.example"]));
    let bad = add_form(
        &api,
        &json!({"allowed_origins": ["*", "https://a.example/path", "https://*.a.example", "ads.example", 7]}),
    );
    let problem = bad.problem(422, "validation_failed");
    let places: Vec<_> = super::mistakes(&problem).into_iter().collect();
    let expected: Vec<String> = (0..5).map(|at| format!("/allowed_origins/{at}")).collect();
    assert_eq!(places, expected.iter().map(|at| (at.as_str(), "bad_origin")).collect::<Vec<_>>());
}
