//! Where nobody can tell who is asking, nobody is let in.

use serde_json::json;

use super::*;
use crate::{
    credentials::{enrol, half, later, refresh, reset_link, sql, strict, told},
    harness::{OWNER, code, login},
};

#[test]
fn while_sessions_cannot_be_looked_up_no_operation_lets_anybody_in() {
    let api = Api::start();
    let tokens = api.tokens(OWNER);
    let (token, operations) = (told(&tokens, "access_token"), operations(&api));
    sql(&api, "revoke select on cms.session from cms_staff");
    for operation in operations.iter().filter(|operation| operation.class != Open) {
        let reply = ask(&api, operation, &operation.path, Some(&token));
        assert!(reply.status >= 500, "{}: {} {}", operation.id, reply.status, reply.body);
        assert!(!reply.body.contains("session"), "and the answer does not say why: {}", reply.body);
    }
    let answer = login(&api, OWNER);
    assert!(answer.status >= 500, "{}", answer.body);
    let refreshed = refresh(&api, &told(&tokens, "refresh_token"));
    assert!(refreshed.status >= 500, "{}", refreshed.body);
    let stranger = api.get("/v1/admin/articles");
    stranger.problem(401, "unauthenticated");
    sql(&api, "grant select on cms.session to cms_staff");
    assert_eq!(crate::credentials::me(&api, &token).status, 200, "and they are let in again afterwards");
    assert_eq!(refresh(&api, &told(&tokens, "refresh_token")).status, 200, "nothing was spent meanwhile");
}

#[test]
fn while_accounts_cannot_be_read_no_step_of_a_sign_in_ends_well() {
    let api = strict();
    let (secret, _) = enrol(&api, &half(&api, OWNER));
    let (waiting, link) = (half(&api, OWNER), reset_link(&api, EDITOR.0));
    later(&api, Duration::minutes(1));
    sql(&api, "revoke select on cms.account from cms_staff");
    let shown = json!({"mfa_token": waiting, "code": code(&secret, api.clock.now())});
    let asks = [
        ("POST", "/v1/auth/login", json!({"email": OWNER.0, "password": OWNER.1})),
        ("POST", "/v1/auth/mfa", shown),
        ("POST", "/v1/auth/password-resets", json!({"email": OWNER.0})),
        ("PUT", link.as_str(), json!({"new_password": "brass kettles sing till noon"})),
    ];
    for (method, path, body) in &asks {
        let reply = api.call(method, path).json(body).send();
        assert!(reply.status >= 500, "{path}: {} {}", reply.status, reply.body);
    }
    sql(&api, "grant select on cms.account to cms_staff");
    for (method, path, body) in asks {
        let reply = api.call(method, path).json(&body).send();
        assert!(reply.status < 300, "{path}: {} {}", reply.status, reply.body);
    }
}

#[test]
fn while_the_audit_trail_cannot_be_written_nothing_is_read_and_nobody_signs_in() {
    let api = Api::start();
    let tokens = api.tokens(OWNER);
    let (token, operations) = (told(&tokens, "access_token"), operations(&api));
    sql(&api, "revoke insert on cms.audit_event from cms_staff");
    let lists = |one: &&Operation| matches!(one.class, Holds(_)) && one.method == "GET" && !one.path.contains("ffff");
    for operation in operations.iter().filter(lists) {
        let query = match operation.id.as_str() {
            "get_breach_report" => "?from=2026-01-01&until=2026-01-02",
            "get_consent_proof" => "?inquiry=01900000-0000-7000-8000-000000000001",
            _ => "",
        };
        let reply = api.call("GET", &format!("{}{query}", operation.path)).bearer(&token).send();
        assert!(reply.status >= 500, "{}: {} {}", operation.id, reply.status, reply.body);
    }
    let answer = login(&api, OWNER);
    assert!(answer.status >= 500, "{}", answer.body);
}
