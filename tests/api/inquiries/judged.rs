//! What is held, what is counted, and what staff decide about it.

use chrono::Duration;
use serde_json::{Value, json};

use super::{count, noon, post, read, receipt, rows, sent, with};
use crate::harness::{Api, EDITOR, FRONT_DESK, OWNER};

const OFFER: &str = "Buy bitcoin now, our trading bot makes a passive income. Minimum investment 200 dollars.";
const TOLD: &str = "select count(*) from cms.outbox_event where kind = 'inquiry.received'";

fn quiet() -> Api {
    Api::start_with(noon(), &[("rate-limits", "off")])
}

fn standing(api: &Api, receipt: &Value) -> (String, Vec<String>) {
    let stored = read(api, receipt);
    let reasons = stored["spam_reasons"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    (stored["status"].as_str().unwrap().to_owned(), reasons.collect())
}

fn act(api: &Api, receipt: &Value, action: &str, version: &str) -> crate::harness::Reply {
    let path = format!("/v1/admin/inquiries/{}/{action}", receipt["id"].as_str().unwrap());
    api.call("POST", &path).bearer(&api.sign_in(OWNER)).header("If-Match", version).send()
}

#[test]
fn an_advertisement_is_held_with_the_answer_of_a_patient_and_wakes_nobody() {
    let api = quiet();
    let (patient, advertiser) =
        (post(&api).json(&with(&json!({}))).send(), post(&api).json(&with(&json!({"message": OFFER}))).send());
    let (first, second) = (receipt(&patient), receipt(&advertiser));
    assert_eq!(first["notices"], second["notices"]);
    assert_eq!(patient.body.len(), advertiser.body.len(), "not a byte tells them apart");
    assert_eq!(standing(&api, &first).0, "new");
    assert_eq!(standing(&api, &second), ("held".to_owned(), vec!["investment_words".to_owned()]));
    assert_eq!(count(&api, TOLD), 1);
    assert_eq!(count(&api, "select count(*) from cms.inquiry where spam_score > 0"), 1);
}

#[test]
fn what_was_held_is_released_once_and_then_staff_are_told() {
    let clock = noon();
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let held = sent(&api, &with(&json!({"message": OFFER})));
    clock.set(clock.now() + Duration::hours(30));
    act(&api, &held, "release", "\"v7\"").problem(412, "stale_version");
    let released = act(&api, &held, "release", "\"v1\"");
    assert_eq!(released.status, 200, "{}", released.body);
    let data = released.json()["data"].clone();
    assert_eq!((&data["status"], &data["version"], released.etag().as_str()), (&json!("new"), &json!(2), "\"v2\""));
    let due = data["due_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(due > clock.now(), "the time to answer begins with the release");
    assert_eq!(standing(&api, &held), ("new".to_owned(), vec!["investment_words".to_owned()]), "why it was held stays");
    assert_eq!(count(&api, TOLD), 1);
    act(&api, &held, "release", "*").problem(409, "not_held");
    for action in ["inquiry.release", "inquiry.submit"] {
        let query =
            format!("select count(*) from cms.audit_event where action = '{action}' and subject_type = 'inquiry'");
        assert_eq!(api.number(&query), 1, "{action}");
    }
}

#[test]
fn what_was_marked_by_mistake_comes_back_without_telling_staff_twice() {
    let api = quiet();
    let inquiry = sent(&api, &with(&json!({})));
    assert_eq!(act(&api, &inquiry, "spam", "\"v1\"").json()["data"]["status"], "spam");
    act(&api, &inquiry, "spam", "*").problem(409, "already_spam");
    assert_eq!(read(&api, &inquiry)["spam"], true);
    assert_eq!(act(&api, &inquiry, "release", "\"v2\"").json()["data"]["status"], "new");
    assert_eq!(count(&api, TOLD), 1, "they were told when it came in");
}

#[test]
fn releasing_needs_a_version_the_right_and_an_inquiry_within_reach() {
    let api = quiet();
    let held = sent(&api, &with(&json!({"message": OFFER})));
    let path = format!("/v1/admin/inquiries/{}/release", held["id"].as_str().unwrap());
    api.call("POST", &path).bearer(&api.sign_in(OWNER)).send().problem(428, "precondition_required");
    let editor = api.call("POST", &path).bearer(&api.sign_in(EDITOR)).header("If-Match", "*").send();
    editor.problem(403, "forbidden");
    let elsewhere = api.call("POST", &path).bearer(&api.sign_in(FRONT_DESK)).header("If-Match", "*").send();
    elsewhere.problem(404, "not_found");
    assert_eq!(standing(&api, &held).0, "held");
}

#[test]
fn one_contact_comes_through_ten_times_a_day_and_is_never_refused() {
    let clock = noon();
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let body = |number: usize| with(&json!({"message": format!("Question number {number}, please")}));
    let mut receipts: Vec<_> = (0..11).map(|number| sent(&api, &body(number))).collect();
    let last = receipts.pop().unwrap();
    assert_eq!(standing(&api, &last), ("held".to_owned(), vec!["contact_limit".to_owned()]));
    assert_eq!(standing(&api, &receipts[9]), ("new".to_owned(), vec![]));
    let by_phone = with(&json!({"email": null, "message": "It is me again"}));
    assert_eq!(standing(&api, &sent(&api, &by_phone)).0, "held", "the same telephone");
    assert_eq!(
        standing(&api, &sent(&api, &with(&json!({"email": "o@mail.example", "phone": null})))).0,
        "new",
        "another"
    );
    clock.set(clock.now() + Duration::hours(25));
    assert_eq!(standing(&api, &sent(&api, &body(99))).0, "new", "the next day");
}

#[test]
fn a_burst_of_one_contact_is_counted_as_well() {
    let api = quiet();
    std::thread::scope(|scope| {
        for number in 0..16 {
            let api = &api;
            scope.spawn(move || sent(api, &with(&json!({"message": format!("Question number {number}")}))));
        }
    });
    assert_eq!(rows(&api), 16, "none is lost");
    assert_eq!(count(&api, "select count(*) from cms.inquiry where status = 'new'"), 10);
    assert_eq!(count(&api, TOLD), 10);
}

#[test]
fn the_same_words_from_many_wait_and_one_persons_do_not() {
    let api = quiet();
    let words = "We looked for an office like yours for 12 weeks and would be glad about a meeting";
    let from = |who: &str, message: &str| {
        with(&json!({"email": format!("{who}@mail.example"), "phone": null, "message": message}))
    };
    for _ in 0..4 {
        assert_eq!(standing(&api, &sent(&api, &from("a", words))).0, "new", "one person may say it again");
    }
    assert_eq!(standing(&api, &sent(&api, &from("b", words))).0, "new");
    assert_eq!(standing(&api, &sent(&api, &from("c", &words.to_uppercase()))).0, "new");
    let other_numbers = words.replace("12 weeks", "7  weeks");
    let fourth = standing(&api, &sent(&api, &from("d", &other_numbers)));
    assert_eq!(fourth, ("held".to_owned(), vec!["same_words".to_owned()]));
    let with_link =
        |who: &str, link: &str| from(who, &format!("Our new catalogue of furniture for offices is at {link}"));
    assert_eq!(standing(&api, &sent(&api, &with_link("e", "https://a.example/1"))).0, "new");
    let copied = standing(&api, &sent(&api, &with_link("f", "https://b.example/2")));
    assert_eq!(copied, ("held".to_owned(), vec!["link".to_owned(), "same_words".to_owned()]));
    for who in ["g", "h", "i", "j", "k"] {
        assert_eq!(standing(&api, &sent(&api, &from(who, "Please call me back"))).0, "new", "everybody says that");
    }
}

#[test]
fn no_word_of_a_judged_message_stands_open_in_its_row() {
    let api = quiet();
    sent(&api, &with(&json!({"message": OFFER})));
    let row = api.text("select to_jsonb(i)::text from cms.inquiry i");
    for word in ["bitcoin", "passive", "Halloway", "mail.example"] {
        assert!(!row.contains(word), "{word}");
    }
}
