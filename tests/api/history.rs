//! `/v1/admin/articles/{id}/history`: what the public saw, when, and who had approved it.

use serde_json::{Value, json};

use crate::harness::{Reply, ReviewRoom};

fn history(room: &ReviewRoom, query: &str) -> Reply {
    room.api.call("GET", &format!("{}/history{query}", room.path)).bearer(&room.editor).send()
}

/// An instant of the database.
fn now(room: &ReviewRoom) -> String {
    room.api.text("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
}

#[test]
fn what_was_shown_and_who_stood_for_it_is_told_for_every_instant() {
    let room = ReviewRoom::start();
    let before = now(&room);
    room.publish();
    let unsigned = now(&room);
    let signoff = room.sign();
    let signed = now(&room);
    room.edit(&json!({"title": "Blood pressure", "slug": "blood-pressure"}));
    room.publish();
    let changed = now(&room);
    room.revoke(&signoff);
    room.write("DELETE", "/publication", &json!({}));
    let gone = now(&room);

    let all = history(&room, "").json()["data"].clone();
    assert_eq!((&all["at"], &all["article"], &all["content_hash"]), (&json!(null), &json!(null), &json!(null)));
    let publications = all["publications"].as_array().unwrap();
    let revisions: Vec<_> = publications.iter().map(|shown| shown["revision"].as_i64().unwrap()).collect();
    assert_eq!(revisions, [2, 1], "the newest first");
    assert_eq!(publications[1]["until"], publications[0]["from"], "one took the other's place");
    assert_eq!(
        (&publications[1]["slug"], &publications[0]["path"]),
        (&json!("high-blood-pressure"), &json!("/articles/blood-pressure"))
    );
    assert_eq!(publications[1]["approvals"][0]["reviewed_by"]["name"], "Rosa Lindt");
    assert_eq!(publications[1]["published_by"]["name"], "Test editor");
    assert_eq!(publications[0]["approvals"], json!([]), "nobody signed the second");

    let at = |instant: &str| history(&room, &format!("?at={instant}"));
    at(&before).problem(404, "not_found");
    at(&gone).problem(404, "not_found");
    let data = |instant: &str| at(instant).json()["data"].clone();
    let first = data(&unsigned);
    assert_eq!((&first["approved_by"], &first["article"]["title"]), (&json!(null), &json!("High blood pressure")));
    assert_eq!(first["article"]["review"]["reviewed_by"], json!(null));
    let then = data(&signed);
    assert_eq!(then["approved_by"]["reviewed_by"]["name"], "Rosa Lindt", "it was revoked later");
    assert_eq!(then["article"]["review"]["reviewed_by"]["name"], "Rosa Lindt");
    assert_eq!((&then["content_hash"], &then["publications"][0]["revision"]), (&signoff["content_hash"], &json!(1)));
    let second = data(&changed);
    assert_eq!((&second["article"]["slug"], &second["article"]["version"]), (&json!("blood-pressure"), &json!(2)));
    assert_eq!(second["approved_by"], json!(null));
}

#[test]
fn the_article_of_an_instant_has_the_shape_that_the_public_saw() {
    let room = ReviewRoom::start();
    room.sign();
    room.publish();
    let public = room.public();
    let then = history(&room, &format!("?at={}", now(&room))).json()["data"]["article"].clone();
    assert_eq!(then, public, "to the letter, as long as nothing has changed");
}

#[test]
fn a_disclosure_is_told_in_the_words_of_that_day() {
    let room = ReviewRoom::start();
    let disclosure = "01900000-0000-7000-8000-0000000000d1";
    room.run(&format!(
        "insert into cms.disclosure (id, slug, name, kind, texts, applies_to)
         values ('{disclosure}', 'risk', 'Risk', 'risk', '{{\"en\": \"Now.\"}}', 'all');
         update cms.disclosure set text_version = 2;
         insert into cms.disclosure_version (disclosure_id, version, kind, texts, since)
         values ('{disclosure}', 1, 'risk', '{{\"en\": \"Then.\"}}', now() - interval '1 day');
         insert into cms.revision_disclosure select id, '{disclosure}' from cms.revision"
    ));
    room.publish();
    let then = now(&room);
    room.run(&format!(
        "insert into cms.disclosure_version (disclosure_id, version, kind, texts, since)
         values ('{disclosure}', 2, 'risk', '{{\"en\": \"Now.\"}}', clock_timestamp())"
    ));
    let told =
        |instant: &str| history(&room, &format!("?at={instant}")).json()["data"]["article"]["disclosures"][0].clone();
    assert_eq!(told(&then), json!({"kind": "risk", "text": "Then.", "version": 1}));
    assert_eq!(told(&now(&room)), json!({"kind": "risk", "text": "Now.", "version": 2}));
}

#[test]
fn what_is_planned_is_no_history() {
    let room = ReviewRoom::start();
    room.write("PUT", "/publication", &json!({"publish_at": "2199-01-01T00:00:00Z"}));
    assert_eq!(history(&room, "").json()["data"]["publications"], json!([]));
    let future = history(&room, "?at=2199-06-01").problem(400, "invalid_parameters");
    assert_eq!(future["errors"][0]["parameter"], "at");
    history(&room, "?at=yesterday").problem(400, "invalid_parameters");
}

#[test]
fn an_article_that_was_purged_is_told_in_outline() {
    let room = ReviewRoom::start();
    let author = json!({"id": room.id, "slug": "rosa", "name": "Rosa Lindt", "type": "person", "credentials": [], "provider": null});
    let kept: Value = json!([
        {"revision": 1, "content_hash": "ab", "from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z", "approved_by": author},
        {"revision": 2, "content_hash": "cd", "from": "2026-02-01T00:00:00Z", "until": "2026-03-01T00:00:00Z", "approved_by": null},
    ]);
    let gone = "01900000-0000-7000-8000-0000000000e1";
    room.run(&format!(
        "insert into cms.tombstone (article_id, locale, slug, path, purged_at, publications)
         values ('{gone}', 'en', 'old-advice', '/articles/old-advice', now(), '{kept}')"
    ));
    let ask = |query: &str| {
        room.api.call("GET", &format!("/v1/admin/articles/{gone}/history{query}")).bearer(&room.editor).send()
    };
    let all = ask("").json()["data"]["publications"].clone();
    assert_eq!(
        (&all[0]["revision"], &all[1]["slug"], all.as_array().unwrap().len()),
        (&json!(2), &json!("old-advice"), 2)
    );
    let then = ask("?at=2026-01-15T00:00:00Z").json()["data"].clone();
    assert_eq!((&then["content_hash"], &then["article"]), (&json!("ab"), &json!(null)));
    assert_eq!(then["approved_by"]["reviewed_by"]["name"], "Rosa Lindt");
    ask("?at=2026-03-01T00:00:00Z").problem(404, "not_found");
    let unknown = "/v1/admin/articles/01900000-0000-7000-8000-00000000ffff/history";
    room.api.call("GET", unknown).bearer(&room.editor).send().problem(404, "not_found");
}
