//! The same for many inquiries at once: all of them or none.

use super::*;

fn bulk(clinic: &Clinic, token: &str, body: &Value) -> Reply {
    clinic.post(token, "/bulk", body)
}

#[test]
fn many_are_assigned_and_closed_each_with_its_own_trace() {
    let clinic = Clinic::open();
    let all: Vec<String> = (0..5).map(|_| clinic.at_harbor()).collect();
    let reply = bulk(&clinic, &clinic.desk, &json!({"action": "assign", "ids": all, "assignee": "me"}));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(ids(&reply.json()["data"]["inquiries"]), all, "in the order in which they were named");
    let closed = json!({"action": "close", "ids": all, "close_reason": "other", "close_note": "the office moved"});
    let reply = bulk(&clinic, &clinic.desk, &closed);
    assert_eq!(reply.json()["data"]["inquiries"][0]["status"], "closed", "{}", reply.body);
    for id in &all {
        let detail = clinic.detail(&clinic.desk, id);
        assert_eq!((&detail["assignee"]["id"], &detail["version"]), (&json!(FRONT_DESK_ID), &json!(3)));
        assert_eq!(detail["close_note"], "the office moved");
    }
    assert_eq!(count(&clinic.api, "select count(*) from cms.audit_event where action = 'inquiry.update'"), 10);
    assert_eq!(count(&clinic.api, "select count(*) from cms.outbox_event where kind = 'inquiry.status_changed'"), 5);
    let spam: Vec<String> = (0..2).map(|_| clinic.at_harbor()).collect();
    assert_eq!(bulk(&clinic, &clinic.desk, &json!({"action": "mark_spam", "ids": spam})).status, 200);
    assert_eq!(ids(&clinic.get(&clinic.desk, "?spam=true").json()["data"]).len(), 2);
}

#[test]
fn where_one_does_not_allow_it_none_is_changed_and_each_is_named() {
    let clinic = Clinic::open();
    let (good, scheduled, far, stale) =
        (clinic.at_harbor(), clinic.at_harbor(), clinic.at_hilltop(), clinic.at_harbor());
    clinic.changed(&clinic.desk, &scheduled, &json!({"status": "scheduled"}));
    let nobody = "01900000-0000-7000-8000-00000000ffff";
    let body =
        json!({"action": "mark_spam", "ids": [good, scheduled, far, stale, nobody], "versions": {(stale.as_str()): 7}});
    assert_eq!(
        mistakes(&bulk(&clinic, &clinic.desk, &body)),
        told(&[
            ("/ids/1", "illegal_transition"),
            ("/ids/2", "unknown_reference"),
            ("/ids/3", "stale_version"),
            ("/ids/4", "unknown_reference"),
        ])
    );
    for id in [&good, &far, &stale] {
        assert_eq!(clinic.detail(&clinic.owner, id)["status"], "new");
    }
    assert_eq!(count(&clinic.api, "select count(*) from cms.audit_event where action = 'inquiry.refuse'"), 2);
    let body = json!({"action": "close", "ids": [good]});
    assert_eq!(mistakes(&bulk(&clinic, &clinic.desk, &body)), told(&[("/close_reason", "required")]));
    let body = json!({"action": "assign", "ids": [good, far], "assignee": FRONT_DESK_ID});
    assert_eq!(mistakes(&bulk(&clinic, &clinic.owner, &body)), told(&[("/ids/1", "cannot_read")]));
}

#[test]
fn five_hundred_are_closed_in_one_call() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    copies(&clinic, &id, 499, "'new'");
    let all = clinic.api.text("select string_agg(id::text, ' ') from cms.inquiry");
    let all: Vec<&str> = all.split(' ').collect();
    let reply = bulk(&clinic, &clinic.desk, &json!({"action": "close", "ids": all, "close_reason": "resolved"}));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(count(&clinic.api, "select count(*) from cms.inquiry where status = 'closed'"), 500);
    assert_eq!(count(&clinic.api, "select count(*) from cms.audit_event where action = 'inquiry.update'"), 500);
}
