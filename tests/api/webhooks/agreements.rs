//! Who may have events about inquiries.

use serde_json::{Value, json};

use super::{House, Receiver};

fn processor(house: &House, change: &Value) -> String {
    let mut body = json!({"name": "Front Desk Software", "purpose": "Shows new inquiries", "agreement": "baa", "signed_on": "2026-01-05"});
    json_patch::merge(&mut body, change);
    let made = house.call("POST", "/v1/admin/processors", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["data"]["id"].as_str().unwrap().to_owned()
}

fn inquire(house: &House) -> String {
    let body = json!({"full_name": "Qzcanary Name", "email": "qzcanary@mail.example", "message": "Qzcanary words"});
    let sent = house.api.call("POST", "/v1/inquiries").json(&body).send();
    assert_eq!(sent.status, 201, "{}", sent.body);
    sent.json()["data"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn events_about_inquiries_wait_for_an_agreement() {
    let house = House::open();
    let receiver = Receiver::start();
    let hook = |more: &Value| {
        let mut body = json!({"url": receiver.url, "events": ["inquiry.received"]});
        json_patch::merge(&mut body, more);
        house.call("POST", "/v1/admin/webhooks", &body)
    };
    let over = processor(&house, &json!({"name": "Over", "expires_on": "2026-11-22"}));
    processor(&house, &json!({"name": "Not yet", "signed_on": "2026-12-24"}));
    for more in [json!({}), json!({"processor": over}), json!({"processor": "not yet"})] {
        let problem = hook(&more).problem(422, "validation_failed");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!("/enabled"), &json!("agreement_required"))
        );
    }
    let off = hook(&json!({"enabled": false})).json()["data"].clone();
    assert_eq!((&off["enabled"], &off["inquiries_held_back"]), (&json!(false), &json!(true)));
    let path = format!("/v1/admin/webhooks/{}", off["id"].as_str().unwrap());
    house.call("PATCH", &path, &json!({"enabled": true})).problem(422, "validation_failed");
    let fine = processor(&house, &json!({"expires_on": "2099-12-31"}));
    let on = house.call("PATCH", &path, &json!({"enabled": true, "processor": fine}));
    assert_eq!((on.status, &on.json()["data"]["inquiries_held_back"]), (200, &json!(false)), "{}", on.body);
    let id = inquire(&house);
    house.api.deliver();
    let arrival = receiver.only();
    assert_eq!(arrival.json()["data"], json!({"id": id}));
    assert_eq!(arrival.json()["cache_tags"], json!([]));
    let everything = format!("{arrival:?}");
    assert!(!everything.to_lowercase().contains("qzcanary"), "{everything}");
}

#[test]
fn a_change_of_status_names_the_status_and_nothing_else() {
    let house = House::open();
    let receiver = Receiver::start();
    let fine = processor(&house, &json!({}));
    let body = json!({"url": receiver.url, "events": ["inquiry.status_changed"], "processor": fine});
    assert_eq!(house.call("POST", "/v1/admin/webhooks", &body).status, 201);
    let id = inquire(&house);
    let changed = house.call("PATCH", &format!("/v1/admin/inquiries/{id}"), &json!({"status": "contacted"}));
    assert_eq!(changed.status, 200, "{}", changed.body);
    house.api.deliver();
    assert_eq!(receiver.only().json()["data"], json!({"id": id, "status": "contacted"}));
}

#[test]
fn deliveries_stop_with_the_agreement() {
    let house = House::open();
    let receiver = Receiver::start();
    let fine = processor(&house, &json!({}));
    let body = json!({"url": receiver.url, "events": ["inquiry.received", "clinic.changed"], "processor": fine});
    let hook = house.call("POST", "/v1/admin/webhooks", &body).json()["data"]["id"].as_str().unwrap().to_owned();
    let ended = house.call("PATCH", &format!("/v1/admin/processors/{fine}"), &json!({"expires_on": "2026-11-22"}));
    assert_eq!((ended.status, &ended.json()["data"]["in_force"]), (200, &json!(false)), "{}", ended.body);
    inquire(&house);
    house.change_the_clinic();
    house.api.deliver();
    assert_eq!(receiver.only().json()["type"], "clinic.changed", "what concerns no patient goes on");
    assert_eq!(house.read(&format!("/v1/admin/webhooks/{hook}"))["inquiries_held_back"], true);
    let back = house.call("PATCH", &format!("/v1/admin/processors/{fine}"), &json!({"expires_on": null}));
    assert_eq!((back.status, &back.json()["data"]["in_force"]), (200, &json!(true)), "{}", back.body);
    house.api.deliver();
    let types: Vec<_> = receiver.arrivals().iter().map(|arrival| arrival.json()["type"].clone()).collect();
    assert_eq!(types, ["clinic.changed", "inquiry.received"], "what was held is sent, and nothing twice");
}

#[test]
fn what_was_held_for_three_days_is_given_up() {
    let house = House::open();
    let receiver = Receiver::start();
    let fine = processor(&house, &json!({}));
    let body = json!({"url": receiver.url, "events": ["inquiry.received"], "processor": fine});
    assert_eq!(house.call("POST", "/v1/admin/webhooks", &body).status, 201);
    let path = format!("/v1/admin/processors/{fine}");
    assert_eq!(house.call("PATCH", &path, &json!({"expires_on": "2026-11-22"})).status, 200);
    inquire(&house);
    house.api.deliver();
    house.later(chrono::TimeDelta::days(4));
    house.api.deliver();
    assert_eq!(house.call("PATCH", &path, &json!({"expires_on": null})).status, 200);
    house.api.deliver();
    assert_eq!(receiver.arrivals().len(), 0);
    assert_eq!(house.api.text("select status || ' ' || last_error from cms.webhook_delivery"), "dead held_back");
}

#[test]
fn a_processor_stays_while_an_endpoint_leads_to_them() {
    let house = House::open();
    let receiver = Receiver::start();
    let fine = processor(&house, &json!({}));
    let body = json!({"url": receiver.url, "events": ["inquiry.received"], "processor": fine});
    let hook = house.call("POST", "/v1/admin/webhooks", &body).json()["data"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/admin/processors/{fine}");
    house.call("DELETE", &path, &Value::Null).problem(409, "processor_in_use");
    assert_eq!(house.read(&path)["trashed_at"], Value::Null);
    let off = house.call("PATCH", &format!("/v1/admin/webhooks/{hook}"), &json!({"enabled": false}));
    assert_eq!(off.status, 200, "{}", off.body);
    assert_eq!(house.call("DELETE", &path, &Value::Null).status, 204);
    let on = house.call("PATCH", &format!("/v1/admin/webhooks/{hook}"), &json!({"enabled": true}));
    on.problem(422, "validation_failed");
}

#[test]
fn no_health_data_is_an_agreement_too() {
    let house = House::open();
    let receiver = Receiver::start();
    let plain = processor(&house, &json!({"agreement": "no_health_data", "signed_on": null}));
    let body = json!({"url": receiver.url, "events": ["inquiry.received"], "processor": plain});
    assert_eq!(house.call("POST", "/v1/admin/webhooks", &body).status, 201);
    inquire(&house);
    house.api.deliver();
    assert_eq!(receiver.arrivals().len(), 1);
}

#[test]
fn an_agreement_says_when_it_was_signed_and_each_processor_is_there_once() {
    let house = House::open();
    let wrong = json!({"name": "A", "purpose": "B", "agreement": "dpa", "expires_on": "2026-13-01"});
    let problem = house.call("POST", "/v1/admin/processors", &wrong).problem(422, "validation_failed");
    let told: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(told, ["/signed_on", "/expires_on"]);
    let first = processor(&house, &json!({}));
    let again = json!({"name": "FRONT desk software", "purpose": "B", "agreement": "no_health_data"});
    let taken = house.call("POST", "/v1/admin/processors", &again).problem(422, "validation_failed");
    assert_eq!(taken["errors"][0]["code"], "taken");
    let path = format!("/v1/admin/processors/{first}");
    assert_eq!(house.call("DELETE", &path, &Value::Null).status, 204);
    assert_eq!(house.call("POST", "/v1/admin/processors", &again).status, 201);
    house.call("POST", &format!("{path}/restore"), &Value::Null).problem(409, "name_taken");
}
