//! `POST /v1/admin/articles/{id}/purge`: for good, and with a stone that says what was there.

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply, ReviewRoom};

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

    fn send(&self, method: &str, id: &str, rest: &str, body: &Value) -> Reply {
        let path = format!("/v1/admin/articles/{id}{rest}");
        self.api.call(method, &path).bearer(&self.token).header("If-Match", "*").json(body).send()
    }

    fn draft(&self, article: &Value) -> String {
        let created = self.api.call("POST", "/v1/admin/articles").bearer(&self.token).json(article).send();
        assert_eq!(created.status, 201, "{}", created.body);
        created.json()["data"]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_purged_article_is_gone_and_its_stone_says_what_was_seen_when() {
    let desk = Desk::new();
    let published = desk.api.publish(&desk.token, &json!({"title": "Old advice", "body_markdown": "Rest."}));
    let id = published["id"].as_str().unwrap().to_owned();
    desk.send("PATCH", &id, "", &json!({"body_markdown": "Rest and drink."}));
    desk.send("PUT", &id, "/publication", &json!({}));
    desk.send("POST", &id, "/preview-links", &json!({}));
    let reader = desk.draft(&json!({"title": "Newer advice", "related": [id]}));
    desk.send("POST", &id, "/purge", &json!({})).problem(409, "not_in_trash");
    assert_eq!(desk.send("DELETE", &id, "", &json!({})).status, 204);
    let path = format!("/v1/admin/articles/{id}");
    desk.api.call("POST", &format!("{path}/purge")).bearer(&desk.token).send().problem(428, "precondition_required");
    let stale = desk.api.call("POST", &format!("{path}/purge")).bearer(&desk.token).header("If-Match", "\"v1\"").send();
    stale.problem(412, "stale_version");
    let purged = desk.send("POST", &id, "/purge", &json!({}));
    assert_eq!(purged.status, 204, "{}", purged.body);
    desk.api.call("GET", &path).bearer(&desk.token).send().problem(404, "not_found");
    desk.send("POST", &id, "/restore", &json!({})).problem(404, "not_found");
    for table in ["revision", "publication", "publication_term", "preview_link"] {
        let left = format!("select count(*) from cms.{table} where article_id = '{id}'");
        assert_eq!(desk.api.number(&left), 0, "{table}");
    }
    assert_eq!(desk.api.number(&format!("select count(*) from cms.article where id = '{reader}'")), 1);
    let stone = desk.api.text(&format!("select to_jsonb(t)::text from cms.tombstone t where article_id = '{id}'"));
    let stone: Value = serde_json::from_str(&stone).unwrap();
    assert_eq!(
        (&stone["slug"], &stone["path"], &stone["locale"]),
        (&json!("old-advice"), &json!("/articles/old-advice"), &json!("en"))
    );
    let seen = stone["publications"].as_array().unwrap();
    assert_eq!(seen.iter().map(|seen| seen["revision"].clone()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(seen[0]["until"], seen[1]["from"], "one after the other");
    assert!(seen.iter().all(|seen| seen["content_hash"].as_str().unwrap().len() == 64 && seen["until"].is_string()));
    assert!(!stone.to_string().contains("Rest"), "of its words nothing is left");
    assert_eq!(desk.api.number("select count(*) from cms.audit_event where action = 'article.purge'"), 1);
}

#[test]
fn a_draft_that_nobody_saw_leaves_a_stone_without_an_address() {
    let desk = Desk::new();
    let id = desk.draft(&json!({"title": "Never said"}));
    desk.send("DELETE", &id, "", &json!({}));
    assert_eq!(desk.send("POST", &id, "/purge", &json!({})).status, 204);
    let seen = "select count(*) from cms.tombstone where path is null and publications = '[]'";
    assert_eq!(desk.api.number(seen), 1);
}

#[test]
fn an_original_stays_while_it_has_translations() {
    let desk = Desk::new();
    let original = desk.draft(&json!({"title": "Fever"}));
    let spanish = desk.draft(&json!({"title": "Fiebre", "locale": "es", "translation_of": original}));
    for id in [&original, &spanish] {
        assert_eq!(desk.send("DELETE", id, "", &json!({})).status, 204);
    }
    desk.send("POST", &original, "/purge", &json!({})).problem(409, "has_translations");
    assert_eq!(desk.send("POST", &spanish, "/purge", &json!({})).status, 204);
    assert_eq!(desk.send("POST", &original, "/purge", &json!({})).status, 204);
}

#[test]
fn an_article_that_once_was_a_translation_keeps_its_original() {
    let desk = Desk::new();
    let original = desk.draft(&json!({"title": "Fever"}));
    let spanish = desk.draft(&json!({"title": "Fiebre", "locale": "es", "translation_of": original}));
    let alone = desk.send("PATCH", &spanish, "", &json!({"translation_of": null, "source_revision": null}));
    assert_eq!(alone.status, 200, "{}", alone.body);
    desk.send("DELETE", &original, "", &json!({}));
    desk.send("POST", &original, "/purge", &json!({})).problem(409, "has_translations");
    assert_eq!(desk.api.number("select count(*) from cms.tombstone"), 0, "all of it or nothing");
}

#[test]
fn the_role_of_the_program_deletes_nothing_that_is_not_in_the_trash() {
    let desk = Desk::new();
    let id = desk.draft(&json!({"title": "Kept"}));
    desk.api.as_role("staff", async |staff| {
        let denied = sqlx::raw_sql("delete from cms.article").execute(&mut *staff).await.unwrap_err();
        assert_eq!(denied.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(), Some("42501"));
        let call = format!("select cms.purge_article('{id}', now(), null)");
        let purged: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(call)).fetch_one(&mut *staff).await.unwrap();
        assert!(!purged);
    });
    assert_eq!(desk.api.number("select count(*) from cms.article"), 1);
}

#[test]
fn what_comes_back_meets_its_namesake_only_when_it_is_published() {
    let desk = Desk::new();
    let old = desk.draft(&json!({"title": "Parking", "slug": "parking"}));
    desk.send("DELETE", &old, "", &json!({}));
    desk.api.publish(&desk.token, &json!({"title": "Parking again", "slug": "parking"}));
    let back = desk.send("POST", &old, "/restore", &json!({}));
    assert_eq!(back.status, 200, "{}", back.body);
    let refused = desk.send("PUT", &old, "/publication", &json!({})).problem(422, "validation_failed");
    assert_eq!((&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]), (&json!("/slug"), &json!("taken")));
}

#[test]
fn the_address_of_what_was_purged_leads_to_its_successor_while_there_is_one() {
    let desk = Desk::new();
    let publish = |title: &str| {
        let article = desk.api.publish(&desk.token, &json!({"title": title, "body_markdown": "Rest."}));
        article["id"].as_str().unwrap().to_owned()
    };
    let (old, new) = (publish("Old advice"), publish("New advice"));
    let redirect = json!({"from": "/articles/old-advice", "article": new, "status": 410});
    assert_eq!(
        desk.api
            .call("DELETE", &format!("/v1/admin/articles/{old}"))
            .bearer(&desk.token)
            .header("If-Match", "*")
            .send()
            .status,
        204
    );
    let made = desk.api.call("POST", "/v1/admin/redirects").bearer(&desk.token).json(&redirect).send();
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(desk.send("POST", &old, "/purge", &json!({})).status, 204);
    let gone = desk.api.get("/v1/articles/old-advice").problem(410, "gone");
    assert_eq!(gone["successor"]["slug"], "new-advice", "{gone}");
    assert_eq!(desk.send("DELETE", &new, "", &json!({})).status, 204);
    assert_eq!(desk.send("POST", &new, "/purge", &json!({})).status, 204);
    desk.api.get("/v1/articles/old-advice").problem(404, "not_found");
    let redirect = made.header("location").strip_prefix(&desk.api.base).unwrap().to_owned();
    desk.api.call("GET", &redirect).bearer(&desk.token).send().problem(404, "not_found");
}

#[test]
fn the_history_of_what_was_purged_still_names_who_had_approved_it() {
    let room = ReviewRoom::start();
    room.sign();
    assert_eq!(room.publish().status, 200);
    assert_eq!(room.write("DELETE", "", &json!({})).status, 204);
    assert_eq!(room.write("POST", "/purge", &json!({})).status, 204);
    let history = room.api.call("GET", &format!("{}/history", room.path)).bearer(&room.editor).send();
    assert_eq!(history.status, 200, "{}", history.body);
    let seen = history.json()["data"]["publications"].clone();
    assert_eq!((&seen[0]["revision"], &seen[0]["slug"]), (&json!(1), &json!("high-blood-pressure")));
    assert_eq!(seen[0]["approvals"][0]["reviewed_by"]["name"], "Rosa Lindt", "{seen}");
    assert!(seen[0]["approvals"][0]["signed_at"].is_string());
    assert_eq!(seen.as_array().unwrap().len(), 1);
}
