//! `PATCH /v1/admin/articles/{id}?autosave=true`: an afternoon of typing is one revision, and nothing that somebody
//! relied on is folded away.

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, OWNER, Reply};

/// As a sign-off keeps who signed.
const REVIEWER: &str = r#"{"id": "01900000-0000-7000-8000-000000000005", "slug": "r", "name": "R", "type": "person", "credentials": [], "provider": null}"#;

struct Desk {
    api: Api,
    token: String,
    id: String,
    path: String,
}

impl Desk {
    fn with_a_draft() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        let draft = json!({"title": "Sun and skin", "body_markdown": "Wear a hat."});
        let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&draft).send();
        let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/admin/articles/{id}");
        Self { api, token, id, path }
    }

    fn save(&self, query: &str, token: &str, body: &str) -> Value {
        let address = format!("{}{query}", self.path);
        let change = json!({"body_markdown": body});
        let reply = self.api.call("PATCH", &address).bearer(token).header("If-Match", "*").json(&change).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn autosave(&self, body: &str) -> Value {
        self.save("?autosave=true", &self.token, body)
    }

    fn revisions(&self) -> Vec<Value> {
        let reply = self.get("/revisions");
        reply.json()["data"].as_array().unwrap().clone()
    }

    fn get(&self, rest: &str) -> Reply {
        self.api.call("GET", &format!("{}{rest}", self.path)).bearer(&self.token).send()
    }

    fn post(&self, rest: &str, body: &Value) -> Reply {
        let path = format!("{}{rest}", self.path);
        self.api.call("POST", &path).bearer(&self.token).header("If-Match", "*").json(body).send()
    }

    /// As if the newest revision had been written so many minutes ago.
    fn let_pass(&self, minutes: i32) {
        self.api.as_owner(async |owner| {
            for statement in [
                "alter table cms.revision disable trigger revision_immutable".to_owned(),
                format!("update cms.revision set created_at = created_at - interval '{minutes} minutes'"),
                "alter table cms.revision enable trigger revision_immutable".to_owned(),
            ] {
                sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *owner).await.unwrap();
            }
        });
    }
}

#[test]
fn autosaves_fold_into_one_revision_and_every_write_has_a_version_of_its_own() {
    let desk = Desk::with_a_draft();
    let versions: Vec<_> = (1..=5).map(|n| desk.autosave(&format!("Wear {n} hats."))["version"].clone()).collect();
    assert_eq!(versions, [2, 3, 4, 5, 6]);
    let revisions = desk.revisions();
    assert_eq!(revisions.len(), 2, "what was written by hand, and the last autosave: {revisions:?}");
    assert_eq!((&revisions[0]["autosave"], &revisions[1]["autosave"]), (&json!(true), &json!(false)));
    assert_eq!(revisions[0]["created_by"]["name"], "Test editor");
    assert_eq!(desk.get("/revisions/2").json()["data"]["body_markdown"], "Wear 5 hats.");
    assert_eq!(desk.get("/revisions/1").json()["data"]["body_markdown"], "Wear a hat.");
    assert_eq!(desk.get("").json()["data"]["revision"], 2);
    let stale = json!({"body_markdown": "Late."});
    let path = format!("{}?autosave=true", desk.path);
    let reply = desk.api.call("PATCH", &path).bearer(&desk.token).header("If-Match", "\"v3\"").json(&stale).send();
    reply.problem(412, "stale_version");
}

#[test]
fn a_save_by_hand_always_makes_a_revision() {
    let desk = Desk::with_a_draft();
    desk.autosave("One.");
    for (query, number) in [("", 3), ("?autosave=false", 4)] {
        assert_eq!(desk.save(query, &desk.token, &format!("By hand {number}."))["revision"], number);
    }
    assert_eq!(desk.autosave("After it.")["revision"], 5, "an autosave never takes the place of a save by hand");
    let wrong = desk.api.call("PATCH", &format!("{}?autosave=yes", desk.path)).bearer(&desk.token);
    wrong.header("If-Match", "*").json(&json!({})).send().problem(400, "invalid_parameters");
}

#[test]
fn an_autosave_folds_within_a_quarter_hour_and_by_the_same_person_alone() {
    let desk = Desk::with_a_draft();
    assert_eq!(desk.autosave("One.")["revision"], 2);
    desk.let_pass(14);
    assert_eq!(desk.autosave("Two.")["revision"], 2);
    desk.let_pass(16);
    assert_eq!(desk.autosave("Three.")["revision"], 3);
    let owner = desk.api.sign_in(OWNER);
    assert_eq!(desk.save("?autosave=true", &owner, "Another hand.")["revision"], 4);
    assert_eq!(desk.autosave("And back.")["revision"], 5);
}

