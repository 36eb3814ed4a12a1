//! The live inbox, as a browser or a script hears it.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use clinic_cms::http::seal_cursor;
use uuid::Uuid;

use super::*;

/// A stream that is being listened to.
struct Ear {
    head: String,
    lines: BufReader<TcpStream>,
}

impl Ear {
    fn open(api: &Api, token: &str, last: Option<&str>) -> Self {
        let host = api.base.strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(host).unwrap();
        // Longer than any event takes; shorter than a test that hangs.
        socket.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        write!(
            socket,
            "GET /v1/admin/inquiries/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        )
        .unwrap();
        let mut lines = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(lines.read_line(&mut head).unwrap(), 0, "{head}");
        }
        Self { head, lines }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        // A stream that ends is an empty chunk, or a connection that is closed.
        let read = self.lines.read_line(&mut line).unwrap_or(0);
        (read > 0 && line != "0\r\n").then(|| line.trim_end().to_owned())
    }

    /// The next event: its type, its id, and what it tells. None where the stream has ended.
    fn event(&mut self) -> Option<(String, String, Value)> {
        let (mut kind, mut id) = (String::new(), String::new());
        loop {
            let line = self.line()?;
            if let Some(text) = line.strip_prefix("event: ") {
                text.clone_into(&mut kind);
            } else if let Some(text) = line.strip_prefix("id: ") {
                text.clone_into(&mut id);
            } else if let Some(text) = line.strip_prefix("data: ") {
                return Some((kind, id, serde_json::from_str(text).unwrap()));
            }
        }
    }

    /// Waits until it is being told, with what came in the last seconds.
    fn settled(mut self) -> Self {
        while self.line().expect("it begins") != "retry: 3000" {}
        self
    }

    fn heard(&mut self) -> String {
        self.event().expect("an event").2["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn whoever_listens_hears_what_comes_and_changes_and_not_a_word_of_it() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.owner, None).settled();
    assert!(ear.head.starts_with("HTTP/1.1 200") && ear.head.contains("text/event-stream"), "{}", ear.head);
    assert!(ear.head.to_lowercase().contains("cache-control: no-store"), "{}", ear.head);
    let id = clinic.at_harbor();
    let (kind, event, data) = ear.event().unwrap();
    assert_eq!(kind, "inquiry");
    assert_eq!(data, json!({"id": id, "status": "new", "version": 1, "received_at": "2026-03-02T12:00:00Z"}));
    assert!(!event.is_empty());
    clinic.changed(&clinic.owner, &id, &json!({"status": "contacted"}));
    let (_, _, data) = ear.event().unwrap();
    assert_eq!((&data["status"], &data["version"]), (&json!("contacted"), &json!(2)));
    assert_eq!(count(&clinic.api, "select count(*) from cms.audit_event where action = 'inquiry.stream'"), 1);
}

#[test]
fn a_front_desk_hears_of_its_locations_alone() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.desk, None).settled();
    let far = clinic.at_hilltop();
    let here = clinic.at_harbor();
    assert_eq!(ear.heard(), here);
    // What is sent to them is news to them.
    clinic.changed(&clinic.owner, &far, &json!({"location": "harbor"}));
    assert_eq!(ear.heard(), far);
    let again = Ear::open(&clinic.api, &clinic.desk, None).settled().heard();
    assert!([here, far].contains(&again));
}

#[test]
fn a_stream_is_taken_up_where_it_ended() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.owner, None).settled();
    let first = clinic.at_harbor();
    let (_, last, data) = ear.event().unwrap();
    assert_eq!(data["id"], json!(first));
    drop(ear);
    let missed = clinic.at_harbor();
    let mut ear = Ear::open(&clinic.api, &clinic.owner, Some(&last)).settled();
    assert_eq!([ear.heard(), ear.heard()], [first.clone(), missed.clone()], "the last one may come twice");
    let next = clinic.at_harbor();
    assert_eq!(ear.heard(), next);
    // Longer ago than a stream goes back by itself.
    sql(&clinic.api, "update cms.inquiry set updated_at = updated_at - interval '1 hour'");
    let mut ear = Ear::open(&clinic.api, &clinic.owner, None).settled();
    let now = clinic.at_harbor();
    assert_eq!(ear.heard(), now, "without an id it begins now");
    for id in ["made-up", &format!("{last}x")] {
        let call = clinic.call("GET", &clinic.owner, "/stream").header("Last-Event-ID", id);
        call.send().problem(400, "invalid_parameters");
    }
}

#[test]
fn a_reader_who_missed_too_much_is_asked_to_load_the_list_again() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.owner, None).settled();
    let id = clinic.at_harbor();
    let (_, last, _) = ear.event().unwrap();
    drop(ear);
    copies(&clinic, &id, 1_001, "'new'");
    let mut ear = Ear::open(&clinic.api, &clinic.owner, Some(&last));
    let (kind, _, data) = ear.event().unwrap();
    assert_eq!((kind.as_str(), data), ("reset", json!({})));
}

