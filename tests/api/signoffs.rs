//! `/v1/admin/articles/{id}/signoffs`: a name stands under what was read, and under nothing else.

use chrono::{Days, Months, NaiveDate};
use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{Api, OWNER, ReviewRoom};

fn today() -> NaiveDate {
    Clock::system().now().date_naive()
}

#[test]
fn a_reviewer_signs_what_they_read() {
    let room = ReviewRoom::start();
    let hash = room.staff()["content_hash"].clone();
    let path = format!("{}/signoffs", room.path);
    let body = json!({"content_hash": hash, "note": "Checked against the guideline"});
    let made = room.api.call("POST", &path).bearer(&room.reviewer).json(&body).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let signoff = &made.json()["data"];
    assert_eq!(
        (&signoff["content_hash"], &signoff["revision"], &signoff["revoked_at"]),
        (&hash, &json!(1), &json!(null))
    );
    assert_eq!(signoff["licence"], json!({"state": "FL", "number": "ME-70411", "expires_on": "2099-12-31"}));
    let reviewer = &signoff["reviewed_by"];
    assert_eq!((&reviewer["name"], &reviewer["type"]), (&json!("Rosa Lindt"), &json!("provider")));
    assert_eq!((&reviewer["credentials"], &reviewer["provider"]["slug"]), (&json!(["MD"]), &json!("rosa-lindt")));
    let due: NaiveDate = signoff["next_review_due"].as_str().unwrap().parse().unwrap();
    let year = today() + Months::new(12);
    assert!((due - year).num_days().abs() <= 1, "twelve months from today, for the clinic: {due}");
    let staff = room.staff();
    assert_eq!((&staff["status"], &staff["signoff"]["reviewed_by"]["name"]), (&json!("signed"), &json!("Rosa Lindt")));
    let address = made.header("location").strip_prefix(&room.api.base).unwrap();
    let read = room.api.call("GET", address).bearer(&room.editor).send();
    assert_eq!((&read.json()["data"], read.etag()), (signoff, made.etag()));
}

#[test]
fn nobody_signs_what_they_do_not_name() {
    let room = ReviewRoom::start();
    let path = format!("{}/signoffs", room.path);
    let sign = |body: Value| room.api.call("POST", &path).bearer(&room.reviewer).json(&body).send();
    sign(json!({})).problem(428, "precondition_required");
    sign(json!({"content_hash": "0".repeat(64)})).problem(409, "content_changed");
    let unknown = sign(json!({"revision": 2})).problem(422, "validation_failed");
    assert_eq!(unknown["errors"][0]["pointer"], "/revision");
    let read = room.etag();
    room.edit(&json!({"summary": "Edited meanwhile"}));
    let stale = room.api.call("POST", &path).bearer(&room.reviewer).header("If-Match", read).json(&json!({})).send();
    stale.problem(412, "stale_version");
    assert_eq!(room.api.number("select count(*) from cms.signoff"), 0);
    assert_eq!(
        sign(json!({"revision": 1})).json()["data"]["revision"],
        1,
        "what they read, though it is not the newest"
    );
    assert_eq!(room.staff()["status"], "draft", "the newest has no name under it");
}

#[test]
fn nobody_signs_their_own_article() {
    let room = ReviewRoom::start();
    let owner = room.api.sign_in(OWNER);
    let own = room.api.call("POST", "/v1/admin/articles").bearer(&owner).json(&json!({"title": "Mine"})).send().json();
    let sign = |token: &str, id: &str| {
        let path = format!("/v1/admin/articles/{id}/signoffs");
        room.api.call("POST", &path).bearer(token).json(&json!({"revision": 1})).send()
    };
    let id = own["data"]["id"].as_str().unwrap();
    sign(&owner, id).problem(409, "own_article");
    assert_eq!(sign(&room.reviewer, id).status, 201, "a colleague may");
    // The same provider, who stands as author by a name of its own.
    room.run(
        "insert into cms.author (id, slug, name, provider_id)
         values ('01900000-0000-7000-8000-0000000000b1', 'dr-lindt', 'Dr. Lindt', '01900000-0000-7000-8000-0000000000a1')",
    );
    room.edit(&json!({"author": "dr-lindt"}));
    room.sign_as(&room.reviewer, &json!({})).problem(409, "own_article");
}

#[test]
fn only_who_may_sign_signs() {
    let room = ReviewRoom::start();
    room.sign_as(&room.editor, &json!({})).problem(403, "forbidden");
    let signoff = room.sign();
    let path = format!("{}/signoffs/{}", room.path, signoff["id"].as_str().unwrap());
    let revoked = room.api.call("DELETE", &path).bearer(&room.editor).header("If-Match", "*").send();
    revoked.problem(403, "forbidden");
}

