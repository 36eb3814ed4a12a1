//! An article on its way through the review: an editor who writes, a reviewer with a licence who signs.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{Api, EDITOR, REVIEWER, Reply};

pub struct ReviewRoom {
    pub api: Api,
    pub editor: String,
    pub reviewer: String,
    /// Of the article, for staff.
    pub path: String,
    pub id: String,
}

impl ReviewRoom {
    /// A draft of the editor. It is general, so that it may be published with a name under it and without.
    pub fn start() -> Self {
        Self::over(Api::start())
    }

    pub fn over(api: Api) -> Self {
        Self::with(
            api,
            &json!({
                "title": "High blood pressure", "summary": "What the numbers mean.",
                "body_markdown": "Measure it **at rest**.\n\n## When to call\n\nAbove 180/120 — at once.",
                "references": [{"title": "Measuring at home", "year": 2025, "doi": "10.1000/182"}],
                "faqs": [{"question": "How often?", "answer": "Twice a day \"at rest\"."}],
            }),
        )
    }

    pub fn with(api: Api, article: &Value) -> Self {
        let (editor, reviewer) = (api.sign_in(EDITOR), api.sign_in(REVIEWER));
        let created = api.call("POST", "/v1/admin/articles").bearer(&editor).json(article).send();
        assert_eq!(created.status, 201, "{}", created.body);
        let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
        let room = Self { path: format!("/v1/admin/articles/{id}"), api, editor, reviewer, id };
        room.run(
            "insert into cms.provider (id, slug, name, display_name, credentials)
             values ('01900000-0000-7000-8000-0000000000a1', 'rosa-lindt', '{\"family\": \"Lindt\"}', 'Rosa Lindt', '{MD}');
             update cms.account set provider_id = '01900000-0000-7000-8000-0000000000a1' where email = 'reviewer@clinic.example'",
        );
        room.license(&["2099-12-31"]);
        room
    }

    /// Runs statements as the owner of the tables.
    pub fn run(&self, statements: &str) {
        let statements = statements.to_owned();
        self.api.as_owner(async |owner| owner.execute(AssertSqlSafe(statements)).await.unwrap());
    }

    /// Gives the reviewer licences that end on these days.
    pub fn license(&self, ends: &[&str]) {
        let licences: Vec<_> =
            ends.iter().map(|end| json!({"state": "FL", "number": "ME-70411", "expires_on": end})).collect();
        self.run(&format!("update cms.provider set licences = '{}'", json!(licences)));
    }

    pub fn staff(&self) -> Value {
        self.api.call("GET", &self.path).bearer(&self.editor).send().json()["data"].clone()
    }

    pub fn etag(&self) -> String {
        self.api.call("GET", &self.path).bearer(&self.editor).send().etag()
    }

    /// A write of the editor below the article's address.
    pub fn write(&self, method: &str, below: &str, body: &Value) -> Reply {
        let call = self.api.call(method, &format!("{}{below}", self.path)).bearer(&self.editor);
        call.header("If-Match", self.etag()).json(body).send()
    }

    pub fn edit(&self, patch: &Value) -> Reply {
        let reply = self.write("PATCH", "", patch);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    }

    pub fn publish(&self) -> Reply {
        let reply = self.write("PUT", "/publication", &json!({}));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    }

    /// A sign-off as `token` would give it.
    pub fn sign_as(&self, token: &str, body: &Value) -> Reply {
        let call = self.api.call("POST", &format!("{}/signoffs", self.path)).bearer(token);
        call.header("If-Match", self.etag()).json(body).send()
    }

    /// The reviewer signs the newest revision.
    pub fn sign(&self) -> Value {
        let reply = self.sign_as(&self.reviewer, &json!({}));
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["data"].clone()
    }

    pub fn revoke(&self, signoff: &Value) -> Reply {
        let path = format!("{}/signoffs/{}", self.path, signoff["id"].as_str().unwrap());
        let call = self.api.call("DELETE", &path).bearer(&self.reviewer).header("If-Match", "\"v1\"");
        call.json(&json!({"reason": "New guidance"})).send()
    }

    pub fn public(&self) -> Value {
        let reply = self.api.get("/v1/articles/high-blood-pressure");
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }

    pub fn attestation(&self) -> Reply {
        self.api.get("/v1/articles/high-blood-pressure/review")
    }

    /// Lets so many days pass since each sign-off.
    pub fn age_signoffs(&self, days: u32) {
        self.run(&format!(
            "alter table cms.signoff disable trigger signoff_immutable;
             update cms.signoff set signed_at = signed_at - interval '{days} days', next_review_due = next_review_due - {days};
             set constraints all immediate;
             alter table cms.signoff enable trigger signoff_immutable"
        ));
    }
}
