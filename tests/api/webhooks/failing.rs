//! Receivers that fail, move, leave or die.

use chrono::TimeDelta;
use clinic_cms::outbox::{Consequences, Round, announce_due, clear_old};
use serde_json::{Value, json};

use super::{House, Receiver};

const NOTHING: Round = Round { fanned_out: 0, delivered: 0, postponed: 0, dead: 0 };
const DELIVERED: Round = Round { delivered: 1, ..NOTHING };
const POSTPONED: Round = Round { postponed: 1, ..NOTHING };

/// One round over what waits already.
fn round(house: &House) -> Round {
    Round { fanned_out: 0, ..house.api.deliver() }
}

#[test]
fn what_a_receiver_refuses_is_sent_again_as_the_same_thing() {
    let house = House::open();
    let receiver = Receiver::answering(&[500, 429], 200);
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    house.change_the_clinic();
    assert_eq!(round(&house), POSTPONED);
    let log = house.deliveries(&hook);
    assert_eq!((&log[0]["last_status"], &log[0]["last_error"]), (&json!(500), &json!("failed")));
    house.later(TimeDelta::seconds(4));
    assert_eq!(round(&house), NOTHING, "not at once");
    house.later(TimeDelta::seconds(3));
    assert_eq!(round(&house), POSTPONED);
    house.later(TimeDelta::seconds(13));
    assert_eq!(round(&house), DELIVERED);
    house.later(TimeDelta::days(1));
    assert_eq!(round(&house), NOTHING);
    let arrivals = receiver.arrivals();
    let ids: Vec<_> = arrivals.iter().map(|arrival| arrival.header("webhook-id")).collect();
    assert_eq!((ids.len(), ids[0] == ids[1] && ids[1] == ids[2]), (3, true), "{ids:?}");
    assert!(arrivals.iter().all(|arrival| arrival.body == arrivals[0].body));
    for arrival in &arrivals {
        House::assert_signed(arrival, &hook.secret);
    }
    assert_ne!(arrivals[0].header("webhook-timestamp"), arrivals[2].header("webhook-timestamp"));
    assert_eq!(house.deliveries(&hook)[0]["attempts"], 3);
}

#[test]
fn a_receiver_that_is_gone_is_left_alone_and_the_trail_says_so() {
    let house = House::open();
    let receiver = Receiver::answering(&[], 410);
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    house.change_the_clinic();
    assert_eq!(round(&house), Round { dead: 1, ..NOTHING });
    let read = house.read(&format!("/v1/admin/webhooks/{}", hook.id));
    assert_eq!((&read["enabled"], &read["disabled_reason"]), (&json!(false), &json!("gone")));
    let trail = "select count(*) from cms.audit_event where action = 'webhook.disable' and actor_kind = 'system'";
    assert_eq!(house.api.number(trail), 1);
    house.change_the_clinic();
    assert_eq!(round(&house), NOTHING);
    assert_eq!(receiver.arrivals().len(), 1);
    let path = format!("/v1/admin/webhooks/{}", hook.id);
    let on = house.call("PATCH", &path, &json!({"enabled": true})).json()["data"].clone();
    assert_eq!((&on["enabled"], &on["disabled_reason"]), (&json!(true), &Value::Null));
}

#[test]
fn a_redirect_is_not_followed() {
    let house = House::open();
    let canary = Receiver::start();
    let receiver = Receiver::redirecting_to(&canary.url);
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    house.change_the_clinic();
    assert_eq!(round(&house), POSTPONED);
    assert_eq!((receiver.arrivals().len(), canary.arrivals().len()), (1, 0));
    let log = house.deliveries(&hook);
    assert_eq!((&log[0]["last_status"], &log[0]["last_error"]), (&json!(307), &json!("redirect")));
}

#[test]
fn what_never_arrives_is_a_dead_letter_after_three_days_and_can_be_sent_again() {
    let house = House::open();
    let receiver = Receiver::answering(&[500; 40], 204);
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    house.change_the_clinic();
    let began = house.api.clock.now();
    let mut last = round(&house);
    while last.dead == 0 {
        let now = house.later(TimeDelta::hours(1));
        assert!(now < began + TimeDelta::days(4), "it ends");
        last = round(&house);
    }
    let tried = receiver.arrivals().len();
    assert!(house.api.clock.now() > began + TimeDelta::days(2) && tried > 10, "{tried}");
    let dead = house.deliveries(&hook)[0].clone();
    assert_eq!((&dead["status"], &dead["attempts"]), (&json!("dead"), &json!(tried)));
    house.later(TimeDelta::days(7));
    assert_eq!(round(&house), NOTHING, "it is left alone");
    let again = format!("/v1/admin/webhooks/{}/deliveries/{}/redeliver", hook.id, dead["id"].as_str().unwrap());
    for _ in tried..40 {
        house.call("POST", &again, &Value::Null);
        round(&house);
        house.api.as_owner(async |owner| {
            let end = "update cms.webhook_delivery set status = 'dead', ended_at = '2026-12-01'";
            sqlx::raw_sql(end).execute(owner).await.unwrap();
        });
    }
    let asked = house.call("POST", &again, &Value::Null);
    assert_eq!((asked.status, &asked.json()["data"]["status"]), (202, &json!("pending")));
    house.call("POST", &again, &Value::Null).problem(409, "under_way");
    assert_eq!(round(&house), DELIVERED);
    let arrivals = receiver.arrivals();
    assert_eq!(arrivals[0].header("webhook-id"), arrivals.last().unwrap().header("webhook-id"));
    let elsewhere = house.subscribe(&receiver, &["clinic.changed"]);
    let foreign = again.replace(&hook.id, &elsewhere.id);
    house.call("POST", &foreign, &Value::Null).problem(404, "not_found");
}