#[test]
fn what_somebody_relies_on_is_never_folded_away() {
    let desk = Desk::with_a_draft();
    desk.autosave("Previewed.");
    assert_eq!(desk.post("/preview-links", &json!({})).status, 201);
    assert_eq!(desk.autosave("Written after the preview.")["revision"], 3);
    let published = desk.api.call("PUT", &format!("{}/publication", desk.path)).bearer(&desk.token);
    assert_eq!(published.header("If-Match", "*").json(&json!({})).send().status, 200);
    assert_eq!(desk.autosave("Written after it was published.")["revision"], 4);
    let later = json!({"publish_at": "2100-01-01T00:00:00Z"});
    let planned = desk.api.call("PUT", &format!("{}/publication", desk.path)).bearer(&desk.token);
    assert_eq!(planned.header("If-Match", "*").json(&later).send().status, 200);
    assert_eq!(desk.autosave("Written after it was planned.")["revision"], 5);
    assert_eq!(desk.autosave("Nobody relies on this.")["revision"], 5);
    let (id, newest) =
        (&desk.id, "(select r.id from cms.revision r where r.article_id = a.id and r.number = a.latest_revision)");
    for (what, insert) in [
        (
            "signed",
            format!("insert into cms.signoff (id, article_id, revision_id, content_hash, reviewer_id, reviewer, signed_at)
                     select gen_random_uuid(), a.id, {newest}, (select r.content_hash from cms.revision r where r.id = {newest}),
                            '01900000-0000-7000-8000-000000000005', '{REVIEWER}', now() from cms.article a where a.id = '{id}'"),
        ),
        (
            "asked to be reviewed",
            format!("insert into cms.review_request (article_id, revision_id, requested_by)
                     select a.id, {newest}, '01900000-0000-7000-8000-000000000002' from cms.article a where a.id = '{id}'"),
        ),
        (
            "commented",
            format!("insert into cms.comment (id, article_id, revision_id, body, created_by)
                     select gen_random_uuid(), a.id, {newest}, 'Hm.', '01900000-0000-7000-8000-000000000005'
                       from cms.article a where a.id = '{id}'"),
        ),
    ] {
        desk.api.as_owner(async |owner| sqlx::raw_sql(sqlx::AssertSqlSafe(insert)).execute(owner).await).unwrap();
        let before = desk.revisions().len();
        desk.autosave(&format!("Written after it was {what}."));
        assert_eq!(desk.revisions().len(), before + 1, "{what}");
    }
}

#[test]
fn what_was_translated_is_kept_for_whoever_compares() {
    let desk = Desk::with_a_draft();
    desk.autosave("The original, in the middle of a sentence.");
    let spanish = json!({"title": "Sol y piel", "locale": "es", "translation_of": desk.id});
    let made = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&spanish).send();
    assert_eq!(made.json()["data"]["source_revision"], 2, "{}", made.body);
    assert_eq!(desk.autosave("The original, at its end.")["revision"], 3);
}

#[test]
fn the_revisions_of_an_article_are_listed_in_pages() {
    let desk = Desk::with_a_draft();
    for n in 2..=7 {
        desk.save("", &desk.token, &format!("Version {n}."));
    }
    let first = desk.get("/revisions?limit=3").json();
    let numbers =
        |page: &Value| page["data"].as_array().unwrap().iter().map(|r| r["number"].clone()).collect::<Vec<_>>();
    assert_eq!((numbers(&first), &first["meta"]["total"]), (vec![json!(7), json!(6), json!(5)], &json!(7)));
    let cursor = first["meta"]["next_cursor"].as_str().unwrap();
    let second = desk.get(&format!("/revisions?limit=3&cursor={cursor}")).json();
    assert_eq!(numbers(&second), [4, 3, 2]);
    assert_eq!(numbers(&desk.get("/revisions?limit=3&page=3").json()), [1]);
    desk.get("/revisions?before=3").problem(400, "invalid_parameters");
    let nobody = "/v1/admin/articles/01900000-0000-7000-8000-00000000ffff/revisions";
    desk.api.call("GET", nobody).bearer(&desk.token).send().problem(404, "not_found");
}

#[test]
fn the_role_of_the_program_can_delete_no_other_revision() {
    let desk = Desk::with_a_draft();
    desk.save("", &desk.token, "By hand.");
    let editor = "01900000-0000-7000-8000-000000000002";
    desk.api.as_role("staff", async |staff| {
        let denied = sqlx::raw_sql("delete from cms.revision").execute(&mut *staff).await.unwrap_err();
        assert_eq!(denied.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(), Some("42501"));
        for number in [1, 2] {
            let call = format!("select cms.fold_revision('{}', {number}, '{editor}')", desk.id);
            let folded: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(call)).fetch_one(&mut *staff).await.unwrap();
            assert!(!folded, "revision {number}");
        }
    });
    assert_eq!(desk.revisions().len(), 2);
}
