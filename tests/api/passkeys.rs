//! `/v1/auth/passkeys`, with an authenticator in software for the person's device.

mod authenticator;
mod enrolment;
mod refusals;
mod steps;

use authenticator::Authenticator;
use chrono::{DateTime, Duration, Utc};
use clinic_cms::clock::Clock;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::harness::{Api, Call, EDITOR, OWNER, Reply};

const PAGE: &str = "https://staff.clinic.example";
const HOST: &str = "clinic.example";
const NOON: &str = "2026-11-23T12:00:00Z";
const PATH: &str = "/v1/auth/passkeys";

fn noon() -> DateTime<Utc> {
    NOON.parse().unwrap()
}

/// A clinic whose staff pages have a host name, at noon.
fn clinic() -> Api {
    let settings = [("rate-limits", "off"), ("passkey-rp-id", HOST), ("cors-origins", PAGE)];
    Api::start_with(Clock::fixed(noon()), &settings)
}

fn later(api: &Api, minutes: i64) {
    api.clock.set(noon() + Duration::minutes(minutes));
}

fn device() -> Authenticator {
    Authenticator::on(PAGE, HOST)
}

fn post(api: &Api, path: &str, token: Option<&str>, body: &Value) -> Reply {
    let call: Call = api.call("POST", &format!("{PATH}/{path}")).json(body);
    token.into_iter().fold(call, Call::bearer).send()
}

/// Adds a passkey and answers what the person sees of it.
fn enrol(api: &Api, token: &str, device: &mut Authenticator, name: &str) -> Value {
    let asked = post(api, "registration/options", Some(token), &json!({"name": name}));
    assert_eq!(asked.status, 200, "{}", asked.body);
    let asked = asked.json()["data"].clone();
    let answer = json!({"ceremony": asked["ceremony"], "credential": device.create(&asked["public_key"])});
    let made = post(api, "registration", Some(token), &answer);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["data"].clone()
}

/// The question to a browser.
fn ask(api: &Api, token: Option<&str>, body: &Value) -> Value {
    let asked = post(api, "assertion/options", token, body);
    assert_eq!(asked.status, 200, "{}", asked.body);
    asked.json()["data"].clone()
}

/// Shows the passkey for a sign-in.
fn sign_in(api: &Api, device: &mut Authenticator) -> Reply {
    let asked = ask(api, None, &json!({}));
    post(api, "assertion", None, &answer(&asked, device))
}

fn answer(asked: &Value, device: &mut Authenticator) -> Value {
    json!({"ceremony": asked["ceremony"], "credential": device.get(&asked["public_key"])})
}

/// What an access token says of how its person signed in.
fn shown_methods(tokens: &Reply) -> Value {
    let tokens = tokens.json();
    let token = tokens["data"]["access_token"].as_str().unwrap();
    let claims = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["amr"].clone()
}

fn recorded(api: &Api, action: &str) -> i64 {
    let count = "select count(*) from cms.audit_event where action = $1";
    api.as_owner(async |connection| sqlx::query_scalar(count).bind(action).fetch_one(connection).await.unwrap())
}

#[test]
fn a_person_adds_a_passkey_and_signs_in_with_it_alone() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    let made = enrol(&api, &token, &mut phone, "Phone");
    assert_eq!(
        (&made["name"], &made["backed_up"], &made["last_used_at"]),
        (&json!("Phone"), &json!(false), &json!(null))
    );
    assert_eq!(made["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(made["tokens"], json!(null), "the person is signed in already");
    let tokens = sign_in(&api, &mut phone);
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(tokens.header("cache-control"), "no-store");
    assert_eq!(shown_methods(&tokens), json!(["hwk", "user", "mfa"]));
    let access = tokens.json()["data"]["access_token"].as_str().unwrap().to_owned();
    let me = api.call("GET", "/v1/auth/me").bearer(&access).send();
    assert_eq!(me.json()["data"]["email"], EDITOR.0);
    assert_eq!((recorded(&api, "passkey.create"), recorded(&api, "session.create")), (1, 2));
}

#[test]
fn a_person_sees_their_passkeys_and_nobody_elses() {
    let api = clinic();
    let (editor, owner) = (api.sign_in(EDITOR), api.sign_in(OWNER));
    let mut phone = device();
    let id = enrol(&api, &editor, &mut phone, "Phone")["id"].clone();
    later(&api, 1);
    assert_eq!(enrol(&api, &editor, &mut device(), "Key ring")["recovery_codes"], json!([]), "they have some already");
    enrol(&api, &owner, &mut device(), "Owner's");
    sign_in(&api, &mut phone);
    let list = api.call("GET", PATH).bearer(&editor).send().json();
    let names: Vec<&str> = list["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Phone", "Key ring"]);
    assert_eq!((&list["meta"]["total"], &list["links"]["next"]), (&json!(2), &json!(null)));
    assert_eq!(list["data"][0]["last_used_at"], "2026-11-23T12:01:00Z");
    let keys: Vec<&String> = list["data"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["backed_up", "created_at", "id", "last_used_at", "name"], "no key, no id of the device");
    let others = format!("{PATH}/{}", id.as_str().unwrap());
    api.call("DELETE", &others).bearer(&owner).send().problem(404, "not_found");
    assert_eq!(api.call("DELETE", &others).bearer(&editor).send().status, 204);
    assert_eq!(api.call("GET", PATH).bearer(&editor).send().json()["meta"]["total"], 1);
    sign_in(&api, &mut phone).problem(401, "unauthenticated");
}

#[test]
fn a_device_is_not_enrolled_twice() {
    let api = clinic();
    let (editor, owner) = (api.sign_in(EDITOR), api.sign_in(OWNER));
    let mut phone = device();
    enrol(&api, &editor, &mut phone, "Phone");
    let asked = post(&api, "registration/options", Some(&editor), &json!({})).json()["data"].clone();
    assert_eq!(asked["public_key"]["excludeCredentials"][0]["id"], BASE64URL_NOPAD.encode(&phone.credential_id));
    let asked = post(&api, "registration/options", Some(&owner), &json!({})).json()["data"].clone();
    let answer = json!({"ceremony": asked["ceremony"], "credential": phone.create(&asked["public_key"])});
    post(&api, "registration", Some(&owner), &answer).problem(409, "passkey_not_kept");
}

#[test]
fn without_a_host_name_there_are_no_passkeys() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    post(&api, "registration/options", Some(&token), &json!({})).problem(409, "passkeys_off");
    post(&api, "assertion/options", None, &json!({})).problem(409, "passkeys_off");
}

#[test]
fn what_nobody_asked_for_is_refused() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let named = post(&api, "registration/options", Some(&token), &json!({"nme": "Phone"}));
    assert_eq!(named.problem(422, "validation_failed")["errors"][0]["suggestion"], "name");
    let missing = post(&api, "assertion", None, &json!({"ceremony": 1, "credential": "x"}));
    assert_eq!(missing.problem(422, "validation_failed")["errors"].as_array().unwrap().len(), 2);
    let both = post(&api, "assertion/options", Some(&token), &json!({"mfa_token": "x"}));
    assert_eq!(both.problem(422, "validation_failed")["errors"][0]["pointer"], "/mfa_token");
    api.get(PATH).problem(401, "unauthenticated");
    post(&api, "registration/options", None, &json!({})).problem(401, "unauthenticated");
    post(&api, "assertion/options", Some("nonsense"), &json!({})).problem(401, "unauthenticated");
}
