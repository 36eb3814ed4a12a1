//! What staff do about an inquiry: status, people, places, promises, and what is kept of it.

mod bulk;
mod due;
mod live;
mod noted;
mod searching;
mod seen;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{count, noon, sent, with};
use crate::harness::{Api, Call, FRONT_DESK, OWNER, Reply};

const HARBOR: &str = "01900000-0000-7000-8000-0000000000a1";
const HILLTOP: &str = "01900000-0000-7000-8000-0000000000a2";
const EDITOR_ID: &str = "01900000-0000-7000-8000-000000000002";
const FRONT_DESK_ID: &str = "01900000-0000-7000-8000-000000000006";

fn sql(api: &Api, statement: &str) {
    let statement = statement.to_owned();
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop).unwrap());
}

/// A clinic with two locations, whose front desk is that of the harbor. The clock stands.
struct Clinic {
    api: Api,
    owner: String,
    desk: String,
}

impl Clinic {
    fn open() -> Self {
        Self::over(Api::start_with(noon(), &[("rate-limits", "off")]))
    }

    fn over(api: Api) -> Self {
        for (id, slug, country) in [(HARBOR, "harbor", "US"), (HILLTOP, "hilltop", "DE")] {
            sql(
                &api,
                &format!(
                    "insert into cms.location (id, slug, name, address, timezone)
                     values ('{id}', '{slug}', '{slug}', '{{\"country\": \"{country}\"}}', 'America/New_York')"
                ),
            );
        }
        sql(&api, &format!("insert into cms.account_location values ('{FRONT_DESK_ID}', '{HARBOR}')"));
        let (owner, desk) = (api.sign_in(OWNER), api.sign_in(FRONT_DESK));
        Self { api, owner, desk }
    }

    /// The id of an inquiry at a location.
    fn sent(&self, changes: &Value) -> String {
        sent(&self.api, &with(changes))["id"].as_str().unwrap().to_owned()
    }

    fn at_harbor(&self) -> String {
        self.sent(&json!({"location": "harbor"}))
    }

    fn at_hilltop(&self) -> String {
        self.sent(&json!({"location": "hilltop"}))
    }

    fn call(&self, method: &str, token: &str, path: &str) -> Call {
        self.api.call(method, &format!("/v1/admin/inquiries{path}")).bearer(token)
    }

    fn get(&self, token: &str, path: &str) -> Reply {
        self.call("GET", token, path).send()
    }

    fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.call("POST", token, path).json(body).send()
    }

    /// Changes whatever version there is.
    fn patch(&self, token: &str, id: &str, body: &Value) -> Reply {
        self.call("PATCH", token, &format!("/{id}")).header("If-Match", "*").json(body).send()
    }

    #[track_caller]
    fn changed(&self, token: &str, id: &str, body: &Value) -> Value {
        let reply = self.patch(token, id, body);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }

    #[track_caller]
    fn detail(&self, token: &str, id: &str) -> Value {
        let reply = self.get(token, &format!("/{id}"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }

    /// Why a patch is refused: `(pointer, code)`.
    #[track_caller]
    fn refused(&self, token: &str, id: &str, body: &Value) -> Vec<(String, String)> {
        mistakes(&self.patch(token, id, body))
    }
}

#[track_caller]
fn mistakes(reply: &Reply) -> Vec<(String, String)> {
    let problem = reply.problem(422, "validation_failed");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    problem["errors"].as_array().unwrap().iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}

/// Adds copies of an inquiry to the table, each a minute older than the one before, in a status that may depend on `n`.
fn copies(clinic: &Clinic, id: &str, count: u32, status: &str) {
    let copied = "form_id, kind, source, location_id, key_id, wrapped_key, sealed_name, sealed_email, sealed_details,
                  email_index, retention_expires_at, first_response_due_at";
    let statement = format!(
        "insert into cms.inquiry (id, received_at, status, {copied})
         select gen_random_uuid(), received_at - n * interval '1 minute', {status}, {copied}
           from cms.inquiry, generate_series(1, {count}) n where id = '{id}'"
    );
    sql(&clinic.api, &statement);
}

/// The ids of a list, or of any part of an answer that is one.
fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_status_is_changed_with_its_history_its_event_and_its_audit_row() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let read = clinic.get(&clinic.desk, &format!("/{id}"));
    let path = format!("/{id}");
    let body = json!({"status": "contacted"});
    let reply = clinic.call("PATCH", &clinic.desk, &path).header("If-Match", read.etag()).json(&body).send();
    let data = reply.json()["data"].clone();
    assert_eq!((reply.status, &data["status"], &data["version"]), (200, &json!("contacted"), &json!(2)), "{data}");
    assert_ne!(reply.etag(), read.etag());
    assert_eq!(data["first_responded_at"], "2026-03-02T12:00:00Z");
    let line = &data["history"][0];
    let by = json!({"id": FRONT_DESK_ID, "name": "Test front_desk"});
    assert_eq!((&line["from"], &line["to"], &line["by"]), (&json!("new"), &json!("contacted"), &by));
    let event = "select count(*) from cms.outbox_event where kind = 'inquiry.status_changed'";
    assert_eq!(count(&clinic.api, event), 1);
    let row = clinic.api.text(
        "select array_to_string(fields, ',') from cms.audit_event where action = 'inquiry.update' and actor_id is not null",
    );
    assert_eq!(row, "status,first_responded_at");
    clinic.call("PATCH", &clinic.desk, &path).json(&body).send().problem(428, "precondition_required");
}

