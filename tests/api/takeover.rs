//! What a stolen password, a stolen session and a lost office do not give.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use chrono::Duration;
use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::{
    harness::{ADMIN, Api, EDITOR, FRONT_DESK, OWNER, code, login, noon},
    passwords::{enrol, mfa, strict},
    people::{find, link_to, patch},
};

fn access(tokens: &Value) -> String {
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// Answers the status of a request whose body arrives after `between` has run.
fn slowly(api: &Api, head: &str, body: &str, between: impl FnOnce()) -> u16 {
    let mut stream = TcpStream::connect(api.base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    write!(
        stream,
        "{head}host: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{}",
        body.len(),
        &body[..1]
    )
    .unwrap();
    stream.flush().unwrap();
    // While this is answered the gate lets the head in; were it ever later, the answer would be the same.
    assert_eq!(api.get("/v1/clinic").status, 200);
    between();
    stream.write_all(&body.as_bytes()[1..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_new_password_makes_nobody_fresh_who_has_a_second_factor_and_no_session_longer() {
    let (api, clock) = strict();
    let (_, _, tokens) = enrol(&api, &clock, OWNER);
    let ends = tokens["refresh_expires_in"].as_i64().unwrap();
    clock.set(noon() + Duration::minutes(9));
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let token = access(&api.call("POST", "/v1/auth/refresh").json(&refresh).send().json()["data"]);
    clock.set(noon() + Duration::minutes(11));
    let change = json!({"current_password": OWNER.1, "new_password": "brass kettles sing till noon"});
    let changed = api.call("POST", "/v1/auth/password").bearer(&token).json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let tokens = changed.json()["data"].clone();
    assert_eq!(tokens["refresh_expires_in"], ends - 11 * 60, "the session ends when it would have");
    let token = access(&tokens);
    let codes = api.call("POST", "/v1/auth/recovery-codes").bearer(&token).send();
    codes.problem(401, "reauthentication_required");
    let asked = api.call("DELETE", "/v1/auth/totp").bearer(&token).send();
    asked.problem(401, "reauthentication_required");
    assert!(asked.header("www-authenticate").contains("insufficient_user_authentication"), "RFC 9470");
    let denied = "select count(*) from cms.audit_event where action = 'access.denied'";
    assert_eq!(api.number(denied), 2, "what was asked for too late is in the trail");
}

#[test]
fn an_enrolment_that_waits_is_void_once_there_is_a_factor() {
    let (api, clock) = strict();
    let waiting = |api: &Api| login(api, OWNER).json()["data"]["mfa_token"].as_str().unwrap().to_owned();
    let (thief, slow) = (waiting(&api), waiting(&api));
    let begun = api.call("POST", "/v1/auth/totp").bearer(&slow).send();
    let secret = begun.json()["data"]["secret"].as_str().unwrap().to_owned();
    let head =
        format!("PUT /v1/auth/totp HTTP/1.1\r\nauthorization: Bearer {slow}\r\ncontent-type: application/json\r\n");
    let body = json!({"code": code(&secret, clock.now())}).to_string();
    let status = slowly(&api, &head, &body, || {
        enrol(&api, &clock, OWNER);
    });
    assert!([401, 409].contains(&status), "{status}: another was enrolled when its body came");
    let options = "/v1/auth/passkeys/registration/options";
    for (method, path) in [("POST", "/v1/auth/totp"), ("PUT", "/v1/auth/totp"), ("POST", options)] {
        let tried = api.call(method, path).bearer(&thief).json(&json!({"name": "Phone", "code": "123456"})).send();
        tried.problem(401, "unauthenticated");
    }
    assert_eq!(login(&api, OWNER).json()["data"]["mfa_required"], true);
}

#[test]
fn a_half_sign_in_does_not_outlive_the_password_that_began_it() {
    let (api, clock) = strict();
    let (secret, _, tokens) = enrol(&api, &clock, OWNER);
    let half = login(&api, OWNER).json()["data"]["mfa_token"].clone();
    let change = json!({"current_password": OWNER.1, "new_password": "brass kettles sing till noon"});
    let changed = api.call("POST", "/v1/auth/password").bearer(&access(&tokens)).json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    clock.set(noon() + Duration::minutes(1));
    mfa(&api, &half, &code(&secret, clock.now())).problem(401, "unauthenticated");
}

#[test]
fn recovery_codes_go_with_the_factor_that_they_stood_in_for() {
    let clock = Clock::fixed(noon());
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let token = api.sign_in(EDITOR);
    let begun = api.call("POST", "/v1/auth/totp").bearer(&token).send();
    let secret = begun.json()["data"]["secret"].as_str().unwrap().to_owned();
    let confirm = json!({"code": code(&secret, clock.now())});
    assert_eq!(api.call("PUT", "/v1/auth/totp").bearer(&token).json(&confirm).send().status, 200);
    assert_eq!(api.number("select count(*) from cms.recovery_code"), 10);
    assert_eq!(api.call("DELETE", "/v1/auth/totp").bearer(&token).send().status, 204);
    assert_eq!(api.number("select count(*) from cms.recovery_code"), 0);
}

#[test]
fn eight_characters_are_never_all_that_is_shown() {
    let (api, clock) = strict();
    let (_, _, tokens) = enrol(&api, &clock, OWNER);
    let owner = access(&tokens);
    let invite = json!({"email": "short@clinic.example", "role": "front_desk"});
    assert_eq!(api.call("POST", "/v1/admin/invitations").bearer(&owner).json(&invite).send().status, 201);
    let link = link_to(&api, "short@clinic.example");
    let person = json!({"name": "Nia Reyes", "password": "kv9#uw2q"});
    let path = link.strip_prefix(&api.base).unwrap();
    assert_eq!(api.call("POST", path).json(&person).send().status, 201);
    assert_eq!(patch(&api, &owner, "short@clinic.example", &json!({"role": "author"})).status, 200);
    let owed = login(&api, ("short@clinic.example", "kv9#uw2q")).json()["data"].clone();
    assert_eq!(owed["mfa_enrolment_required"], true, "{owed}");
    let (_, _, tokens) = enrol(&api, &clock, ("short@clinic.example", "kv9#uw2q"));
    let gone = api.call("DELETE", "/v1/auth/totp").bearer(&access(&tokens)).send();
    gone.problem(409, "last_factor");
    let (path, etag, _) = find(&api, &owner, "short@clinic.example");
    let removed = api.call("DELETE", &format!("{path}/factors")).bearer(&owner).header("If-Match", etag).send();
    assert_eq!(removed.status, 204);
    assert_eq!(login(&api, ("short@clinic.example", "kv9#uw2q")).json()["data"]["mfa_enrolment_required"], true);
}

#[test]
fn one_place_alone_shuts_nobody_out() {
    let limits = [("rate-limits", "login=100000/60,inquiries=30/60,failures=3/600"), ("trusted-proxies", "127.0.0.1")];
    let api = Api::start_with(Clock::fixed(noon()), &limits);
    let post =
        |path: &str, from: &str, body: &Value| api.call("POST", path).header("X-Forwarded-For", from).json(body).send();
    for _ in 0..40 {
        post("/v1/auth/login", "203.0.113.1", &json!({"email": EDITOR.0, "password": "wrong wrong wrong"}));
        assert_eq!(post("/v1/auth/password-resets", "203.0.113.1", &json!({"email": EDITOR.0})).status, 202);
    }
    let right = json!({"email": EDITOR.0, "password": EDITOR.1});
    assert_eq!(post("/v1/auth/login", "198.51.100.7", &right).status, 200, "a place that nobody knows");
    let mailed = api.letters().len();
    assert_eq!(mailed, 3, "a mailbox is not filled either");
    post("/v1/auth/password-resets", "198.51.100.7", &json!({"email": EDITOR.0}));
    assert_eq!(api.letters().len(), 1, "the person themselves gets a link");
}

#[test]
fn an_emergency_ends_with_the_role_that_it_was_taken_in() {
    let api = Api::start();
    let owner = api.sign_in(OWNER);
    let take = |token: &str| {
        let body = json!({"reason": "A patient collapsed in the hall", "minutes": 60});
        api.call("POST", "/v1/admin/break-glass").bearer(token).json(&body).send().status
    };
    let reads = |token: &str| api.call("GET", "/v1/admin/inquiries").bearer(token).send().status;
    let editor = api.sign_in(EDITOR);
    assert_eq!((take(&editor), reads(&editor)), (201, 200));
    assert_eq!(patch(&api, &owner, EDITOR.0, &json!({"role": "author"})).status, 200);
    assert_eq!(reads(&api.sign_in(EDITOR)), 403);
    assert_eq!(patch(&api, &owner, EDITOR.0, &json!({"role": "editor"})).status, 200);
    let editor = api.sign_in(EDITOR);
    assert_eq!(reads(&editor), 403, "nor does it come back");
    assert_eq!((take(&editor), reads(&editor)), (201, 200));
    assert_eq!(patch(&api, &owner, EDITOR.0, &json!({"status": "disabled"})).status, 200);
    assert_eq!(patch(&api, &owner, EDITOR.0, &json!({"status": "active"})).status, 200);
    assert_eq!(reads(&api.sign_in(EDITOR)), 403);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let token = api.sign_in(EDITOR);
        let hands: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn({
                    let token = token.clone();
                    move || take(&token)
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(statuses, [201; 6]);
    assert_eq!(api.number("select count(*) from cms.break_glass where ended_at is null"), 1, "one of six runs");
}

#[test]
fn what_somebody_began_before_they_were_demoted_is_not_done_after_it() {
    let api = Api::start();
    let (owner, admin) = (api.sign_in(OWNER), api.sign_in(ADMIN));
    let (path, _, _) = find(&api, &owner, EDITOR.0);
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nauthorization: Bearer {admin}\r\nif-match: *\r\ncontent-type: application/merge-patch+json\r\n"
    );
    let status = slowly(&api, &head, r#"{"role":"admin"}"#, || {
        assert_eq!(patch(&api, &owner, ADMIN.0, &json!({"role": "author"})).status, 200);
    });
    assert_eq!(status, 401);
    assert_eq!(find(&api, &owner, EDITOR.0).2["role"], "editor");
    let editor = api.sign_in(EDITOR);
    let head = format!(
        "POST /v1/admin/articles HTTP/1.1\r\nauthorization: Bearer {editor}\r\ncontent-type: application/json\r\n"
    );
    let status = slowly(&api, &head, r#"{"title":"Too late","locale":"en"}"#, || {
        assert_eq!(patch(&api, &owner, EDITOR.0, &json!({"status": "disabled"})).status, 200);
    });
    assert_eq!(status, 401);
    assert_eq!(api.number("select count(*) from cms.article"), 0);
}

#[test]
fn an_invitation_counts_no_longer_than_its_writer_may_invite() {
    let api = Api::start();
    let (owner, admin) = (api.sign_in(OWNER), api.sign_in(ADMIN));
    let invite = |token: &str, email: &str, role: &str| {
        let body = json!({"email": email, "role": role});
        api.call("POST", "/v1/admin/invitations").bearer(token).json(&body).send()
    };
    assert_eq!(invite(&owner, "chief@clinic.example", "owner").status, 201);
    invite(&admin, "chief@clinic.example", "author").problem(403, "forbidden");
    assert_eq!(invite(&admin, "second@clinic.example", "front_desk").status, 201);
    let link = link_to(&api, "second@clinic.example");
    assert_eq!(patch(&api, &owner, ADMIN.0, &json!({"role": "author"})).status, 200);
    let person = json!({"name": "Nia Reyes", "password": "wide rivers bend at dawn"});
    let path = link.strip_prefix(&api.base).unwrap();
    api.call("POST", path).json(&person).send().problem(404, "not_found");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let hands: Vec<_> =
            (0..8).map(|_| scope.spawn(|| invite(&owner, "third@clinic.example", "author").status)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(statuses, [201; 8]);
    let open = "select count(*) from cms.invitation where email = 'third@clinic.example' and revoked_at is null";
    assert_eq!(api.number(open), 1, "the last one counts");
}

#[test]
fn the_set_up_link_is_void_once_somebody_has_an_account() {
    let api = Api::start();
    let clock = api.clock.clone();
    let token = api.as_owner(async |connection| {
        sqlx::query("create temp table kept as table cms.account").execute(&mut *connection).await.unwrap();
        sqlx::query("delete from cms.account").execute(&mut *connection).await.unwrap();
        let token = clinic_cms::accounts::issue_first_owner_token(connection, &clock).await.unwrap().unwrap();
        sqlx::query("insert into cms.account select * from kept").execute(connection).await.unwrap();
        token.reveal()
    });
    let person = json!({"email": "late@clinic.example", "name": "Late", "password": "four quiet herons wade"});
    api.call("POST", &format!("/v1/auth/invitations/{token}")).json(&person).send().problem(404, "not_found");
}

#[test]
fn nobody_gives_themselves_the_inquiries_that_their_role_keeps_from_them() {
    let api = Api::start();
    let (owner, admin) = (api.sign_in(OWNER), api.sign_in(ADMIN));
    for role in ["front_desk", "auditor", "owner", "reviewer"] {
        patch(&api, &admin, ADMIN.0, &json!({"role": role})).problem(403, "forbidden");
    }
    assert_eq!(patch(&api, &owner, ADMIN.0, &json!({"role": "owner"})).status, 200);
    assert_eq!(patch(&api, &owner, OWNER.0, &json!({"role": "admin"})).status, 200, "stepping down is anybody's right");
}

#[test]
fn a_person_is_changed_whatever_became_of_their_locations() {
    let api = Api::start();
    let owner = api.sign_in(OWNER);
    let address =
        json!({"line1": "1 Pier Rd", "city": "Jupiter", "region": "FL", "postal_code": "33477", "country": "US"});
    let location = json!({"name": "North", "address": address, "timezone": "America/New_York"});
    let made = api.call("POST", "/v1/admin/locations").bearer(&owner).json(&location).send();
    let north = made.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(patch(&api, &owner, FRONT_DESK.0, &json!({"locations": ["north"]})).status, 200);
    let gone =
        api.call("DELETE", &format!("/v1/admin/locations/{north}")).bearer(&owner).header("If-Match", "*").send();
    assert_eq!(gone.status, 204);
    let disabled = patch(&api, &owner, FRONT_DESK.0, &json!({"status": "disabled"}));
    assert_eq!((disabled.status, &disabled.json()["data"]["locations"][0]["slug"]), (200, &json!("north")));
    let author = patch(&api, &owner, FRONT_DESK.0, &json!({"role": "author"}));
    assert_eq!((author.status, &author.json()["data"]["locations"]), (200, &json!([])));
}

#[test]
fn every_refusal_to_somebody_who_was_let_in_is_in_the_trail_with_what_they_asked_for() {
    let api = Api::start();
    let (owner, admin, desk) = (api.sign_in(OWNER), api.sign_in(ADMIN), api.sign_in(FRONT_DESK));
    let denied = |operation: &str| {
        api.number(&format!(
            "select count(*) from cms.audit_event where action = 'access.denied' and fields = '{{{operation}}}'"
        ))
    };
    patch(&api, &admin, OWNER.0, &json!({"role": "author"})).problem(403, "forbidden");
    assert_eq!(denied("\"PATCH /v1/admin/users/{id}\""), 1);
    api.call("GET", "/v1/admin/audit").bearer(&desk).send().problem(403, "forbidden");
    assert_eq!(denied("\"GET /v1/admin/audit\""), 1);
    let sent = json!({"full_name": "Rosa Diaz", "email": "rosa@mail.example", "message": "Hello"});
    let inquiry =
        api.call("POST", "/v1/inquiries").json(&sent).send().json()["data"]["id"].as_str().unwrap().to_owned();
    api.call("GET", &format!("/v1/admin/inquiries/{inquiry}")).bearer(&desk).send().problem(404, "not_found");
    let refused =
        format!("select count(*) from cms.audit_event where action = 'inquiry.refuse' and subject_id = '{inquiry}'");
    assert_eq!(api.number(&refused), 1);
    let shown = api.call("GET", "/v1/admin/audit?action=access.denied").bearer(&owner).send().json();
    assert_eq!(shown["data"][0]["fields"], json!(["GET /v1/admin/audit"]));
}

#[test]
fn the_owner_who_is_kept_for_the_day_on_which_the_provider_fails_stays_one() {
    let settings = [("rate-limits", "off"), ("local-sign-in", "break_glass"), ("break-glass-owner", OWNER.0)];
    let oidc = [
        ("oidc-issuer", "https://id.clinic.example"),
        ("oidc-client-id", "cms"),
        ("oidc-client-secret", "nobody-knows-this-secret"),
    ];
    let api = Api::start_with(Clock::system(), &[&settings[..], &oidc[..]].concat());
    let owner = api.sign_in(OWNER);
    let second = "update cms.account set role = 'owner' where email = 'admin@clinic.example'";
    api.as_owner(async |connection| sqlx::query(second).execute(connection).await.unwrap());
    for change in [json!({"role": "editor"}), json!({"status": "disabled"})] {
        patch(&api, &owner, OWNER.0, &change).problem(409, "last_owner");
    }
}
