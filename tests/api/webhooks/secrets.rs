//! Secrets: shown once, kept sealed, changed without a gap.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{House, Receiver};
use crate::harness::{ADMIN, EDITOR, FRONT_DESK};

#[test]
fn a_secret_is_shown_once_and_kept_sealed() {
    let house = House::open();
    let receiver = Receiver::start();
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    assert!(hook.secret.starts_with("whsec_"));
    let path = format!("/v1/admin/webhooks/{}", hook.id);
    let bare = hook.secret.strip_prefix("whsec_").unwrap();
    for reply in [house.call("GET", &path, &Value::Null), house.call("GET", "/v1/admin/webhooks", &Value::Null)] {
        assert_eq!(reply.status, 200);
        assert!(!reply.body.contains(bare) && !reply.body.contains("secret\":"), "{}", reply.body);
    }
    let stored = house.api.text("select to_jsonb(e)::text from cms.webhook_endpoint e");
    let raw = hex::encode(data_encoding::BASE64.decode(bare.as_bytes()).unwrap());
    assert!(!stored.contains(bare) && !stored.contains(&raw), "{stored}");
    let trail = house.api.text("select coalesce(string_agg(to_jsonb(c)::text, ''), '') from cms.record_change c");
    assert!(!trail.contains("127.0.0.1"), "an address may hold a token of the receiver's: {trail}");
}

#[test]
fn both_secrets_sign_while_receivers_move_over() {
    let house = House::open();
    let receiver = Receiver::start();
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    let path = format!("/v1/admin/webhooks/{}", hook.id);
    let rotated = house.call("POST", &format!("{path}/secret"), &json!({"overlap_hours": 2}));
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let new = rotated.json()["data"]["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, hook.secret);
    assert_eq!(rotated.json()["data"]["former_secret_until"], "2026-11-23T14:00:00Z");
    house.change_the_clinic();
    house.api.deliver();
    let during = receiver.only();
    assert_eq!(during.signatures(), [during.expected_signature(&new), during.expected_signature(&hook.secret)]);
    house.later(TimeDelta::hours(2));
    house.change_the_clinic();
    house.api.deliver();
    let after = receiver.arrivals().pop().unwrap();
    assert_eq!(after.signatures(), [after.expected_signature(&new)]);
}

#[test]
fn a_secret_that_leaked_signs_no_more() {
    let house = House::open();
    let receiver = Receiver::start();
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    let path = format!("/v1/admin/webhooks/{}/secret", hook.id);
    assert_eq!(house.call("POST", &path, &Value::Null).json()["data"]["former_secret_until"], "2026-11-24T12:00:00Z");
    let at_once = house.call("POST", &path, &json!({"overlap_hours": 0}));
    let new = at_once.json()["data"]["secret"].as_str().unwrap().to_owned();
    assert!(at_once.json()["data"]["former_secret_until"].is_null());
    house.change_the_clinic();
    house.api.deliver();
    let arrival = receiver.only();
    assert_eq!(arrival.signatures(), [arrival.expected_signature(&new)]);
    house.call("POST", &path, &json!({"overlap_hours": 169})).problem(422, "validation_failed");
}

#[test]
fn a_secret_that_was_stored_with_another_endpoint_signs_nothing() {
    let house = House::open();
    let (one, other) = (Receiver::start(), Receiver::start());
    house.subscribe(&one, &["clinic.changed"]);
    house.subscribe(&other, &["clinic.changed"]);
    let swap = "update cms.webhook_endpoint set sealed_secret = (select min(sealed_secret::text)::bytea from cms.webhook_endpoint)";
    house.api.as_owner(async |owner| sqlx::raw_sql(swap).execute(owner).await.unwrap());
    house.change_the_clinic();
    house.api.deliver();
    assert_eq!(one.arrivals().len() + other.arrivals().len(), 1, "the other one fails closed");
    assert_eq!(house.api.number("select count(*) from cms.webhook_delivery where last_error = 'secret'"), 1);
}

#[test]
fn owners_and_administrators_alone_say_where_events_go() {
    let house = House::open();
    let body = json!({"url": "https://hooks.example.org/", "events": ["clinic.changed"]});
    let post = |person| {
        let token = house.api.sign_in(person);
        house.api.call("POST", "/v1/admin/webhooks").bearer(&token).json(&body).send()
    };
    assert_eq!(post(ADMIN).status, 201);
    for person in [EDITOR, FRONT_DESK] {
        post(person).problem(403, "forbidden");
    }
}