#[test]
fn of_two_who_change_at_once_the_second_hears_who_was_first() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let read = clinic.get(&clinic.owner, &format!("/{id}"));
    clinic.changed(&clinic.desk, &id, &json!({"priority": "urgent"}));
    let late = clinic.call("PATCH", &clinic.owner, &format!("/{id}")).header("If-Match", read.etag());
    let problem = late.json(&json!({"priority": "stat"})).send().problem(412, "stale_version");
    assert_eq!((&problem["current_version"], &problem["changed"]["by"]["id"]), (&json!(2), &json!(FRONT_DESK_ID)));
    assert_eq!(clinic.detail(&clinic.owner, &id)["priority"], "urgent");
}

#[test]
fn two_changes_of_one_version_at_the_same_moment_are_one_change() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let etag = clinic.get(&clinic.owner, &format!("/{id}")).etag();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let ask = |status: &'static str| {
            let call = clinic.call("PATCH", &clinic.owner, &format!("/{id}")).header("If-Match", &etag);
            scope.spawn(move || call.json(&json!({"status": status})).send().status)
        };
        let asked: Vec<_> = ["contacted", "scheduled", "waiting_on_patient", "contacted"].map(ask).into();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut sorted = statuses;
    sorted.sort_unstable();
    assert_eq!(sorted, [200, 412, 412, 412]);
    assert_eq!(count(&clinic.api, "select count(*) from cms.inquiry_status_change"), 1);
}

#[test]
fn an_end_says_why_and_in_words_where_the_code_does_not() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let refused = |body: &Value| clinic.refused(&clinic.desk, &id, body);
    for status in ["closed", "transferred", "no_answer"] {
        assert_eq!(refused(&json!({"status": status})), told(&[("/close_reason", "required")]), "{status}");
    }
    let wrong = json!({"status": "closed", "close_reason": "emergency_services"});
    assert_eq!(refused(&wrong), told(&[("/close_reason", "unknown_value")]));
    assert_eq!(refused(&json!({"status": "closed", "close_reason": "other"})), told(&[("/close_note", "required")]));
    assert_eq!(refused(&json!({"close_reason": "booked"})), told(&[("/close_reason", "not_applicable")]));
    let body = json!({"status": "closed", "close_reason": "other", "close_note": "moved to the canary islands"});
    let data = clinic.changed(&clinic.desk, &id, &body);
    assert_eq!((&data["close_reason"], &data["close_note"]), (&json!("other"), &body["close_note"]));
    assert_eq!(data["first_responded_at"], Value::Null, "nobody answered");
    let stored = "select count(*) from cms.inquiry_status_change where sealed_note is not null
                     and position('canary'::bytea in sealed_note) = 0";
    assert_eq!(count(&clinic.api, stored), 1);
    // Another field of what is closed is changed without giving the reason again.
    assert_eq!(clinic.changed(&clinic.desk, &id, &json!({"priority": "urgent"}))["close_reason"], "other");
    let corrected = clinic.changed(&clinic.desk, &id, &json!({"close_reason": "withdrawn"}));
    assert_eq!((&corrected["close_reason"], &corrected["close_note"]), (&json!("withdrawn"), &Value::Null));
    assert_eq!(corrected["history"].as_array().unwrap().len(), 2);
    let events = "select count(*) from cms.outbox_event where kind = 'inquiry.status_changed'";
    assert_eq!(count(&clinic.api, events), 1, "a corrected reason is no other status");
    let reopened = clinic.changed(&clinic.desk, &id, &json!({"status": "contacted"}));
    assert_eq!((&reopened["close_reason"], &reopened["close_note"]), (&Value::Null, &Value::Null));
}

