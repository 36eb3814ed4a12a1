//! `/v1/changes`: what a static build follows.

use std::{collections::BTreeMap, sync::mpsc, thread};

use serde_json::{Value, json};
use sqlx::Executor;

use crate::harness::{Api, EDITOR, Reply};

/// The number of the content lock: who holds it has stamped a change.
const CONTENT_LOCK: i64 = 418_532_059_491;

struct Desk {
    api: Api,
    token: String,
}

impl Desk {
    fn new() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    fn publish(&self, title: &str) -> Value {
        self.api.publish(&self.token, &json!({"title": title, "body_markdown": format!("About {title}.")}))
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Reply {
        let call = self.api.call(method, path).bearer(&self.token).header("If-Match", "*");
        if method == "DELETE" { call.send() } else { call.json(body).send() }
    }

    fn changes(&self, query: &str) -> Value {
        let reply = self.api.get(&format!("/v1/changes{query}"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    fn after(&self, page: &Value) -> Value {
        self.changes(&format!("?cursor={}", page["meta"]["next_cursor"].as_str().unwrap()))
    }
}

fn path_of(article: &Value) -> String {
    format!("/v1/admin/articles/{}", article["id"].as_str().unwrap())
}

/// Type and slug of each change.
fn told(page: &Value) -> Vec<(String, String)> {
    let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    page["data"].as_array().unwrap().iter().map(|change| (word(change, "type"), word(change, "slug"))).collect()
}

fn upsert(slug: &str) -> (String, String) {
    ("upsert".to_owned(), slug.to_owned())
}

fn tombstone(slug: &str) -> (String, String) {
    ("tombstone".to_owned(), slug.to_owned())
}

#[test]
fn one_walk_through_the_changes_builds_the_site() {
    let desk = Desk::new();
    let empty = desk.changes("");
    assert_eq!(empty["data"], json!([]));
    assert_eq!(empty["meta"]["more"], false);
    let first = desk.publish("Flu shots");
    desk.publish("Parking");
    assert_eq!(desk.ask("PATCH", &path_of(&first), &json!({"body_markdown": "## Who\n\nEverybody."})).status, 200);
    assert_eq!(told(&desk.changes("")), [upsert("flu-shots"), upsert("parking")], "an edit changes nothing outside");
    assert_eq!(desk.ask("PUT", &format!("{}/publication", path_of(&first)), &json!({})).status, 200);
    let page = desk.changes("");
    assert_eq!(told(&page), [upsert("parking"), upsert("flu-shots")], "each once, at its latest change");
    assert_eq!(told(&desk.after(&empty)), told(&page), "the cursor of an empty site is its beginning");
    let built = &page["data"][1]["article"];
    assert_eq!(built["body"]["value"], "<h2 id=\"who\">Who</h2>\n<p>Everybody.</p>\n");
    let mut shown = desk.api.get("/v1/articles/flu-shots").json()["data"].clone();
    shown.as_object_mut().unwrap().remove("related");
    assert_eq!(built, &shown, "with everything that the article's own answer has");
}

#[test]
fn after_a_cursor_only_what_changed_since_is_told() {
    let desk = Desk::new();
    let (kept, withdrawn, trashed) = (desk.publish("Kept"), desk.publish("Withdrawn"), desk.publish("Trashed"));
    let start = desk.changes("");
    let quiet = desk.after(&start);
    assert_eq!((&quiet["data"], &quiet["meta"]["next_cursor"]), (&json!([]), &start["meta"]["next_cursor"]));
    assert_eq!(desk.ask("DELETE", &format!("{}/publication", path_of(&withdrawn)), &json!({})).status, 200);
    assert_eq!(desk.ask("DELETE", &path_of(&trashed), &json!({})).status, 204);
    let gone = desk.after(&start);
    assert_eq!(told(&gone), [tombstone("withdrawn"), tombstone("trashed")]);
    assert_eq!(gone["data"][0]["article"], json!(null));
    assert_eq!(gone["data"][0]["path"], "/articles/withdrawn");
    assert_eq!(gone["data"][0]["locale"], "en");
    desk.ask("PATCH", &path_of(&kept), &json!({"slug": "kept-elsewhere"}));
    desk.ask("PUT", &format!("{}/publication", path_of(&kept)), &json!({}));
    desk.ask("PUT", &format!("{}/publication", path_of(&withdrawn)), &json!({}));
    let back = desk.after(&gone);
    assert_eq!(told(&back), [upsert("kept-elsewhere"), upsert("withdrawn")]);
    assert_eq!(back["data"][0]["id"], kept["id"], "the id stays, so that the build removes the old page");
}

#[test]
fn a_page_ends_at_its_limit_and_says_so() {
    let desk = Desk::new();
    for title in ["One", "Two", "Three"] {
        desk.publish(title);
    }
    let (mut page, mut slugs) = (desk.changes("?limit=1"), Vec::new());
    loop {
        slugs.extend(told(&page));
        assert_eq!(page["meta"]["limit"], 1);
        assert_eq!(page["links"]["next"].is_string(), page["meta"]["more"] == true);
        if page["meta"]["more"] == false {
            break;
        }
        page = desk.changes(&format!("?limit=1&cursor={}", page["meta"]["next_cursor"].as_str().unwrap()));
    }
    assert_eq!(slugs, [upsert("one"), upsert("two"), upsert("three")]);
    for query in ["limit=0", "limit=1001", "limit=ten", "cursor=x", "page=1", "locale=en"] {
        desk.api.get(&format!("/v1/changes?{query}")).problem(400, "invalid_parameters");
    }
    let other = desk.api.get("/v1/articles?limit=1").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    desk.api.get(&format!("/v1/changes?cursor={other}")).problem(400, "invalid_parameters");
}

#[test]
fn a_renamed_tag_changes_the_articles_that_carry_it() {
    let desk = Desk::new();
    let tag = desk.ask("POST", "/v1/admin/tags", &json!({"name": "Sleep"})).json()["data"].clone();
    desk.api.publish(&desk.token, &json!({"title": "Night shifts", "tags": ["sleep"]}));
    desk.publish("Parking");
    let hidden = desk.api.publish(&desk.token, &json!({"title": "Withdrawn", "tags": ["sleep"]}));
    desk.ask("DELETE", &format!("{}/publication", path_of(&hidden)), &json!({}));
    let start = desk.changes("");
    let path = format!("/v1/admin/tags/{}", tag["id"].as_str().unwrap());
    assert_eq!(desk.ask("PATCH", &path, &json!({"name": "Sleep and rest"})).status, 200);
    let renamed = desk.after(&start);
    assert_eq!(told(&renamed), [upsert("night-shifts")]);
    assert_eq!(renamed["data"][0]["article"]["tags"][0]["name"], "Sleep and rest");
    assert_eq!(desk.ask("DELETE", &path, &json!({})).status, 204);
    let trashed = desk.after(&renamed);
    assert_eq!(trashed["data"][0]["article"]["tags"], json!([]));
    assert_eq!(desk.ask("POST", &format!("{path}/restore"), &json!({})).status, 200);
    assert_eq!(told(&desk.after(&trashed)), [upsert("night-shifts")]);
}

#[test]
fn a_name_that_is_kept_elsewhere_changes_the_articles_that_show_it() {
    let desk = Desk::new();
    let service = desk.ask("POST", "/v1/admin/services", &json!({"name": "Flu shots"})).json()["data"].clone();
    desk.api.publish(&desk.token, &json!({"title": "Season", "services": ["flu-shots"]}));
    desk.publish("Parking");
    let start = desk.changes("");
    let path = format!("/v1/admin/services/{}", service["id"].as_str().unwrap());
    assert_eq!(desk.ask("PATCH", &path, &json!({"summary": "Every autumn."})).status, 200);
    assert_eq!(told(&desk.after(&start)), [], "no article shows a summary");
    assert_eq!(desk.ask("PATCH", &path, &json!({"name": "Flu vaccines"})).status, 200);
    let renamed = desk.after(&start);
    assert_eq!(told(&renamed), [upsert("season")]);
    assert_eq!(renamed["data"][0]["article"]["services"][0]["name"], "Flu vaccines");
    let me = desk.api.call("PATCH", "/v1/auth/me").bearer(&desk.token).json(&json!({"name": "Another Name"})).send();
    assert_eq!(me.status, 200, "{}", me.body);
    let signed = desk.after(&renamed);
    assert_eq!(told(&signed), [upsert("season"), upsert("parking")], "both at one instant, in the order of their ids");
    assert_eq!(signed["data"][0]["article"]["author"]["name"], "Another Name");
}

#[test]
fn a_purged_article_leaves_a_tombstone_where_the_public_saw_it_and_nothing_else() {
    let desk = Desk::new();
    let seen = desk.publish("Seen");
    let start = desk.changes("");
    desk.api.as_owner(async |owner| {
        let purge = "insert into cms.tombstone (article_id, locale, slug, path, purged_at, publications)
                     values ('01900000-0000-7000-8000-00000000aaaa', 'en', 'never-seen', null, clock_timestamp(), '[]');
                     insert into cms.tombstone (article_id, locale, slug, path, purged_at, publications)
                     select p.article_id, p.locale, p.slug, p.path, clock_timestamp(),
                            json_build_array(json_build_object('revision', 1, 'from', lower(p.visible), 'until', clock_timestamp()))
                       from cms.publication p;
                     delete from cms.publication;";
        owner.execute(purge).await.unwrap();
    });
    let gone = desk.after(&start);
    assert_eq!(told(&gone), [tombstone("seen")]);
    assert_eq!(gone["data"][0]["id"], seen["id"]);
    assert!(!desk.api.get("/v1/changes").body.contains("never-seen"));
}

/// A planned publication begins by the clock. Somebody who has stamped before it may commit after: a reader who took the
/// planned one meanwhile would never be told of the other.
#[test]
fn no_change_is_lost_behind_one_that_began_by_the_clock() {
    let desk = Desk::new();
    desk.publish("Ends in a long transaction");
    let planned = desk.publish("Begins by the clock");
    let start = desk.changes("");
    let (holding, held) = mpsc::channel();
    let (finish, finishing) = mpsc::channel::<()>();
    let desk = &desk;
    let page = thread::scope(|scope| {
        scope.spawn(move || {
            desk.api.as_role("staff", async |staff| {
                staff.execute("begin").await.unwrap();
                sqlx::query("select pg_advisory_xact_lock($1)").bind(CONTENT_LOCK).execute(&mut *staff).await.unwrap();
                let end = "update cms.publication set visible = tstzrange(lower(visible), clock_timestamp())
                            where slug = 'ends-in-a-long-transaction'";
                staff.execute(end).await.unwrap();
                holding.send(()).unwrap();
                finishing.recv().unwrap();
                staff.execute("commit").await.unwrap();
            });
        });
        held.recv().unwrap();
        // As if it had been planned for this instant: it takes no lock and stamps nothing.
        desk.api.as_owner(async |owner| {
            let begin = "update cms.publication set visible = tstzrange(clock_timestamp(), null) where slug = 'begins-by-the-clock'";
            owner.execute(begin).await.unwrap();
        });
        let reader = scope.spawn(|| desk.after(&start));
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
        while desk.api.number(waiting) == 0 && !reader.is_finished() {}
        finish.send(()).unwrap();
        reader.join().unwrap()
    });
    assert_eq!(told(&page), [tombstone("ends-in-a-long-transaction"), upsert("begins-by-the-clock")]);
    assert_eq!(page["data"][1]["id"], planned["id"]);
    assert_eq!(told(&desk.after(&page)), []);
}

#[test]
fn a_copy_kept_by_the_changes_is_the_site_whatever_happens_meanwhile() {
    let desk = Desk::new();
    let articles: Vec<Value> = (0..8).map(|n| desk.publish(&format!("Article {n}"))).collect();
    let (desk, mut page, mut copy) = (&desk, desk.changes(""), BTreeMap::new());
    apply(&page, &mut copy);
    thread::scope(|scope| {
        let writers: Vec<_> = articles.chunks(2).map(|mine| scope.spawn(move || unsettle(desk, mine))).collect();
        while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
            page = desk.after(&page);
            apply(&page, &mut copy);
        }
    });
    // The last planned ones begin and end within the second.
    let planned = "select count(*) from cms.publication where lower(visible) > now() or upper(visible) > now()";
    while desk.api.number(planned) > 0 {}
    page = desk.after(&page);
    apply(&page, &mut copy);
    assert_eq!(told(&desk.after(&page)), []);
    let mut whole = BTreeMap::new();
    apply(&desk.changes(""), &mut whole);
    assert_eq!(copy, whole);
}

/// What a build keeps: the version of each page.
fn apply(page: &Value, copy: &mut BTreeMap<String, Value>) {
    for change in page["data"].as_array().unwrap() {
        let id = change["id"].as_str().unwrap().to_owned();
        if change["type"] == "upsert" {
            copy.insert(id, change["article"]["version"].clone());
        } else {
            copy.remove(&id);
        }
    }
}

/// Publishes, plans and withdraws the articles, many times.
fn unsettle(desk: &Desk, articles: &[Value]) {
    let soon = |milliseconds: i64| (now() + chrono::Duration::milliseconds(milliseconds)).to_rfc3339();
    for round in 0..6 {
        for article in articles {
            let path = path_of(article);
            let publication = format!("{path}/publication");
            let reply = match round % 3 {
                0 => {
                    desk.ask("PATCH", &path, &json!({"body_markdown": format!("Round {round}.")}));
                    desk.ask("PUT", &publication, &json!({"publish_at": soon(30), "unpublish_at": soon(400)}))
                }
                1 => desk.ask("PUT", &publication, &json!({})),
                _ => desk.ask("DELETE", &publication, &json!({})),
            };
            // 422 where the end had passed before it was planned.
            assert!([200, 409, 422, 503].contains(&reply.status), "{}", reply.body);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the database's clock is the machine's, so the test has to ask it too")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

#[test]
fn an_answer_about_changes_is_asked_for_again_each_time() {
    let desk = Desk::new();
    desk.publish("Parking");
    let first = desk.api.get("/v1/changes");
    assert_eq!(first.header("cache-control"), "public, max-age=0");
    let same = desk.api.call("GET", "/v1/changes").header("If-None-Match", first.etag()).send();
    assert_eq!(same.status, 304);
    let head = desk.api.call("HEAD", "/v1/changes").send();
    assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", first.etag()));
    let draft = desk.ask("POST", "/v1/admin/articles", &json!({"title": "Unseen"}));
    assert_eq!(draft.status, 201);
    assert_eq!(desk.api.get("/v1/changes").etag(), first.etag(), "a draft is no change");
}
