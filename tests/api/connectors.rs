//! `/v1/integrations/{source}/{key}` and `/v1/admin/integrations`: five services, each signing as it does.

mod callrail;
mod doors;
mod dry_runs;
mod generic;
mod google_ads;
mod keeping;
mod kept;
mod meta;
mod quiet;
mod typeform;

use aws_lc_rs::hmac;
use clinic_cms::clock::Clock;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::harness::{Api, Call, OWNER, Reply};

/// Makes a connection, with what its kind needs, and answers it with its key and secrets.
pub fn connect(api: &Api, more: &Value) -> Value {
    let mut body = json!({"name": "A connection"});
    json_patch::merge(&mut body, more);
    let defaults = match body["kind"].as_str().unwrap() {
        "meta" | "callrail" => json!({"secret": "secret-of-the-service"}),
        "generic" => {
            json!({"mapping": {"fields": {"email": "/mail", "phone": "/phone", "full_name": "/who", "message": "/words"}}})
        }
        _ => json!({}),
    };
    for (name, value) in defaults.as_object().unwrap() {
        if body.get(name).is_none() {
            body[name] = value.clone();
        }
    }
    let token = api.sign_in(OWNER);
    let made = api.call("POST", "/v1/admin/integrations").bearer(&token).json(&body).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let mut made = made.json()["data"].clone();
    // What the service made up is known to it.
    if made["secret"].is_null() {
        made["secret"] = body["secret"].clone();
    }
    made
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_else(|| panic!("no {name}: {of}")).to_owned()
}

/// The path of a connection's own address.
fn address(connection: &Value) -> String {
    let url = text(connection, "url");
    url.get(url.find("/v1/").unwrap()..).unwrap().to_owned()
}

/// A delivery of `body`, not signed yet.
fn unsigned(api: &Api, connection: &Value, body: &[u8]) -> Call {
    api.call("POST", &address(connection)).header("Content-Type", "application/json").bytes(body)
}

/// The head by which a service signs `body`; Google's is in the body.
fn signature(kind: &str, secret: &str, body: &[u8]) -> Option<(&'static str, String)> {
    let tag = |with, key: &[u8], bytes: &[u8]| hmac::sign(&hmac::Key::new(with, key), bytes).as_ref().to_vec();
    match kind {
        "meta" => Some((
            "X-Hub-Signature-256",
            format!("sha256={}", hex::encode(tag(hmac::HMAC_SHA256, secret.as_bytes(), body))),
        )),
        "typeform" => Some((
            "Typeform-Signature",
            format!("sha256={}", BASE64.encode(&tag(hmac::HMAC_SHA256, secret.as_bytes(), body))),
        )),
        "callrail" => {
            Some(("Signature", BASE64.encode(&tag(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes(), body))))
        }
        _ => None,
    }
}