#[test]
fn a_stream_goes_back_a_day_and_asks_for_the_list_beyond_it() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    sql(&clinic.api, "update cms.inquiry set updated_at = clock_timestamp() - interval '23 hours'");
    // As an event of that time had it: the database dates them by its own clock.
    let signer = clinic.api.opened().ring.tag_key("cursor");
    let event = |age: TimeDelta| {
        let at: DateTime<Utc> = clinic.api.text("select clock_timestamp()::text").parse().unwrap();
        seal_cursor(&signer, "inquiries;stream", (at - age, Uuid::nil())).unwrap()
    };
    let within = event(TimeDelta::hours(24) - TimeDelta::minutes(1));
    assert_eq!(Ear::open(&clinic.api, &clinic.owner, Some(&within)).heard(), id);
    let beyond = event(TimeDelta::hours(24) + TimeDelta::seconds(1));
    let mut ear = Ear::open(&clinic.api, &clinic.owner, Some(&beyond));
    let (kind, _, data) = ear.event().unwrap();
    assert_eq!((kind.as_str(), data), ("reset", json!({})));
    let next = clinic.at_harbor();
    assert_eq!(ear.heard(), next, "and goes on from now");
}

#[test]
fn a_silent_stream_is_kept_by_a_comment_every_fifteen_seconds() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.owner, None).settled();
    let begun = Instant::now();
    while ear.line().expect("it is kept") != ":" {}
    let waited = begun.elapsed();
    assert!((14..20).contains(&waited.as_secs()), "{waited:?}");
    // The reader is looked at then, too.
    assert_eq!(clinic.api.call("POST", "/v1/auth/logout").bearer(&clinic.owner).send().status, 204);
    assert_eq!(ear.event(), None);
    assert!(begun.elapsed().as_secs() < 35);
}

#[test]
fn a_stream_ends_with_its_session_and_tells_nothing_after_it() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.desk, None).settled();
    let first = clinic.at_harbor();
    assert_eq!(ear.heard(), first);
    assert_eq!(clinic.api.call("POST", "/v1/auth/logout").bearer(&clinic.desk).send().status, 204);
    clinic.at_harbor();
    assert_eq!(ear.event(), None);
}

#[test]
fn a_stream_ends_for_who_has_left_the_desk_and_follows_who_was_moved() {
    let clinic = Clinic::open();
    let mut ear = Ear::open(&clinic.api, &clinic.desk, None).settled();
    let first = clinic.at_harbor();
    assert_eq!(ear.heard(), first);
    sql(&clinic.api, &format!("update cms.account_location set location_id = '{HILLTOP}'"));
    let (_, there) = (clinic.at_harbor(), clinic.at_hilltop());
    assert_eq!(ear.heard(), there, "the present locations count");
    clinic.api.clock.set("2026-03-02T12:20:00Z".parse().unwrap());
    clinic.at_hilltop();
    assert_eq!(ear.event(), None, "a page that stays open is nobody at work");
}

#[test]
fn a_sixth_stream_of_one_person_is_refused_and_another_person_has_theirs() {
    let clinic = Clinic::open();
    let five: Vec<Ear> = (0..5).map(|_| Ear::open(&clinic.api, &clinic.owner, None).settled()).collect();
    let refused = clinic.get(&clinic.owner, "/stream");
    refused.problem(429, "rate_limited");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(clinic.call("HEAD", &clinic.owner, "/stream").send().header("content-type"), "text/event-stream");
    let mut other = Ear::open(&clinic.api, &clinic.desk, None).settled();
    let id = clinic.at_harbor();
    assert_eq!(other.heard(), id);
    for mut ear in five {
        assert_eq!(ear.heard(), id, "one poll tells them all");
    }
}

#[test]
fn nobody_hears_anything_without_the_right_or_without_a_trace() {
    let clinic = Clinic::open();
    let editor = clinic.api.sign_in(crate::harness::EDITOR);
    clinic.get(&editor, "/stream").problem(403, "forbidden");
    clinic.api.get("/v1/admin/inquiries/stream").problem(401, "unauthenticated");
    sql(&clinic.api, "revoke insert on cms.audit_event from cms_staff");
    clinic.get(&clinic.owner, "/stream").problem(500, "internal");
    for _ in 0..6 {
        clinic.get(&clinic.owner, "/stream").problem(500, "internal");
    }
}

#[test]
fn an_inquiry_that_commits_late_is_heard_all_the_same() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    let mut ear = Ear::open(&clinic.api, &clinic.owner, None).settled();
    assert_eq!(ear.heard(), id);
    // Stamped five seconds before it is seen, as a transaction does that waited for a lock.
    sql(
        &clinic.api,
        &format!(
            "update cms.inquiry set version = 2, updated_at = clock_timestamp() - interval '5 seconds' where id = '{id}'"
        ),
    );
    assert_eq!(ear.event().unwrap().2["version"], 2);
}
