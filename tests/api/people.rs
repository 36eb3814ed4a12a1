//! `/v1/admin/users`, `/v1/admin/invitations`, `/v1/admin/sessions`, `/v1/admin/break-glass`.

use serde_json::{Value, json};

use crate::harness::{ADMIN, AUDITOR, Api, EDITOR, FRONT_DESK, OWNER, Reply};

/// The person of that address, as those who manage people see them, with the ETag.
pub fn find(api: &Api, token: &str, email: &str) -> (String, String, Value) {
    let list = api.call("GET", "/v1/admin/users?limit=100").bearer(token).send().json();
    let user = list["data"].as_array().unwrap().iter().find(|user| user["email"] == email).unwrap().clone();
    let path = format!("/v1/admin/users/{}", user["id"].as_str().unwrap());
    let etag = api.call("GET", &path).bearer(token).send().etag();
    (path, etag, user)
}

pub fn patch(api: &Api, token: &str, email: &str, change: &Value) -> Reply {
    let (path, etag, _) = find(api, token, email);
    api.call("PATCH", &path).bearer(token).header("If-Match", etag).json(change).send()
}

/// The link in the latest letter to somebody.
pub fn link_to(api: &Api, email: &str) -> String {
    let letters = api.letters();
    let letter = letters.iter().rev().find(|letter| letter.contains(email)).expect("a letter to them");
    letter.lines().find(|line| line.starts_with("http")).expect("a link on a line").trim().to_owned()
}

#[test]
fn an_invited_person_sets_name_and_password_once() {
    let api = Api::start();
    let admin = api.sign_in(ADMIN);
    let invitation = json!({"email": "New.Desk@Clinic.example", "role": "author", "language": "es"});
    let made =
        api.call("POST", "/v1/admin/invitations").bearer(&admin).header("Host", "evil.example").json(&invitation);
    let made = made.send();
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["data"]["status"], "open");
    let link = link_to(&api, "new.desk@clinic.example");
    let path = link.strip_prefix(&api.base).expect("the link keeps the configured address");
    let page = api.get(path);
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type").starts_with("text/html")
            && page.header("content-security-policy").contains("sha256-")
    );
    assert!(!made.body.contains(path.rsplit('/').next().unwrap()), "whoever invites does not see the link");
    let person = json!({"name": "Nia Reyes", "password": "wide rivers bend at dawn"});
    let other = json!({"name": "Nia Reyes", "password": "wide rivers bend at dawn", "email": "else@clinic.example"});
    api.call("POST", path).json(&other).send().problem(422, "validation_failed");
    let weak = json!({"name": "Nia Reyes", "password": "my name is nia reyes ok"});
    api.call("POST", path).json(&weak).send().problem(422, "validation_failed");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..10).map(|_| scope.spawn(|| api.call("POST", path).json(&person).send().status)).collect();
        tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    let token = api.sign_in(("new.desk@clinic.example", "wide rivers bend at dawn"));
    let me = api.call("GET", "/v1/auth/me").bearer(&token).send().json();
    assert_eq!((&me["data"]["role"], &me["data"]["language"]), (&json!("author"), &json!("es")));
}

#[test]
fn nobody_invites_or_raises_above_their_own_rank() {
    let api = Api::start();
    let (admin, editor) = (api.sign_in(ADMIN), api.sign_in(EDITOR));
    let invite = |token: &str, role: &str| {
        let body = json!({"email": "x@clinic.example", "role": role});
        api.call("POST", "/v1/admin/invitations").bearer(token).json(&body).send()
    };
    invite(&admin, "owner").problem(403, "forbidden");
    invite(&editor, "author").problem(403, "forbidden");
    patch(&api, &admin, ADMIN.0, &json!({"role": "owner"})).problem(403, "forbidden");
    patch(&api, &admin, EDITOR.0, &json!({"role": "owner"})).problem(403, "forbidden");
    patch(&api, &admin, OWNER.0, &json!({"role": "editor"})).problem(403, "forbidden");
    patch(&api, &admin, OWNER.0, &json!({"status": "disabled"})).problem(403, "forbidden");
    let columns = ["id", "email", "password_hash", "credential_version", "version", "created_at", "trashed_at"];
    for column in columns {
        patch(&api, &admin, EDITOR.0, &json!({column: 1})).problem(422, "validation_failed");
    }
}

