//! Second factors: those that somebody else takes off, and what cannot be done twice or not yet.

use super::*;
use crate::harness::OWNER;

/// Both signed in with their second factor: the owner's access token, and the admin's.
fn people(api: &Api) -> (String, String) {
    let (_, owner) = enrol(api, &half(api, OWNER));
    (told(&owner["tokens"], "access_token"), api.sign_in(ADMIN))
}

fn take_off(api: &Api, token: &str, person: (&str, &str)) -> Reply {
    let path = format!("{}/factors", address_of(person));
    api.call("DELETE", &path).bearer(token).header("If-Match", "*").send()
}

#[test]
fn somebody_who_lost_their_device_enrols_a_new_one_at_the_next_sign_in() {
    let api = strict();
    let other = api.another_node();
    let (owner, _) = people(&api);
    let desk = crate::harness::FRONT_DESK;
    let (secret, done) = enrol(&api, &half(&api, desk));
    let (access, old) = (told(&done["tokens"], "access_token"), told(&done["tokens"], "refresh_token"));
    assert_eq!(me(&other, &access).json()["data"]["methods"], json!(["totp", "recovery_code"]));
    api.letters();
    let bare = api.call("DELETE", &format!("{}/factors", address_of(desk))).bearer(&owner).send();
    bare.problem(428, "precondition_required");
    assert_eq!(take_off(&api, &owner, desk).status, 204);
    me(&other, &access).problem(401, "unauthenticated");
    refresh(&other, &old).problem(401, "unauthenticated");
    for table in ["totp", "recovery_code", "passkey"] {
        let left = format!(
            "select count(*)::text from cms.{table} x join cms.account a on a.id = x.account_id where a.email = '{}'",
            desk.0
        );
        assert_eq!(api.text(&left), "0", "{table}");
    }
    let shown = api.call("GET", &address_of(desk)).bearer(&owner).send().json();
    assert_eq!(shown["data"]["methods"], json!([]));
    assert!(api.letters().iter().any(|letter| letter.contains(desk.0)), "they are told");
    let recorded = "select count(*)::text from cms.audit_event where action = 'factor.delete'";
    assert_eq!(api.text(recorded), "1");
    later(&api, Duration::minutes(1));
    let owed = login(&api, desk).json()["data"].clone();
    assert_eq!(owed["mfa_enrolment_required"], true, "{owed}");
    let lost = json!({"mfa_token": owed["mfa_token"], "code": code(&secret, api.clock.now())});
    api.call("POST", "/v1/auth/mfa").json(&lost).send().problem(401, "unauthenticated");
    let (renewed, done) = enrol(&api, owed["mfa_token"].as_str().unwrap());
    assert_ne!(renewed, secret);
    assert_eq!(done["recovery_codes"].as_array().unwrap().len(), 10, "the old codes are gone with the rest");
    assert_eq!(me(&api, &told(&done["tokens"], "access_token")).status, 200);
}

#[test]
fn nobody_takes_off_their_own_factors_this_way_nor_those_of_their_betters() {
    let api = strict();
    let (owner, admin) = people(&api);
    take_off(&api, &owner, OWNER).problem(409, "own_factors");
    take_off(&api, &admin, OWNER).problem(403, "forbidden");
    take_off(&api, &admin, ADMIN).problem(409, "own_factors");
    assert_eq!(api.text("select count(*)::text from cms.totp where confirmed_at is not null"), "1");
    assert_eq!(me(&api, &owner).status, 200);
}

#[test]
fn an_authenticator_is_not_replaced_in_silence() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let begin = || api.call("POST", "/v1/auth/totp").bearer(&token).send();
    let confirm = |code: &str| api.call("PUT", "/v1/auth/totp").bearer(&token).json(&json!({"code": code})).send();
    confirm("123456").problem(409, "nothing_to_confirm");
    let (secret, _) = enrol(&api, &token);
    begin().problem(409, "already_enrolled");
    later(&api, Duration::minutes(1));
    confirm(&code(&secret, api.clock.now())).problem(409, "nothing_to_confirm");
    let sealed = "select encode(secret, 'hex') from cms.totp";
    let before = api.text(sealed);
    begin().problem(409, "already_enrolled");
    assert_eq!(api.text(sealed), before);
    assert_eq!(api.call("DELETE", "/v1/auth/totp").bearer(&token).send().status, 204);
    api.call("DELETE", "/v1/auth/totp").bearer(&token).send().problem(404, "not_found");
    assert_eq!(begin().status, 201, "once it is off, another one may come");
}

#[test]
fn recovery_codes_stand_in_for_a_factor_and_are_none() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let codes = || api.call("POST", "/v1/auth/recovery-codes").bearer(&token).send();
    codes().problem(409, "no_factor");
    assert_eq!(api.text("select count(*)::text from cms.recovery_code"), "0");
    let (_, enrolled) = enrol(&api, &token);
    let made = codes();
    assert_eq!(made.status, 201, "{}", made.body);
    let old = enrolled["recovery_codes"][0].clone();
    let shown = json!({"mfa_token": half(&api, EDITOR), "code": old});
    api.call("POST", "/v1/auth/mfa").json(&shown).send().problem(401, "unauthenticated");
    let new = made.json()["data"]["recovery_codes"][0].clone();
    let shown = json!({"mfa_token": half(&api, EDITOR), "code": new});
    assert_eq!(api.call("POST", "/v1/auth/mfa").json(&shown).send().status, 200);
}

/// Nine characters: enough beside a second factor alone.
const SHORT: &str = "vq7 tide!";

#[test]
fn the_last_factor_beside_a_short_password_stays() {
    let api = clinic();
    let access = api.sign_in(EDITOR);
    enrol(&api, &access);
    let change = json!({"current_password": EDITOR.1, "new_password": SHORT});
    let changed = api.call("POST", "/v1/auth/password").bearer(&access).json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let access = told(&changed.json(), "access_token");
    let gone = || api.call("DELETE", "/v1/auth/totp").bearer(&access).send();
    gone().problem(409, "last_factor");
    let longer = json!({"current_password": SHORT, "new_password": NEW});
    let changed = api.call("POST", "/v1/auth/password").bearer(&access).json(&longer).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let access = told(&changed.json(), "access_token");
    assert_eq!(api.call("DELETE", "/v1/auth/totp").bearer(&access).send().status, 204);
}

#[test]
fn a_short_password_does_not_count_alone_after_somebody_took_the_factors_off() {
    let api = clinic();
    let tokens = api.tokens(EDITOR);
    let access = told(&tokens, "access_token");
    enrol(&api, &access);
    let change = json!({"current_password": EDITOR.1, "new_password": SHORT});
    let changed = api.call("POST", "/v1/auth/password").bearer(&access).json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(take_off(&api, &api.sign_in(ADMIN), EDITOR).status, 204);
    let answer = login(&api, (EDITOR.0, SHORT));
    assert!(answer.status != 200 || answer.json()["data"].get("access_token").is_none(), "{}", answer.body);
}
