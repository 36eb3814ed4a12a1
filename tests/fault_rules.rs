//! The fault harness's own rules: what it calls lost, doubled and kept, and what its proxy does to an exchange.
//! `tests/faults` is a program without a test harness, so its tests stand here.

#![allow(dead_code, reason = "each room of the harness is compiled here, and some of it only the harness calls")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "faults/asking.rs"]
mod asking;
#[path = "faults/chance.rs"]
mod chance;
#[path = "../benches/http/exchange.rs"]
mod exchange;
#[path = "faults/ledger.rs"]
mod ledger;
#[path = "faults/post.rs"]
mod post;
#[path = "faults/proxy.rs"]
mod proxy;
#[path = "faults/receiver.rs"]
mod receiver;
#[path = "faults/reconcile.rs"]
mod reconcile;
#[path = "../benches/http/trouble.rs"]
mod trouble;

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use chance::Chance;
use ledger::{Answer, Ledger};
use post::Post;
use proxy::{Fate, Proxy, Routes, Weather};
use reconcile::{Finding, Stored, reconcile};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use uuid::Uuid;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A ledger of good posts, each with its answer.
fn ledger(answers: &[Answer]) -> (Ledger, Vec<Post>) {
    let ledger = Ledger::default();
    let posts: Vec<_> = answers.iter().map(|_| Post::good(ledger.number())).collect();
    for (post, answer) in posts.iter().zip(answers) {
        ledger.send(post);
        ledger.answer(post.number, answer);
    }
    (ledger, posts)
}

/// An installation that holds these rows, each with its event and its audit row.
fn stored(rows: &[(Uuid, &Post)]) -> Stored {
    let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
    Stored {
        rows: rows.iter().map(|(id, post)| (*id, post.content)).collect(),
        events: ids.clone(),
        audited: ids,
        audit_problems: 0,
    }
}

fn findings(ledger: &Ledger, stored: &Stored) -> Vec<(Finding, u64)> {
    reconcile(&ledger.entries(), stored).findings.into_iter().collect()
}

#[test]
fn a_post_that_was_answered_and_is_there_once_is_a_kept_promise() {
    let (ledger, posts) = ledger(&[Answer::Ok(id(1)), Answer::Fail(422)]);
    assert_eq!(ledger.accepted(), 1);
    assert_eq!(findings(&ledger, &stored(&[(id(1), &posts[0])])), []);
}

#[test]
fn an_answered_post_without_a_row_is_lost() {
    let (ledger, _) = ledger(&[Answer::Ok(id(1))]);
    assert_eq!(findings(&ledger, &stored(&[])), [(Finding::Lost, 1)]);
}

#[test]
fn a_row_under_another_id_than_the_answered_one_is_no_kept_promise() {
    let (ledger, posts) = ledger(&[Answer::Ok(id(1))]);
    assert_eq!(findings(&ledger, &stored(&[(id(2), &posts[0])])), [(Finding::Lost, 1)]);
}

#[test]
fn two_rows_that_read_alike_are_doubled_and_so_are_two_ids_for_one_post() {
    let (ledger, posts) = ledger(&[Answer::Ok(id(1))]);
    let twice = stored(&[(id(1), &posts[0]), (id(2), &posts[0])]);
    assert_eq!(findings(&ledger, &twice), [(Finding::Doubled, 1)]);
    ledger.answer(posts[0].number, &Answer::Ok(id(2)));
    assert_eq!(findings(&ledger, &stored(&[(id(1), &posts[0])])), [(Finding::Doubled, 1)]);
}

#[test]
fn a_row_that_reads_like_something_else_is_altered() {
    let (ledger, _) = ledger(&[Answer::Ok(id(1))]);
    let other = Post::without_contact(77);
    assert_eq!(findings(&ledger, &stored(&[(id(1), &other)])), [(Finding::Altered, 1)]);
}

#[test]
fn what_was_refused_is_not_kept_and_what_nobody_sent_is_not_there() {
    let (ledger, posts) = ledger(&[Answer::Fail(422)]);
    assert_eq!(findings(&ledger, &stored(&[(id(1), &posts[0])])), [(Finding::KeptThoughRefused, 1)]);
    let stranger = Post::good(999);
    assert_eq!(findings(&ledger, &stored(&[(id(1), &stranger)])), [(Finding::Stray, 1)]);
}

#[test]
fn a_post_without_a_definite_answer_has_to_be_asked_again() {
    let (ledger, posts) = ledger(&[Answer::Unknown]);
    assert_eq!(findings(&ledger, &stored(&[(id(1), &posts[0])])), [(Finding::Unresolved, 1)]);
    ledger.answer(posts[0].number, &Answer::Ok(id(1)));
    assert_eq!(findings(&ledger, &stored(&[(id(1), &posts[0])])), []);
}

#[test]
fn a_definite_answer_is_not_taken_back_and_its_opposite_is_a_finding() {
    let (ledger, posts) = ledger(&[Answer::Ok(id(1))]);
    ledger.answer(posts[0].number, &Answer::Unknown);
    assert_eq!(ledger.of(posts[0].number), Some(Answer::Ok(id(1))));
    ledger.answer(posts[0].number, &Answer::Fail(422));
    assert_eq!(findings(&ledger, &stored(&[(id(1), &posts[0])])), [(Finding::Contradicted, 1)]);
}

