//! `/v1/inquiries` and `/v1/admin/inquiries`.

mod attachments;
mod breach;
mod consents;
mod data_requests;
mod desk;
mod emergency;
mod erasure;
mod handoff;
mod idempotency;
mod inventory;
mod judged;
mod origins;
mod plain_forms;
mod posting;
mod proof_of_work;
mod reading;
mod retention;
mod seals;
mod spam;
mod understood;

use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{Api, Call, OWNER, Reply};

/// What a patient sends; nothing in it is a word that the answer needs.
fn inquiry() -> Value {
    json!({
        "full_name": "Wren Halloway",
        "email": "Wren.Halloway@mail.example",
        "phone": "+1 561 555 0142",
        "message": "May I bring my crutches?\nThe left one is long.",
    })
}

/// [`inquiry`] with other fields, or without those that are null.
fn with(changes: &Value) -> Value {
    let mut body = inquiry();
    json_patch::merge(&mut body, changes);
    body
}

/// A clock that a test moves.
fn noon() -> Clock {
    Clock::fixed("2026-03-02T12:00:00Z".parse().unwrap())
}

fn post(api: &Api) -> Call {
    api.call("POST", "/v1/inquiries")
}

/// Posts what has to be taken, and answers the receipt.
#[track_caller]
fn sent(api: &Api, body: &Value) -> Value {
    receipt(&post(api).json(body).send())
}

/// The one shape of every good answer.
#[track_caller]
fn receipt(reply: &Reply) -> Value {
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
    let data = reply.json()["data"].clone();
    let keys: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "notices", "receipt", "received_at"]);
    data
}

/// What is wrong and where: `(pointer, code)`, sorted.
fn mistakes(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| error["message"].is_string() && error["parameter"].is_null()), "{problem}");
    let mut all: Vec<_> =
        errors.iter().map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect();
    all.sort_unstable();
    all
}

/// Everything about an inquiry, as the owner reads it.
fn read(api: &Api, receipt: &Value) -> Value {
    let token = api.sign_in(OWNER);
    let path = format!("/v1/admin/inquiries/{}", receipt["id"].as_str().unwrap());
    let reply = api.call("GET", &path).bearer(&token).send();
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["data"].clone()
}

fn count(api: &Api, of: &'static str) -> i64 {
    api.as_owner(async |owner| sqlx::query_scalar(of).fetch_one(owner).await.unwrap())
}

fn rows(api: &Api) -> i64 {
    count(api, "select count(*) from cms.inquiry")
}

/// A form as a browser sends it with `multipart/form-data` (RFC 7578).
fn multipart(call: Call, fields: &[(&str, &str)]) -> Call {
    const EDGE: &str = "edge-of-the-form";
    let part = |(name, value): &(&str, &str)| {
        format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = fields.iter().map(part).collect::<Vec<_>>().concat();
    call.header("Content-Type", format!("multipart/form-data; boundary={EDGE}")).bytes(format!("{parts}--{EDGE}--\r\n"))
}
