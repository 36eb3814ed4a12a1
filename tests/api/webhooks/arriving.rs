//! What arrives, and what stands in it.

use clinic_cms::outbox::Round;
use serde_json::{Value, json};

use super::{House, Receiver};
use crate::{
    harness::noon,
    providers::{add_location, patch},
};

const ARTICLES: [&str; 3] = ["article.published", "article.updated", "article.unpublished"];

#[test]
fn what_happened_before_an_endpoint_was_made_is_not_sent_to_it() {
    let house = House::open();
    let receiver = Receiver::start();
    house.change_the_clinic();
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    house.api.deliver();
    assert_eq!((receiver.arrivals().len(), house.deliveries(&hook).len()), (0, 0));
    house.change_the_clinic();
    house.api.deliver();
    assert_eq!(receiver.arrivals().len(), 1);
}

#[test]
fn an_event_arrives_once_signed_and_thin() {
    let house = House::open();
    let receiver = Receiver::start();
    let hook = house.subscribe(&receiver, &ARTICLES);
    let article = json!({"title": "Qzcanary title", "body_markdown": "Qzcanary body.", "slug": "ice"});
    let article = house.api.publish(&house.token(), &article);
    let round = house.api.deliver();
    assert_eq!(round, Round { fanned_out: round.fanned_out, delivered: 1, postponed: 0, dead: 0 });
    let arrival = receiver.only();
    assert_eq!(arrival.head, "POST /hook HTTP/1.1");
    assert_eq!(arrival.header("content-type"), "application/json");
    assert_eq!(arrival.header("webhook-timestamp"), noon().timestamp().to_string());
    assert_eq!(arrival.signatures(), [arrival.expected_signature(&hook.secret)]);
    let body = arrival.json();
    assert_eq!(body["id"], arrival.header("webhook-id"), "the event's own id");
    assert_eq!((&body["type"], &body["data"]["id"]), (&json!("article.published"), &article["id"]));
    let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["cache_tags", "data", "id", "occurred_at", "type"]);
    assert_eq!(
        body["data"],
        json!({"id": article["id"], "record": "article", "slug": "ice", "previous_slug": null, "path": "/articles/ice",
               "locale": "en", "version": 1})
    );
    assert!(!arrival.body.contains("Qzcanary"), "{}", arrival.body);
    assert!(house.api.deliver().is_idle(), "and never again");
    assert_eq!(receiver.arrivals().len(), 1);
}

#[test]
fn the_tags_of_an_event_are_those_of_the_answers_that_it_makes_stale() {
    let house = House::open();
    let receiver = Receiver::start();
    house.subscribe(&receiver, &["article.published", "clinic.changed"]);
    let token = house.token();
    house.api.publish(&token, &json!({"title": "Ice", "body_markdown": "On the knee.", "slug": "ice"}));
    let location = add_location(&house.api, &token, "Harbor Lane");
    house.api.deliver();
    let told = |record: &str| -> Value {
        let bodies = receiver.arrivals().into_iter().map(|arrival| arrival.json());
        bodies.into_iter().find(|body| body["data"]["record"] == record).unwrap()
    };
    for (record, path) in [("article", "/v1/articles/ice"), ("location", "/v1/locations/harbor-lane")] {
        let answered = house.api.get(path);
        let tags: Vec<&str> = answered.header("cache-tag").split(',').collect();
        assert_eq!(told(record)["cache_tags"], json!(tags), "{record}");
    }
    assert_eq!(told("location")["data"]["slug"], "harbor-lane");
    assert_eq!(told("location")["data"]["id"], location.as_str());
}

#[test]
fn an_event_names_the_address_before_and_the_one_that_was_left() {
    let house = House::open();
    let receiver = Receiver::start();
    house.subscribe(&receiver, &["article.updated", "article.unpublished", "clinic.changed"]);
    let token = house.token();
    let article = house.api.publish(&token, &json!({"title": "Ice", "body_markdown": "On the knee.", "slug": "ice"}));
    let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    assert_eq!(house.call("PATCH", &path, &json!({"slug": "cold"})).status, 200);
    assert_eq!(house.call("PUT", &format!("{path}/publication"), &json!({})).status, 200);
    assert_eq!(house.call("DELETE", &format!("{path}/publication"), &Value::Null).status, 200);
    let location = add_location(&house.api, &token, "Harbor Lane");
    house.api.deliver();
    let place = format!("/v1/admin/locations/{location}");
    assert_eq!(patch(&house.api, &token, &place, &json!({"slug": "quay"})).status, 200);
    house.api.deliver();
    let told: Vec<_> = receiver.arrivals().iter().map(super::Arrival::json).collect();
    let of = |kind: &str| told.iter().filter(|body| body["type"] == kind).collect::<Vec<_>>();
    let (updated, left) = (of("article.updated"), of("article.unpublished"));
    assert_eq!((updated.len(), left.len()), (1, 1), "{told:?}");
    assert_eq!(updated[0]["data"]["previous_slug"], "ice");
    for body in [updated[0], left[0]] {
        assert_eq!(
            (&body["data"]["slug"], &body["data"]["path"]),
            (&json!("cold"), &json!("/articles/cold")),
            "{body}"
        );
    }
    let moved = of("clinic.changed").pop().unwrap();
    assert_eq!((&moved["data"]["slug"], &moved["data"]["previous_slug"]), (&json!("quay"), &json!("harbor-lane")));
}