#[test]
fn what_a_node_died_with_is_sent_when_its_lease_ends() {
    let house = House::open();
    let receiver = Receiver::start();
    house.subscribe(&receiver, &["clinic.changed"]);
    house.change_the_clinic();
    let clock = house.api.clock.clone();
    house.api.as_node(async |staff| announce_due(&staff, &clock, &Consequences::none()).await.unwrap());
    house.api.as_owner(async |owner| {
        let lease = "update cms.webhook_delivery set attempts = 1, leased_until = '2026-11-23T12:01:00Z'";
        sqlx::raw_sql(lease).execute(owner).await.unwrap();
    });
    house.later(TimeDelta::seconds(59));
    assert_eq!(round(&house), NOTHING);
    house.later(TimeDelta::seconds(1));
    assert_eq!(round(&house), DELIVERED);
    assert_eq!(receiver.arrivals().len(), 1);
}

#[test]
fn what_waits_for_an_endpoint_that_stays_off_ends_as_a_dead_letter() {
    let house = House::open();
    let receiver = Receiver::answering(&[500], 204);
    let hook = house.subscribe(&receiver, &["clinic.changed"]);
    house.change_the_clinic();
    assert_eq!(round(&house), POSTPONED);
    let path = format!("/v1/admin/webhooks/{}", hook.id);
    assert_eq!(house.call("PATCH", &path, &json!({"enabled": false})).status, 200);
    house.later(TimeDelta::days(2));
    assert_eq!(round(&house), NOTHING);
    assert_eq!(house.deliveries(&hook)[0]["status"], "pending");
    house.later(TimeDelta::days(2));
    round(&house);
    let log = house.deliveries(&hook);
    assert_eq!((&log[0]["status"], receiver.arrivals().len()), (&json!("dead"), 1));
    let again = format!("{path}/deliveries/{}/redeliver", log[0]["id"].as_str().unwrap());
    house.call("POST", &again, &Value::Null).problem(409, "webhook_off");
}

#[test]
fn a_consequence_that_fails_holds_up_its_own_event_alone() {
    let house = House::open();
    let receiver = Receiver::start();
    house.subscribe(&receiver, &["clinic.changed", "user.updated"]);
    house.change_the_clinic();
    let user = "insert into cms.outbox_event (id, kind, subject_id)
                values ('01900000-0000-7000-8000-0000000000e1', 'user.updated', '01900000-0000-7000-8000-000000000001')";
    house.api.as_owner(async |owner| sqlx::raw_sql(user).execute(owner).await.unwrap());
    let failing = Consequences::of(|connection, kind, _| {
        Box::pin(async move {
            if kind == "user.updated" {
                sqlx::raw_sql("select 1 / 0").execute(connection).await?;
            }
            Ok(())
        })
    });
    let clock = house.api.clock.clone();
    house.api.as_node(async |staff| announce_due(&staff, &clock, &failing).await.unwrap());
    house.api.deliver();
    assert_eq!(receiver.only().json()["type"], "clinic.changed");
    let waits = "select count(*) from cms.outbox_event where kind = 'user.updated' and delivered_at is null and retry_at > now()";
    assert_eq!(house.api.number(waits), 1);
}

#[test]
fn old_deliveries_go_and_dead_letters_stay_longer() {
    let house = House::open();
    let (takes, refuses) = (Receiver::start(), Receiver::answering(&[], 410));
    house.subscribe(&takes, &["clinic.changed"]);
    house.subscribe(&refuses, &["clinic.changed"]);
    house.change_the_clinic();
    house.api.deliver();
    let count = || house.api.number("select count(*) from cms.webhook_delivery");
    let clear = |days| {
        let now = house.api.clock.now() + TimeDelta::days(days);
        house.api.as_node(async |staff| clear_old(&staff, now).await.unwrap())
    };
    assert_eq!((count(), clear(29), count()), (2, 0, 2));
    clear(31);
    assert_eq!(count(), 1);
    clear(91);
    assert_eq!(count(), 0);
}
