//! `/v1/admin/webhooks`, `/v1/admin/processors`, and what arrives at a receiver.

mod agreements;
mod arriving;
mod destinations;
mod failing;
pub mod receiver;
mod secrets;
mod side_by_side;

use chrono::{DateTime, TimeDelta, Utc};
use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use self::receiver::{Arrival, Receiver};
use crate::harness::{Api, OWNER, Reply, noon};

/// An installation whose receivers stand on this host.
struct House {
    api: Api,
}

/// An endpoint, and what it is checked with.
struct Hook {
    id: String,
    secret: String,
}

impl House {
    fn open() -> Self {
        let settings = [("rate-limits", "off"), ("webhook-networks", "127.0.0.0/8")];
        Self { api: Api::start_with(Clock::fixed(noon()), &settings) }
    }

    /// The owner, freshly signed in.
    fn token(&self) -> String {
        self.api.sign_in(OWNER)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let call = self.api.call(method, path).bearer(&self.token()).header("If-Match", "*");
        if body.is_null() { call.send() } else { call.json(body).send() }
    }

    fn read(&self, path: &str) -> Value {
        let reply = self.call("GET", path, &Value::Null);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn subscribe(&self, receiver: &Receiver, events: &[&str]) -> Hook {
        let made = self.call("POST", "/v1/admin/webhooks", &json!({"url": receiver.url, "events": events}));
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |name: &str| made.json()["data"][name].as_str().unwrap().to_owned();
        Hook { id: text("id"), secret: text("secret") }
    }

    /// Something changes that is told as `clinic.changed`.
    fn change_the_clinic(&self) {
        let name = format!("Harbor Clinic {}", self.api.clock.new_id());
        let changed = self.call("PATCH", "/v1/admin/clinic", &json!({"name": name}));
        assert_eq!(changed.status, 200, "{}", changed.body);
    }

    fn deliveries(&self, hook: &Hook) -> Vec<Value> {
        self.read(&format!("/v1/admin/webhooks/{}/deliveries", hook.id)).as_array().unwrap().clone()
    }

    fn later(&self, by: TimeDelta) -> DateTime<Utc> {
        let now = self.api.clock.now() + by;
        self.api.clock.set(now);
        now
    }

    /// Asserts that an arrival was signed with this secret, alone or among others.
    #[track_caller]
    fn assert_signed(arrival: &Arrival, secret: &str) {
        assert!(arrival.signatures().contains(&arrival.expected_signature(secret)), "{arrival:?}");
    }
}
