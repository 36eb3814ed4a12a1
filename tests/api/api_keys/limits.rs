//! What a key opens, what it never opens, and what turns it away.

use super::*;

#[test]
fn a_key_opens_what_its_scopes_name_and_never_what_belongs_to_a_person() {
    let api = office();
    let (shown, key) = with_scopes(&api, OWNER, &["articles:read"]);
    let me = api.call("GET", "/v1/auth/me").bearer(&key).send().json()["data"].clone();
    assert_eq!((&me["scopes"], &me["permissions"]), (&json!(["articles:read"]), &json!(["read_articles"])));
    assert_eq!((&me["session_id"], &me["fresh_until"]), (&json!(null), &json!(null)));
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    for path in ["/v1/admin/clinic", "/v1/admin/inquiries", "/v1/admin/users", "/v1/admin/sessions", KEYS] {
        api.call("GET", path).bearer(&key).send().problem(403, "forbidden");
    }
    let everything = [
        "articles:read",
        "articles:write",
        "clinic:read",
        "clinic:write",
        "inquiries:create",
        "inquiries:read",
        "audit:read",
    ];
    let (_, strongest) = with_scopes(&api, OWNER, &everything);
    let body = json!({"name": "Heir", "scopes": ["articles:read"]});
    for (method, path) in [
        ("POST", KEYS.to_owned()),
        ("GET", KEYS.to_owned()),
        ("GET", address(&shown)),
        ("DELETE", address(&shown)),
        ("POST", format!("{}/rotation", address(&shown))),
        ("GET", "/v1/admin/users".to_owned()),
        ("POST", "/v1/admin/invitations".to_owned()),
        ("POST", "/v1/admin/break-glass".to_owned()),
        ("PATCH", "/v1/auth/me".to_owned()),
        ("GET", "/v1/auth/sessions".to_owned()),
        ("DELETE", "/v1/auth/sessions".to_owned()),
        ("POST", "/v1/auth/password".to_owned()),
        ("POST", "/v1/auth/reauthentication".to_owned()),
        ("POST", "/v1/auth/totp".to_owned()),
        ("POST", "/v1/auth/recovery-codes".to_owned()),
        ("POST", "/v1/auth/logout".to_owned()),
    ] {
        let reply = api.call(method, &path).bearer(&strongest).header("If-Match", "*").json(&body).send();
        assert_eq!(reply.status, 403, "{method} {path}: {}", reply.body);
    }
    assert_eq!(api.number("select count(*) from cms.api_key"), 2);
}

#[test]
fn what_a_key_does_stands_in_the_trail_under_the_key() {
    let api = office();
    let (shown, key) = with_scopes(&api, EDITOR, &["articles:read"]);
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    let id = shown["id"].as_str().unwrap();
    let by_key = format!("select count(*) from cms.audit_event where actor_kind = 'api_key' and actor_id = '{id}'");
    assert_eq!(api.number(&by_key), 1);
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'api_key.create'"), 1);
}

