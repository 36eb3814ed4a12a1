//! Rotating and retiring the keys that sign access tokens, on two nodes over one database.

use clinic_cms::crypto::{KeyRing, KeyUse};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, OWNER, Reply};

fn access(tokens: &Value) -> &str {
    tokens["data"]["access_token"].as_str().unwrap()
}

fn kid(tokens: &Value) -> String {
    let header = access(tokens).split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn me(node: &Api, tokens: &Value) -> Reply {
    node.call("GET", "/v1/auth/me").bearer(access(tokens)).send()
}

fn refresh(node: &Api, tokens: &Value) -> Value {
    let refreshed =
        node.call("POST", "/v1/auth/refresh").json(&json!({"refresh_token": tokens["data"]["refresh_token"]})).send();
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    refreshed.json()
}

fn shown_keys(node: &Api) -> Vec<String> {
    let answer = node.get("/.well-known/jwks.json");
    assert_eq!(answer.header("cache-control"), "public, max-age=60");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    for key in &keys {
        let members: Vec<_> = key.as_object().unwrap().keys().collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"], "the public half alone");
    }
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_key_set_is_asked_for_again_at_no_cost_until_a_key_changes() {
    let api = Api::with_keys_of_its_own();
    let answer = api.get("/.well-known/jwks.json");
    assert!(answer.etag().starts_with('"') && answer.header("vary") == "Accept-Encoding", "{:?}", answer.headers);
    let head = api.call("HEAD", "/.well-known/jwks.json").send();
    assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", answer.etag()));
    let again = |tag: &str| api.call("GET", "/.well-known/jwks.json").header("If-None-Match", tag).send();
    let unchanged = again(&answer.etag());
    assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));
    assert_eq!((unchanged.etag(), unchanged.header("cache-control")), (answer.etag(), "public, max-age=60"));
    assert_eq!(again("\"another\"").status, 200);
    KeyRing::rotate_signing(&api.keys).unwrap();
    api.look_at_the_keys();
    let changed = again(&answer.etag());
    assert_eq!(changed.status, 200);
    assert_ne!(changed.etag(), answer.etag());
}

#[test]
fn a_rotation_logs_nobody_out_on_any_node() {
    let here = Api::with_keys_of_its_own();
    let there = here.another_node_with_its_own_ring();
    let before = here.tokens(EDITOR);
    let rotated = KeyRing::rotate_signing(&here.keys).unwrap();
    assert_eq!(kid(&before), rotated.previous);
    here.look_at_the_keys();
    let after = here.tokens(OWNER);
    assert_eq!(kid(&after), rotated.kid, "new work is signed with the new key");
    assert_eq!(me(&there, &after).status, 200, "a node that has not looked yet looks when it meets the new key");
    for node in [&here, &there] {
        assert_eq!(me(node, &before).status, 200, "who was signed in stays so");
        assert_eq!(me(node, &after).status, 200);
        assert_eq!(shown_keys(node), [rotated.previous.as_str(), rotated.kid.as_str()]);
    }
    assert_eq!(kid(&refresh(&there, &before)), rotated.kid, "and gets the next token as ever");
}

#[test]
fn a_retired_key_opens_nothing_on_any_node_and_sessions_go_on() {
    let here = Api::with_keys_of_its_own();
    let there = here.another_node_with_its_own_ring();
    let before = here.tokens(EDITOR);
    let rotated = KeyRing::rotate_signing(&here.keys).unwrap();
    KeyRing::retire_signing(&here.keys, &rotated.previous).unwrap();
    for node in [&here, &there] {
        node.look_at_the_keys();
        me(node, &before).problem(401, "unauthenticated");
        node.call("GET", "/v1/admin/articles").bearer(access(&before)).send().problem(401, "unauthenticated");
        assert_eq!(shown_keys(node), [rotated.kid.as_str()]);
    }
    let after = refresh(&there, &before);
    assert_eq!(kid(&after), rotated.kid);
    for node in [&here, &there] {
        assert_eq!(me(node, &after).status, 200, "the session goes on with a token of the new key");
    }
}

#[test]
fn a_key_that_was_only_added_signs_nothing_until_it_is_asked_to() {
    let api = Api::with_keys_of_its_own();
    let added = KeyRing::add_key(&api.keys, KeyUse::Signing).unwrap();
    api.look_at_the_keys();
    assert_ne!(kid(&api.tokens(EDITOR)), added);
    assert!(shown_keys(&api).contains(&added), "whoever checks tokens learns of it early");
    KeyRing::make_current(&api.keys, KeyUse::Signing, &added).unwrap();
    api.look_at_the_keys();
    assert_eq!(kid(&api.tokens(EDITOR)), added);
}

#[test]
fn the_audit_trail_stays_intact_when_the_key_of_its_heads_is_retired() {
    let api = Api::with_keys_of_its_own();
    api.tokens(EDITOR);
    api.seal();
    let rotated = KeyRing::rotate_signing(&api.keys).unwrap();
    KeyRing::retire_signing(&api.keys, &rotated.previous).unwrap();
    api.look_at_the_keys();
    api.tokens(EDITOR);
    api.seal();
    let report = api.verify(true);
    assert!(report.intact, "{report:?}");
}
