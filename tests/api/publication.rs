//! `/v1/admin/articles/{id}/publication`: visible is a range of time.

mod planning;

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply};

struct Desk {
    api: Api,
    token: String,
    path: String,
}

impl Desk {
    fn with_a_draft() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        let draft = json!({"title": "Opening hours change", "body_markdown": "From Monday."});
        let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&draft).send();
        let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
        Self { api, token, path }
    }

    fn etag(&self) -> String {
        self.api.call("GET", &self.path).bearer(&self.token).send().etag()
    }

    fn publish(&self, body: &Value) -> Reply {
        let path = format!("{}/publication", self.path);
        self.api.call("PUT", &path).bearer(&self.token).header("If-Match", self.etag()).json(body).send()
    }

    fn withdraw(&self) -> Reply {
        let path = format!("{}/publication", self.path);
        self.api.call("DELETE", &path).bearer(&self.token).header("If-Match", self.etag()).send()
    }

    fn edit(&self, patch: &Value) -> Reply {
        self.api.call("PATCH", &self.path).bearer(&self.token).header("If-Match", self.etag()).json(patch).send()
    }

    fn public(&self) -> Reply {
        self.api.get("/v1/articles/opening-hours-change")
    }

    fn status(&self) -> Value {
        self.api.call("GET", &self.path).bearer(&self.token).send().json()["data"]["status"].clone()
    }
}

#[test]
fn a_published_article_is_visible_at_once_and_a_withdrawn_one_gone_at_once() {
    let desk = Desk::with_a_draft();
    assert_eq!(desk.status(), "draft");
    assert_eq!(desk.publish(&json!({})).status, 200);
    assert_eq!(desk.public().status, 200);
    assert_eq!(desk.api.get("/v1/articles").json()["meta"]["total"], 1);
    let withdrawn = desk.withdraw();
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    assert_eq!(withdrawn.json()["data"]["status"], "withdrawn");
    desk.public().problem(404, "not_found");
    assert_eq!(desk.api.get("/v1/articles").json()["meta"]["total"], 0);
    desk.withdraw().problem(409, "not_published");
}

#[test]
fn the_public_sees_the_published_revision_until_the_next_publication() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({}));
    let before = desk.public();
    assert_eq!(
        desk.edit(&json!({"body_markdown": "From Tuesday, not Monday."})).json()["data"]["status"],
        "published_with_changes"
    );
    let after = desk.public();
    assert_eq!(
        (after.body.as_str(), after.etag()),
        (before.body.as_str(), before.etag()),
        "an edit changes nothing outside"
    );
    desk.publish(&json!({}));
    let now = desk.public().json();
    assert!(now["data"]["body"]["value"].as_str().unwrap().contains("Tuesday"));
    assert_eq!(now["data"]["published_at"], before.json()["data"]["published_at"], "first published then");
    assert_ne!(now["data"]["updated_at"], before.json()["data"]["updated_at"]);
    desk.publish(&json!({"revision": 1}));
    assert!(desk.public().body.contains("Monday"), "an older revision can be published again");
}

#[test]
fn a_planned_publication_is_told_to_nobody_before_its_time() {
    let desk = Desk::with_a_draft();
    let planned = desk.publish(&json!({"publish_at": "2199-01-01T00:00:00Z"}));
    assert_eq!(planned.json()["data"]["status"], "scheduled");
    assert_eq!(planned.json()["data"]["publication"]["publish_at"], "2199-01-01T00:00:00Z");
    desk.public().problem(404, "not_found");
    assert_eq!(desk.api.get("/v1/articles").json()["meta"]["total"], 0);
    assert_eq!(desk.withdraw().json()["data"]["status"], "draft", "taken back, it never was");
}

#[test]
fn what_ends_by_itself_is_cached_no_longer_than_it_is_visible() {
    let desk = Desk::with_a_draft();
    let soon = (chrono_now() + chrono::Duration::seconds(20)).to_rfc3339();
    assert_eq!(desk.publish(&json!({"unpublish_at": soon})).status, 200);
    for reply in [desk.public(), desk.api.get("/v1/articles")] {
        let age = reply.header("cache-control").rsplit('=').next().unwrap().parse::<i64>().unwrap();
        assert!((0..=20).contains(&age), "{}", reply.header("cache-control"));
    }
}

#[expect(clippy::disallowed_methods, reason = "the database's clock is the machine's, so the test has to ask it too")]
fn chrono_now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

#[test]
fn a_range_that_ends_before_it_begins_is_refused() {
    let desk = Desk::with_a_draft();
    let both = json!({"publish_at": "2199-01-02T00:00:00Z", "unpublish_at": "2199-01-01T00:00:00Z"});
    desk.publish(&both).problem(422, "validation_failed");
    desk.publish(&json!({"unpublish_at": "2020-01-01T00:00:00Z"})).problem(422, "validation_failed");
    desk.publish(&json!({"revision": 7})).problem(422, "validation_failed");
    desk.publish(&json!({"publish_at": "tomorrow"})).problem(422, "validation_failed");
    desk.publish(&json!({"publishat": "2199-01-02T00:00:00Z"})).problem(422, "validation_failed");
    assert_eq!(desk.status(), "draft");
}

#[test]
fn two_articles_cannot_be_seen_under_one_address() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({}));
    let same = json!({"title": "Another", "slug": "opening-hours-change"});
    let other = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&same).send();
    assert_eq!(other.status, 201, "a draft may wait for its address");
    let path = format!("/v1/admin/articles/{}/publication", other.json()["data"]["id"].as_str().unwrap());
    let refused =
        desk.api.call("PUT", &path).bearer(&desk.token).header("If-Match", other.etag()).json(&json!({})).send();
    assert_eq!(refused.problem(422, "validation_failed")["errors"][0]["pointer"], "/slug");
    desk.withdraw();
    let now = desk.api.call("PUT", &path).bearer(&desk.token).header("If-Match", other.etag()).json(&json!({})).send();
    assert_eq!(now.status, 200, "{}", now.body);
}

#[test]
fn an_old_address_leads_to_the_new_one() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({}));
    desk.edit(&json!({"slug": "new-opening-hours"}));
    assert_eq!(desk.public().status, 200, "the new slug waits for the next publication");
    desk.publish(&json!({}));
    let moved = desk.api.get("/v1/articles/opening-hours-change?format=text");
    assert_eq!(moved.status, 301);
    assert_eq!(moved.header("location"), format!("{}/v1/articles/new-opening-hours?format=text", desk.api.base));
    assert_eq!(desk.api.get("/v1/articles/new-opening-hours").status, 200);
}

#[test]
fn two_publications_at_once_never_overlap() {
    let desk = Desk::with_a_draft();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let reply = desk
                    .api
                    .call("PUT", &format!("{}/publication", desk.path))
                    .bearer(&desk.token)
                    .header("If-Match", "*")
                    .json(&json!({}))
                    .send();
                assert!(matches!(reply.status, 200 | 503), "{}", reply.body);
            });
        }
    });
    let live: i64 = desk.api.as_owner(async |connection| {
        sqlx::query_scalar("select count(*) from cms.publication where visible @> now()")
            .fetch_one(connection)
            .await
            .unwrap()
    });
    assert_eq!(live, 1);
}
