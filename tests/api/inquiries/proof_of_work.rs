//! A form with a proof of work: the challenge, its one answer, and that nobody is lost without it.

use altcha::{Challenge, Payload, SolveChallengeOptions, solve_challenge};
use chrono::Duration;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{count, noon, post, read, receipt, sent, with};
use crate::harness::{Api, EDITOR};

fn api() -> (Api, clinic_cms::clock::Clock) {
    let clock = noon();
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off"), ("proof-of-work-cost", "1")]);
    let form = json!({"name": "Guarded", "proof_of_work": true});
    let made = api.call("POST", "/v1/admin/forms").bearer(&api.sign_in(EDITOR)).json(&form).send();
    assert_eq!((made.status, &made.json()["data"]["proof_of_work"]), (201, &json!(true)), "{}", made.body);
    (api, clock)
}

fn challenge(api: &Api) -> Challenge {
    serde_json::from_value(api.get("/v1/forms/guarded").json()["data"]["challenge"].clone()).unwrap()
}

fn solved(api: &Api) -> String {
    let challenge = challenge(api);
    let solution = solve_challenge(SolveChallengeOptions::new(&challenge)).unwrap().unwrap();
    BASE64.encode(&serde_json::to_vec(&Payload { challenge, solution }).unwrap())
}

/// Each from another contact, so that nothing else is counted.
fn inquiry(number: usize, altcha: &Value) -> Value {
    let email = format!("n{number}@mail.example");
    with(
        &json!({"form": "guarded", "email": email, "phone": null, "message": format!("Hello {number}"), "altcha": altcha}),
    )
}

fn standing(api: &Api, receipt: &Value) -> (Value, Value) {
    let stored = read(api, receipt);
    (stored["status"].clone(), stored["spam_reasons"].clone())
}

#[test]
fn a_solved_challenge_counts_once_in_json_and_in_a_plain_form() {
    let (api, _) = api();
    assert_eq!(api.get("/v1/forms/contact").json()["data"]["challenge"], Value::Null);
    assert!(api.get("/v1/forms/guarded").json()["data"]["schema"]["properties"]["altcha"].is_object());
    let altcha = solved(&api);
    assert_eq!(standing(&api, &sent(&api, &inquiry(1, &json!(altcha)))), (json!("new"), json!([])));
    let again = standing(&api, &sent(&api, &inquiry(2, &json!(altcha))));
    assert_eq!(again, (json!("held"), json!(["proof_replayed"])));
    let altcha = solved(&api);
    let fields = [("form", "guarded"), ("name", "Wren"), ("email", "w@mail.example"), ("altcha", altcha.as_str())];
    let plain = receipt(&post(&api).form(&fields).send());
    assert_eq!(standing(&api, &plain), (json!("new"), json!([])));
    assert_eq!(read(&api, &plain)["answers"], json!([]), "it is no answer");
    assert_eq!(count(&api, "select count(*) from cms.spent_proof"), 2);
}

#[test]
fn without_a_proof_or_with_a_wrong_one_an_inquiry_is_held_and_never_lost() {
    let (api, clock) = api();
    for (number, (altcha, reason)) in [
        (Value::Null, "proof_missing"),
        (json!("nonsense"), "proof_wrong"),
        (json!("e30="), "proof_wrong"),
        (json!("A".repeat(100_000)), "proof_wrong"),
    ]
    .into_iter()
    .enumerate()
    {
        let stored = standing(&api, &sent(&api, &inquiry(number, &altcha)));
        assert_eq!(stored, (json!("held"), json!([reason])));
    }
    let altcha = solved(&api);
    clock.set(clock.now() + Duration::hours(25));
    let late = standing(&api, &sent(&api, &inquiry(9, &json!(altcha))));
    assert_eq!(late, (json!("new"), json!(["proof_expired"])), "a page that was left open");
}

#[test]
fn sixteen_posts_at_once_with_one_proof_are_one_that_comes_through() {
    let (api, _) = api();
    let altcha = json!(solved(&api));
    std::thread::scope(|scope| {
        for number in 0..16 {
            let (api, altcha) = (&api, &altcha);
            scope.spawn(move || sent(api, &inquiry(number, altcha)));
        }
    });
    assert_eq!(count(&api, "select count(*) from cms.inquiry where status = 'new'"), 1);
    assert_eq!(count(&api, "select count(*) from cms.inquiry where spam_reasons = '{proof_replayed}'"), 15);
}

#[test]
fn proofs_that_are_over_are_cleared_as_new_ones_come() {
    let (api, clock) = api();
    for number in 0..3 {
        sent(&api, &inquiry(number, &json!(solved(&api))));
    }
    assert_eq!(count(&api, "select count(*) from cms.spent_proof"), 3);
    clock.set(clock.now() + Duration::hours(25));
    sent(&api, &inquiry(9, &json!(solved(&api))));
    assert_eq!(count(&api, "select count(*) from cms.spent_proof"), 1);
}

#[test]
fn a_retried_post_with_its_key_is_the_same_inquiry_and_no_second_use() {
    let (api, _) = api();
    let body = inquiry(1, &json!(solved(&api)));
    let keyed = || receipt(&post(&api).header("Idempotency-Key", "once").json(&body).send());
    let first = keyed();
    assert_eq!(keyed(), first);
    assert_eq!(standing(&api, &first), (json!("new"), json!([])));
}
