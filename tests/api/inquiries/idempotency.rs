//! One post is one inquiry, however often it is sent.

use chrono::Duration;
use serde_json::{Value, json};

use super::{inquiry, multipart, noon, post, receipt, rows, with};
use crate::harness::{Api, Call, Reply};

const KEY: &str = "3f1e0d5c-tide-7";

fn keyed(api: &Api) -> Call {
    post(api).header("Idempotency-Key", KEY)
}

fn again(api: &Api, body: &Value) -> Reply {
    keyed(api).json(body).send()
}

#[test]
fn the_same_post_twice_is_one_inquiry_with_one_answer() {
    let api = Api::start();
    let first = again(&api, &inquiry());
    let node = api.another_node();
    for repeated in [again(&api, &inquiry()), again(&node, &inquiry())] {
        assert_eq!(receipt(&repeated), receipt(&first));
    }
    assert_eq!(rows(&api), 1);
    receipt(&post(&api).json(&inquiry()).send());
    assert_eq!(rows(&api), 2, "without a key, two posts are two inquiries");
}

#[test]
fn how_it_is_written_does_not_matter() {
    let api = Api::start();
    let first = receipt(&again(&api, &inquiry()));
    let json = "application/json; charset=utf-8";
    let other_order = "\n{ \"message\" : \"May I bring my crutches?\\nThe left one is long.\",\n\
                       \"phone\": \"+15615550142\", \"email\": \" Wren.Halloway@MAIL.example\",\t\"full_name\": \"\\u0057ren Halloway\"}";
    let same = keyed(&api).header("Content-Type", json).bytes(other_order).send();
    assert_eq!(receipt(&same), first);
    let fields = [
        ("message", "May I bring my crutches?\nThe left one is long."),
        ("full_name", "Wren Halloway"),
        ("phone", "+1 561 555 0142"),
        ("email", "Wren.Halloway@mail.example"),
        ("_next", "https://site.example/"),
    ];
    assert_eq!(receipt(&keyed(&api).form(&fields).send()), first);
    assert_eq!(receipt(&multipart(keyed(&api), &fields).send()), first);
    assert_eq!(rows(&api), 1);
}

#[test]
fn other_content_under_the_same_key_is_refused() {
    let api = Api::start();
    let first = receipt(&again(&api, &inquiry()));
    for change in [
        json!({"message": "May I bring my crutches!"}),
        json!({"full_name": "Wren Hallowaz"}),
        json!({"phone": null}),
        json!({"kind": "billing"}),
        json!({"consents": [{"purpose": "texting", "granted": false}]}),
        json!({"preferred_times": ["noon"]}),
    ] {
        let reply = again(&api, &with(&change));
        reply.problem(422, "idempotency_key_reused");
        assert!(!reply.body.contains(first["id"].as_str().unwrap()), "{}", reply.body);
    }
    assert_eq!(rows(&api), 1);
    assert_eq!(receipt(&again(&api, &inquiry())), first, "the first one stands");
}

#[test]
fn nobody_learns_from_a_key_that_another_person_used() {
    let api = Api::start();
    let first = receipt(&again(&api, &inquiry()));
    let other = receipt(&again(&api, &with(&json!({"email": "else@mail.example"}))));
    assert_ne!((&other["id"], &other["receipt"]), (&first["id"], &first["receipt"]));
    assert_eq!(rows(&api), 2);
}

#[test]
fn a_key_is_kept_for_seven_days() {
    let clock = noon();
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let first = receipt(&again(&api, &inquiry()));
    let start = clock.now();
    clock.set(start + Duration::days(7) - Duration::seconds(1));
    assert_eq!(receipt(&again(&api, &inquiry())), first);
    clock.set(start + Duration::days(7));
    assert_ne!(receipt(&again(&api, &inquiry()))["id"], first["id"]);
    assert_eq!(rows(&api), 2);
}

#[test]
fn a_refused_post_does_not_use_its_key_up() {
    let api = Api::start();
    again(&api, &with(&json!({"message": null}))).problem(422, "validation_failed");
    receipt(&again(&api, &inquiry()));
}

#[test]
fn a_key_is_one_word_of_visible_characters() {
    let api = Api::start();
    for bad in [String::new(), "two words".to_owned(), "x".repeat(256), "ключ".to_owned()] {
        let reply = post(&api).header("Idempotency-Key", bad).json(&inquiry()).send();
        let problem = reply.problem(400, "invalid_parameters");
        assert_eq!(problem["errors"][0]["parameter"], "Idempotency-Key");
    }
    keyed(&api).header("Idempotency-Key", "another").json(&inquiry()).send().problem(400, "invalid_parameters");
    assert_eq!(rows(&api), 0);
    receipt(&post(&api).header("Idempotency-Key", "x".repeat(255)).json(&inquiry()).send());
}

#[test]
fn two_hundred_posts_at_once_with_one_key_are_one_inquiry() {
    let api = Api::start();
    let node = api.another_node();
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..200)
            .map(|sender| {
                let api = if sender % 2 == 0 { &api } else { &node };
                scope.spawn(move || again(api, &inquiry()))
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert_eq!(rows(&api), 1);
    let first = receipt(&again(&api, &inquiry()));
    for reply in replies {
        match reply.status {
            201 => assert_eq!(receipt(&reply), first),
            409 => drop(reply.problem(409, "idempotency_in_flight")),
            _ => {
                reply.problem(503, "busy");
                assert!(!reply.header("retry-after").is_empty());
            }
        }
    }
    assert_eq!(rows(&api), 1);
}