#[test]
fn an_inquiry_goes_where_the_table_lets_it() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    clinic.changed(&clinic.desk, &id, &json!({"status": "scheduled"}));
    for status in ["new", "held", "spam"] {
        let told_of = clinic.refused(&clinic.desk, &id, &json!({"status": status}));
        assert_eq!(told_of, told(&[("/status", "illegal_transition")]), "{status}");
    }
    let unknown = clinic.refused(&clinic.desk, &id, &json!({"status": "open", "prioritty": "stat", "priority": null}));
    assert_eq!(
        unknown,
        told(&[("/status", "unknown_value"), ("/priority", "required"), ("/prioritty", "unknown_field")])
    );
    let spam = clinic.at_harbor();
    clinic.changed(&clinic.desk, &spam, &json!({"status": "spam", "close_reason": "advertising"}));
    let released = clinic.refused(&clinic.desk, &spam, &json!({"status": "contacted"}));
    assert_eq!(released, told(&[("/status", "illegal_transition")]), "its release is another's");
    assert!(!ids(&clinic.get(&clinic.desk, "").json()["data"]).contains(&spam));
}

#[test]
fn nobody_is_given_what_they_cannot_read() {
    let clinic = Clinic::open();
    let (here, there) = (clinic.at_harbor(), clinic.at_hilltop());
    let refused = told(&[("/assignee", "cannot_read")]);
    assert_eq!(clinic.refused(&clinic.owner, &here, &json!({"assignee": EDITOR_ID})), refused);
    assert_eq!(clinic.refused(&clinic.owner, &there, &json!({"assignee": FRONT_DESK_ID})), refused);
    assert_eq!(clinic.refused(&clinic.owner, &here, &json!({"assignee": HARBOR})), refused, "that is nobody");
    assert_eq!(
        clinic.refused(&clinic.owner, &here, &json!({"assignee": "wren"})),
        told(&[("/assignee", "wrong_type")])
    );
    let mine = clinic.changed(&clinic.desk, &here, &json!({"assignee": "me"}));
    assert_eq!(mine["assignee"], json!({"id": FRONT_DESK_ID, "name": "Test front_desk"}));
    assert_eq!(clinic.changed(&clinic.desk, &here, &json!({"assignee": null}))["assignee"], Value::Null);
    sql(&clinic.api, &format!("update cms.account set status = 'disabled' where id = '{FRONT_DESK_ID}'"));
    assert_eq!(clinic.refused(&clinic.owner, &here, &json!({"assignee": FRONT_DESK_ID})), refused, "who is gone");
}

#[test]
fn an_inquiry_that_is_sent_elsewhere_leaves_the_sight_of_whoever_sent_it() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    clinic.changed(&clinic.desk, &id, &json!({"assignee": "me"}));
    assert_eq!(
        clinic.refused(&clinic.desk, &id, &json!({"location": "atlantis"})),
        told(&[("/location", "unknown_reference")])
    );
    let sent = clinic.changed(&clinic.desk, &id, &json!({"location": "hilltop"}));
    assert_eq!(
        (&sent["location"]["id"], &sent["assignee"]),
        (&json!(HILLTOP), &Value::Null),
        "nobody there has it yet"
    );
    clinic.get(&clinic.desk, &format!("/{id}")).problem(404, "not_found");
    assert!(ids(&clinic.get(&clinic.desk, "").json()["data"]).is_empty());
    let routing = clinic.detail(&clinic.owner, &id)["routings"][0].clone();
    assert_eq!(
        (&routing["by"]["id"], &routing["from"]["slug"], &routing["to"]["slug"]),
        (&json!(FRONT_DESK_ID), &json!("harbor"), &json!("hilltop"))
    );
    assert_eq!(clinic.changed(&clinic.owner, &id, &json!({"location": null}))["location"], Value::Null);
}

