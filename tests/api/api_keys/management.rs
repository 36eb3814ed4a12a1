//! Who makes, sees, changes and revokes which key.

use super::*;

#[test]
fn a_key_is_shown_once_and_is_nowhere_in_the_database() {
    let api = office();
    let (shown, key) = with_scopes(&api, EDITOR, &["articles:read"]);
    assert_eq!(shown["prefix"], &key[..18]);
    assert_eq!(shown["scopes"], json!(["articles:read"]));
    assert_eq!(shown["user"], json!({"id": EDITOR_ID, "name": "Test editor"}));
    assert_eq!((&shown["status"], &shown["expires_at"]), (&json!("active"), &json!("2027-03-02T12:00:00Z")));
    assert_eq!((&shown["last_used_at"], &shown["former_secret_until"]), (&json!(null), &json!(null)));
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    assert_eq!(status(&api, "GET", ARTICLES, &forged(parts(&key).0, &"0".repeat(43))), 401);
    let token = api.sign_in(EDITOR);
    let one = api.call("GET", &address(&shown)).bearer(&token).send();
    let list = api.call("GET", KEYS).bearer(&token).send();
    assert_eq!(one.header("cache-control"), "no-store");
    for answer in [&one, &list] {
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(&key[..17]) && !answer.body.contains(parts(&key).1), "{}", answer.body);
        assert!(!answer.body.contains("\"key\"") && !answer.body.contains("hash"), "{}", answer.body);
    }
    let mut rest = shown.clone();
    rest.as_object_mut().unwrap().remove("key");
    rest["last_used_at"] = json!("2026-03-02T12:00:00Z");
    rest["last_used_address"] = json!("127.0.0.1");
    assert_eq!(one.json()["data"], rest);
    assert_eq!(list.json()["data"], json!([rest]));
    let stored = everything(&api);
    assert!(stored.contains(parts(&key).0), "the search would find what is there");
    assert!(!stored.contains(parts(&key).1) && !stored.contains(&key));
}

/// Every row of every table, as text.
fn everything(api: &Api) -> String {
    api.as_owner(async |owner| {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('cms', 'site')",
        )
        .fetch_all(&mut *owner)
        .await
        .unwrap();
        let mut all = String::new();
        for table in tables {
            let rows = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
            all += &sqlx::query_scalar::<_, String>(AssertSqlSafe(rows)).fetch_one(&mut *owner).await.unwrap();
        }
        all
    })
}

#[test]
fn nobody_gives_a_key_more_than_they_have() {
    let api = office();
    let (editor, owner) = (api.sign_in(EDITOR), api.sign_in(OWNER));
    let body =
        json!({"name": "Reader", "scopes": ["articles:read", "inquiries:read", "audit:read", "inquiries:create"]});
    let problem = make(&api, &editor, &body).problem(422, "validation_failed");
    let errors: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|e| (&e["pointer"], &e["code"])).collect();
    let above = json!("above_maker");
    assert_eq!(errors, [(&json!("/scopes/1"), &above), (&json!("/scopes/2"), &above)]);
    assert_eq!(make(&api, &owner, &body).status, 201);
    assert_eq!(api.number("select count(*) from cms.api_key"), 1);
}

#[test]
fn an_emergency_is_not_given_on_to_a_key() {
    let api = office();
    let (_, key) = with_scopes(&api, EDITOR, &["articles:read"]);
    sql(
        &api,
        &format!(
            "insert into cms.break_glass (id, account_id, reason, began_at, ends_at)
             values (gen_random_uuid(), '{EDITOR_ID}', '', '2026-03-02 11:00Z', '2026-03-02 14:00Z')"
        ),
    );
    let token = api.sign_in(EDITOR);
    assert_eq!(status(&api, "GET", "/v1/admin/inquiries", &token), 200);
    assert_eq!(status(&api, "GET", "/v1/admin/inquiries", &key), 403);
    make(&api, &token, &json!({"name": "x", "scopes": ["inquiries:read"]})).problem(422, "validation_failed");
}

