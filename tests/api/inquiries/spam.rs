//! Machines get the answer that people get, and staff see the difference.

use chrono::Duration;
use serde_json::json;

use super::{count, multipart, noon, post, read, receipt, rows, sent, with};
use crate::harness::{Api, OWNER, Reply};

fn listed(api: &Api, query: &str) -> Vec<String> {
    let token = api.sign_in(OWNER);
    let page = api.call("GET", &format!("/v1/admin/inquiries{query}")).bearer(&token).send().json();
    page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// The names of the headers, which differ in nothing else but their instant.
fn header_names(reply: &Reply) -> Vec<String> {
    let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[test]
fn who_fills_the_hidden_field_is_answered_alike_and_kept_apart() {
    let api = Api::start();
    let form = api.get("/v1/forms/contact").json()["data"].clone();
    let hidden = form["honeypot"].as_str().unwrap().to_owned();
    let person = post(&api).json(&with(&json!({hidden.as_str(): ""}))).send();
    let person_id = receipt(&person)["id"].clone();
    let fields =
        [("full_name", "Wren"), ("email", "wren@mail.example"), ("message", "Buy"), (&hidden, "https://spam.example")];
    let machines = [
        post(&api).json(&with(&json!({hidden.as_str(): "https://spam.example"}))).send(),
        post(&api).form(&fields).send(),
        multipart(post(&api), &fields).send(),
    ];
    for machine in &machines {
        let data = receipt(machine);
        assert_eq!(header_names(machine), header_names(&person));
        assert_eq!(data["notices"], receipt(&person)["notices"]);
        let stored = read(&api, &data);
        assert_eq!(
            (&stored["spam"], &stored["status"], &stored["spam_reasons"]),
            (&json!(true), &json!("spam"), &json!(["honeypot"]))
        );
        assert_eq!(stored["answers"], json!([]), "the hidden field is no answer");
    }
    assert_eq!(listed(&api, ""), [person_id.as_str().unwrap()]);
    assert_eq!(listed(&api, "?spam=false"), [person_id.as_str().unwrap()]);
    let mut spam: Vec<_> = machines.iter().map(|reply| receipt(reply)["id"].as_str().unwrap().to_owned()).collect();
    spam.reverse();
    assert_eq!(listed(&api, "?spam=true"), spam);
    assert_eq!(listed(&api, "?status=spam"), spam);
    assert_eq!(
        count(&api, "select count(*) from cms.outbox_event where kind = 'inquiry.received'"),
        1,
        "nobody is woken"
    );
}

#[test]
fn a_form_that_comes_back_at_once_was_filled_by_a_machine() {
    let clock = noon();
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let form_token = api.get("/v1/forms/contact").json()["data"]["form_token"].clone();
    let body = with(&json!({"form_token": form_token}));
    let start = clock.now();
    clock.set(start + Duration::milliseconds(1_900));
    let fast = read(&api, &sent(&api, &body));
    assert_eq!((&fast["status"], &fast["spam_reasons"]), (&json!("held"), &json!(["too_fast"])));
    clock.set(start + Duration::seconds(20));
    assert_eq!(read(&api, &sent(&api, &body))["spam"], false);
    clock.set(start + Duration::hours(25));
    let late = read(&api, &sent(&api, &body));
    assert_eq!(
        (&late["status"], &late["spam_reasons"]),
        (&json!("new"), &json!(["expired_form_token"])),
        "a forgotten tab"
    );
}

#[test]
fn an_address_may_post_thirty_times_in_a_minute() {
    let api = Api::start_with(noon(), &[]);
    let body = with(&json!({}));
    for _ in 0..30 {
        sent(&api, &body);
    }
    // Two seconds earn one more; a slow machine needs a few posts to come to the limit.
    let reply = (0..60).map(|_| post(&api).json(&body).send()).find(|reply| reply.status != 201).expect("a limit");
    reply.problem(429, "rate_limited");
    assert!((1..=60).contains(&reply.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(reply.header("ratelimit-policy"), "\"inquiries\";q=30;w=60");
    let taken = rows(&api);
    for (name, value) in
        [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9")]
    {
        let call = post(&api).header(name, value).header("Content-Type", "text/plain").bytes("x");
        call.send().problem(429, "rate_limited");
    }
    assert_eq!(rows(&api), taken);
    assert_eq!(api.get("/v1/articles").status, 200, "readers are not limited by it");
}