#[test]
fn the_last_owner_stays() {
    let api = Api::start();
    let owner = api.sign_in(OWNER);
    patch(&api, &owner, OWNER.0, &json!({"role": "editor"})).problem(409, "last_owner");
    patch(&api, &owner, OWNER.0, &json!({"status": "disabled"})).problem(409, "last_owner");
    let (path, etag, _) = find(&api, &owner, OWNER.0);
    api.call("DELETE", &path).bearer(&owner).header("If-Match", etag).send().problem(409, "last_owner");
    assert_eq!(patch(&api, &owner, ADMIN.0, &json!({"role": "owner"})).status, 200);
    assert_eq!(patch(&api, &owner, OWNER.0, &json!({"role": "editor"})).status, 200, "another is left now");
}

#[test]
fn a_changed_role_a_disabled_and_a_trashed_person_are_out_on_every_node_at_once() {
    let api = Api::start();
    let other = api.another_node();
    let admin = api.sign_in(ADMIN);
    let changes: [(&str, Value); 2] = [("role", json!("author")), ("status", json!("disabled"))];
    for (field, value) in changes {
        let tokens = api.tokens(EDITOR);
        let token = tokens["data"]["access_token"].as_str().unwrap();
        assert_eq!(other.call("GET", "/v1/admin/articles").bearer(token).send().status, 200);
        assert_eq!(patch(&api, &admin, EDITOR.0, &json!({field: value})).status, 200);
        other.call("GET", "/v1/admin/articles").bearer(token).send().problem(401, "unauthenticated");
        let refresh = json!({"refresh_token": tokens["data"]["refresh_token"]});
        other.call("POST", "/v1/auth/refresh").json(&refresh).send().problem(401, "unauthenticated");
    }
    assert_eq!(patch(&api, &admin, EDITOR.0, &json!({"status": "active"})).status, 200);
    let token = api.sign_in(EDITOR);
    let (path, etag, _) = find(&api, &admin, EDITOR.0);
    api.call("DELETE", &path).bearer(&admin).send().problem(428, "precondition_required");
    assert_eq!(api.call("DELETE", &path).bearer(&admin).header("If-Match", etag).send().status, 204);
    other.call("GET", "/v1/admin/articles").bearer(&token).send().problem(401, "unauthenticated");
    let told: Vec<String> = api.as_owner(async |connection| {
        let events = "select kind from cms.outbox_event where kind like 'user.%' order by id";
        sqlx::query_scalar(events).fetch_all(connection).await.unwrap()
    });
    assert_eq!(told, ["user.updated", "user.disabled", "user.updated", "user.disabled"]);
    let restored = api.call("POST", &format!("{path}/restore")).bearer(&admin).send();
    assert_eq!((restored.status, &restored.json()["data"]["status"]), (200, &json!("disabled")));
    let last = "select kind from cms.outbox_event where kind like 'user.%' order by id desc limit 1";
    assert_eq!(api.text(last), "user.updated", "nobody is disabled who was so before");
}

#[test]
fn somebody_s_sessions_are_listed_and_ended() {
    let api = Api::start();
    let other = api.another_node();
    let (owner, first, second) = (api.sign_in(OWNER), api.sign_in(EDITOR), api.sign_in(EDITOR));
    let own = api.call("GET", "/v1/auth/sessions").bearer(&first).send().json();
    assert_eq!(own["meta"]["total"], 2);
    assert_eq!(own["data"][1]["current"], true);
    assert_eq!(own["data"][0]["address"], "127.0.0.1");
    let id = own["data"][0]["id"].as_str().unwrap();
    let address = format!("/v1/auth/sessions/{id}");
    api.call("DELETE", &address).bearer(&owner).send().problem(404, "not_found");
    assert_eq!(api.call("DELETE", &address).bearer(&first).send().status, 204);
    other.call("GET", "/v1/auth/me").bearer(&second).send().problem(401, "unauthenticated");
    assert_eq!(other.call("GET", "/v1/auth/me").bearer(&first).send().status, 200);
    let all = api.call("GET", "/v1/admin/sessions").bearer(&owner).send().json();
    assert_eq!(all["meta"]["total"], 2);
    let (path, etag, _) = find(&api, &owner, EDITOR.0);
    let ended = api.call("DELETE", &format!("{path}/sessions")).bearer(&owner).header("If-Match", etag).send();
    assert_eq!(ended.status, 204);
    other.call("GET", "/v1/auth/me").bearer(&first).send().problem(401, "unauthenticated");
}

