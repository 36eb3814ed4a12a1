//! A passkey as the second factor, and to authenticate anew.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;

use super::*;

/// A sign-in of the editor that waits for its second factor; answers its token.
fn waiting(api: &Api, byte: u8) -> String {
    let token = [byte; 32];
    let hash = digest(&SHA256, &token).as_ref().to_vec();
    let half =
        "insert into cms.half_sign_in (hash, account_id, credential_version, step, methods, created_at, expires_at)
                select $1, id, credential_version, 'factor', '{pwd}', $3, $3 + interval '5 minutes'
                  from cms.account where email = $2";
    api.as_owner(async |connection| {
        sqlx::query(half).bind(&hash).bind(EDITOR.0).bind(noon()).execute(connection).await.unwrap();
    });
    BASE64URL_NOPAD.encode(&token)
}

fn with_token(mut answer: Value, token: &str) -> Value {
    answer["mfa_token"] = json!(token);
    answer
}

#[test]
fn a_passkey_is_the_second_factor() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let half = waiting(&api, 1);
    let asked = ask(&api, None, &json!({"mfa_token": half}));
    assert_eq!(asked["public_key"]["allowCredentials"][0]["id"], BASE64URL_NOPAD.encode(&phone.credential_id));
    let tokens = post(&api, "assertion", None, &with_token(answer(&asked, &mut phone), &half));
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(shown_methods(&tokens), json!(["pwd", "hwk", "user", "mfa"]));
    post(&api, "assertion/options", None, &json!({"mfa_token": half})).problem(401, "unauthenticated");
    let nobodys = BASE64URL_NOPAD.encode(&[9; 32]);
    post(&api, "assertion/options", None, &json!({"mfa_token": nobodys})).problem(401, "unauthenticated");
}

#[test]
fn somebody_elses_passkey_is_no_second_factor() {
    let api = clinic();
    let (editor, owner) = (api.sign_in(EDITOR), api.sign_in(OWNER));
    let (mut phone, mut others) = (device(), device());
    enrol(&api, &editor, &mut phone, "Phone");
    enrol(&api, &owner, &mut others, "Owner's");
    let half = waiting(&api, 1);
    let asked = ask(&api, None, &json!({"mfa_token": half}));
    post(&api, "assertion", None, &with_token(answer(&asked, &mut others), &half)).problem(401, "unauthenticated");
    let asked = ask(&api, Some(&editor), &json!({}));
    post(&api, "assertion", Some(&editor), &answer(&asked, &mut others)).problem(401, "unauthenticated");
}

#[test]
fn a_question_for_one_step_is_none_for_another() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let half = waiting(&api, 1);
    let for_stranger = ask(&api, None, &json!({}));
    post(&api, "assertion", Some(&token), &answer(&for_stranger, &mut phone)).problem(401, "unauthenticated");
    let for_signed = ask(&api, Some(&token), &json!({}));
    post(&api, "assertion", None, &answer(&for_signed, &mut phone)).problem(401, "unauthenticated");
    let for_waiting = ask(&api, None, &json!({"mfa_token": half}));
    post(&api, "assertion", None, &answer(&for_waiting, &mut phone)).problem(401, "unauthenticated");
    let for_new = post(&api, "registration/options", Some(&token), &json!({})).json()["data"].clone();
    post(&api, "assertion", Some(&token), &answer(&for_new, &mut phone)).problem(401, "unauthenticated");
}

#[test]
fn a_question_to_one_person_takes_no_answer_of_another() {
    let api = clinic();
    let (editor, owner) = (api.sign_in(EDITOR), api.sign_in(OWNER));
    let asked = post(&api, "registration/options", Some(&editor), &json!({})).json()["data"].clone();
    let made = json!({"ceremony": asked["ceremony"], "credential": device().create(&asked["public_key"])});
    post(&api, "registration", Some(&owner), &made).problem(401, "unauthenticated");
    post(&api, "registration", Some(&editor), &made).problem(401, "unauthenticated");
}

#[test]
fn adding_and_removing_asks_for_a_fresh_authentication() {
    let api = clinic();
    let first = api.tokens(EDITOR);
    let token = first["data"]["access_token"].as_str().unwrap().to_owned();
    let mut phone = device();
    let id = enrol(&api, &token, &mut phone, "Phone")["id"].as_str().unwrap().to_owned();
    later(&api, 11);
    let refresh = json!({"refresh_token": first["data"]["refresh_token"]});
    let token = api.call("POST", "/v1/auth/refresh").json(&refresh).send().json();
    let token = token["data"]["access_token"].as_str().unwrap().to_owned();
    let remove = || api.call("DELETE", &format!("{PATH}/{id}")).bearer(&token).send();
    remove().problem(401, "reauthentication_required");
    post(&api, "registration/options", Some(&token), &json!({})).problem(401, "reauthentication_required");
    let asked = ask(&api, Some(&token), &json!({}));
    assert_eq!(post(&api, "assertion", Some(&token), &answer(&asked, &mut phone)).status, 204);
    assert_eq!(recorded(&api, "session.reauthenticate"), 2, "when it was made, and now");
    assert_eq!(remove().status, 204);
    post(&api, "assertion/options", Some(&token), &json!({})).problem(409, "no_passkey");
}
