//! Calls, which their source tells of again, and text messages.

use serde_json::{Value, json};

use super::{answer, connect, delivered, is_taken, lead, only, rows, signed};
use crate::harness::{Api, OWNER};

fn call(changes: &Value) -> Value {
    let mut body = lead("callrail", "CAL1");
    json_patch::merge(&mut body, changes);
    body
}

#[test]
fn a_call_that_is_noted_upon_later_is_the_same_inquiry_with_the_newer_words() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({})));
    let first = only(&api);
    assert_eq!((&first["version"], answer(&first, "note")), (&json!(1), None));
    assert_eq!(answer(&first, "recording").as_deref(), Some("https://app.callrail.example/calls/1/recording"));
    let noted = call(
        &json!({"note": "Asked for Tuesday", "customer_name": "Wren H. Halloway", "customer_phone_number": "+15615550199"}),
    );
    delivered(&api, &connection, "", &noted);
    let second = only(&api);
    assert_eq!(
        (&second["id"], &second["version"], &second["name"]),
        (&first["id"], &json!(2), &json!("Wren H. Halloway"))
    );
    assert_eq!((&second["phone"], &second["receipt"]), (&json!("+15615550199"), &first["receipt"]));
    assert_eq!(answer(&second, "note").as_deref(), Some("Asked for Tuesday"));
    // The first delivery is repeated late, and the second once more.
    delivered(&api, &connection, "", &call(&json!({})));
    delivered(&api, &connection, "", &noted);
    let third = only(&api);
    assert_eq!((&third["version"], answer(&third, "note").as_deref()), (&json!(2), Some("Asked for Tuesday")));
    let amended = "select count(*) from cms.audit_event where action = 'inquiry.amend' and actor_kind = 'integration'";
    assert_eq!(
        (api.number(amended), api.number("select count(*) from cms.outbox_event where kind = 'inquiry.received'")),
        (1, 1)
    );
    assert_eq!(api.number("select count(*) from cms.inquiry where phone_index is null"), 0);
    api.seal();
    assert!(api.verify(true).intact, "rows that a function wrote are genuine");
}

#[test]
fn what_staff_noted_stays_readable_and_what_was_erased_stays_erased() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({})));
    let id = only(&api)["id"].as_str().unwrap().to_owned();
    let token = api.sign_in(crate::harness::OWNER);
    let below = |method: &str, below: &str| {
        api.call(method, &format!("/v1/admin/inquiries/{id}{below}")).bearer(&token).header("If-Match", "*")
    };
    assert_eq!(below("POST", "/notes").json(&json!({"text": "Left a message."})).send().status, 201);
    delivered(&api, &connection, "", &call(&json!({"note": "Asked for Tuesday"})));
    assert_eq!(only(&api)["version"], 2);
    let notes = below("GET", "/notes").send();
    assert_eq!((notes.status, &notes.json()["data"][0]["text"]), (200, &json!("Left a message.")), "{}", notes.body);
    assert_eq!(below("POST", "/erasure").json(&json!({})).send().status, 200);
    assert_eq!(api.number("select count(*) from cms.inquiry_note"), 0);
    delivered(&api, &connection, "", &call(&json!({"note": "Once more"})));
    assert_eq!(api.number("select count(*) from cms.inquiry where erased_at is null or wrapped_key is not null"), 0);
}

#[test]
fn an_older_telling_that_comes_late_does_not_cover_a_newer_one() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    let newer = call(&json!({"note": "newer", "updated_at": "2026-03-02T13:00:00Z"}));
    let older =
        call(&json!({"note": "older", "updated_at": "2026-03-02T12:30:00Z", "tags": ["more", "facts"], "extra": "x"}));
    delivered(&api, &connection, "", &newer);
    delivered(&api, &connection, "", &older);
    let inquiry = only(&api);
    assert_eq!((&inquiry["version"], answer(&inquiry, "note").as_deref()), (&json!(1), Some("newer")));
    // Of one instant, what tells less is what was told earlier.
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({"note": "after the call"})));
    delivered(&api, &connection, "", &call(&json!({})));
    let inquiry = only(&api);
    assert_eq!((&inquiry["version"], answer(&inquiry, "note").as_deref()), (&json!(1), Some("after the call")));
}

#[test]
fn tellings_at_once_leave_one_inquiry_with_the_fullest() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|n| {
                let body = call(&json!({"updated_at": format!("2026-03-02T13:0{n}:00Z"), "note": format!("note {n}")}));
                let (api, connection) = (&api, &connection);
                scope.spawn(move || signed(api, connection, "", &body).send())
            })
            .collect();
        for call in calls {
            is_taken(&call.join().unwrap());
        }
    });
    assert_eq!(answer(&only(&api), "note").as_deref(), Some("note 7"));
}

