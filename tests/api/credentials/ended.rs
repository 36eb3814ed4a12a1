//! What ends sessions: on every node, at the very next request.

use super::*;

/// Something done to the editor, whose tokens these are.
type Change = fn(&Api, &Value);

fn change_password(api: &Api, tokens: &Value) {
    let body = json!({"current_password": EDITOR.1, "new_password": NEW});
    let access = told(tokens, "access_token");
    let done = api.call("POST", "/v1/auth/password").bearer(&access).json(&body).send();
    assert_eq!(done.status, 200, "{}", done.body);
}

fn reset_password(api: &Api, _: &Value) {
    let link = reset_link(api, EDITOR.0);
    let done = api.call("PUT", &link).json(&json!({"new_password": NEW})).send();
    assert_eq!(done.status, 204, "{}", done.body);
}

fn patch(api: &Api, change: &Value) {
    let admin = api.sign_in(ADMIN);
    let done = api.call("PATCH", &address_of(EDITOR)).bearer(&admin).header("If-Match", "*").json(change).send();
    assert_eq!(done.status, 200, "{}", done.body);
}

fn delete(api: &Api, below: &str) {
    let admin = api.sign_in(ADMIN);
    let path = format!("{}{below}", address_of(EDITOR));
    let done = api.call("DELETE", &path).bearer(&admin).header("If-Match", "*").send();
    assert_eq!(done.status, 204, "{}", done.body);
}

const CHANGES: [(&str, Change); 9] = [
    ("a reset", reset_password),
    ("a changed password", change_password),
    ("the trash", |api, _| delete(api, "")),
    ("disabling", |api, _| patch(api, &json!({"status": "disabled"}))),
    ("a lower role", |api, _| patch(api, &json!({"role": "author"}))),
    ("another role", |api, _| patch(api, &json!({"role": "front_desk"}))),
    ("taken factors", |api, tokens| {
        enrol(api, &told(tokens, "access_token"));
        delete(api, "/factors");
    }),
    ("ended sessions", |api, _| delete(api, "/sessions")),
    ("signing out everywhere", |api, tokens| {
        let access = told(tokens, "access_token");
        assert_eq!(api.call("DELETE", "/v1/auth/sessions").bearer(&access).send().status, 204);
    }),
];

#[test]
fn whatever_takes_trust_from_a_person_ends_their_sessions_on_every_node_at_once() {
    for (what, change) in CHANGES {
        let api = clinic();
        let other = api.another_node();
        let (tokens, elsewhere) = (api.tokens(EDITOR), other.tokens(EDITOR));
        for (node, tokens) in [(&other, &tokens), (&api, &elsewhere)] {
            assert_eq!(me(node, &told(tokens, "access_token")).status, 200, "{what}");
        }
        change(&api, &tokens);
        for node in [&other, &api] {
            for old in [&tokens, &elsewhere] {
                let access = told(old, "access_token");
                assert_eq!(me(node, &access).status, 401, "{what}: the access token");
                assert_eq!(node.call("GET", "/v1/admin/articles").bearer(&access).send().status, 401, "{what}");
            }
        }
        for (node, old) in [(&other, &tokens), (&api, &tokens), (&other, &elsewhere), (&api, &elsewhere)] {
            let refused = refresh(node, &told(old, "refresh_token"));
            assert_eq!(refused.status, 401, "{what}: the refresh token");
        }
    }
}

#[test]
fn a_sign_in_that_waits_for_its_code_does_not_outlive_a_change_of_the_password_or_of_the_role() {
    let changes: [(&str, Change); 4] = [CHANGES[0], CHANGES[2], CHANGES[3], CHANGES[4]];
    for (what, change) in changes {
        let api = clinic();
        let tokens = api.tokens(EDITOR);
        let (secret, _) = enrol(&api, &told(&tokens, "access_token"));
        let waiting = half(&api, EDITOR);
        later(&api, Duration::minutes(1));
        change(&api, &tokens);
        let shown = json!({"mfa_token": waiting, "code": code(&secret, api.clock.now())});
        let refused = api.call("POST", "/v1/auth/mfa").json(&shown).send();
        assert_eq!(refused.status, 401, "{what}: {}", refused.body);
    }
}