#[test]
fn an_expired_licence_cannot_sign_clinical_content() {
    let room = ReviewRoom::start();
    room.edit(&json!({"kind": "clinical"}));
    let yesterday = (today() - Days::new(2)).to_string();
    room.license(&[&yesterday]);
    room.sign_as(&room.reviewer, &json!({})).problem(409, "licence_expired");
    room.license(&[]);
    room.sign_as(&room.reviewer, &json!({})).problem(409, "licence_missing");
    room.run("update cms.account set provider_id = null");
    room.sign_as(&room.reviewer, &json!({})).problem(409, "licence_missing");
    assert_eq!(room.api.number("select count(*) from cms.signoff"), 0);
    room.edit(&json!({"kind": "general"}));
    assert_eq!(room.sign()["licence"], json!(null), "what says nothing about health needs none");
    assert_eq!(room.sign()["reviewed_by"]["type"], "person");
}

#[test]
fn the_next_review_is_after_today_and_the_clinic_says_in_how_many_months() {
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("review-months", "3")]);
    let room = ReviewRoom::over(api);
    let past = room.sign_as(&room.reviewer, &json!({"next_review_due": (today() - Days::new(1)).to_string()}));
    assert_eq!(past.problem(422, "validation_failed")["errors"][0]["code"], "past");
    let bad = room.sign_as(&room.reviewer, &json!({"next_review_due": "soon", "revision": "x", "hash": 1}));
    assert_eq!(bad.problem(422, "validation_failed")["errors"].as_array().unwrap().len(), 3);
    let due: NaiveDate = room.sign()["next_review_due"].as_str().unwrap().parse().unwrap();
    assert!((due - (today() + Months::new(3))).num_days().abs() <= 1, "{due}");
    let own = room.sign_as(&room.reviewer, &json!({"next_review_due": "2150-01-31"}));
    assert_eq!(own.json()["data"]["next_review_due"], "2150-01-31");
}

#[test]
fn any_edit_voids_a_sign_off_and_the_same_content_brings_it_back() {
    let room = ReviewRoom::start();
    room.sign();
    room.publish();
    assert_eq!(room.public()["review"]["reviewed_by"]["name"], "Rosa Lindt");
    let edited = room.edit(&json!({"body_markdown": "Measure it standing."})).json();
    assert_eq!(
        (&edited["data"]["signoff"], &edited["data"]["status"]),
        (&json!(null), &json!("published_with_changes"))
    );
    assert_eq!(room.public()["review"]["reviewed_by"]["name"], "Rosa Lindt", "of the copy that was read, until then");
    room.publish();
    let shown = room.public();
    assert_eq!(
        shown["review"],
        json!({"reviewed_by": null, "last_reviewed_on": null, "next_review_due": null, "overdue": false})
    );
    room.attestation().problem(404, "not_found");
    let restored = room.api.call("POST", &format!("{}/revisions/1/restore", room.path)).bearer(&room.editor).send();
    assert_eq!(restored.json()["data"]["signoff"]["reviewed_by"]["name"], "Rosa Lindt");
    room.publish();
    assert_eq!(room.public()["review"]["reviewed_by"]["name"], "Rosa Lindt");
    assert_eq!(room.attestation().json()["data"]["revision"], 3);
}

#[test]
fn a_signed_draft_that_is_edited_is_no_longer_signed() {
    let room = ReviewRoom::start();
    room.sign();
    assert_eq!(room.staff()["status"], "signed");
    assert_eq!(room.edit(&json!({"title": "Other"})).json()["data"]["status"], "draft");
}

#[test]
fn a_sign_off_under_what_is_visible_is_seen_at_once_and_a_revoked_one_vanishes_at_once() {
    let room = ReviewRoom::start();
    room.publish();
    let listed = || room.api.get("/v1/articles").json()["data"][0]["review"]["reviewed_by"].clone();
    assert_eq!((&room.public()["review"]["reviewed_by"], listed()), (&json!(null), json!(null)));
    let first = room.sign();
    room.sign();
    assert_eq!(listed()["name"], "Rosa Lindt");
    let touched = room.api.number("select count(*) from cms.article_touch");
    assert_eq!(touched, 1, "who follows the changes is told");
    let events = || room.api.number("select count(*) from cms.outbox_event where kind = 'article.updated'");
    assert_eq!(events(), 2, "with each signature");
    let revoked = room.revoke(&first);
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    let data = &revoked.json()["data"];
    assert_eq!(
        (&data["revoke_reason"], &data["revoked_by"]["name"]),
        (&json!("New guidance"), &json!("Test reviewer"))
    );
    assert_eq!(
        (&room.public()["review"]["reviewed_by"], listed()),
        (&json!(null), json!(null)),
        "nor by the second signature"
    );
    room.attestation().problem(404, "not_found");
    assert!(room.staff()["signoff"].is_null());
    assert_eq!(events(), 3);
    room.revoke(&first).problem(412, "stale_version");
    let path = format!("{}/signoffs/{}", room.path, first["id"].as_str().unwrap());
    let call = room.api.call("DELETE", &path).bearer(&room.reviewer).header("If-Match", "*");
    call.send().problem(409, "signoff_revoked");
    let all = room.api.call("GET", &format!("{}/signoffs", room.path)).bearer(&room.editor).send().json();
    assert_eq!(all["data"].as_array().unwrap().len(), 2, "they stay in the record");
}

