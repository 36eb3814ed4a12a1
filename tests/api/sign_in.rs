//! `/v1/auth`.

use serde_json::json;

use crate::harness::{Api, EDITOR, OWNER};

#[test]
fn a_signed_in_person_is_told_who_they_are_and_what_they_may_do() {
    let api = Api::start();
    let tokens = api.tokens(EDITOR);
    assert_eq!(tokens["data"]["token_type"], "Bearer");
    assert_eq!(tokens["data"]["expires_in"], 600);
    let token = tokens["data"]["access_token"].as_str().unwrap();
    let me = api.call("GET", "/v1/auth/me").bearer(token).send();
    assert_eq!(me.header("cache-control"), "no-store");
    assert_eq!(me.json()["data"]["email"], EDITOR.0);
    assert_eq!(me.json()["data"]["role"], "editor");
    assert_eq!(
        me.json()["data"]["permissions"],
        json!([
            "read_articles",
            "write_articles",
            "publish_articles",
            "comment_articles",
            "read_clinic",
            "edit_clinic",
            "break_glass",
            "manage_api_keys"
        ])
    );
}

#[test]
fn an_unknown_address_and_a_wrong_password_cannot_be_told_apart() {
    let api = Api::start();
    let attempt = |email: &str, password: &str| {
        let body = json!({"email": email, "password": password});
        let reply = api.call("POST", "/v1/auth/login").json(&body).send();
        let mut problem = reply.problem(401, "unauthenticated");
        problem["request_id"] = json!(null);
        let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (problem, names)
    };
    assert_eq!(attempt(EDITOR.0, "wrong"), attempt("nobody@clinic.example", "wrong"));
    api.as_owner(async |connection| {
        sqlx::query("update cms.account set status = 'disabled' where email = $1")
            .bind(EDITOR.0)
            .execute(connection)
            .await
            .unwrap();
    });
    assert_eq!(attempt(EDITOR.0, EDITOR.1), attempt("not even an address", "wrong"));
}

#[test]
fn a_refresh_token_works_once_and_a_copy_ends_the_session() {
    let api = Api::start();
    let tokens = api.tokens(EDITOR);
    let refresh = |token: &str| api.call("POST", "/v1/auth/refresh").json(&json!({"refresh_token": token})).send();
    let first = tokens["data"]["refresh_token"].as_str().unwrap();
    let second = refresh(first).json()["data"]["refresh_token"].as_str().unwrap().to_owned();
    let third = refresh(&second);
    assert_eq!(third.status, 200, "{}", third.body);
    let access = third.json()["data"]["access_token"].as_str().unwrap().to_owned();
    assert_eq!(api.call("GET", "/v1/auth/me").bearer(&access).send().status, 200);
    // The first token comes back after its successor was used: somebody has a copy.
    refresh(first).problem(401, "unauthenticated");
    api.call("GET", "/v1/auth/me").bearer(&access).send().problem(401, "unauthenticated");
    let last = third.json()["data"]["refresh_token"].as_str().unwrap().to_owned();
    refresh(&last).problem(401, "unauthenticated");
}

#[test]
fn an_answer_lost_on_its_way_may_be_asked_for_again() {
    let api = Api::start();
    let tokens = api.tokens(EDITOR);
    let refresh = |token: &str| api.call("POST", "/v1/auth/refresh").json(&json!({"refresh_token": token})).send();
    let first = tokens["data"]["refresh_token"].as_str().unwrap();
    let lost = refresh(first).json()["data"]["refresh_token"].as_str().unwrap().to_owned();
    let again = refresh(first);
    assert_eq!(again.status, 200, "{}", again.body);
    let kept = again.json()["data"]["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(refresh(&kept).status, 200);
    refresh(&lost).problem(401, "unauthenticated");
}

#[test]
fn signing_out_ends_the_session_on_every_node() {
    let api = Api::start();
    let other = api.another_node();
    let tokens = api.tokens(OWNER);
    let token = tokens["data"]["access_token"].as_str().unwrap();
    assert_eq!(api.call("POST", "/v1/auth/logout").bearer(token).send().status, 204);
    for node in [&api, &other] {
        node.call("GET", "/v1/auth/me").bearer(token).send().problem(401, "unauthenticated");
        node.call("GET", "/v1/admin/articles").bearer(token).send().problem(401, "unauthenticated");
    }
    let refresh = json!({"refresh_token": tokens["data"]["refresh_token"]});
    api.call("POST", "/v1/auth/refresh").json(&refresh).send().problem(401, "unauthenticated");
}

#[test]
fn a_disabled_account_is_out_at_its_next_request() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    api.as_owner(async |connection| {
        sqlx::query("update cms.account set status = 'disabled' where email = $1")
            .bind(EDITOR.0)
            .execute(connection)
            .await
            .unwrap();
    });
    api.call("GET", "/v1/admin/articles").bearer(&token).send().problem(401, "unauthenticated");
}

#[test]
fn the_set_up_link_makes_one_owner_once() {
    let api = Api::start();
    let clock = api.clock.clone();
    let token = api.as_owner(async |connection| {
        sqlx::query("delete from cms.account").execute(&mut *connection).await.unwrap();
        clinic_cms::accounts::issue_first_owner_token(connection, &clock).await.unwrap().unwrap().reveal()
    });
    let path = format!("/v1/auth/invitations/{token}");
    let person = json!({"email": "First@Clinic.example", "name": "First Owner", "password": "four quiet herons wade"});
    let weak = json!({"email": "first@clinic.example", "name": "First Owner", "password": "password12345678"});
    api.call("POST", &path).json(&weak).send().problem(422, "validation_failed");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..10).map(|_| scope.spawn(|| api.call("POST", &path).json(&person).send().status)).collect();
        tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    api.call("POST", &path).json(&person).send().problem(404, "not_found");
    api.call("POST", "/v1/auth/invitations/guess").json(&person).send().problem(404, "not_found");
    assert!(!api.sign_in(("first@clinic.example", "four quiet herons wade")).is_empty());
}

#[test]
fn too_many_attempts_from_one_address_have_to_wait() {
    let api = Api::start_with(clinic_cms::clock::Clock::system(), &[("rate-limits", "login=3/60")]);
    let body = json!({"email": "nobody@clinic.example", "password": "wrong"});
    for attempt in 0..3 {
        // What a client can change about itself does not change its bucket.
        let forged = format!("203.0.113.{attempt}");
        api.call("POST", "/v1/auth/login")
            .header("X-Forwarded-For", forged)
            .json(&body)
            .send()
            .problem(401, "unauthenticated");
    }
    let refused = api.call("POST", "/v1/auth/login").header("X-Forwarded-For", "203.0.113.9").json(&body).send();
    refused.problem(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(refused.header("ratelimit-policy"), "\"login\";q=3;w=60");
}

#[test]
fn the_keys_that_check_a_token_are_public() {
    let api = Api::start();
    let keys = api.get("/.well-known/jwks.json").json();
    assert_eq!(keys["keys"][0]["kty"], "OKP");
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    assert!(keys["keys"][0].get("d").is_none(), "the private half stays here");
}