#[test]
fn a_front_desk_sees_the_inquiries_of_its_locations_alone() {
    let api = Api::start();
    let owner = api.sign_in(OWNER);
    let location = |name: &str| {
        let address =
            json!({"line1": "1 Pier Rd", "city": "Jupiter", "region": "FL", "postal_code": "33477", "country": "US"});
        let body = json!({"name": name, "address": address, "timezone": "America/New_York"});
        let made = api.call("POST", "/v1/admin/locations").bearer(&owner).json(&body).send();
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()["data"]["slug"].as_str().unwrap().to_owned()
    };
    let (north, south) = (location("North"), location("South"));
    let post = |location: Option<&str>| {
        let body =
            json!({"full_name": "Rosa Diaz", "email": "rosa@mail.example", "message": "Hello", "location": location});
        let sent = api.call("POST", "/v1/inquiries").json(&body).send();
        assert_eq!(sent.status, 201, "{}", sent.body);
        sent.json()["data"]["id"].as_str().unwrap().to_owned()
    };
    let (ours, theirs, nobodys) = (post(Some(&north)), post(Some(&south)), post(None));
    assert_eq!(patch(&api, &owner, FRONT_DESK.0, &json!({"locations": [north]})).status, 200);
    patch(&api, &owner, FRONT_DESK.0, &json!({"locations": ["none-such"]})).problem(422, "validation_failed");
    patch(&api, &owner, EDITOR.0, &json!({"locations": [south]})).problem(422, "validation_failed");
    let desk = api.sign_in(FRONT_DESK);
    let list = api.call("GET", "/v1/admin/inquiries").bearer(&desk).send().json();
    assert_eq!((list["meta"]["total"].clone(), &list["data"][0]["id"]), (json!(1), &json!(ours)));
    let asked = api.call("GET", &format!("/v1/admin/inquiries?location={south}")).bearer(&desk).send().json();
    assert_eq!(asked["data"], json!([]));
    for hidden in [&theirs, &nobodys] {
        let path = format!("/v1/admin/inquiries/{hidden}");
        api.call("GET", &path).bearer(&desk).send().problem(404, "not_found");
    }
    assert_eq!(api.call("GET", &format!("/v1/admin/inquiries/{ours}")).bearer(&desk).send().status, 200);
}

#[test]
fn breaking_the_glass_is_for_a_time_and_told_to_the_owners() {
    let api = Api::start();
    let (admin, auditor, owner) = (api.sign_in(ADMIN), api.sign_in(AUDITOR), api.sign_in(OWNER));
    let inquiries = "/v1/admin/inquiries";
    api.call("GET", inquiries).bearer(&admin).send().problem(403, "forbidden");
    let broken = |body: &Value| api.call("POST", "/v1/admin/break-glass").bearer(&admin).json(body).send();
    broken(&json!({"minutes": 30})).problem(422, "validation_failed");
    broken(&json!({"reason": "A patient collapsed in the hall", "minutes": 600})).problem(422, "validation_failed");
    let reason = "A patient collapsed; we look for who called canary-7f3";
    let glass = broken(&json!({"reason": reason, "minutes": 30}));
    assert_eq!(glass.status, 201, "{}", glass.body);
    assert_eq!(api.call("GET", inquiries).bearer(&admin).send().status, 200);
    let letters = api.letters();
    assert!(letters.iter().any(|letter| letter.contains(OWNER.0) && letter.contains("Test admin")), "{letters:?}");
    assert!(!letters.iter().any(|letter| letter.contains("canary-7f3")), "the reason stays here");
    let list = api.call("GET", "/v1/admin/break-glass").bearer(&auditor).send().json();
    assert_eq!(list["data"][0]["reason"], reason);
    let stored: Vec<u8> = api.as_owner(async |connection| {
        sqlx::query_scalar("select reason from cms.break_glass").fetch_one(connection).await.unwrap()
    });
    assert!(!String::from_utf8_lossy(&stored).contains("canary"));
    let path = format!("/v1/admin/break-glass/{}", glass.json()["data"]["id"].as_str().unwrap());
    let stale = api.call("DELETE", &path).bearer(&owner).header("If-Match", "\"v9\"").send();
    stale.problem(412, "stale_version");
    assert_eq!(api.call("DELETE", &path).bearer(&owner).header("If-Match", glass.etag()).send().status, 204);
    api.call("GET", inquiries).bearer(&admin).send().problem(403, "forbidden");
}
