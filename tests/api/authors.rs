//! `/v1/admin/authors`: under whose names articles stand.

use serde_json::{Value, json};

use crate::harness::{AUDITOR, Api, EDITOR, FRONT_DESK, Reply};

struct Desk {
    api: Api,
    token: String,
}

const OWNERS_ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";

impl Desk {
    fn new() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    fn create(&self, body: &Value) -> Reply {
        self.api.call("POST", "/v1/admin/authors").bearer(&self.token).json(body).send()
    }

    fn made(&self, body: &Value) -> Value {
        let reply = self.create(body);
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn send(&self, method: &str, author: &Value, rest: &str, body: &Value) -> Reply {
        let path = format!("/v1/admin/authors/{}{rest}", author["id"].as_str().unwrap());
        self.api.call(method, &path).bearer(&self.token).header("If-Match", "*").json(body).send()
    }

    fn list(&self, query: &str) -> Value {
        self.api.call("GET", &format!("/v1/admin/authors{query}")).bearer(&self.token).send().json()
    }

    /// A provider, as the clinic's record has one.
    fn provider(&self) -> &'static str {
        self.api.as_owner(async |owner| {
            let provider = "insert into cms.provider (id, slug, name, display_name, credentials)
                            values ('01900000-0000-7000-8000-0000000000aa', 'mara-lind', '{\"family\": \"Lind\"}', 'Dr. Mara Lind', '{MD}')";
            sqlx::raw_sql(provider).execute(owner).await.unwrap();
        });
        "mara-lind"
    }
}

fn mistake(reply: &Reply) -> (Value, Value) {
    let problem = reply.problem(422, "validation_failed");
    (problem["errors"][0]["pointer"].clone(), problem["errors"][0]["code"].clone())
}

