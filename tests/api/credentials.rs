//! What people prove who they are with - tokens, links, passwords and factors - and when each of it ends.

mod at_the_desk;
mod attempts;
mod break_glass;
mod ended;
mod factors;
mod invitations;
mod links;
mod lists;
mod mass_assignment;
mod profile;
mod refreshing;
mod stored;

use chrono::Duration;
use clinic_cms::clock::Clock;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::harness::{ADMIN, Api, EDITOR, PEOPLE, Reply, code, login, noon};

/// Nobody's yet.
pub const NEW: &str = "brass kettles sing till noon";

/// At noon, without limits and without asking for second factors.
pub fn clinic() -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off")])
}

/// The same, where who reads inquiries needs a second factor.
pub fn strict() -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off"), ("require-mfa", "on")])
}

pub fn later(api: &Api, after: Duration) {
    api.clock.set(noon() + after);
}

/// The token of a sign-in that is not done yet.
#[track_caller]
pub fn half(api: &Api, person: (&str, &str)) -> String {
    let owed = login(api, person).json()["data"].clone();
    assert!(owed.get("access_token").is_none(), "{owed}");
    owed["mfa_token"].as_str().unwrap().to_owned()
}

/// Makes an authenticator with a bearer token: its secret, and what confirming it answered.
#[track_caller]
pub fn enrol(api: &Api, bearer: &str) -> (String, Value) {
    let begun = api.call("POST", "/v1/auth/totp").bearer(bearer).send();
    assert_eq!(begun.status, 201, "{}", begun.body);
    let secret = begun.json()["data"]["secret"].as_str().unwrap().to_owned();
    let first = json!({"code": code(&secret, api.clock.now())});
    let done = api.call("PUT", "/v1/auth/totp").bearer(bearer).json(&first).send();
    assert_eq!(done.status, 200, "{}", done.body);
    (secret, done.json()["data"].clone())
}

pub fn refresh(api: &Api, token: &str) -> Reply {
    api.call("POST", "/v1/auth/refresh").json(&json!({"refresh_token": token})).send()
}

pub fn me(api: &Api, token: &str) -> Reply {
    api.call("GET", "/v1/auth/me").bearer(token).send()
}

/// A text of an answer's item.
#[track_caller]
pub fn told(answer: &Value, name: &str) -> String {
    let item = answer.get("data").unwrap_or(answer);
    item[name].as_str().unwrap_or_else(|| panic!("{name} in {answer}")).to_owned()
}

/// Where those who manage people find a person of the template.
pub fn address_of((email, _): (&str, &str)) -> String {
    let place = PEOPLE.iter().position(|((known, _), _)| *known == email).unwrap() + 1;
    format!("/v1/admin/users/01900000-0000-7000-8000-00000000000{place}")
}

/// The path of the link in the latest letter to somebody.
#[track_caller]
pub fn link_to(api: &Api, email: &str) -> String {
    let letters = api.letters();
    let letter = letters.iter().rev().find(|letter| letter.contains(email)).expect("a letter to them");
    let link = letter.lines().find(|line| line.starts_with("http")).expect("a link on a line").trim();
    link.strip_prefix(&api.base).expect("at the configured address").to_owned()
}

/// Asks for a reset and answers the path of its link.
#[track_caller]
pub fn reset_link(api: &Api, email: &str) -> String {
    let asked = api.call("POST", "/v1/auth/password-resets").json(&json!({"email": email})).send();
    assert_eq!(asked.status, 202, "{}", asked.body);
    link_to(api, email)
}

/// Invites somebody and answers the path of the link.
#[track_caller]
pub fn invitation_link(api: &Api, manager: &str, email: &str) -> String {
    let body = json!({"email": email, "role": "author"});
    let made = api.call("POST", "/v1/admin/invitations").bearer(manager).json(&body).send();
    assert_eq!(made.status, 201, "{}", made.body);
    link_to(api, email)
}

pub fn sql(api: &Api, statement: &str) {
    let statement = statement.to_owned();
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop)).unwrap();
}

/// The names of a table's columns.
pub fn columns(api: &Api, table: &str) -> Vec<String> {
    let query = format!(
        "select string_agg(column_name, ' ') from information_schema.columns
          where table_schema = 'cms' and table_name = '{table}'"
    );
    api.text(&query).split(' ').map(str::to_owned).collect()
}
