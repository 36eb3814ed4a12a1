//! The publish gate: `…/check`, what stops a publication, the claim register, disclosures and overrides.

mod claims;
mod disclosures;
mod overrides;

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::harness::{Api, EDITOR, REVIEWER, Reply};

/// A page as clinics write them, with everything that the gate looks for.
const PAGE: &str = "Dawn lamps lift dark mornings without the risk of drug dependence.

## How a dawn lamp helps

A dawn lamp brightens the room before you wake. It is non-addictive.

## Two ways at a glance

## What to expect

Most people feel a difference within two weeks. Write to \\[email protected\\] for a trial.
";

/// An editor at work on one article, and a reviewer beside.
struct Desk {
    api: Api,
    editor: String,
    reviewer: String,
    path: String,
}

impl Desk {
    fn with(article: &Value) -> Self {
        Self::in_clinic(Api::start(), article)
    }

    fn in_clinic(api: Api, article: &Value) -> Self {
        let (editor, reviewer) = (api.sign_in(EDITOR), api.sign_in(REVIEWER));
        let created = api.call("POST", "/v1/admin/articles").bearer(&editor).json(article).send();
        assert_eq!(created.status, 201, "{}", created.body);
        let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
        Self { api, editor, reviewer, path }
    }

    fn with_the_page() -> Self {
        let desk = Self::with(&json!({"kind": "clinical", "title": "Dawn lamps", "body_markdown": PAGE}));
        // As an import leaves it: nobody's.
        desk.run("update cms.revision set author_id = null");
        desk.run(
            "insert into cms.service (id, slug, name, aliases, fda_status)
             values ('01900000-0000-7000-8000-0000000000a1', 'dawn-lamp', 'Dawn lamp', '{dawn light}', 'off_label')",
        );
        desk
    }

    fn run(&self, sql: &str) {
        let all = format!("set session_replication_role = replica; {sql}");
        self.api.as_owner(async |owner| sqlx::raw_sql(AssertSqlSafe(all)).execute(owner).await).unwrap();
    }

    fn get(&self, path: &str) -> Reply {
        self.api.call("GET", path).bearer(&self.editor).send()
    }

    fn check(&self) -> Value {
        let reply = self.get(&format!("{}/check", self.path));
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("cache-control"), "no-store");
        reply.json()["data"].clone()
    }

    fn codes(&self) -> Vec<String> {
        codes(&self.check()["findings"])
    }

    fn publish(&self, body: &Value) -> Reply {
        let etag = self.get(&self.path).etag();
        let path = format!("{}/publication", self.path);
        self.api.call("PUT", &path).bearer(&self.editor).header("If-Match", etag).json(body).send()
    }

    fn edit(&self, patch: &Value) {
        let etag = self.get(&self.path).etag();
        let reply = self.api.call("PATCH", &self.path).bearer(&self.editor).header("If-Match", etag).json(patch).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    fn post(&self, path: &str, body: &Value) -> Reply {
        self.api.call("POST", path).bearer(&self.editor).json(body).send()
    }

    fn answer_for(&self, body: &Value) -> Reply {
        self.api.call("POST", &format!("{}/overrides", self.path)).bearer(&self.reviewer).json(body).send()
    }

    /// The reviewer, licensed until that day, signs what the article says now.
    fn sign(&self, licensed_until: &str, next_review: &str) {
        let id = "01900000-0000-7000-8000-0000000000b1";
        let shown = json!({"id": id, "slug": "vale", "name": "Dr. Vale", "type": "provider", "credentials": [], "provider": null});
        self.run(&format!(
            "insert into cms.provider (id, slug, name, display_name, licences)
             values ('{id}', 'vale', '{{}}', 'Dr. Vale',
                     '[{{\"state\": \"FL\", \"number\": \"1\", \"expires_on\": \"{licensed_until}\"}}]')
             on conflict (id) do update set licences = excluded.licences;
             update cms.account set provider_id = '{id}' where email = '{}';
             insert into cms.signoff (id, article_id, revision_id, content_hash, reviewer_id, reviewer, signed_at, next_review_due)
             select gen_random_uuid(), r.article_id, r.id, r.content_hash, c.id, '{shown}', clock_timestamp(), {next_review}
               from cms.article a join cms.revision r on r.article_id = a.id and r.number = a.latest_revision, cms.account c
              where a.id = '{}' and c.email = '{}'",
            REVIEWER.0,
            self.path.rsplit('/').next().unwrap(),
            REVIEWER.0,
        ));
    }

    fn is_public(&self) -> bool {
        self.api.get("/v1/articles/dawn-lamps").status == 200
    }
}