#[test]
fn an_author_can_be_a_name_alone_with_what_it_claims() {
    let desk = Desk::new();
    let guest = desk.made(&json!({"name": "June Abbott", "credentials": ["RN"], "biography": "Writes about sleep."}));
    assert_eq!(
        (&guest["slug"], &guest["type"], &guest["version"]),
        (&json!("june-abbott"), &json!("person"), &json!(1))
    );
    assert_eq!(
        (&guest["account"], &guest["provider"], &guest["trashed_at"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let article = desk.api.publish(&desk.token, &json!({"title": "Sleep", "author": "june-abbott"}));
    assert_eq!(article["author"]["credentials"], json!(["RN"]));
    let renamed = desk.send("PATCH", &guest, "", &json!({"name": "June Abbott-Reyes", "biography": null}));
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    assert_eq!((&renamed.json()["data"]["version"], &renamed.json()["data"]["biography"]), (&json!(2), &Value::Null));
    assert_eq!(desk.api.get("/v1/articles/sleep").json()["data"]["author"]["name"], "June Abbott-Reyes");
    let namesake = desk.made(&json!({"name": "June Abbott"}));
    assert!(namesake["slug"].as_str().unwrap().starts_with("june-abbott-"), "{namesake}");
    assert_eq!(mistake(&desk.create(&json!({"name": "X", "slug": "june-abbott"}))), (json!("/slug"), json!("taken")));
    assert_eq!(mistake(&desk.create(&json!({"slug": "nobody"}))), (json!("/name"), json!("required")));
    assert_eq!(mistake(&desk.create(&json!({"name": "X", "npi": "1"}))), (json!("/npi"), json!("unknown_field")));
}

#[test]
fn somebody_with_a_profile_is_shown_as_the_profile_says() {
    let desk = Desk::new();
    let provider = desk.provider();
    let doctor = desk.made(&json!({"provider": provider, "slug": "lind"}));
    assert_eq!(
        (&doctor["name"], &doctor["type"], &doctor["credentials"]),
        (&json!("Dr. Mara Lind"), &json!("provider"), &json!(["MD"]))
    );
    assert_eq!(doctor["provider"]["slug"], "mara-lind");
    let colleague = desk.made(&json!({"account": OWNERS_ACCOUNT}));
    assert_eq!((&colleague["name"], &colleague["account"]["id"]), (&json!("Test owner"), &json!(OWNERS_ACCOUNT)));
    for (body, pointer, code) in [
        (json!({"provider": provider}), "/provider", "taken"),
        (json!({"account": OWNERS_ACCOUNT, "slug": "again"}), "/account", "taken"),
        (json!({"account": OWNERS_ACCOUNT, "provider": provider}), "/provider", "exclusive"),
        (json!({"account": "01900000-0000-7000-8000-00000000ffff"}), "/account", "unknown_reference"),
        (json!({"account": "me"}), "/account", "unknown_reference"),
        (json!({"provider": "nobody"}), "/provider", "unknown_reference"),
        (json!({"provider": provider, "credentials": ["PhD"]}), "/credentials", "not_applicable"),
    ] {
        assert_eq!(mistake(&desk.create(&body)), (json!(pointer), json!(code)), "{body}");
    }
    let claim = desk.send("PATCH", &colleague, "", &json!({"credentials": ["MD"]}));
    assert_eq!(mistake(&claim), (json!("/credentials"), json!("not_applicable")));
    let kept = desk.send("PATCH", &doctor, "", &json!({"biography": "Sees children."}));
    assert_eq!(kept.json()["data"]["provider"]["slug"], "mara-lind", "{}", kept.body);
}

#[test]
fn an_author_in_the_trash_cannot_be_chosen_and_stays_where_it_stands() {
    let desk = Desk::new();
    let guest = desk.made(&json!({"name": "June Abbott"}));
    let article = desk.api.publish(&desk.token, &json!({"title": "Sleep", "author": "june-abbott"}));
    desk.send("POST", &guest, "/restore", &json!({})).problem(409, "not_in_trash");
    assert_eq!(desk.send("DELETE", &guest, "", &json!({})).status, 204);
    assert_eq!(desk.api.get("/v1/articles/sleep").json()["data"]["author"]["name"], "June Abbott");
    for name in ["june-abbott", guest["id"].as_str().unwrap()] {
        let new = json!({"title": "Dreams", "author": name});
        let refused = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&new).send();
        assert_eq!(mistake(&refused), (json!("/author"), json!("unknown_reference")));
    }
    let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    let edit = desk.api.call("PATCH", &path).bearer(&desk.token).header("If-Match", "*");
    let edited = edit.json(&json!({"summary": "Seven hours."})).send();
    assert_eq!(edited.status, 200, "an edit of something else goes on: {}", edited.body);
    assert_eq!(desk.list("?q=june")["meta"]["total"], 0);
    assert_eq!(desk.list("?trashed=true")["data"][0]["slug"], "june-abbott");
    assert_eq!(desk.send("POST", &guest, "/restore", &json!({})).status, 200);
    assert_eq!(desk.list("?q=JUNE")["data"][0]["slug"], "june-abbott");
}

#[test]
fn authors_are_listed_by_name_in_pages_and_kept_by_editors() {
    let desk = Desk::new();
    for name in ["Cole", "Abel", "Birch"] {
        desk.made(&json!({"name": name}));
    }
    let names = |page: &Value| page["data"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect::<Vec<_>>();
    let first = desk.list("?limit=2");
    assert_eq!((names(&first), &first["meta"]["total"]), (vec![json!("Abel"), json!("Birch")], &json!(3)));
    let cursor = first["meta"]["next_cursor"].as_str().unwrap();
    assert_eq!(names(&desk.list(&format!("?limit=2&cursor={cursor}"))), ["Cole"]);
    let abel = first["data"][0].clone();
    let path = format!("/v1/admin/authors/{}", abel["id"].as_str().unwrap());
    let blind = desk.api.call("PATCH", &path).bearer(&desk.token).json(&json!({"name": "A"})).send();
    blind.problem(428, "precondition_required");
    let stale = desk.api.call("PATCH", &path).bearer(&desk.token).header("If-Match", "\"v9\"").json(&json!({})).send();
    stale.problem(412, "stale_version");
    let auditor = desk.api.sign_in(AUDITOR);
    assert_eq!(desk.api.call("GET", &path).bearer(&auditor).send().status, 200);
    let refused = desk.api.call("DELETE", &path).bearer(&auditor).header("If-Match", "*").send();
    refused.problem(403, "forbidden");
    desk.api.call("GET", &path).bearer(&desk.api.sign_in(FRONT_DESK)).send().problem(403, "forbidden");
}
