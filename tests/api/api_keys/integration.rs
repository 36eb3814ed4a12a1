//! Inquiries that come in by a key.

use super::*;

#[test]
fn a_key_with_the_scope_sends_inquiries_and_one_without_may_not() {
    let api = office();
    let (shown, sender) = with_scopes(&api, EDITOR, &["inquiries:create"]);
    let (reader, other) = with_scopes(&api, EDITOR, &["articles:read"]);
    assert_eq!(post(&api, &sender).send().status, 201);
    post(&api, &other).send().problem(403, "forbidden");
    // A person's token is no key, and an empty one nothing at all.
    post(&api, &api.sign_in(OWNER)).send().problem(401, "unauthenticated");
    let empty = api.call("POST", "/v1/inquiries").header("Authorization", "").json(&inquiry()).send();
    empty.problem(401, "unauthenticated");
    assert_eq!(api.number("select count(*) from cms.inquiry"), 1);
    let sent = format!(
        "select count(*) from cms.audit_event where action = 'inquiry.submit' and actor_id = '{}'",
        shown["id"].as_str().unwrap()
    );
    assert_eq!(api.number(&sent), 1, "the trail names the key");
    api.seal();
    assert!(api.verify(false).intact);
    let id = reader["id"].as_str().unwrap();
    let denied = format!("select count(*) from cms.audit_event where action = 'access.denied' and actor_id = '{id}'");
    assert_eq!(api.number(&denied), 1);
    let token = api.sign_in(EDITOR);
    let used = api.call("GET", &address(&shown)).bearer(&token).send().json();
    assert_eq!(used["data"]["last_used_at"], "2026-03-02T12:00:00Z");
    // The scope opens the way in, and no way to read.
    assert_eq!(status(&api, "GET", "/v1/admin/inquiries", &sender), 403);
}

#[test]
fn a_key_whose_maker_is_gone_or_that_was_revoked_sends_nothing() {
    let api = office();
    let (shown, key) = with_scopes(&api, EDITOR, &["inquiries:create"]);
    sql(&api, &format!("update cms.account set status = 'disabled' where id = '{EDITOR_ID}'"));
    post(&api, &key).send().problem(401, "unauthenticated");
    sql(&api, &format!("update cms.account set status = 'active' where id = '{EDITOR_ID}'"));
    assert_eq!(post(&api, &key).send().status, 201);
    let token = api.sign_in(EDITOR);
    api.call("DELETE", &address(&shown)).bearer(&token).header("If-Match", "*").send();
    post(&api, &key).send().problem(401, "unauthenticated");
}

#[test]
fn an_idempotency_key_belongs_to_the_api_key_that_sent_it() {
    let api = office();
    let (_, one) = with_scopes(&api, EDITOR, &["inquiries:create"]);
    let (_, two) = with_scopes(&api, EDITOR, &["inquiries:create"]);
    let send = |key: Option<&str>, body: &Value| {
        let call = api.call("POST", "/v1/inquiries").header("Idempotency-Key", "tide-7").json(body);
        key.map_or_else(
            || api.call("POST", "/v1/inquiries").header("Idempotency-Key", "tide-7").json(body),
            |key| call.bearer(key),
        )
        .send()
    };
    let first = send(Some(&one), &inquiry());
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(send(Some(&one), &inquiry()).json(), first.json());
    let ids: std::collections::BTreeSet<_> = [send(None, &inquiry()), send(Some(&two), &inquiry()), first]
        .iter()
        .map(|reply| reply.json()["data"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 3, "each has a scope of its own");
    let mut somebody_else = inquiry();
    somebody_else["email"] = json!("ada@mail.example");
    send(Some(&one), &somebody_else).problem(422, "idempotency_key_reused");
    assert_eq!(send(None, &somebody_else).status, 201);
    assert_eq!(api.number("select count(*) from cms.inquiry"), 4);
}

#[test]
fn a_key_opens_no_origin() {
    let settings = [("rate-limits", "off"), ("require-mfa", "off"), ("cors-origins", "https://site.example")];
    let api = Api::start_with(Clock::fixed(noon()), &settings);
    let (_, key) = with_scopes(&api, EDITOR, &["inquiries:create", "articles:read"]);
    for (origin, allowed) in [("https://site.example", "https://site.example"), ("https://other.example", "")] {
        let posted = post(&api, &key).header("Origin", origin).send();
        assert_eq!((posted.status, posted.header("access-control-allow-origin")), (201, allowed));
        let read = api.call("GET", ARTICLES).bearer(&key).header("Origin", origin).send();
        assert_eq!((read.status, read.header("access-control-allow-origin")), (200, allowed));
        assert_eq!(read.header("access-control-allow-credentials"), "");
    }
}

#[test]
fn the_public_door_learns_whether_a_key_counts_and_nothing_else() {
    let api = office();
    let (_, key) = with_scopes(&api, EDITOR, &["inquiries:create"]);
    let id = parts(&key).0.to_owned();
    api.as_role("public", async |public| {
        let (scopes, allowed): (Vec<String>, bool) = sqlx::query_as(
            "select scopes, allowed from site.check_api_key($1, sha256('wrong'), '127.0.0.1', '2026-03-02 12:00Z')",
        )
        .bind(id)
        .fetch_one(&mut *public)
        .await
        .unwrap();
        assert_eq!((scopes, allowed), (Vec::new(), false));
        let hash = sqlx::query("select secret_hash from cms.api_key").fetch_optional(public).await;
        assert_eq!(hash.unwrap_err().as_database_error().unwrap().code().unwrap(), "42501");
    });
    api.as_role("staff", async |staff| {
        for statement in [
            "update cms.api_key set account_id = id",
            "update cms.api_key set public_id = ''",
            "delete from cms.api_key",
        ] {
            let refused = staff.execute(statement).await.unwrap_err();
            assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{statement}");
        }
    });
}