/// The three heads of Standard Webhooks.
fn webhook(call: Call, secret: &str, (id, sent): (&str, i64), body: &[u8]) -> Call {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let signed = [format!("{id}.{sent}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed);
    call.header("webhook-id", id)
        .header("webhook-timestamp", sent.to_string())
        .header("webhook-signature", format!("v1,{}", BASE64.encode(tag.as_ref())))
}

/// A delivery signed with the connection's secret, as its service sends it; `id` names it where the body does not.
fn signed_bytes(api: &Api, connection: &Value, id: &str, body: &[u8]) -> Call {
    let (kind, secret) = (text(connection, "kind"), text(connection, "secret"));
    let call = unsigned(api, connection, body);
    if kind == "generic" {
        return webhook(call, &secret, (id, api.clock.now().timestamp()), body);
    }
    match signature(&kind, &secret, body) {
        Some((name, value)) => call.header(name, value),
        None => call,
    }
}

fn signed(api: &Api, connection: &Value, id: &str, body: &Value) -> Call {
    let mut body = body.clone();
    if connection["kind"] == "google_ads" && body.get("google_key").is_none() {
        body["google_key"] = connection["secret"].clone();
    }
    signed_bytes(api, connection, id, body.to_string().as_bytes())
}

/// Delivers what has to be taken.
#[track_caller]
pub fn delivered(api: &Api, connection: &Value, id: &str, body: &Value) {
    is_taken(&signed(api, connection, id, body).send());
}

#[track_caller]
fn is_taken(reply: &Reply) {
    assert_eq!((reply.status, reply.body.as_str()), (200, "{}"), "{}", reply.body);
    assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
}

/// A lead that every kind can bring, under an id.
pub fn lead(kind: &str, id: &str) -> Value {
    match kind {
        "google_ads" => {
            json!({"lead_id": id, "is_test": false, "api_version": "1.0", "form_id": 40, "campaign_id": 7, "gcl_id": "click-1",
            "user_column_data": [
                {"column_id": "FULL_NAME", "string_value": "Wren Halloway", "column_name": "Full name"},
                {"column_id": "EMAIL", "string_value": "wren@mail.example"},
                {"column_id": "PHONE_NUMBER", "string_value": "+1 561 555 0142"},
                {"column_name": "Which knee?", "string_value": "the left one"}]})
        }
        "meta" => json!({"object": "page", "entry": [{"id": "9", "time": 1, "changes": [
            {"field": "leadgen", "value": {"leadgen_id": id, "page_id": "9", "form_id": "8", "created_time": 1_772_452_800,
             "field_data": [{"name": "full_name", "values": ["Wren Halloway"]}, {"name": "email", "values": ["wren@mail.example"]},
                            {"name": "which_knee?", "values": ["the left one"]}]}}]}]}),
        "typeform" => json!({"event_id": format!("event-{id}"), "event_type": "form_response", "form_response": {
            "form_id": "F1", "token": id, "submitted_at": "2026-03-02T11:59:00Z", "hidden": {"utm_source": "spring"},
            "definition": {"fields": [{"id": "q3", "ref": "knee", "type": "multiple_choice", "title": "Which knee?"}]},
            "answers": [
                {"type": "text", "text": "Wren Halloway", "field": {"id": "q1", "ref": "full_name", "type": "short_text"}},
                {"type": "email", "email": "wren@mail.example", "field": {"id": "q2", "ref": "mail", "type": "email"}},
                {"type": "choice", "choice": {"label": "the left one"}, "field": {"id": "q3", "ref": "knee", "type": "multiple_choice"}}]}}),
        "callrail" => {
            json!({"resource_id": id, "customer_name": "Wren Halloway", "customer_phone_number": "+15615550142",
            "tracking_phone_number": "+15615550100", "duration": 61, "answered": true, "voicemail": false, "direction": "inbound",
            "recording": "https://app.callrail.example/calls/1/recording", "start_time": "2026-03-02T11:58:00.000Z", "source": "google_paid"})
        }
        _ => {
            json!({"who": "Wren Halloway", "mail": "wren@mail.example", "phone": "+15615550142", "words": "My left knee.", "extra": {"knee": "the left one"}})
        }
    }
}

const KINDS: [&str; 5] = ["google_ads", "meta", "typeform", "callrail", "generic"];

fn rows(api: &Api) -> i64 {
    api.number("select count(*) from cms.inquiry")
}

/// The one inquiry that there is, as the owner reads it.
#[track_caller]
fn only(api: &Api) -> Value {
    assert_eq!(rows(api), 1);
    read(api, &api.text("select id::text from cms.inquiry"))
}

fn read(api: &Api, id: &str) -> Value {
    let token = api.sign_in(OWNER);
    let reply = api.call("GET", &format!("/v1/admin/inquiries/{id}")).bearer(&token).send();
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["data"].clone()
}

/// What staff read under a name among the answers.
fn answer(inquiry: &Value, name: &str) -> Option<String> {
    let answers = inquiry["answers"].as_array().unwrap();
    answers.iter().find(|answer| answer["name"] == name).map(|answer| text(answer, "value"))
}

/// What staff do with a connection: its own path, with `more` behind it.
fn staff(api: &Api, method: &str, connection: &Value, more: &str) -> Call {
    let token = api.sign_in(OWNER);
    let path = format!("/v1/admin/integrations/{}{more}", text(connection, "id"));
    api.call(method, &path).bearer(&token).header("If-Match", "*")
}

fn at(instant: &str) -> Clock {
    Clock::fixed(instant.parse().unwrap())
}

fn start_at(instant: &str) -> Api {
    Api::start_with(at(instant), &[("rate-limits", "off")])
}
