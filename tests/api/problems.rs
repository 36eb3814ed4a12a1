//! Every error is a problem document, and no input makes the service fail.

use serde_json::json;

use crate::harness::{Api, EDITOR};

#[test]
fn the_framework_s_own_errors_are_problems_too() {
    let api = Api::start();
    api.get("/none-such").problem(404, "not_found");
    api.get("/v1//articles").problem(404, "not_found");
    api.get("/v1/articles/").problem(404, "not_found");
    let method = api.call("DELETE", "/v1/articles").send();
    method.problem(405, "method_not_allowed");
    assert_eq!(method.header("allow"), "GET, HEAD");
    let login = |content_type: &str, body: &str| {
        api.call("POST", "/v1/auth/login").header("Content-Type", content_type).bytes(body.to_owned()).send()
    };
    login("text/plain", "{}").problem(415, "unsupported_media_type");
    login("application/json", "{\"email\":").problem(400, "malformed_json");
    login("application/json; charset=utf-8", "[]").problem(422, "validation_failed");
    let packed = api
        .call("POST", "/v1/auth/login")
        .header("Content-Type", "application/json")
        .header("Content-Encoding", "gzip")
        .bytes("{}")
        .send();
    packed.problem(415, "unsupported_media_type");
    login("application/json", &"x".repeat(2 << 20)).problem(413, "too_large");
    api.get("/v1/articles?limit=0").problem(400, "invalid_parameters");
}

#[test]
fn a_body_that_is_far_from_json_is_refused_and_nothing_breaks() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"null".to_vec(),
        b"\"text\"".to_vec(),
        b"{\"title\": 1e400}".to_vec(),
        b"{\"title\": 9223372036854775808}".to_vec(),
        b"{\"title\": \"\\ud800\"}".to_vec(),
        b"{\"title\": \"\xff\xfe\"}".to_vec(),
        b"{\"title\": \"a\\u0000b\"}".to_vec(),
        b"{\"title\": {\"$ne\": null}}".to_vec(),
        b"{\"title\": [\"x\"]}".to_vec(),
        deep.into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(body.get(..40.min(body.len())).unwrap()).into_owned();
        let reply = api
            .call("POST", "/v1/admin/articles")
            .bearer(&token)
            .header("Content-Type", "application/json")
            .bytes(body)
            .send();
        assert!(matches!(reply.status, 400 | 422), "{shown}: {} {}", reply.status, reply.body);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
}

#[test]
fn a_problem_never_repeats_what_was_sent() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let canary = "canary-7f3a";
    let body =
        json!({"title": format!("{canary}\u{1}"), "slug": format!("{canary} !"), "kind": canary, "category": canary});
    let refused = api.call("POST", "/v1/admin/articles").bearer(&token).json(&body).send();
    refused.problem(422, "validation_failed");
    assert!(!refused.body.contains(canary), "{}", refused.body);
    let refused = api.get(&format!("/v1/articles?limit={canary}&sort={canary}"));
    refused.problem(400, "invalid_parameters");
    assert!(!refused.body.contains(canary), "{}", refused.body);
}

#[test]
fn strange_addresses_are_not_found() {
    let api = Api::start();
    for path in [
        "/v1/articles/%00",
        "/v1/articles/%ff",
        "/v1/articles/..%2f..%2fetc%2fpasswd",
        "/v1/articles/'%20or%201=1--",
        "/v1/articles/01900000-0000-7000-8000-000000000001",
    ] {
        let status = api.get(path).status;
        assert!(matches!(status, 400 | 404), "{path}: {status}");
    }
}
