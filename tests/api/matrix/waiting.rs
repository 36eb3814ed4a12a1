//! The token of a sign-in that is not done yet opens its own step and nothing else.

use serde_json::json;

use super::*;
use crate::{
    credentials::{enrol, half, later, strict},
    harness::{FRONT_DESK, OWNER, code},
};

/// What an operation that asks for nothing answers must not depend on such a token, but for turning it away.
fn is_no_use(api: &Api, operation: &Operation, half: &str) {
    let reply = ask(api, operation, &operation.path, Some(half));
    let cell = format!("{}: {} {}", operation.id, reply.status, reply.body);
    if operation.class == Open {
        let without = ask(api, operation, &operation.path, None);
        assert!([without.status, 401].contains(&reply.status), "{cell}");
    } else {
        assert_eq!(reply.status, 401, "{cell}");
    }
}

#[test]
fn a_sign_in_that_waits_for_its_code_opens_no_operation() {
    let api = strict();
    let (secret, _) = enrol(&api, &half(&api, OWNER));
    let waiting = half(&api, OWNER);
    for operation in operations(&api) {
        is_no_use(&api, &operation, &waiting);
    }
    let kept = api.as_owner(async |owner| {
        let count = "select count(*) from cms.totp where confirmed_at is not null";
        sqlx::query_scalar::<_, i64>(count).fetch_one(owner).await.unwrap()
    });
    assert_eq!(kept, 1, "the authenticator is the one from before");
    later(&api, Duration::minutes(1));
    let shown = json!({"mfa_token": waiting, "code": code(&secret, api.clock.now())});
    let done = api.call("POST", "/v1/auth/mfa").json(&shown).send();
    assert_eq!(done.status, 200, "its own step is open still: {}", done.body);
    for operation in operations(&api).iter().filter(|operation| operation.class == Enrolling) {
        is_no_use(&api, operation, &waiting);
    }
}

#[test]
fn a_sign_in_that_waits_for_an_enrolment_opens_the_enrolment_alone() {
    let api = strict();
    let waiting = half(&api, FRONT_DESK);
    for operation in operations(&api) {
        if operation.class == Enrolling {
            let reply = ask(&api, &operation, &operation.path, Some(&waiting));
            assert!(![401, 403].contains(&reply.status), "{}: {} {}", operation.id, reply.status, reply.body);
        } else {
            is_no_use(&api, &operation, &waiting);
        }
    }
    let shown = json!({"mfa_token": waiting, "code": "123456"});
    api.call("POST", "/v1/auth/mfa").json(&shown).send().problem(401, "unauthenticated");
    let asked = json!({"mfa_token": waiting});
    let passkey = api.call("POST", "/v1/auth/passkeys/assertion/options").json(&asked).send();
    assert!([401, 409].contains(&passkey.status), "{}", passkey.body);
    let (_, done) = enrol(&api, &waiting);
    assert!(done["tokens"]["access_token"].is_string(), "{done}");
    for operation in operations(&api) {
        is_no_use(&api, &operation, &waiting);
    }
}