#[test]
fn a_call_back_is_promised_for_the_future_and_ends_with_the_inquiry() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    for past in ["2026-03-02T12:00:00Z", "2025-01-01T00:00:00Z"] {
        let told_of = clinic.refused(&clinic.desk, &id, &json!({"next_action_at": past}));
        assert_eq!(told_of, told(&[("/next_action_at", "past")]));
    }
    let body = json!({"status": "contacted", "next_action_at": "2026-03-03T15:30:00Z"});
    let data = clinic.changed(&clinic.desk, &id, &body);
    assert_eq!((&data["due_at"], &data["overdue"]), (&body["next_action_at"], &json!(false)));
    clinic.api.clock.set("2026-03-03T16:00:00Z".parse().unwrap());
    let desk = clinic.api.sign_in(FRONT_DESK);
    assert_eq!(clinic.detail(&desk, &id)["overdue"], true);
    let closed = clinic.changed(&desk, &id, &json!({"status": "closed", "close_reason": "resolved"}));
    let ended = (&closed["due_at"], &closed["next_action_at"], &closed["overdue"]);
    assert_eq!(ended, (&Value::Null, &Value::Null, &json!(false)));
    let late = clinic.refused(&desk, &id, &json!({"next_action_at": "2026-04-01T00:00:00Z"}));
    assert_eq!(late, told(&[("/next_action_at", "not_applicable")]));
}

#[test]
fn what_repeats_what_is_no_circle_and_nothing_out_of_sight() {
    let clinic = Clinic::open();
    let (a, b, c, far) = (clinic.at_harbor(), clinic.at_harbor(), clinic.at_harbor(), clinic.at_hilltop());
    clinic.changed(&clinic.desk, &b, &json!({"duplicate_of": a}));
    clinic.changed(&clinic.desk, &c, &json!({"duplicate_of": b}));
    let circle = told(&[("/duplicate_of", "cycle")]);
    assert_eq!(clinic.refused(&clinic.desk, &a, &json!({"duplicate_of": c})), circle);
    assert_eq!(clinic.refused(&clinic.desk, &a, &json!({"duplicate_of": a})), circle);
    let unseen = told(&[("/duplicate_of", "unknown_reference")]);
    assert_eq!(clinic.refused(&clinic.desk, &a, &json!({"duplicate_of": far})), unseen);
    assert_eq!(ids(&clinic.detail(&clinic.desk, &a)["duplicates"]), [b.as_str()]);
    assert_eq!(clinic.detail(&clinic.desk, &c)["duplicate_of"], json!(b));
    // The owner knows of one that the front desk does not.
    clinic.changed(&clinic.owner, &a, &json!({"duplicate_of": far}));
    assert_eq!(clinic.detail(&clinic.desk, &a)["duplicate_of"], Value::Null);
    assert_eq!(clinic.changed(&clinic.owner, &a, &json!({"duplicate_of": null}))["duplicate_of"], Value::Null);
}

#[test]
fn a_change_that_changes_nothing_is_none() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let data = clinic.changed(&clinic.desk, &id, &json!({"status": "new", "priority": "normal", "location": "harbor"}));
    assert_eq!((&data["version"], &data["history"]), (&json!(1), &json!([])));
    assert_eq!(data["routings"], json!([]));
    for broken in [json!([]), json!("new"), json!(7)] {
        assert_eq!(clinic.patch(&clinic.desk, &id, &broken).status, 422, "{broken}");
    }
    assert_eq!(clinic.detail(&clinic.desk, &id)["version"], 1);
}

#[test]
fn another_locations_front_desk_changes_nothing_and_leaves_a_trace() {
    let clinic = Clinic::open();
    let far = clinic.at_hilltop();
    for body in [json!({"status": "contacted"}), json!({"assignee": "me"}), json!({"none_such": 1})] {
        clinic.patch(&clinic.desk, &far, &body).problem(404, "not_found");
    }
    clinic.get(&clinic.desk, &format!("/{far}")).problem(404, "not_found");
    for path in ["notes", "contacts"] {
        clinic.get(&clinic.desk, &format!("/{far}/{path}")).problem(404, "not_found");
    }
    clinic.post(&clinic.desk, &format!("/{far}/notes"), &json!({"text": "I was here"})).problem(404, "not_found");
    let contact = json!({"channel": "phone", "outcome": "reached"});
    clinic.post(&clinic.desk, &format!("/{far}/contacts"), &contact).problem(404, "not_found");
    assert_eq!(clinic.detail(&clinic.owner, &far)["version"], 1);
    let refused =
        format!("select count(*) from cms.audit_event where action = 'inquiry.refuse' and subject_id = '{far}'");
    assert_eq!(clinic.api.number(&refused), 8);
    assert_eq!(count(&clinic.api, "select count(*) from cms.inquiry_note"), 0);
}