/// Ways to show a key that is not good, and the good one that they are made from. A key is `ccms_`, 12 characters,
/// `_`, 43 and 6.
fn bad_keys(api: &Api) -> (String, Vec<(&'static str, String)>) {
    let scopes = ["articles:read", "inquiries:create"];
    let (_, good) = with_scopes(api, EDITOR, &scopes);
    let (_, other) = with_scopes(api, EDITOR, &scopes);
    let (_, expired) = with_scopes(api, EDITOR, &scopes);
    let (_, revoked) = with_scopes(api, EDITOR, &scopes);
    let away = json!({"name": "Away", "scopes": scopes, "allowed_addresses": ["203.0.113.0/24"]});
    let (_, away) = key(api, EDITOR, &away);
    sql(
        api,
        &format!("update cms.api_key set expires_at = '2026-03-02 12:00Z' where public_id = '{}'", parts(&expired).0),
    );
    sql(
        api,
        &format!("update cms.api_key set revoked_at = '2026-03-02 12:00Z' where public_id = '{}'", parts(&revoked).0),
    );
    let last = if good.ends_with('0') { '1' } else { '0' };
    let bad = vec![
        ("nothing but the prefix", "ccms_".to_owned()),
        ("lower case", good.to_lowercase()),
        ("a cut", good[..66].to_owned()),
        ("one character more", format!("{good}0")),
        ("twice in one", format!("{good}{good}")),
        ("twice with a space", format!("{good} {good}")),
        ("a wrong checksum", format!("{}{last}", &good[..66])),
        ("an unknown id", forged("000000000000", parts(&good).1)),
        ("another's secret", forged(parts(&good).0, parts(&other).1)),
        ("expired", expired),
        ("revoked", revoked),
        ("from elsewhere", away),
    ];
    (good, bad)
}

#[test]
fn every_bad_key_is_turned_away_alike() {
    let api = office();
    let (good, bad) = bad_keys(&api);
    let told = |reply: &Reply| {
        let mut problem = reply.problem(401, "unauthenticated");
        problem["request_id"] = json!(null);
        // `Connection` tells whether the body came before the answer, which is the network's affair.
        let names: std::collections::BTreeSet<_> =
            reply.headers.keys().map(ToString::to_string).filter(|name| name != "connection").collect();
        (problem, names, reply.header("www-authenticate").to_owned())
    };
    for path in [ARTICLES, "/v1/auth/me", "/v1/inquiries"] {
        let method = if path == "/v1/inquiries" { "POST" } else { "GET" };
        let call = || if method == "POST" { api.call(method, path).json(&inquiry()) } else { api.call(method, path) };
        let usual = told(&call().bearer("ccms_x").send());
        for (why, key) in &bad {
            let reply = call().bearer(key).send();
            assert_eq!(reply.status, 401, "{path}: {why}");
            assert_eq!(told(&reply), usual, "{path}: {why}");
        }
        assert_eq!(told(&call().bearer(&good).bearer(&good).send()), usual, "{path}: two headers");
        assert_eq!(told(&call().header("Authorization", format!("Basic {good}")).send()), usual, "{path}: Basic");
        assert_eq!(told(&call().header("Authorization", good.clone()).send()), usual, "{path}: bare");
        assert!(call().bearer(&good).send().status < 300, "{path}");
    }
    // Five of them had to be looked up, on three addresses; what is no key at all costs no row.
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'api_key.refuse'"), 15);
    let unknown = "select count(*) from cms.audit_event where action = 'api_key.refuse' and subject_id is null";
    assert_eq!(api.number(unknown), 3);
    assert_eq!(api.number("select count(*) from cms.inquiry"), 1);
}

#[test]
fn a_key_shrinks_with_its_maker_and_stops_with_them() {
    let api = office();
    let (_, key) = with_scopes(&api, EDITOR, &["articles:read", "articles:write", "clinic:write"]);
    let owner = api.sign_in(OWNER);
    let person = format!("/v1/admin/users/{EDITOR_ID}");
    let become_ = |change: &Value| {
        let reply = api.call("PATCH", &person).bearer(&owner).header("If-Match", "*").json(change).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    let permissions = || api.call("GET", "/v1/auth/me").bearer(&key).send().json()["data"]["permissions"].clone();
    assert_eq!(permissions(), json!(["read_articles", "write_articles", "edit_clinic"]));
    become_(&json!({"role": "author"}));
    assert_eq!(permissions(), json!(["read_articles", "write_articles"]));
    become_(&json!({"role": "reviewer"}));
    assert_eq!(permissions(), json!(["read_articles"]));
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    become_(&json!({"role": "front_desk"}));
    assert_eq!(permissions(), json!([]));
    api.call("GET", ARTICLES).bearer(&key).send().problem(403, "forbidden");
    become_(&json!({"role": "editor"}));
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    become_(&json!({"status": "disabled"}));
    let node = api.another_node();
    for server in [&api, &node] {
        server.call("GET", ARTICLES).bearer(&key).send().problem(401, "unauthenticated");
    }
    become_(&json!({"status": "active"}));
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    let trashed = api.call("DELETE", &person).bearer(&owner).header("If-Match", "*").send();
    assert_eq!(trashed.status, 204, "{}", trashed.body);
    assert_eq!(status(&api, "GET", ARTICLES, &key), 401);
}

#[test]
fn behind_a_front_desk_a_key_reads_the_inquiries_of_its_locations() {
    let api = office();
    let (_, key) = with_scopes(&api, OWNER, &["inquiries:read"]);
    assert_eq!(api.call("POST", "/v1/inquiries").json(&inquiry()).send().status, 201);
    let total = || api.call("GET", "/v1/admin/inquiries").bearer(&key).send().json()["meta"]["total"].clone();
    assert_eq!(total(), 1);
    sql(&api, &format!("update cms.account set role = 'front_desk' where id = '{OWNER_ID}'"));
    assert_eq!(total(), 0, "the inquiry names no location of theirs");
    let me = api.call("GET", "/v1/auth/me").bearer(&key).send().json();
    assert_eq!(me["data"]["locations"], json!([]));
}

#[test]
fn a_key_reads_inquiries_while_its_maker_has_the_second_factor_that_is_asked_for() {
    let api = Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off"), ("require-mfa", "on")]);
    let (id, secret) = ("abcdefghijkl", "S".repeat(43));
    let key = forged(id, &secret);
    sql(
        &api,
        &format!(
            "insert into cms.api_key (id, public_id, name, account_id, scopes, secret_hash, secret_made_at, created_at,
                                      updated_at, expires_at)
             values (gen_random_uuid(), '{id}', 'Old', '{OWNER_ID}', '{{inquiries:read,articles:read}}',
                     sha256('{secret}'), '2026-03-01', '2026-03-01', '2026-03-01', '2026-04-01')"
        ),
    );
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    api.call("GET", "/v1/admin/inquiries").bearer(&key).send().problem(403, "forbidden");
    sql(
        &api,
        &format!(
            "insert into cms.totp (account_id, secret, created_at, confirmed_at, last_step)
             values ('{OWNER_ID}', '', '2026-03-01', '2026-03-01', 1)"
        ),
    );
    assert_eq!(status(&api, "GET", "/v1/admin/inquiries", &key), 200);
}

#[test]
fn a_key_works_from_its_addresses_as_trusted_proxies_tell_them() {
    let settings = [("rate-limits", "off"), ("require-mfa", "off"), ("trusted-proxies", "127.0.0.1/32")];
    let api = Api::start_with(Clock::fixed(noon()), &settings);
    let networks = json!(["203.0.113.0/24", "2001:db8::/32"]);
    let body =
        json!({"name": "Office", "scopes": ["articles:read", "inquiries:create"], "allowed_addresses": networks});
    let (shown, key) = key(&api, EDITOR, &body);
    assert_eq!(shown["allowed_addresses"], networks);
    for (from, expected) in [
        ("203.0.113.9", 200),
        ("::ffff:203.0.113.9", 200),
        ("2001:db8::7", 200),
        ("198.51.100.1, 203.0.113.9", 200),
        ("203.0.113.9, 198.51.100.1", 401),
        ("203.0.114.9", 401),
        ("2001:db9::7", 401),
        ("127.0.0.1", 401),
        ("nobody", 401),
    ] {
        let reply = api.call("GET", ARTICLES).bearer(&key).header("X-Forwarded-For", from).send();
        assert_eq!(reply.status, expected, "{from}");
        let posted = post(&api, &key).header("X-Forwarded-For", from).send();
        assert_eq!(posted.status, if expected == 200 { 201 } else { 401 }, "{from}");
    }
    assert_eq!(status(&api, "GET", ARTICLES, &key), 401);
    let token = api.sign_in(EDITOR);
    let used = api.call("GET", &address(&shown)).bearer(&token).send().json();
    assert_eq!(used["data"]["last_used_address"], "203.0.113.9");
}

#[test]
fn a_header_from_anybody_else_moves_no_address() {
    let api = office();
    let bound = |network: &str| {
        let body = json!({"name": "Bound", "scopes": ["articles:read"], "allowed_addresses": [network]});
        key(&api, EDITOR, &body).1
    };
    let (near, far) = (bound("127.0.0.1"), bound("203.0.113.9"));
    for name in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
        let value = if name == "Forwarded" { "for=203.0.113.9" } else { "203.0.113.9" };
        assert_eq!(api.call("GET", ARTICLES).bearer(&far).header(name, value).send().status, 401, "{name}");
        assert_eq!(api.call("GET", ARTICLES).bearer(&near).header(name, value).send().status, 200, "{name}");
    }
}