#[test]
fn what_is_planned_says_where_it_will_stand() {
    let house = House::open();
    let created =
        house.call("POST", "/v1/admin/articles", &json!({"title": "Ice", "body_markdown": "Cold.", "slug": "ice"}));
    let path = format!("/v1/admin/articles/{}/publication", created.json()["data"]["id"].as_str().unwrap());
    let plan = json!({"publish_at": "2199-01-01T00:00:00Z", "unpublish_at": "2199-03-01T00:00:00Z"});
    assert_eq!(house.call("PUT", &path, &plan).status, 200);
    let waiting =
        "select string_agg(kind || ' ' || (about->>'path') || ' ' || (about->>'version'), ', ' order by available_at)
                     from cms.outbox_event where available_at > now()";
    assert_eq!(house.api.text(waiting), "article.published /articles/ice 1, article.unpublished /articles/ice 1");
}

#[test]
fn an_endpoint_gets_what_it_asked_for_while_it_is_on() {
    let house = House::open();
    let (all, off) = (Receiver::start(), Receiver::start());
    house.subscribe(&all, &["article.published"]);
    let hook = house.subscribe(&off, &["clinic.changed"]);
    let path = format!("/v1/admin/webhooks/{}", hook.id);
    assert_eq!(house.call("PATCH", &path, &json!({"enabled": false})).status, 200);
    house.change_the_clinic();
    house.api.deliver();
    assert!(all.arrivals().is_empty() && off.arrivals().is_empty());
    let pinged = house.call("POST", &format!("{path}/ping"), &Value::Null);
    assert_eq!((pinged.status, &pinged.json()["data"]["status"]), (202, &json!("pending")));
    house.api.deliver();
    let ping = off.only();
    assert_eq!((ping.json()["type"].as_str(), ping.signatures().len()), (Some("webhook.ping"), 1));
    House::assert_signed(&ping, &hook.secret);
    let log = house.deliveries(&hook);
    assert_eq!(
        (&log[0]["status"], &log[0]["last_status"], &log[0]["attempts"]),
        (&json!("delivered"), &json!(204), &json!(1))
    );
    assert!(log[0]["last_duration_ms"].is_i64() && log[0]["next_attempt_at"].is_null(), "{log:?}");
    assert_eq!(house.call("DELETE", &path, &Value::Null).status, 204);
    house.call("POST", &format!("{path}/ping"), &Value::Null).problem(409, "in_trash");
    let back = house.call("POST", &format!("{path}/restore"), &Value::Null);
    assert_eq!(back.json()["data"]["enabled"], false, "what comes back is off");
}

#[test]
fn the_log_is_read_in_pages_and_never_tells_what_was_answered() {
    let house = House::open();
    let receiver = Receiver::answering(&[], 500);
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    for _ in 0..3 {
        house.change_the_clinic();
    }
    house.api.deliver();
    let path = format!("/v1/admin/webhooks/{}/deliveries", hook.id);
    let page = house.call("GET", &format!("{path}?limit=2&status=pending"), &Value::Null);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(!page.body.contains("Qzreceiver"), "{}", page.body);
    assert_eq!((page.json()["data"].as_array().unwrap().len(), &page.json()["meta"]["total"]), (2, &json!(3)));
    let cursor = page.json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    let rest = house.call("GET", &format!("{path}?limit=2&status=pending&cursor={cursor}"), &Value::Null);
    assert_eq!(rest.json()["data"].as_array().unwrap().len(), 1);
    house.call("GET", &format!("{path}?status=lost"), &Value::Null).problem(400, "invalid_parameters");
    let stored = house.api.text("select string_agg(to_jsonb(d)::text, '') from cms.webhook_delivery d");
    assert!(!stored.contains("Qzreceiver"), "{stored}");
}
