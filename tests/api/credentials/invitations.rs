//! `/v1/admin/invitations`: what those who invite see and take back.

use super::*;
use crate::harness::{AUDITOR, OWNER};

const PATH: &str = "/v1/admin/invitations";

/// An invitation as it was answered, and the path of its link.
fn invite(api: &Api, token: &str, email: &str) -> (Value, String) {
    let body = json!({"email": email, "role": "author", "language": "es"});
    let made = api.call("POST", PATH).bearer(token).json(&body).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let shown = made.json()["data"].clone();
    assert_eq!(made.header("location"), format!("{}{PATH}/{}", api.base, told(&shown, "id")));
    (shown, link_to(api, &email.to_lowercase()))
}

fn of(invitation: &Value) -> String {
    format!("{PATH}/{}", told(invitation, "id"))
}

fn accept(api: &Api, link: &str) -> Reply {
    api.call("POST", link).json(&json!({"name": "Nia Reyes", "password": NEW})).send()
}

#[test]
fn whoever_manages_people_sees_who_is_invited_and_never_the_link() {
    let api = clinic();
    let (admin, auditor) = (api.sign_in(ADMIN), api.sign_in(AUDITOR));
    let (shown, link) = invite(&api, &admin, "new@clinic.example");
    let secret = link.rsplit('/').next().unwrap();
    for reader in [&admin, &auditor] {
        let list = api.call("GET", PATH).bearer(reader).send();
        let one = api.call("GET", &of(&shown)).bearer(reader).send();
        assert_eq!((list.json()["data"][0].clone(), one.json()["data"].clone()), (shown.clone(), shown.clone()));
        assert_eq!(one.header("cache-control"), "no-store");
        assert!(!list.body.contains(secret) && !one.body.contains(secret));
    }
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    let known =
        ["created_at", "email", "expires_at", "id", "invited_by", "language", "locations", "role", "status", "version"];
    assert_eq!(keys, known, "no hash");
    assert_eq!(shown["invited_by"]["name"], "Test admin");
    assert_eq!((&shown["status"], &shown["expires_at"]), (&json!("open"), &json!("2026-11-30T12:00:00Z")));
    api.call("DELETE", &of(&shown)).bearer(&auditor).header("If-Match", "*").send().problem(403, "forbidden");
    let none = format!("{PATH}/01900000-0000-7000-8000-00000000ffff");
    api.call("GET", &none).bearer(&admin).send().problem(404, "not_found");
    let recorded = "select string_agg(action, ' ' order by id) from cms.audit_event where action like 'invitation.%'";
    let recorded = api.text(recorded);
    assert!(recorded.starts_with("invitation.create invitation.list invitation.read"), "{recorded}");
}

#[test]
fn an_invitation_that_was_taken_back_lets_nobody_in() {
    let api = clinic();
    let admin = api.sign_in(ADMIN);
    let (shown, link) = invite(&api, &admin, "new@clinic.example");
    let delete = |etag: Option<&str>| {
        let call = api.call("DELETE", &of(&shown)).bearer(&admin);
        etag.map_or_else(|| api.call("DELETE", &of(&shown)).bearer(&admin), |etag| call.header("If-Match", etag)).send()
    };
    delete(None).problem(428, "precondition_required");
    delete(Some("\"v7\"")).problem(412, "stale_version");
    let etag = api.call("GET", &of(&shown)).bearer(&admin).send().etag();
    assert_eq!(delete(Some(&etag)).status, 204);
    accept(&api, &link).problem(404, "not_found");
    let gone = api.call("GET", &of(&shown)).bearer(&admin).send().json();
    assert_eq!((&gone["data"]["status"], &gone["data"]["version"]), (&json!("revoked"), &json!(2)));
    delete(Some("*")).problem(409, "not_open");
    assert_eq!(api.text("select count(*)::text from cms.account where email = 'new@clinic.example'"), "0");
}

#[test]
fn an_invitation_that_was_accepted_cannot_be_taken_back() {
    let api = clinic();
    let admin = api.sign_in(ADMIN);
    let (shown, link) = invite(&api, &admin, "new@clinic.example");
    assert_eq!(accept(&api, &link).status, 201);
    let taken = api.call("DELETE", &of(&shown)).bearer(&admin).header("If-Match", "*").send();
    taken.problem(409, "not_open");
    let shown = api.call("GET", &of(&shown)).bearer(&admin).send().json();
    assert_eq!(shown["data"]["status"], "accepted");
    assert_eq!(login(&api, ("new@clinic.example", NEW)).status, 200, "they stay");
    let again = json!({"email": "New@clinic.example", "role": "author"});
    let again = api.call("POST", PATH).bearer(&admin).json(&again).send().problem(422, "validation_failed");
    assert_eq!(again["errors"][0]["code"], "taken");
}

#[test]
fn an_invitation_works_for_seven_days() {
    let api = clinic();
    let admin = api.sign_in(ADMIN);
    let (_, early) = invite(&api, &admin, "early@clinic.example");
    let (late, link) = invite(&api, &admin, "late@clinic.example");
    later(&api, Duration::days(7) - Duration::seconds(1));
    assert_eq!(accept(&api, &early).status, 201);
    later(&api, Duration::days(7));
    accept(&api, &link).problem(404, "not_found");
    let admin = api.sign_in(ADMIN);
    let shown = api.call("GET", &of(&late)).bearer(&admin).send().json();
    assert_eq!(shown["data"]["status"], "expired");
}

#[test]
fn a_second_invitation_voids_the_first() {
    let api = clinic();
    let admin = api.sign_in(ADMIN);
    let (first, old) = invite(&api, &admin, "new@clinic.example");
    let (_, new) = invite(&api, &admin, "New@Clinic.example");
    accept(&api, &old).problem(404, "not_found");
    let shown = api.call("GET", &of(&first)).bearer(&admin).send().json();
    assert_eq!(shown["data"]["status"], "revoked");
    assert_eq!(accept(&api, &new).status, 201);
}

#[test]
fn an_invitation_is_worth_no_more_than_whoever_wrote_it_is_today() {
    let api = clinic();
    let (owner, admin) = (api.sign_in(OWNER), api.sign_in(ADMIN));
    let body = json!({"email": "new@clinic.example", "role": "admin"});
    assert_eq!(api.call("POST", PATH).bearer(&admin).json(&body).send().status, 201);
    let link = link_to(&api, "new@clinic.example");
    let lower = json!({"role": "editor"});
    let changed = api.call("PATCH", &address_of(ADMIN)).bearer(&owner).header("If-Match", "*").json(&lower).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    accept(&api, &link).problem(404, "not_found");
}
