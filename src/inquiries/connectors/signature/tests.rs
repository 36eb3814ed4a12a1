use actix_web::http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

fn heads(given: &[(&str, &str)]) -> HeaderMap {
    let mut heads = HeaderMap::new();
    for (name, value) in given {
        heads.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    heads
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn secrets(of: &[&str]) -> Vec<Secret> {
    of.iter().map(|one| Zeroizing::new((*one).to_owned())).collect()
}

/// The example of the Standard Webhooks specification.
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SENT: &str = "1614265330";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn webhook(signature: &str) -> HeaderMap {
    heads(&[("webhook-id", ID), ("webhook-timestamp", SENT), ("webhook-signature", signature)])
}

fn verify(kind: IntegrationKind, of: &[&str], heads: &HeaderMap, body: &[u8]) -> bool {
    is_genuine(kind, &secrets(of), heads, body, at(1_614_265_330))
}

#[test]
fn the_example_of_the_standard_verifies_and_no_altered_one_does() {
    let generic = IntegrationKind::Generic;
    assert!(verify(generic, &[SECRET], &webhook(SIGNED), BODY));
    assert!(verify(generic, &[SECRET], &webhook(&format!("v1a,zzzz v1,AAAA {SIGNED}")), BODY), "one of several");
    assert!(
        verify(generic, &["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", SECRET], &webhook(SIGNED), BODY),
        "while rotating"
    );
    assert!(!verify(generic, &[SECRET], &webhook(SIGNED), br#"{"test": 2432232315}"#));
    assert!(!verify(generic, &[SECRET], &webhook(&SIGNED.replace("v1,", "v2,")), BODY));
    assert!(!verify(generic, &["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"], &webhook(SIGNED), BODY));
    assert!(!verify(generic, &[], &webhook(SIGNED), BODY));
    let another_id = heads(&[("webhook-id", "msg_other"), ("webhook-timestamp", SENT), ("webhook-signature", SIGNED)]);
    assert!(!verify(generic, &[SECRET], &another_id, BODY));
}

#[test]
fn a_webhook_is_fresh_for_five_minutes_either_way() {
    let held = |now| is_genuine(IntegrationKind::Generic, &secrets(&[SECRET]), &webhook(SIGNED), BODY, at(now));
    assert!(held(1_614_265_330 - 300) && held(1_614_265_330 + 300));
    assert!(!held(1_614_265_330 - 301) && !held(1_614_265_330 + 301));
}

/// Python: `hmac.new(b"app-secret", b'{"object":"page"}', hashlib.sha256).hexdigest()`, and so on.
#[test]
fn each_service_verifies_what_it_signed() {
    let body = br#"{"object":"page"}"#;
    let key = |with, secret: &str| hmac::sign(&hmac::Key::new(with, secret.as_bytes()), body);
    let tag = key(hmac::HMAC_SHA256, "app-secret");
    let meta = heads(&[("X-Hub-Signature-256", &format!("sha256={}", hex::encode(tag.as_ref())))]);
    assert!(verify(IntegrationKind::Meta, &["old", "app-secret"], &meta, body));
    assert!(!verify(IntegrationKind::Meta, &["other"], &meta, body));
    let typeform = heads(&[("Typeform-Signature", &format!("sha256={}", BASE64.encode(tag.as_ref())))]);
    assert!(verify(IntegrationKind::Typeform, &["app-secret"], &typeform, body));
    assert!(!verify(IntegrationKind::Typeform, &["app-secret"], &typeform, b"{}"));
    let tag = key(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, "app-secret");
    let callrail = heads(&[("Signature", &BASE64.encode(tag.as_ref()))]);
    assert!(verify(IntegrationKind::CallRail, &["app-secret"], &callrail, body));
    assert!(!verify(IntegrationKind::CallRail, &["app-secret"], &typeform, body));
}

#[test]
fn a_head_that_stands_twice_counts_as_none() {
    let mut twice = webhook(SIGNED);
    twice.append(HeaderName::from_static("webhook-signature"), HeaderValue::from_static(SIGNED));
    assert!(!verify(IntegrationKind::Generic, &[SECRET], &twice, BODY));
}

#[test]
fn googles_key_is_compared_whole() {
    let google = |key: &str| verify(IntegrationKind::GoogleAds, &["right-key"], &heads(&[]), key.as_bytes());
    assert!(google(r#"{"google_key": "right-key", "lead_id": "1"}"#));
    for wrong in [r#"{"google_key": "right-ke"}"#, r#"{"google_key": ["right-key"]}"#, r"{}", "", "right-key", "[1]"] {
        assert!(!google(wrong), "{wrong}");
    }
}

proptest! {
    #[test]
    fn no_bytes_and_no_heads_are_taken_by_chance(body in proptest::collection::vec(any::<u8>(), 0..80), head in "[ -~]{0,60}") {
        let given = heads(&[("x-hub-signature-256", &head), ("typeform-signature", &head), ("signature", &head),
            ("webhook-id", &head), ("webhook-timestamp", SENT), ("webhook-signature", &head)]);
        for kind in IntegrationKind::ALL {
            prop_assert!(!verify(kind, &[SECRET, "another-secret"], &given, &body));
        }
    }
}
