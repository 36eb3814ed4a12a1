//! The promise of an inquiry that was answered 201: it is never lost, never doubled, and can be read back, whatever
//! happens to the program.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::{
    program::{Ground, Service, await_that},
    web::Client,
};

const SENDERS: usize = 6;
/// Answers before a kill; at least as many posts again are under way or to come.
const BEFORE_A_KILL: usize = 40;

/// What a sender knows of its posts: the id that was answered, or nothing where the connection broke.
type Book = BTreeMap<usize, Option<String>>;

fn inquiry(number: usize) -> Value {
    json!({
        "full_name": format!("Sender {number}"),
        "email": format!("sender.{number}@mail.example"),
        "message": format!("This is what sender {number} wrote."),
    })
}

/// Posts number `number`: its id, nothing for a broken connection. Whoever is told to come back comes back.
fn post(client: &Client, number: usize) -> Option<String> {
    let key = format!("crash-test-{number}");
    await_that("an answer", || {
        let Ok(reply) = client.post("/v1/inquiries", &[("Idempotency-Key", &key)], &inquiry(number)) else {
            return Some(None);
        };
        match reply.status {
            201 => Some(reply.json()["data"]["id"].as_str().map(str::to_owned)),
            409 | 503 => None,
            other => panic!("{other}: {}", reply.body),
        }
    })
}

/// Senders post, each number once, until the service is gone; it is killed when enough was answered.
fn post_until_killed(service: &Service, next: &AtomicUsize, book: &Mutex<Book>) {
    let answered = AtomicUsize::new(0);
    let client = service.client();
    let send = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let id = post(&client, number);
            let is_gone = id.is_none();
            book.lock().unwrap().insert(number, id);
            if is_gone {
                return;
            }
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(send);
        }
        await_that("answers", || (answered.load(Ordering::Relaxed) >= BEFORE_A_KILL).then_some(()));
        service.kill();
    });
}

#[test]
fn no_inquiry_that_was_answered_is_lost_or_doubled_by_a_kill() {
    let ground = Ground::new();
    let (next, book) = (AtomicUsize::new(0), Mutex::new(Book::new()));
    let serve = || ground.serve(&["--demo", "--rate-limits", "off"]);
    let mut service = serve();
    let owner = service.owner();
    for _ in 0..3 {
        post_until_killed(&service, &next, &book);
        drop(service);
        service = serve();
    }
    let client = service.client();
    let mut book = book.into_inner().unwrap();
    assert!(book.values().any(Option::is_none), "a kill has cut somebody off");
    for (number, id) in &mut book {
        let repeated = post(&client, *number).expect("an answer");
        assert_eq!(*id.get_or_insert_with(|| repeated.clone()), repeated, "a repetition is the same inquiry");
    }
    let staff = service.signed_in(&owner);
    let stored = staff.all("/v1/admin/inquiries");
    assert_eq!(stored.len(), book.len(), "one row for each sender");
    for (number, id) in book {
        let id = id.unwrap();
        let found = staff.get(&format!("/v1/admin/inquiries/{id}")).good()["data"].clone();
        let sent = inquiry(number);
        for field in ["full_name", "email", "message"] {
            assert_eq!(found[field], sent[field], "inquiry {id}");
        }
    }
    service.stop(Signal::SIGINT).with(0, &[]);
}