#[test]
fn behind_a_proxy_the_header_that_it_passes_on_moves_no_address() {
    let settings = [("rate-limits", "off"), ("require-mfa", "off"), ("trusted-proxies", "127.0.0.1/32")];
    let believed = [("X-Forwarded-For", "x-forwarded-for", "Forwarded"), ("Forwarded", "forwarded", "X-Forwarded-For")];
    for (written, setting, passed_on) in believed {
        let settings = [settings.as_slice(), &[("forwarded-header", setting)]].concat();
        let api = Api::start_with(Clock::fixed(noon()), &settings);
        let body =
            json!({"name": "Office", "scopes": ["articles:read"], "allowed_addresses": ["203.0.113.9", "127.0.0.1"]});
        let (_, key) = key(&api, EDITOR, &body);
        let value = |name: &str, address: &str| match name {
            "Forwarded" => format!("for={address}"),
            _ => address.to_owned(),
        };
        let from = |proxy: &str, client: &str| {
            let call = api.call("GET", ARTICLES).bearer(&key).header(passed_on, value(passed_on, client));
            call.header(written, value(written, proxy)).send().status
        };
        assert_eq!(from("203.0.113.9", "198.51.100.1"), 200, "{setting}");
        assert_eq!(from("198.51.100.1", "203.0.113.9"), 401, "{setting}");
    }
}