fn codes(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

fn reference() -> Value {
    json!({"title": "Light in the morning", "source": "A journal", "year": 2024})
}

const EVERYTHING: [&str; 9] = [
    "author_required",
    "review_missing",
    "next_review_missing",
    "reference_missing",
    "disclosure_missing",
    "absolute_claim",
    "absolute_claim",
    "placeholder",
    "section_empty",
];

#[test]
fn a_page_of_a_clinic_lists_everything_that_is_wrong_with_it() {
    let desk = Desk::with_the_page();
    let check = desk.check();
    assert_eq!((&check["publishable"], &check["revision"]), (&json!(false), &json!(1)));
    assert_eq!(codes(&check["findings"]), EVERYTHING);
    for finding in check["findings"].as_array().unwrap() {
        assert_eq!(finding["severity"], "blocker", "{finding}");
        assert!(finding["pointer"].as_str().unwrap().starts_with('/'), "{finding}");
        assert!(!finding["suggestion"].as_str().unwrap().is_empty(), "{finding}");
        assert_eq!(finding["overridden"], false);
    }
    let claims: Vec<_> = check["findings"].as_array().unwrap()[5..7].iter().map(|claim| &claim["subject"]).collect();
    assert_eq!(claims, ["without the risk of drug dependence", "non-addictive"]);
    let empty = &check["findings"][8];
    assert_eq!((&empty["subject"], &empty["line"]), (&json!("Two ways at a glance"), &json!(7)));
}

#[test]
fn it_is_not_published_until_everything_is_settled_and_is_when_it_is() {
    let desk = Desk::with_the_page();
    let refused = desk.publish(&json!({})).problem(422, "validation_failed");
    assert_eq!(codes(&refused["errors"]), EVERYTHING, "every finding at once");
    assert!(refused["errors"].as_array().unwrap().iter().all(|error| error["suggestion"].is_string()));
    assert!(!desk.is_public());
    let disclosure = json!({"name": "Dawn lamps off label", "kind": "off_label", "treatments": ["dawn lamp"],
        "texts": {"en": "The FDA has approved dawn lamps for other uses."}});
    assert_eq!(desk.post("/v1/admin/disclosures", &disclosure).status, 201);
    let claim = json!({"statement": "Dawn lamps cause no dependence", "phrases": ["drug dependence"], "evidence": [reference()]});
    assert_eq!(desk.post("/v1/admin/claims", &claim).status, 201);
    let body =
        PAGE.replace("## Two ways at a glance\n\n", "").replace(" Write to \\[email protected\\] for a trial.", "");
    let authors = desk.api.text("select slug from cms.author limit 1");
    desk.edit(&json!({"body_markdown": body, "references": [reference()], "author": authors}));
    assert_eq!(desk.codes(), ["review_missing", "next_review_missing", "absolute_claim"]);
    desk.sign("2199-01-01", "'2199-06-01'");
    assert_eq!(desk.codes(), ["absolute_claim"]);
    let made =
        desk.answer_for(&json!({"code": "absolute_claim", "reason": "A lamp is no drug: nothing to be addicted to."}));
    assert_eq!(made.status, 201, "{}", made.body);
    let check = desk.check();
    assert_eq!((&check["publishable"], &check["findings"][0]["overridden"]), (&json!(true), &json!(true)));
    let published = desk.publish(&json!({}));
    assert_eq!(published.status, 200, "{}", published.body);
    let shown = desk.api.get("/v1/articles/dawn-lamps").json();
    assert_eq!(shown["data"]["disclosures"][0]["text"], "The FDA has approved dawn lamps for other uses.");
}

/// A clinical article that lacks a sign-off alone.
fn unsigned() -> Desk {
    let article = json!({"kind": "clinical", "title": "Dawn lamps", "body_markdown": "Light helps.", "references": [reference()]});
    Desk::with(&article)
}

#[test]
fn a_sign_off_ends_with_the_next_edit() {
    let desk = unsigned();
    assert_eq!(desk.codes(), ["review_missing", "next_review_missing"]);
    desk.sign("2199-01-01", "'2199-06-01'");
    assert_eq!(desk.codes(), [""; 0]);
    desk.edit(&json!({"summary": "One word more."}));
    assert_eq!(desk.codes(), ["review_missing", "next_review_missing"]);
    let older = desk.get(&format!("{}/check?revision=1", desk.path)).json();
    assert_eq!((&older["data"]["revision"], &older["data"]["publishable"]), (&json!(1), &json!(true)));
    desk.publish(&json!({})).problem(422, "validation_failed");
    assert_eq!(desk.publish(&json!({"revision": 1})).status, 200, "what was signed may be published");
}

#[test]
fn a_planned_publication_is_judged_on_the_day_on_which_it_begins() {
    let desk = unsigned();
    desk.sign("2190-01-01", "'2195-01-01'");
    assert_eq!(desk.check()["publishable"], true);
    let at = |year: i32| json!({"publish_at": format!("{year}-06-01T12:00:00Z")});
    let refused = |year| codes(&desk.publish(&at(year)).problem(422, "validation_failed")["errors"]);
    assert_eq!(refused(2191), ["licence_expired"]);
    assert_eq!(refused(2196), ["licence_expired", "review_overdue"]);
    assert_eq!(desk.publish(&at(2189)).status, 200);
}

#[test]
fn neither_the_author_nor_somebody_without_a_current_licence_makes_a_review() {
    let desk = unsigned();
    desk.sign("2020-01-01", "null");
    assert_eq!(desk.codes(), ["licence_expired", "next_review_missing"]);
    desk.run(
        "update cms.provider set licences = '[{\"state\": \"FL\", \"number\": \"1\"}, {\"expires_on\": \"soon\"}, {}]'",
    );
    assert_eq!(desk.codes(), ["licence_missing", "next_review_missing"], "and nothing breaks on a date that is none");
    desk.run("update cms.account set provider_id = null");
    assert_eq!(desk.codes(), ["licence_missing", "next_review_missing"]);
    desk.run(&format!(
        "update cms.signoff set reviewer_id = (select id from cms.account where email = '{}'), next_review_due = '2199-01-01'",
        EDITOR.0
    ));
    assert_eq!(desk.codes(), ["review_by_author", "licence_missing"]);
}

#[test]
fn a_general_article_is_told_how_it_is_built_and_published_all_the_same() {
    let body = "# Parking\n\n![](https://clinic.example/a.jpg) [](https://clinic.example/map)";
    let desk = Desk::with(&json!({"title": "Dawn lamps", "body_markdown": body}));
    let check = desk.check();
    assert_eq!(
        codes(&check["findings"]),
        ["heading_level_one", "image_alt_missing", "link_text_empty", "link_unknown"]
    );
    assert_eq!(check["publishable"], true);
    assert_eq!(desk.publish(&json!({})).status, 200);
    let promise = Desk::with(&json!({"title": "Dawn lamps", "body_markdown": "We guarantee that it helps."}));
    let refused = promise.publish(&json!({})).problem(422, "validation_failed");
    assert_eq!(codes(&refused["errors"]), ["absolute_claim"], "a promise is one in the news as well");
}

#[test]
fn a_setting_decides_what_stops_a_publication() {
    let settings = [("rate-limits", "off"), ("publish-gate", "heading_level_one=blocker,absolute_claim=warning")];
    let api = Api::start_with(clinic_cms::clock::Clock::system(), &settings);
    let desk = Desk::in_clinic(api, &json!({"title": "Dawn lamps", "body_markdown": "# Miracles\n\nThey cure."}));
    let check = desk.check();
    let severities: Vec<_> = check["findings"].as_array().unwrap().iter().map(|one| &one["severity"]).collect();
    assert_eq!(severities, ["warning", "warning", "blocker"]);
    let refused = desk.publish(&json!({})).problem(422, "validation_failed");
    assert_eq!(codes(&refused["errors"]), ["heading_level_one"]);
}

#[test]
fn a_link_to_an_article_is_broken_until_that_is_visible_or_planned() {
    let body = "See [sleep](/articles/sleep), [us](/contact) and [this](#none).";
    let desk = Desk::with(&json!({"title": "Dawn lamps", "body_markdown": body}));
    let found = |desk: &Desk| -> Vec<(String, String)> {
        let check = desk.check();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        check["findings"].as_array().unwrap().iter().map(|one| (text(&one["code"]), text(&one["subject"]))).collect()
    };
    let broken = |subject: &str| ("link_broken".to_owned(), subject.to_owned());
    let unknown = ("link_unknown".to_owned(), "/contact".to_owned());
    assert_eq!(found(&desk), [broken("/articles/sleep"), unknown.clone(), broken("#none")]);
    let other = desk.api.publish(&desk.editor, &json!({"title": "Sleep"}));
    assert_eq!(found(&desk), [unknown.clone(), broken("#none")]);
    let path = format!("/v1/admin/articles/{}/publication", other["id"].as_str().unwrap());
    let gone = desk.api.call("DELETE", &path).bearer(&desk.editor).header("If-Match", "*").send();
    assert_eq!(gone.status, 200, "{}", gone.body);
    assert_eq!(found(&desk), [broken("/articles/sleep"), unknown, broken("#none")]);
}

#[test]
fn a_check_of_nothing_is_not_found_and_a_misspelt_parameter_is_named() {
    let desk = unsigned();
    desk.get("/v1/admin/articles/01900000-0000-7000-8000-00000000ffff/check").problem(404, "not_found");
    desk.get(&format!("{}/check?revision=9", desk.path)).problem(404, "not_found");
    desk.get(&format!("{}/check?revison=1", desk.path)).problem(400, "invalid_parameters");
    desk.get(&format!("{}/check?revision=0", desk.path)).problem(400, "invalid_parameters");
    let before = desk.api.number("select count(*) from cms.audit_event where action = 'article.check'");
    desk.check();
    assert_eq!(desk.api.number("select count(*) from cms.audit_event where action = 'article.check'"), before + 1);
}
