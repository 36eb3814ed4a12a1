//! `/v1/admin/break-glass`: access in an emergency ends by itself, and asks for what reading inquiries asks for.

use super::*;
use crate::harness::{AUDITOR, OWNER};

const PATH: &str = "/v1/admin/break-glass";
const INQUIRIES: &str = "/v1/admin/inquiries";

fn take(api: &Api, token: &str, minutes: i64) -> Reply {
    let body = json!({"reason": "A patient collapsed in the hall", "minutes": minutes});
    api.call("POST", PATH).bearer(token).json(&body).send()
}

fn reads(api: &Api, token: &str) -> u16 {
    api.call("GET", INQUIRIES).bearer(token).send().status
}

#[test]
fn access_in_an_emergency_ends_by_itself() {
    let api = clinic();
    let other = api.another_node();
    let admin = api.sign_in(ADMIN);
    let glass = take(&api, &admin, 5);
    assert_eq!(glass.status, 201, "{}", glass.body);
    assert_eq!(
        (&glass.json()["data"]["active"], &glass.json()["data"]["ends_at"]),
        (&json!(true), &json!("2026-11-23T12:05:00Z"))
    );
    later(&api, Duration::seconds(299));
    assert_eq!((reads(&api, &admin), reads(&other, &admin)), (200, 200));
    later(&api, Duration::minutes(5));
    assert_eq!((reads(&api, &admin), reads(&other, &admin)), (403, 403));
    let path = format!("{PATH}/{}", told(&glass.json(), "id"));
    let shown = api.call("GET", &path).bearer(&admin).send().json();
    assert_eq!((&shown["data"]["active"], &shown["data"]["ended_at"]), (&json!(false), &json!(null)));
    assert!(!me(&api, &admin).json()["data"]["permissions"].to_string().contains("read_inquiries"));
}

#[test]
fn a_new_emergency_takes_the_place_of_the_one_before() {
    let api = clinic();
    let admin = api.sign_in(ADMIN);
    let first = take(&api, &admin, 240);
    later(&api, Duration::minutes(1));
    let second = take(&api, &admin, 5);
    assert_eq!((first.status, second.status), (201, 201));
    later(&api, Duration::minutes(7));
    assert_eq!(reads(&api, &admin), 403, "the four hours of the first are over");
}

#[test]
fn an_emergency_opens_nothing_but_inquiries_and_to_nobody_else() {
    let api = clinic();
    let (editor, admin) = (api.sign_in(EDITOR), api.sign_in(ADMIN));
    assert_eq!(take(&api, &editor, 30).status, 201);
    assert_eq!(reads(&api, &editor), 200);
    assert_eq!(reads(&api, &admin), 403, "a colleague's emergency is not theirs");
    for path in ["/v1/admin/users", "/v1/admin/audit", PATH] {
        api.call("GET", path).bearer(&editor).send().problem(403, "forbidden");
    }
    let path = format!("{PATH}/{}", api.text("select id::text from cms.break_glass"));
    api.call("GET", &path).bearer(&admin).send().problem(404, "not_found");
    let colleague = api.call("DELETE", &path).bearer(&admin).header("If-Match", "*").send();
    colleague.problem(404, "not_found");
    let auditor = api.sign_in(AUDITOR);
    assert_eq!(api.call("GET", &path).bearer(&auditor).send().status, 200);
    api.call("DELETE", &path).bearer(&auditor).header("If-Match", "*").send().problem(403, "forbidden");
    take(&api, &auditor, 30).problem(403, "forbidden");
    take(&api, &api.sign_in(OWNER), 30).problem(403, "forbidden");
    let key = json!({"name": "Website", "scopes": ["inquiries:read"]});
    let key = api.call("POST", "/v1/admin/api-keys").bearer(&editor).json(&key).send();
    key.problem(422, "validation_failed");
    assert_eq!(api.call("DELETE", &path).bearer(&editor).header("If-Match", "*").send().status, 204);
    assert_eq!(reads(&api, &editor), 403);
}

#[test]
fn where_a_second_factor_is_asked_for_an_emergency_asks_for_it_too() {
    let api = strict();
    let admin = api.sign_in(ADMIN);
    take(&api, &admin, 30).problem(409, "second_factor_required");
    assert_eq!(api.text("select count(*)::text from cms.break_glass"), "0");
    assert!(api.letters().is_empty(), "nothing happened that the owners should hear of");
    enrol(&api, &admin);
    assert_eq!(take(&api, &admin, 30).status, 201, "shown in this session");
    assert_eq!(reads(&api, &admin), 200);
}

#[test]
fn whose_factors_are_taken_off_in_an_emergency_can_still_sign_in() {
    let api = strict();
    let (_, owner) = enrol(&api, &half(&api, OWNER));
    let editor = api.sign_in(EDITOR);
    enrol(&api, &editor);
    assert_eq!(take(&api, &editor, 240).status, 201);
    let path = format!("{}/factors", address_of(EDITOR));
    let owner = told(&owner["tokens"], "access_token");
    assert_eq!(api.call("DELETE", &path).bearer(&owner).header("If-Match", "*").send().status, 204);
    let answer = login(&api, EDITOR).json();
    match answer["data"]["access_token"].as_str() {
        Some(access) => assert_eq!(me(&api, access).status, 200, "tokens that were just handed out are good"),
        None => assert_eq!(answer["data"]["mfa_enrolment_required"], true, "{answer}"),
    }
}