#[test]
fn a_key_needs_a_name_and_a_scope_and_nothing_that_nobody_asked_for() {
    let api = office();
    let token = api.sign_in(EDITOR);
    let good = json!({"name": "Website", "scopes": ["articles:read"]});
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(null)),
        ("scopes", json!([])),
        ("scopes", json!(["articles:publish"])),
        ("allowed_addresses", json!(["203.0.113.7/24"])),
        ("expires_at", json!("2028-03-03T12:00:00Z")),
        ("expires_at", json!("2026-03-02T11:59:59Z")),
        ("id", json!(OWNER_ID)),
        ("public_id", json!("aaaaaaaaaaaa")),
        ("key", json!("ccms_x")),
        ("secret_hash", json!("00")),
        ("account_id", json!(OWNER_ID)),
        ("user", json!(OWNER_ID)),
        ("version", json!(7)),
        ("revoked_at", json!(null)),
        ("last_used_at", json!("2026-03-02T11:00:00Z")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let problem = make(&api, &token, &body).problem(422, "validation_failed");
        let pointer = problem["errors"][0]["pointer"].as_str().unwrap().to_owned();
        assert!(pointer.starts_with(&format!("/{field}")), "{field}: {pointer}");
    }
    assert_eq!(api.number("select count(*) from cms.api_key"), 0);
    api.call("GET", &format!("{KEYS}?owner=me")).bearer(&token).send().problem(400, "invalid_parameters");
    api.call("GET", &format!("{KEYS}?status=lost")).bearer(&token).send().problem(400, "invalid_parameters");
}