#[test]
fn a_sign_off_cannot_be_rewritten_by_anybody() {
    let room = ReviewRoom::start();
    room.sign();
    for change in ["next_review_due = '2150-01-01'", "reviewer = '{}'", "note = 'x'", "signed_at = now()"] {
        let refused = room.api.as_owner(async |owner| {
            let statement = format!("update cms.signoff set {change}");
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(owner).await.is_err()
        });
        assert!(refused, "{change}");
    }
}

fn overdue(policy: &str) -> ReviewRoom {
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("review-overdue", policy)]);
    let room = ReviewRoom::over(api);
    room.sign();
    room.publish();
    room.age_signoffs(400);
    room
}

#[test]
fn an_overdue_review_is_flagged_and_found() {
    let room = overdue("flag");
    let shown = room.public();
    assert_eq!((&shown["review"]["overdue"], &shown["seo"]["noindex"]), (&json!(true), &json!(false)));
    assert_eq!(room.attestation().json()["data"]["overdue"], true);
    let list =
        |query: &str| room.api.call("GET", &format!("/v1/admin/articles{query}")).bearer(&room.editor).send().json();
    let found = list("?overdue=true");
    assert_eq!((&found["meta"]["total"], &found["data"][0]["review"]["overdue"]), (&json!(1), &json!(true)));
    assert_eq!(list("?overdue=false")["meta"]["total"], 0);
    room.sign();
    assert_eq!(
        (&list("?overdue=true")["meta"]["total"], &room.public()["review"]["overdue"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(list("")["data"][0]["review"]["overdue"], false);
}

#[test]
fn search_engines_are_asked_to_stay_away_while_a_review_is_overdue_where_the_clinic_wants_that() {
    let room = overdue("noindex");
    assert_eq!(room.public()["seo"]["noindex"], true);
    assert_eq!(room.staff()["seo"]["noindex"], false, "what the editors wrote stays as they wrote it");
    room.sign();
    assert_eq!(room.public()["seo"]["noindex"], false);
}

#[test]
fn an_article_goes_by_itself_when_its_review_is_over_where_the_clinic_wants_that() {
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("review-overdue", "withdraw")]);
    let room = ReviewRoom::over(api);
    room.publish();
    assert_eq!(room.staff()["publication"]["unpublish_at"], json!(null), "nothing that was reviewed can be overdue");
    room.run("update cms.clinic set timezone = 'America/New_York'");
    assert_eq!(room.sign_as(&room.reviewer, &json!({"next_review_due": "2150-01-31"})).status, 201);
    let published = room.publish().json();
    assert_eq!(published["data"]["publication"]["unpublish_at"], "2150-02-01T05:00:00Z", "midnight in New York");
    let sooner = room.write("PUT", "/publication", &json!({"unpublish_at": "2149-06-01T00:00:00Z"})).json();
    assert_eq!(sooner["data"]["publication"]["unpublish_at"], "2149-06-01T00:00:00Z");
    let too_late = room.write("PUT", "/publication", &json!({"publish_at": "2150-03-01T00:00:00Z"}));
    too_late.problem(409, "review_overdue");
    assert_eq!(room.sign_as(&room.reviewer, &json!({"next_review_due": "2151-01-31"})).status, 201);
    assert_eq!(
        room.publish().json()["data"]["publication"]["unpublish_at"],
        "2151-02-01T05:00:00Z",
        "another sign-off extends"
    );
    room.age_signoffs(80_000);
    room.write("PUT", "/publication", &json!({})).problem(409, "review_overdue");
}

#[test]
fn an_answer_is_cached_no_longer_than_until_its_review_is_overdue() {
    let room = ReviewRoom::start();
    room.sign();
    room.publish();
    // Forty seconds are left of the day where the clinic stands.
    let zone = room.api.text(
        "select 'LMT-' || to_char(make_interval(secs => (172760 - extract(epoch from (now() at time zone 'UTC')::time)::int) % 86400), 'HH24:MI:SS')",
    );
    room.run(&format!("update cms.clinic set timezone = '{zone}'"));
    room.run(
        "alter table cms.signoff disable trigger signoff_immutable;
         update cms.signoff set signed_at = signed_at - interval '9 days', next_review_due = (select today from cms.clinic_clock)",
    );
    for path in ["/v1/articles", "/v1/articles/high-blood-pressure", "/v1/articles/high-blood-pressure/review"] {
        let reply = room.api.get(path);
        let age = reply.header("cache-control").rsplit('=').next().unwrap().parse::<i64>().unwrap();
        assert!((0..=40).contains(&age), "{path}: {age}");
    }
}

#[test]
fn no_reader_learns_a_number_or_an_account() {
    let room = ReviewRoom::start();
    let signoff = room.sign();
    room.publish();
    let public = room.api.get("/v1/articles/high-blood-pressure").body + &room.attestation().body;
    for secret in ["ME-70411", "reviewer@clinic.example", signoff["id"].as_str().unwrap()] {
        assert!(!public.contains(secret), "{secret} is no reader's affair");
    }
}