#[test]
fn the_last_use_is_noted_once_a_minute() {
    let api = office();
    let (shown, key) = with_scopes(&api, EDITOR, &["articles:read"]);
    let id = shown["id"].as_str().unwrap();
    let noted = format!(
        "select extract(epoch from last_used_at - '2026-03-02 12:00Z')::bigint from cms.api_key where id = '{id}'"
    );
    for (at, expected) in [(0, 0), (59, 0), (60, 60), (100, 60), (121, 121)] {
        api.clock.set(noon() + Duration::seconds(at));
        assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
        assert_eq!(api.number(&noted), expected, "{at}");
    }
    api.clock.set(noon() + Duration::seconds(300));
    assert_eq!(status(&api, "GET", ARTICLES, &forged(parts(&key).0, &"0".repeat(43))), 401);
    assert_eq!(api.number(&noted), 121, "a refused use is none");
    let version = format!("select version::bigint from cms.api_key where id = '{id}'");
    assert_eq!(api.number(&version), 1);
}

#[test]
fn one_bad_key_after_another_is_slowed_down_and_a_good_one_is_not() {
    let api = Api::start_with(Clock::fixed(noon()), &[("require-mfa", "off")]);
    let (_, key) = with_scopes(&api, EDITOR, &["articles:read"]);
    let guess = || api.call("GET", ARTICLES).bearer(&forged(parts(&key).0, &"0".repeat(43))).send();
    for _ in 0..10 {
        guess().problem(401, "unauthenticated");
    }
    let slowed = guess();
    slowed.problem(429, "rate_limited");
    assert!(!slowed.header("retry-after").is_empty());
    assert_eq!(status(&api, "GET", ARTICLES, &key), 200);
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'api_key.refuse'"), 10);
}