#[test]
fn what_staff_have_done_with_a_call_stays_when_it_is_told_again() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({})));
    api.as_owner(async |owner| {
        sqlx::query("update cms.inquiry set status = 'contacted', priority = 'urgent'").execute(owner).await.unwrap();
    });
    delivered(&api, &connection, "", &call(&json!({"note": "x"})));
    let inquiry = only(&api);
    assert_eq!(
        (&inquiry["status"], &inquiry["priority"], answer(&inquiry, "note").as_deref()),
        (&json!("contacted"), &json!("urgent"), Some("x"))
    );
}

/// Priority, status, whether a rule matched, and the events that told of it.
fn standing(api: &Api) -> String {
    api.text(
        "select concat_ws(' ', priority, status, emergency_rule,
                          (select count(*) from cms.outbox_event where kind = 'inquiry.received')) from cms.inquiry",
    )
}

#[test]
fn an_emergency_that_is_told_later_raises_the_inquiry_and_nothing_lowers_it() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({})));
    assert_eq!(standing(&api), "normal new 1");
    let noted = call(&json!({"note": "Said she has chest pain", "updated_at": "2026-03-02T13:00:00Z"}));
    delivered(&api, &connection, "", &noted);
    assert_eq!(standing(&api), "stat new matched 2", "staff are told again");
    let inquiry = only(&api);
    assert_eq!((&inquiry["version"], &inquiry["emergency_rule"]), (&json!(2), &json!("Heart")));
    api.deliver();
    assert!(api.letters().iter().any(|letter| letter.contains("Subject: URGENT: ")));
    delivered(&api, &connection, "", &noted);
    let calm = call(&json!({"note": "Called back, all is well", "updated_at": "2026-03-02T14:00:00Z"}));
    delivered(&api, &connection, "", &calm);
    assert_eq!(standing(&api), "stat new matched 2", "nor is it told of once more");
    let inquiry = only(&api);
    assert_eq!((&inquiry["version"], &inquiry["emergency_rule"]), (&json!(3), &Value::Null), "these words match none");
    api.seal();
    assert!(api.verify(true).intact);
}

#[test]
fn an_emergency_that_is_told_later_comes_out_of_a_spam_that_nobody_looked_at() {
    let urgent = call(&json!({"note": "took too many pills", "updated_at": "2026-03-02T13:00:00Z"}));
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({"spam": true})));
    assert_eq!(standing(&api), "normal spam 0");
    delivered(&api, &connection, "", &urgent);
    assert_eq!(standing(&api), "stat held matched 1");
    assert_eq!(only(&api)["history"][0]["from"], "spam");
    // Who marked it knows what it is.
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({})));
    let path = format!("/v1/admin/inquiries/{}/spam", only(&api)["id"].as_str().unwrap());
    let marked = api.call("POST", &path).bearer(&api.sign_in(OWNER)).header("If-Match", "*").send();
    assert_eq!(marked.status, 200, "{}", marked.body);
    delivered(&api, &connection, "", &urgent);
    assert_eq!(standing(&api), "stat spam matched 1");
}

#[test]
fn a_call_that_its_source_takes_for_spam_is_kept_apart() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    delivered(&api, &connection, "", &call(&json!({"spam": true})));
    assert_eq!(api.text("select status || ' ' || spam_reasons[1] from cms.inquiry"), "spam spam_at_source");
    assert_eq!(api.number("select count(*) from cms.outbox_event where kind = 'inquiry.received'"), 0);
}

#[test]
fn a_text_that_says_stop_is_a_consent_that_is_refused() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    let message = |id: &str, content: &str| json!({"resource_id": id, "source_number": "+15615550142", "destination_number": "+15615550100", "content": content});
    delivered(&api, &connection, "", &message("SMT1", "Stop"));
    let inquiry = only(&api);
    assert_eq!((&inquiry["message"], &inquiry["phone"]), (&json!("Stop"), &json!("+15615550142")));
    assert_eq!(
        (&inquiry["consents"][0]["purpose"], &inquiry["consents"][0]["granted"]),
        (&json!("sms"), &json!(false))
    );
    assert_eq!(inquiry["sms_opted_out"], true);
    delivered(&api, &connection, "", &message("SMT2", "I will stop by at nine"));
    assert_eq!((rows(&api), api.number("select count(*) from cms.consent")), (2, 1));
    // Said once more it is the same; and whatever comes from the number later shows it.
    delivered(&api, &connection, "", &message("SMT3", "STOP"));
    assert_eq!(api.number("select count(*) from cms.suppression where channel = 'sms' and source = 'callrail'"), 1);
    let token = api.sign_in(OWNER);
    let found =
        api.call("POST", "/v1/admin/inquiries/searches").bearer(&token).json(&json!({"phone": "+15615550142"})).send();
    for row in found.json()["data"].as_array().unwrap() {
        let path = format!("/v1/admin/inquiries/{}", row["id"].as_str().unwrap());
        assert_eq!(api.call("GET", &path).bearer(&token).send().json()["data"]["sms_opted_out"], true);
    }
}
