//! `POST /v1/admin/articles/bulk`: the same for many articles, all of them or none.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply};

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

    fn draft(&self, article: &Value) -> String {
        let created = self.api.call("POST", "/v1/admin/articles").bearer(&self.token).json(article).send();
        assert_eq!(created.status, 201, "{}", created.body);
        created.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    fn drafts(&self, titles: &[&str]) -> Vec<String> {
        titles.iter().map(|title| self.draft(&json!({"title": title}))).collect()
    }

    fn bulk(&self, body: &Value) -> Reply {
        self.api.call("POST", "/v1/admin/articles/bulk").bearer(&self.token).json(body).send()
    }

    fn done(&self, body: &Value) -> Vec<Value> {
        let reply = self.bulk(body);
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.json()["data"]["action"], body["action"]);
        reply.json()["data"]["articles"].as_array().unwrap().clone()
    }

    fn article(&self, id: &str) -> Value {
        self.api.call("GET", &format!("/v1/admin/articles/{id}")).bearer(&self.token).send().json()["data"].clone()
    }
}

fn each(articles: &[Value], name: &str) -> Vec<Value> {
    articles.iter().map(|article| article[name].clone()).collect()
}

#[test]
fn many_articles_are_published_withdrawn_trashed_and_restored_in_one_call_each() {
    let desk = Desk::new();
    let ids = desk.drafts(&["First", "Second", "Third"]);
    let published = desk.done(&json!({"action": "publish", "ids": ids}));
    assert_eq!(each(&published, "id"), ids.iter().map(|id| json!(id)).collect::<Vec<_>>(), "in the order asked for");
    assert_eq!(each(&published, "status"), ["published"; 3]);
    assert_eq!(each(&published, "version"), [2, 2, 2]);
    assert_eq!(desk.api.get("/v1/articles").json()["meta"]["total"], 3);
    assert_eq!(each(&desk.done(&json!({"action": "withdraw", "ids": ids})), "status"), ["withdrawn"; 3]);
    assert_eq!(desk.api.get("/v1/articles").json()["meta"]["total"], 0);
    assert_eq!(each(&desk.done(&json!({"action": "trash", "ids": ids})), "status"), ["archived"; 3]);
    assert_eq!(each(&desk.done(&json!({"action": "restore", "ids": ids})), "status"), ["withdrawn"; 3]);
    for (action, rows) in
        [("article.publish", 3), ("article.withdraw", 3), ("article.delete", 3), ("article.restore", 3)]
    {
        let count = format!("select count(*) from cms.audit_event where action = '{action}'");
        assert_eq!(desk.api.number(&count), rows, "{action}");
    }
    let planned = json!({"action": "publish", "ids": ids, "publish_at": "2100-01-01T00:00:00Z"});
    assert_eq!(each(&desk.done(&planned), "status"), ["scheduled"; 3]);
}

#[test]
fn one_article_that_does_not_allow_it_leaves_all_as_they_were() {
    let desk = Desk::new();
    let mut ids = desk.drafts(&["Same", "Other"]);
    let namesake = desk.draft(&json!({"title": "Same", "slug": "same", "locale": "en"}));
    ids.extend([namesake, "01900000-0000-7000-8000-00000000ffff".to_owned()]);
    let trashed = desk.draft(&json!({"title": "Old"}));
    desk.done(&json!({"action": "trash", "ids": [trashed]}));
    ids.push(trashed.clone());
    let problem = desk.bulk(&json!({"action": "publish", "ids": ids})).problem(422, "validation_failed");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(each(errors, "pointer"), ["/ids/2", "/ids/3", "/ids/4"]);
    assert_eq!(each(errors, "code"), ["taken", "unknown_reference", "in_trash"]);
    assert_eq!(desk.api.get("/v1/articles").json()["meta"]["total"], 0, "not one of them was published");
    assert_eq!(desk.article(&ids[0])["version"], 1);
    assert_eq!(desk.api.number("select count(*) from cms.audit_event where action = 'article.publish'"), 0);
    assert_eq!(desk.api.number("select count(*) from cms.outbox_event where kind = 'article.published'"), 0);
    let withdraw =
        desk.bulk(&json!({"action": "withdraw", "ids": [ids[0], trashed]})).problem(422, "validation_failed");
    assert_eq!(each(withdraw["errors"].as_array().unwrap(), "code"), ["not_published", "in_trash"]);
    let restore = desk.bulk(&json!({"action": "restore", "ids": [trashed, ids[0]]})).problem(422, "validation_failed");
    assert_eq!(
        (&restore["errors"][0]["pointer"], &restore["errors"][0]["code"]),
        (&json!("/ids/1"), &json!("not_in_trash"))
    );
    assert_eq!(desk.article(&trashed)["status"], "archived");
}

