//! The tokens' way to the staff front end: never in an address.

use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Ground, editor, person};
use crate::harness::Reply;

const STAFF: &str = "https://staff.clinic.example/cms";
const VERIFIER: &str = "a-value-that-the-front-end-keeps-in-its-own-tab";

fn ground() -> Ground {
    Ground::start(&[("staff-url", STAFF)])
}

/// What stands in the fragment of the address below the front end.
fn fragment(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "no-referrer"));
    let address = Url::parse(reply.header("location")).unwrap();
    let (base, fragment) = address.as_str().split_once('#').unwrap();
    assert_eq!(base, format!("{STAFF}/sso"));
    assert!(reply.body.is_empty());
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

fn exchange(ground: &Ground, body: &Value) -> Reply {
    ground.api.call("POST", "/v1/auth/oidc/sso/exchange").json(body).send()
}

fn code(ground: &Ground, query: &str) -> String {
    let waiting = ground.begin_with(query);
    let back = ground.provider.agree(&waiting.address, &editor());
    let told = fragment(&ground.back(&back, Some(&waiting.cookie)));
    assert_eq!(told[1], ("provider".to_owned(), "sso".to_owned()));
    assert_eq!((told.len(), told[0].0.as_str()), (2, "code"));
    told[0].1.clone()
}

#[test]
fn the_front_end_gets_a_code_and_trades_it_for_tokens_once() {
    let ground = ground();
    let code = code(&ground, "");
    assert_eq!(ground.sessions(), 0, "a session begins when its tokens are fetched");
    let stored: i64 = ground.count("select count(*) from cms.oidc_handover where octet_length(code_hash) = 32");
    assert_eq!(stored, 1);
    let reply = exchange(&ground, &json!({"code": code}));
    assert_eq!(ground.me(&reply)["role"], "editor");
    assert_eq!(reply.header("cache-control"), "no-store");
    exchange(&ground, &json!({"code": code})).problem(401, "unauthenticated");
    assert_eq!(ground.sessions(), 1);
}

#[test]
fn a_code_ends_after_a_minute_and_with_the_account() {
    let ground = ground();
    let late = code(&ground, "");
    ground.clock.set(ground.clock.now() + Duration::seconds(60));
    exchange(&ground, &json!({"code": late})).problem(401, "unauthenticated");
    let disabled = code(&ground, "");
    ground.execute("update cms.account set credential_version = credential_version + 1");
    exchange(&ground, &json!({"code": disabled})).problem(401, "unauthenticated");
    for unknown in ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        exchange(&ground, &json!({"code": unknown})).problem(401, "unauthenticated");
    }
    exchange(&ground, &json!({})).problem(422, "validation_failed");
    exchange(&ground, &json!({"code": "x", "role": "owner"})).problem(422, "validation_failed");
    assert_eq!(ground.sessions(), 0);
}

#[test]
fn a_front_end_that_said_what_it_keeps_cannot_be_handed_another_s_sign_in() {
    let ground = ground();
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(VERIFIER.as_bytes()));
    let query = format!("?challenge={challenge}");
    let asked = code(&ground, &query);
    exchange(&ground, &json!({"code": asked})).problem(401, "unauthenticated");
    exchange(&ground, &json!({"code": asked, "verifier": VERIFIER.replace('a', "b")})).problem(401, "unauthenticated");
    assert_eq!(exchange(&ground, &json!({"code": asked, "verifier": VERIFIER})).status, 200);
    let without = code(&ground, "");
    exchange(&ground, &json!({"code": without, "verifier": VERIFIER})).problem(401, "unauthenticated");
    ground.api.get("/v1/auth/oidc/sso/start?challenge=short").problem(400, "invalid_parameters");
}

#[test]
fn a_refused_person_is_told_by_the_front_end_and_lands_nowhere_else() {
    let ground = ground();
    let told = fragment(&ground.sign_in(&person("a-stranger", "stranger@elsewhere.example")));
    assert_eq!(told, [("error".to_owned(), "unauthenticated".to_owned())]);
    let forged =
        Url::parse("http://x/v1/auth/oidc/sso/callback?code=x&state=x&redirect=https://attacker.example").unwrap();
    assert_eq!(fragment(&ground.back(&forged, None)), [("error".to_owned(), "unauthenticated".to_owned())]);
    assert_eq!(ground.sessions(), 0);
}
