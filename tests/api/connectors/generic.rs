//! Whatever signs by Standard Webhooks.

use serde_json::json;

use super::{answer, connect, delivered, is_taken, lead, only, rows, start_at, text, unsigned, webhook};

#[test]
fn the_time_of_a_webhook_is_within_five_minutes_of_ours() {
    let api = start_at("2026-03-02T12:00:00Z");
    let connection = connect(&api, &json!({"kind": "generic"}));
    let body = lead("generic", "").to_string().into_bytes();
    let now = api.clock.now().timestamp();
    let sent = |sent: i64| {
        let call = unsigned(&api, &connection, &body);
        webhook(call, &text(&connection, "secret"), ("msg_1", sent), &body).send()
    };
    for wrong in [now - 301, now + 301, 0] {
        sent(wrong).problem(401, "unauthenticated");
    }
    is_taken(&sent(now - 300));
    is_taken(&sent(now + 300));
    assert_eq!(rows(&api), 1, "a retry has another time and the same id");
}

#[test]
fn a_mapping_by_pointers_fills_the_inquiry_and_the_rest_is_kept() {
    let api = start_at("2026-03-02T12:00:00Z");
    let mapping = json!({
        "fields": {"full_name": "/person/name", "phone": ["/person/mobile", "/person/phone"], "kind": {"constant": "callback"},
                   "preferred_times": "/when", "utm_campaign": "/meta/campaign"},
        "ignored": ["/meta/internal"],
    });
    let connection = connect(&api, &json!({"kind": "generic", "mapping": mapping}));
    delivered(
        &api,
        &connection,
        "msg_9",
        &json!({
            "person": {"name": "Ada Lane", "mobile": "", "phone": "(561) 555-0142", "pets": ["cat", "dog"]},
            "when": "after five", "meta": {"campaign": "knees", "internal": 7}, "odd": {"deep": [{"a": 1}]},
        }),
    );
    let inquiry = only(&api);
    assert_eq!(
        (&inquiry["kind"], &inquiry["phone"], &inquiry["name"]),
        (&json!("callback"), &json!("+15615550142"), &json!("Ada Lane"))
    );
    assert_eq!(
        (&inquiry["preferred_times"], &inquiry["attribution"]["utm_campaign"]),
        (&json!(["after five"]), &json!("knees"))
    );
    let kept = [
        ("/person/pets", Some("cat, dog")),
        ("/odd/deep/0/a", Some("1")),
        ("/meta/internal", None),
        ("external_id", Some("msg_9")),
    ];
    for (name, value) in kept {
        assert_eq!(answer(&inquiry, name).as_deref(), value, "{inquiry}");
    }
}