#[test]
fn a_version_that_was_not_read_stops_the_whole() {
    let desk = Desk::new();
    let ids = desk.drafts(&["First", "Second"]);
    let stale = json!({"action": "publish", "ids": ids, "versions": {&ids[0]: 1, &ids[1]: 7}});
    let problem = desk.bulk(&stale).problem(422, "validation_failed");
    assert_eq!(
        (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
        (&json!("/ids/1"), &json!("stale_version"))
    );
    assert_eq!(desk.article(&ids[0])["status"], "draft");
    let fresh = json!({"action": "publish", "ids": ids, "versions": {&ids[0]: 1}});
    assert_eq!(each(&desk.done(&fresh), "status"), ["published"; 2]);
}

#[test]
fn tags_are_put_on_and_taken_off_with_a_revision_that_says_so() {
    let desk = Desk::new();
    for (kind, name) in [("tags", "Winter"), ("tags", "Skin"), ("categories", "News")] {
        desk.api.call("POST", &format!("/v1/admin/{kind}")).bearer(&desk.token).json(&json!({"name": name})).send();
    }
    let ids = vec![desk.draft(&json!({"title": "First", "tags": ["skin"]})), desk.draft(&json!({"title": "Second"}))];
    let tagged = desk.done(&json!({"action": "tag", "ids": ids, "tags": ["winter", "skin"]}));
    assert_eq!(each(&tagged, "version"), [2, 2]);
    let tags = |id: &str| each(desk.article(id)["tags"].as_array().unwrap(), "slug");
    assert_eq!(
        (tags(&ids[0]), tags(&ids[1])),
        (vec![json!("skin"), json!("winter")], vec![json!("winter"), json!("skin")])
    );
    let revisions =
        desk.api.call("GET", &format!("/v1/admin/articles/{}/revisions", ids[0])).bearer(&desk.token).send();
    assert_eq!(revisions.json()["data"][0]["message"], "Tagged, with others");
    let untagged = desk.done(&json!({"action": "untag", "ids": ids, "tags": ["winter"]}));
    assert_eq!(each(&untagged, "version"), [3, 3]);
    assert_eq!(
        each(&desk.done(&json!({"action": "untag", "ids": ids, "tags": ["winter"]})), "version"),
        [3, 3],
        "nothing to change"
    );
    desk.done(&json!({"action": "set_category", "ids": ids, "category": "news"}));
    assert_eq!(desk.article(&ids[1])["category"]["slug"], "news");
    for body in [
        json!({"action": "tag", "ids": ids, "tags": ["none-such"]}),
        json!({"action": "set_category", "ids": ids, "category": "winter"}),
    ] {
        let problem = desk.bulk(&body).problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["code"], "unknown_reference", "{problem}");
    }
}

#[test]
fn a_hundred_articles_are_done_within_the_time_of_one_request() {
    let desk = Desk::new();
    let ids: Vec<_> = (0..100)
        .map(|n| desk.draft(&json!({"title": format!("Article {n}"), "body_markdown": "Walk every day."})))
        .collect();
    desk.api.call("POST", "/v1/admin/tags").bearer(&desk.token).json(&json!({"name": "Winter"})).send();
    for action in [
        json!({"action": "publish", "ids": ids}),
        json!({"action": "tag", "ids": ids, "tags": ["winter"]}),
        json!({"action": "withdraw", "ids": ids}),
        json!({"action": "trash", "ids": ids}),
    ] {
        let began = Instant::now();
        assert_eq!(desk.done(&action).len(), 100);
        assert!(began.elapsed() < Duration::from_secs(5), "{}: {:?}", action["action"], began.elapsed());
        println!("100 × {}: {:?}", action["action"], began.elapsed());
    }
}

#[test]
fn changes_of_many_do_not_wait_for_each_other_in_a_circle() {
    let desk = Desk::new();
    let ids = desk.drafts(&["A", "B", "C", "D", "E", "F"]);
    let backwards: Vec<_> = ids.iter().rev().cloned().collect();
    let desk = &desk;
    std::thread::scope(|scope| {
        for ids in [&ids, &backwards] {
            // Too many at once may be told to come back; what they may not is stop each other.
            scope.spawn(move || {
                assert!([200, 503].contains(&desk.bulk(&json!({"action": "publish", "ids": ids})).status));
            });
        }
        for id in [&ids[0], &ids[5]] {
            let path = format!("/v1/admin/articles/{id}/publication");
            let call = desk.api.call("PUT", &path).bearer(&desk.token).header("If-Match", "*").json(&json!({}));
            scope.spawn(move || assert!([200, 503].contains(&call.send().status)));
        }
    });
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(desk.api.number(deadlocks), 0);
    let twice = "select count(*) from (select 1 from cms.publication where visible @> now() group by article_id having count(*) > 1) x";
    assert_eq!(desk.api.number(twice), 0);
}
