//! Notes and contacts: sealed, written once, and what they mean for the inquiry.

use super::*;

#[test]
fn a_note_is_read_by_colleagues_and_by_nobody_in_the_database() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let path = format!("/{id}/notes");
    for text in ["Calls back after noon", "Her sister\nwrote too: canary-9c2"] {
        let reply = clinic.post(&clinic.desk, &path, &json!({"text": text}));
        assert_eq!((reply.status, &reply.json()["data"]["text"]), (201, &json!(text)));
    }
    let list = clinic.get(&clinic.owner, &path).json();
    let texts: Vec<_> = list["data"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Her sister\nwrote too: canary-9c2", "Calls back after noon"], "newest first");
    assert_eq!((&list["data"][0]["by"]["name"], &list["meta"]["total"]), (&json!("Test front_desk"), &json!(2)));
    let detail = clinic.detail(&clinic.owner, &id);
    assert_eq!((&detail["notes"], &detail["version"]), (&list["data"], &json!(1)), "a note is in nobody's way");
    let found = "select count(*) from cms.inquiry_note where position('canary'::bytea in sealed_text) > 0";
    assert_eq!(count(&clinic.api, found), 0);
    for (body, code) in
        [(json!({}), "required"), (json!({"text": "  "}), "blank"), (json!({"text": "x".repeat(10_001)}), "too_long")]
    {
        assert_eq!(mistakes(&clinic.post(&clinic.desk, &path, &body)), told(&[("/text", code)]));
    }
    let page = clinic.get(&clinic.owner, &format!("{path}?limit=1")).json();
    let cursor = page["meta"]["next_cursor"].as_str().unwrap();
    let next = clinic.get(&clinic.owner, &format!("{path}?limit=1&cursor={cursor}")).json();
    assert_eq!(next["data"][0]["text"], "Calls back after noon");
    let traces = "select count(*) from cms.audit_event where action like 'inquiry_note.%' and cardinality(fields) = 0";
    assert_eq!(count(&clinic.api, traces), 5);
}

#[test]
fn a_note_that_was_moved_to_another_inquiry_does_not_open() {
    let clinic = Clinic::open();
    let (id, other) = (clinic.at_harbor(), clinic.at_harbor());
    for inquiry in [&id, &other] {
        clinic.post(&clinic.desk, &format!("/{inquiry}/notes"), &json!({"text": format!("about {inquiry}")}));
    }
    sql(
        &clinic.api,
        "alter table cms.inquiry_note disable trigger all;
         update cms.inquiry_note n set sealed_text = o.sealed_text from cms.inquiry_note o where o.id <> n.id;
         alter table cms.inquiry_note enable trigger all",
    );
    let reply = clinic.get(&clinic.desk, &format!("/{id}/notes"));
    reply.problem(409, "sealed_field_refused");
    assert!(!reply.body.contains("about"), "{}", reply.body);
}

#[test]
fn what_was_written_down_is_not_rewritten() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    clinic.post(&clinic.desk, &format!("/{id}/notes"), &json!({"text": "one"}));
    clinic.changed(&clinic.desk, &id, &json!({"status": "contacted"}));
    clinic.api.as_role("staff", async |staff| {
        for table in ["inquiry_note", "inquiry_contact", "inquiry_status_change", "inquiry_routing"] {
            for statement in [format!("update cms.{table} set at = now()"), format!("delete from cms.{table}")] {
                let error = staff.execute(AssertSqlSafe(statement)).await.unwrap_err();
                assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{table}");
            }
        }
    });
    api_refuses_the_owner_too(&clinic);
}

fn api_refuses_the_owner_too(clinic: &Clinic) {
    clinic.api.as_owner(async |owner| {
        for table in ["inquiry_note", "inquiry_status_change"] {
            let statement = format!("update cms.{table} set at = now()");
            let error = owner.execute(AssertSqlSafe(statement)).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("23001"), "{table}");
        }
    });
}

#[test]
fn the_first_contact_is_the_first_response_and_each_is_an_attempt() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let path = format!("/{id}/contacts");
    clinic.api.clock.set("2026-03-02T12:08:00Z".parse().unwrap());
    let call = json!({"channel": "phone", "outcome": "left_message", "at": "2026-03-02T12:04:00Z", "status": "no_answer",
                      "note": "left word with canary-4d1"});
    let first = clinic.post(&clinic.desk, &path, &call);
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.json()["data"]["note"], call["note"]);
    let detail = clinic.detail(&clinic.desk, &id);
    assert_eq!(
        (&detail["status"], &detail["close_reason"], &detail["attempts"], &detail["first_responded_at"]),
        (&json!("no_answer"), &json!("left_message"), &json!(1), &json!("2026-03-02T12:04:00Z"))
    );
    assert_eq!(first.etag(), format!("\"v{}\"", detail["version"]));
    let stale = clinic.call("POST", &clinic.desk, &path).header("If-Match", "\"v1\"").json(&call).send();
    stale.problem(412, "stale_version");
    let back = json!({"channel": "phone", "direction": "inbound", "outcome": "reached", "status": "contacted"});
    assert_eq!(clinic.post(&clinic.desk, &path, &back).status, 201);
    let detail = clinic.detail(&clinic.desk, &id);
    assert_eq!((&detail["status"], &detail["attempts"]), (&json!("contacted"), &json!(1)), "theirs is no attempt");
    assert_eq!(detail["first_responded_at"], "2026-03-02T12:04:00Z", "stamped once");
    let outcomes: Vec<_> = detail["contacts"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["reached", "left_message"]);
    assert_eq!(clinic.get(&clinic.desk, &path).json()["data"], detail["contacts"]);
    let sealed = "select count(*) from cms.inquiry_contact where position('canary'::bytea in sealed_note) > 0";
    assert_eq!(count(&clinic.api, sealed), 0);
    assert_eq!(count(&clinic.api, "select count(*) from cms.outbox_event where kind = 'inquiry.status_changed'"), 2);
}

#[test]
fn a_contact_that_cannot_have_been_is_refused() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let refused = |body: &Value| mistakes(&clinic.post(&clinic.desk, &format!("/{id}/contacts"), body));
    assert_eq!(refused(&json!({})), told(&[("/channel", "required"), ("/outcome", "required")]));
    let phone = |more: &Value| {
        let mut body = json!({"channel": "phone", "outcome": "reached"});
        json_patch::merge(&mut body, more);
        body
    };
    assert_eq!(refused(&phone(&json!({"at": "2026-03-02T13:00:00Z"}))), told(&[("/at", "in_future")]));
    assert_eq!(refused(&phone(&json!({"at": "2026-03-02T11:00:00Z"}))), told(&[("/at", "too_early")]));
    assert_eq!(refused(&phone(&json!({"status": "closed"}))), told(&[("/status", "unknown_value")]));
    assert_eq!(refused(&phone(&json!({"status": "no_answer"}))), told(&[("/status", "not_applicable")]));
    let wrong = json!({"channel": "pigeon", "outcome": "lost", "direction": "up", "atempts": 2});
    assert_eq!(
        refused(&wrong),
        told(&[
            ("/channel", "unknown_value"),
            ("/direction", "unknown_value"),
            ("/outcome", "unknown_value"),
            ("/atempts", "unknown_field")
        ])
    );
    assert_eq!(clinic.detail(&clinic.desk, &id)["attempts"], 0);
}