#[test]
fn whoever_manages_people_sees_and_revokes_every_key_and_others_see_their_own() {
    let api = office();
    let (of_owner, owners_key) = with_scopes(&api, OWNER, &["inquiries:read"]);
    let (of_editor, editors_key) = with_scopes(&api, EDITOR, &["articles:read"]);
    let (editor, admin) = (api.sign_in(EDITOR), api.sign_in(ADMIN));
    let ids = |token: &str| {
        let list = api.call("GET", KEYS).bearer(token).send().json();
        list["data"].as_array().unwrap().iter().map(|key| key["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&editor), [of_editor["id"].clone()]);
    assert_eq!(ids(&admin).len(), 2);
    let foreign = address(&of_owner);
    for (method, path) in
        [("GET", foreign.clone()), ("DELETE", foreign.clone()), ("POST", format!("{foreign}/rotation"))]
    {
        api.call(method, &path).bearer(&editor).header("If-Match", "*").send().problem(404, "not_found");
    }
    let patch = |token: &str, path: &str| {
        let name = json!({"name": "Taken over"});
        api.call("PATCH", path).bearer(token).header("If-Match", "*").json(&name).send()
    };
    patch(&editor, &foreign).problem(404, "not_found");
    // A new secret, or another address, would hand the owner's rights to the admin.
    patch(&admin, &foreign).problem(403, "forbidden");
    api.call("POST", &format!("{foreign}/rotation")).bearer(&admin).send().problem(403, "forbidden");
    assert_eq!(status(&api, "GET", "/v1/admin/inquiries", &owners_key), 200);
    for (shown, key) in [(&of_owner, &owners_key), (&of_editor, &editors_key)] {
        let revoked = api.call("DELETE", &address(shown)).bearer(&admin).header("If-Match", "\"v1\"").send();
        assert_eq!(revoked.status, 204, "{}", revoked.body);
        api.call("GET", ARTICLES).bearer(key).send().problem(401, "unauthenticated");
    }
    let again = api.call("DELETE", &address(&of_editor)).bearer(&editor).header("If-Match", "*").send();
    again.problem(409, "revoked");
}

#[test]
fn a_key_is_changed_against_the_version_that_was_read() {
    let api = office();
    let (shown, key) = with_scopes(&api, EDITOR, &["articles:read", "clinic:read"]);
    let token = api.sign_in(EDITOR);
    let patch = |tag: Option<&str>, body: &Value| {
        let call = api.call("PATCH", &address(&shown)).bearer(&token).json(body);
        tag.map_or(api.call("PATCH", &address(&shown)).bearer(&token).json(body), |tag| call.header("If-Match", tag))
            .send()
    };
    patch(None, &json!({"name": "Other"})).problem(428, "precondition_required");
    let changed = patch(Some("\"v1\""), &json!({"name": "Other", "scopes": ["clinic:read"]}));
    assert_eq!((changed.status, changed.etag().as_str()), (200, "\"v2\""), "{}", changed.body);
    assert_eq!(changed.json()["data"]["name"], "Other");
    assert_eq!(status(&api, "GET", ARTICLES, &key), 403);
    assert_eq!(status(&api, "GET", "/v1/admin/clinic", &key), 200);
    patch(Some("\"v1\""), &json!({"name": "Late"})).problem(412, "stale_version");
    let wider =
        patch(Some("*"), &json!({"scopes": ["clinic:read", "articles:read"]})).problem(422, "validation_failed");
    assert_eq!(wider["errors"][0]["pointer"], "/scopes/1");
    for refused in [json!({"expires_at": null}), json!({"scopes": null}), json!({"naem": "x"}), json!({"key": "ccms_"})]
    {
        patch(Some("*"), &refused).problem(422, "validation_failed");
    }
    let fields = "select count(*) from cms.audit_event where action = 'api_key.update' and fields @> '{name,scopes}'";
    assert_eq!(api.number(fields), 1);
}

#[test]
fn the_list_tells_active_expired_and_revoked_keys_apart() {
    let api = office();
    let (_, _) = with_scopes(&api, EDITOR, &["articles:read"]);
    let (revoked, _) = with_scopes(&api, EDITOR, &["articles:read"]);
    let soon = json!({"name": "Soon", "scopes": ["articles:read"], "expires_at": "2026-03-02T12:00:10Z"});
    let (_, ending) = key(&api, EDITOR, &soon);
    assert_eq!(status(&api, "GET", ARTICLES, &ending), 200);
    let token = api.sign_in(EDITOR);
    api.call("DELETE", &address(&revoked)).bearer(&token).header("If-Match", "*").send();
    api.clock.set(noon() + Duration::seconds(10));
    assert_eq!(status(&api, "GET", ARTICLES, &ending), 401);
    for (wanted, total) in [("active", 1), ("expired", 1), ("revoked", 1), ("active,revoked", 2)] {
        let page = api.call("GET", &format!("{KEYS}?status={wanted}&limit=1")).bearer(&token).send().json();
        assert_eq!(page["meta"]["total"], total, "{wanted}");
        assert!(wanted.contains(page["data"][0]["status"].as_str().unwrap()), "{wanted}");
    }
}

#[test]
fn keys_are_made_and_revoked_by_whoever_showed_themselves_within_ten_minutes() {
    let api = office();
    let tokens = api.tokens(EDITOR);
    let (shown, _) = with_scopes(&api, EDITOR, &["articles:read"]);
    api.clock.set(noon() + Duration::minutes(11));
    let refresh = json!({"refresh_token": tokens["data"]["refresh_token"]});
    let renewed = api.call("POST", "/v1/auth/refresh").json(&refresh).send().json();
    let token = renewed["data"]["access_token"].as_str().unwrap();
    assert_eq!(status(&api, "GET", &address(&shown), token), 200);
    let body = json!({"name": "Late", "scopes": ["articles:read"]});
    make(&api, token, &body).problem(401, "reauthentication_required");
    for (method, path) in [("DELETE", address(&shown)), ("POST", format!("{}/rotation", address(&shown)))] {
        let late = api.call(method, &path).bearer(token).header("If-Match", "*").send();
        late.problem(401, "reauthentication_required");
    }
}
