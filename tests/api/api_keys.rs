//! `/v1/admin/api-keys`, and what a key opens.

mod integration;
mod limits;
mod management;
mod rotation;

use chrono::{DateTime, Duration, Utc};
use clinic_cms::clock::Clock;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::harness::{ADMIN, Api, Call, EDITOR, OWNER, Reply};

const KEYS: &str = "/v1/admin/api-keys";
const ARTICLES: &str = "/v1/admin/articles";
const OWNER_ID: &str = "01900000-0000-7000-8000-000000000001";
const EDITOR_ID: &str = "01900000-0000-7000-8000-000000000002";

fn noon() -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// At noon, without limits and without asking for second factors.
fn office() -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off"), ("require-mfa", "off")])
}

fn sql(api: &Api, statement: &str) {
    let statement = statement.to_owned();
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop)).unwrap();
}

fn make(api: &Api, token: &str, body: &Value) -> Reply {
    api.call("POST", KEYS).bearer(token).json(body).send()
}

/// A key of somebody who signs in for it: what is shown of it, and the key.
#[track_caller]
fn key(api: &Api, maker: (&str, &str), body: &Value) -> (Value, String) {
    let reply = make(api, &api.sign_in(maker), body);
    assert_eq!(reply.status, 201, "{}", reply.body);
    let shown = reply.json()["data"].clone();
    let key = shown["key"].as_str().unwrap().to_owned();
    (shown, key)
}

/// A key with these scopes.
#[track_caller]
fn with_scopes(api: &Api, maker: (&str, &str), scopes: &[&str]) -> (Value, String) {
    key(api, maker, &json!({"name": "Website", "scopes": scopes}))
}

fn address(shown: &Value) -> String {
    format!("{KEYS}/{}", shown["id"].as_str().unwrap())
}

fn status(api: &Api, method: &str, path: &str, key: &str) -> u16 {
    api.call(method, path).bearer(key).send().status
}

fn inquiry() -> Value {
    json!({"full_name": "Wren Halloway", "email": "wren@mail.example", "message": "May I bring my crutches?"})
}

fn post(api: &Api, key: &str) -> Call {
    api.call("POST", "/v1/inquiries").bearer(key).json(&inquiry())
}

/// A key put together by somebody who knows the rule of the checksum.
fn forged(public_id: &str, secret: &str) -> String {
    let letters: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let body = format!("ccms_{public_id}_{secret}");
    let crc = crc32fast::hash(body.as_bytes());
    let digit = |place: u32| letters[(crc / 62_u32.pow(place) % 62) as usize];
    format!("{body}{}", (0..6).rev().map(digit).collect::<String>())
}

fn parts(key: &str) -> (&str, &str) {
    (&key[5..17], &key[18..61])
}