#[test]
fn each_row_has_one_event_and_one_audit_row() {
    let (ledger, posts) = ledger(&[Answer::Ok(id(1))]);
    let whole = stored(&[(id(1), &posts[0])]);
    let with = |events: &[Uuid], audited: &[Uuid]| Stored {
        events: events.to_vec(),
        audited: audited.to_vec(),
        ..whole.clone()
    };
    let found = |stored: &Stored| findings(&ledger, stored);
    assert_eq!(found(&with(&[], &[id(1)])), [(Finding::WithoutEvent, 1)]);
    assert_eq!(found(&with(&[id(1), id(1)], &[id(1)])), [(Finding::SeveralEvents, 1)]);
    assert_eq!(found(&with(&[id(1), id(2)], &[id(1)])), [(Finding::EventAlone, 1)]);
    assert_eq!(found(&with(&[id(1)], &[])), [(Finding::WithoutAudit, 1)]);
    assert_eq!(found(&Stored { audit_problems: 2, ..whole.clone() }), [(Finding::AuditBroken, 2)]);
}

#[test]
fn letters_differ_in_words_and_a_key_belongs_to_one_of_them() {
    let posts: Vec<_> = (0..500).map(Post::good).collect();
    let mut contents: Vec<_> = posts.iter().map(|post| post.content).collect();
    contents.sort_unstable();
    contents.dedup();
    assert_eq!(contents.len(), 500);
    let (other, own) = (Post::other_words(7, 3), Post::good(3));
    assert_eq!((&other.key, &other.body["email"]), (&own.key, &own.body["email"]));
    assert_ne!(other.content, own.content);
    assert!(Post::without_contact(4).body.get("email").is_none());
}

#[test]
fn what_staff_read_has_the_hash_of_what_was_sent() {
    let post = Post::good(11);
    assert_eq!(post::content_of(&post.body), post.content);
    assert_ne!(post::content("a", "b", "", ""), post::content("ab", "", "", ""));
}

#[test]
fn the_weather_draws_what_it_says() {
    let weather = Weather { delay: 0, drop_answer: 240, black_hole: 10, cut_request: 0, cut_answer: 50 };
    let mut chance = Chance::seeded(1);
    let fates: Vec<_> = (0..10_000).map(|_| weather.draw(&mut chance)).collect();
    let spoilt = fates.iter().filter(|fate| **fate != Fate::Pass).count();
    assert!((2_800..3_200).contains(&spoilt), "{spoilt}");
    assert!(fates.iter().all(|fate| !matches!(fate, Fate::CutRequest(_) | Fate::Delay(_))));
    assert_eq!(Weather::CALM.draw(&mut chance), Fate::Pass);
}

/// A node that counts requests and answers each with the same 201.
async fn node() -> (SocketAddr, std::sync::Arc<std::sync::atomic::AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, count) = (listener.local_addr().unwrap(), std::sync::Arc::default());
    let counted = std::sync::Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n{}") {
                if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            if request.ends_with(b"{}") {
                std::sync::atomic::AtomicU64::fetch_add(&counted, 1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok").await;
            }
        }
    });
    (address, count)
}

/// What a client hears through a proxy of this weather, and how many requests the node saw.
fn through(weather: Weather) -> (Option<u16>, u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (address, count) = node().await;
        let routes = Routes::of(1);
        routes.set(0, Some(address));
        let proxy = Proxy::start(routes, weather, 1).await.unwrap();
        let body = serde_json::json!({});
        let asked = asking::Asked { method: "POST", path: "/", headers: &[], body: Some(&body) };
        let heard = asked.of(proxy.address, Duration::from_millis(700)).await.map(|answer| answer.status);
        (heard, count.load(Ordering::SeqCst))
    })
}

#[test]
fn an_exchange_passes_or_its_answer_is_lost_after_the_node_has_worked() {
    let all = Weather::CALM;
    assert_eq!(through(all), (Some(201), 1));
    assert_eq!(through(Weather { delay: 1000, ..all }), (Some(201), 1));
    assert_eq!(through(Weather { drop_answer: 1000, ..all }), (None, 1));
    assert_eq!(through(Weather { black_hole: 1000, ..all }), (None, 1));
}

#[test]
fn a_request_that_is_cut_never_reaches_the_node() {
    assert_eq!(through(Weather { cut_request: 1000, ..Weather::CALM }), (None, 0));
}

#[test]
fn nobody_behind_the_proxy_is_a_closed_connection() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let proxy = Proxy::start(Routes::of(2), Weather::CALM, 1).await.unwrap();
        let asked = asking::Asked { method: "GET", path: "/", headers: &[], body: None };
        assert!(asked.of(proxy.address, Duration::from_secs(2)).await.is_none());
    });
}

#[test]
fn a_signature_is_checked_as_the_specification_says() {
    // The example of the specification's reference implementations (standard-webhooks, tests of `sign`).
    let secret = data_encoding::BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let head = "POST / HTTP/1.1\r\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\n\
                Webhook-Signature: v1,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n\r\n";
    assert!(receiver::is_signed(head, b"{\"test\": 2432232314}", &secret));
    assert!(!receiver::is_signed(head, b"{\"test\": 2432232315}", &secret));
    assert!(!receiver::is_signed("POST / HTTP/1.1\r\n\r\n", b"{}", &secret));
}

#[test]
fn chance_is_the_same_in_every_run() {
    let draw = |seed| {
        let mut chance = Chance::seeded(seed);
        let mut order: Vec<u64> = (0..20).collect();
        chance.shuffle(&mut order);
        order
    };
    assert_eq!(draw(5), draw(5));
    assert_ne!(draw(5), draw(6));
    let mut sorted = draw(5);
    sorted.sort_unstable();
    assert_eq!(sorted, (0..20).collect::<Vec<_>>());
}
