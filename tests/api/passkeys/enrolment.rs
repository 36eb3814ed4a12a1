//! A passkey as the first factor of somebody whose sign-in waits for one, and where passwords are switched off.

use super::*;
use crate::{credentials::half, harness::FRONT_DESK};

/// As [`clinic`], where who reads inquiries needs a second factor.
fn strict() -> Api {
    let settings = [("rate-limits", "off"), ("passkey-rp-id", HOST), ("cors-origins", PAGE), ("require-mfa", "on")];
    Api::start_with(Clock::fixed(noon()), &settings)
}

#[test]
fn a_sign_in_that_waits_for_an_enrolment_is_done_with_a_new_passkey() {
    let api = strict();
    let waiting = half(&api, FRONT_DESK);
    let mut phone = device();
    let made = enrol(&api, &waiting, &mut phone, "Phone");
    assert_eq!(made["recovery_codes"].as_array().unwrap().len(), 10);
    let access = made["tokens"]["access_token"].as_str().unwrap();
    assert_eq!(api.call("GET", "/v1/admin/inquiries").bearer(access).send().status, 200);
    let me = api.call("GET", "/v1/auth/me").bearer(access).send().json();
    assert_eq!(me["data"]["methods"], json!(["passkey", "recovery_code"]));
    let second = post(&api, "registration/options", Some(&waiting), &json!({}));
    second.problem(401, "unauthenticated");
    let asked = ask(&api, None, &json!({"mfa_token": half(&api, FRONT_DESK)}));
    assert_eq!(asked["public_key"]["allowCredentials"][0]["id"], BASE64URL_NOPAD.encode(&phone.credential_id));
    assert_eq!(sign_in(&api, &mut phone).status, 200, "and the passkey is enough from now on");
}

#[test]
fn an_answer_to_the_question_of_one_enrolment_is_none_to_another_persons() {
    let api = strict();
    let (desk, owner) = (half(&api, FRONT_DESK), half(&api, OWNER));
    let asked = post(&api, "registration/options", Some(&desk), &json!({})).json()["data"].clone();
    let made = json!({"ceremony": asked["ceremony"], "credential": device().create(&asked["public_key"])});
    post(&api, "registration", Some(&owner), &made).problem(401, "unauthenticated");
    let kept: i64 = api.as_owner(async |connection| {
        sqlx::query_scalar("select count(*) from cms.passkey").fetch_one(connection).await.unwrap()
    });
    assert_eq!(kept, 0);
}

#[test]
fn where_passwords_are_switched_off_nobodys_passkey_opens_but_the_break_glass_owners() {
    let provider = crate::oidc::Ground::start(&[
        ("local-sign-in", "break_glass"),
        ("break-glass-owner", "Owner@Clinic.example"),
        ("passkey-rp-id", HOST),
        ("cors-origins", PAGE),
    ]);
    let api = &provider.api;
    let owner = api.sign_in(OWNER);
    let (mut phone, mut others) = (device(), device());
    enrol(api, &owner, &mut phone, "Owner's");
    let editor = provider.sign_in(&crate::oidc::editor()).json();
    enrol(api, editor["data"]["access_token"].as_str().unwrap(), &mut others, "Editor's");
    sign_in(api, &mut others).problem(401, "unauthenticated");
    assert_eq!(sign_in(api, &mut phone).status, 200);
}
