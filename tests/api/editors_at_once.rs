//! Many editors at one article, again and again: what was answered 2xx is there, and everything else was refused.

use std::{sync::Mutex, time::Instant};

use serde_json::json;

use crate::harness::{Api, EDITOR};

#[derive(Debug, Default)]
struct Outcome {
    committed: Vec<String>,
    stale: usize,
    busy: usize,
}

/// So many editors, each with so many edits: they read the version and write against it.
fn edit_at_once(editors: usize, edits: usize) -> Outcome {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&json!({"title": "Begin"})).send();
    let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
    let outcome = Mutex::new(Outcome::default());
    let read = || {
        let mut tags = std::iter::repeat_with(|| api.call("GET", &path).bearer(&token).send().etag());
        // A busy answer has no tag, and no edit is made against it.
        tags.find(|tag| !tag.is_empty()).unwrap()
    };
    std::thread::scope(|scope| {
        for editor in 0..editors {
            let (api, path, token, outcome, read) = (&api, &path, &token, &outcome, &read);
            scope.spawn(move || {
                for edit in 0..edits {
                    let title = format!("Edit {edit} by {editor}");
                    let call = api.call("PATCH", path).bearer(token).header("If-Match", read());
                    let reply = call.json(&json!({"title": title})).send();
                    let mut outcome = outcome.lock().unwrap();
                    match reply.status {
                        200 => outcome.committed.push(title),
                        412 => outcome.stale += 1,
                        503 => outcome.busy += 1,
                        other => panic!("{other}: {}", reply.body),
                    }
                }
            });
        }
    });
    let outcome = outcome.into_inner().unwrap();
    let written: Vec<String> = api.as_owner(async |owner| {
        sqlx::query_scalar("select title from cms.revision where number > 1 order by title")
            .fetch_all(owner)
            .await
            .unwrap()
    });
    let mut committed = outcome.committed.clone();
    committed.sort();
    assert_eq!(written, committed, "each 2xx is a revision, and nothing else is");
    let newest = api.number("select latest_revision::bigint from cms.article");
    assert_eq!(newest, 1 + i64::try_from(committed.len()).unwrap(), "numbered without a gap");
    assert_eq!(outcome.committed.len() + outcome.stale + outcome.busy, editors * edits);
    outcome
}

#[test]
fn eight_editors_with_two_hundred_edits_lose_none() {
    let outcome = edit_at_once(8, 25);
    assert!(!outcome.committed.is_empty());
}

#[test]
#[ignore = "takes minutes: the full size, for a release"]
fn fifty_editors_with_two_thousand_edits_lose_none() {
    let begun = Instant::now();
    let outcome = edit_at_once(50, 40);
    println!(
        "{} committed, {} stale, {} busy in {:?}",
        outcome.committed.len(),
        outcome.stale,
        outcome.busy,
        begun.elapsed()
    );
}
