//! `/v1/resolve`, `/v1/redirects` and former slugs: an address that was given out once goes on leading somewhere.

use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply};

struct Desk {
    api: Api,
    token: String,
}

impl Desk {
    fn open() -> Self {
        Self::over(Api::start())
    }

    fn over(api: Api) -> Self {
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    #[expect(clippy::needless_pass_by_value, reason = "a literal is handed over")]
    fn publish(&self, article: Value) -> Value {
        self.api.publish(&self.token, &article)
    }

    fn call(&self, method: &str, article: &Value, rest: &str) -> Reply {
        let path = format!("/v1/admin/articles/{}{rest}", article["id"].as_str().unwrap());
        let call = self.api.call(method, &path).bearer(&self.token).header("If-Match", "*");
        let reply = if method == "PUT" { call.json(&json!({})).send() } else { call.send() };
        assert!(reply.status < 300, "{}", reply.body);
        reply
    }

    #[expect(clippy::needless_pass_by_value, reason = "a literal is handed over")]
    fn change(&self, article: &Value, patch: Value) {
        let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
        let reply = self.api.call("PATCH", &path).bearer(&self.token).header("If-Match", "*").json(&patch).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        self.call("PUT", article, "/publication");
    }

    #[expect(clippy::needless_pass_by_value, reason = "a literal is handed over")]
    fn redirect(&self, redirect: Value) {
        let reply = self.api.call("POST", "/v1/admin/redirects").bearer(&self.token).json(&redirect).send();
        assert_eq!(reply.status, 201, "{}", reply.body);
    }

    fn resolve(&self, path: &str) -> Value {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
        let reply = self.api.get(&format!("/v1/resolve?{query}"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        let data = reply.json()["data"].clone();
        for key in ["status", "type", "id", "slug", "locale", "path", "to"] {
            assert!(data.get(key).is_some(), "{key} is missing: {data}");
        }
        data
    }

    fn leads(&self, path: &str) -> (i64, Option<String>) {
        let data = self.resolve(path);
        (data["status"].as_i64().unwrap(), data["to"].as_str().map(str::to_owned))
    }

    fn table(&self) -> Vec<Value> {
        let table = self.api.get("/v1/redirects").json();
        assert_eq!(table["meta"], json!({"total": table["data"].as_array().unwrap().len(), "complete": true}));
        table["data"].as_array().unwrap().clone()
    }
}

fn to(status: i64, target: &str) -> (i64, Option<String>) {
    (status, Some(target.to_owned()))
}

#[test]
fn an_address_says_what_stands_there() {
    let desk = Desk::open();
    let article = desk.publish(json!({"title": "Flu shots"}));
    let found = desk.resolve("/articles/flu-shots");
    assert_eq!(
        found,
        json!({"status": 200, "type": "article", "id": article["id"], "slug": "flu-shots", "locale": "en",
               "path": "/articles/flu-shots", "to": null})
    );
    for spelling in ["/articles/flu-shots/", "/articles/flu-shots?utm_source=mail", "/articles/fl%75-shots#top"] {
        assert_eq!(desk.resolve(spelling), found, "{spelling}");
    }
    let nothing =
        json!({"status": 404, "type": null, "id": null, "slug": null, "locale": null, "path": null, "to": null});
    for path in [
        "/",
        "/articles",
        "/articles/none",
        "/Articles/flu-shots",
        "//articles/flu-shots",
        "/%00",
        "/\u{0}x".trim_end_matches('x'),
    ] {
        if !path.contains('\0') {
            assert_eq!(desk.resolve(path), nothing, "{path}");
        }
    }
    assert_eq!(desk.resolve(&format!("/{}", "long".repeat(900))), nothing, "a visitor's address may be anything");
    for query in [
        "",
        "?path=",
        "?path=articles",
        "?path=https://clinic.example/articles/flu-shots",
        "?path=/a&path=/b",
        "?path=/a&to=/b",
        "?path=%00",
    ] {
        desk.api.get(&format!("/v1/resolve{query}")).problem(400, "invalid_parameters");
    }
    let first = desk.api.get("/v1/resolve?path=/articles/flu-shots");
    let again =
        desk.api.call("GET", "/v1/resolve?path=/articles/flu-shots").header("If-None-Match", first.etag()).send();
    assert_eq!(again.status, 304);
    assert!(first.header("cache-tag").contains("redirects") && first.header("cache-control").contains("max-age="));
}

#[test]
fn every_former_address_leads_to_the_present_one() {
    let desk = Desk::open();
    let article = desk.publish(json!({"title": "Flu shots"}));
    for slug in ["flu-shots-2026", "flu-vaccines"] {
        desk.change(&article, json!({"slug": slug}));
    }
    for former in ["flu-shots", "flu-shots-2026"] {
        let moved = desk.api.get(&format!("/v1/articles/{former}?format=text"));
        assert_eq!(moved.status, 301);
        assert_eq!(moved.header("location"), format!("{}/v1/articles/flu-vaccines?format=text", desk.api.base));
        let found = desk.resolve(&format!("/articles/{former}"));
        assert_eq!((&found["status"], &found["to"]), (&json!(301), &json!("/articles/flu-vaccines")));
        assert_eq!((&found["type"], &found["id"]), (&json!("article"), &article["id"]));
    }
    assert_eq!(
        desk.table(),
        [
            json!({"from": "/articles/flu-shots", "to": "/articles/flu-vaccines", "status": 301}),
            json!({"from": "/articles/flu-shots-2026", "to": "/articles/flu-vaccines", "status": 301}),
        ]
    );
    // Another article takes an old slug: what stands there now wins.
    let other = desk.publish(json!({"title": "Flu shots"}));
    assert_eq!(other["slug"], "flu-shots");
    assert_eq!(desk.resolve("/articles/flu-shots")["id"], other["id"]);
    assert_eq!(desk.api.get("/v1/articles/flu-shots").json()["data"]["id"], other["id"]);
    assert_eq!(desk.table().len(), 1);
    // And when it moves on as well, the later one leads.
    desk.change(&other, json!({"slug": "vaccines-for-children"}));
    assert_eq!(desk.leads("/articles/flu-shots"), to(301, "/articles/vaccines-for-children"));
}

#[test]
fn an_article_that_left_is_gone_where_staff_said_what_took_its_place() {
    let desk = Desk::open();
    let old = desk.publish(json!({"title": "Flu shots 2025"}));
    let new = desk.publish(json!({"title": "Flu shots 2026"}));
    desk.call("DELETE", &old, "/publication");
    desk.api.get("/v1/articles/flu-shots-2025").problem(404, "not_found");
    desk.redirect(json!({"from": "/articles/flu-shots-2025", "article": new["id"], "status": 410}));
    for name in ["flu-shots-2025", old["id"].as_str().unwrap()] {
        let gone = desk.api.get(&format!("/v1/articles/{name}")).problem(410, "gone");
        let successor = json!({"type": "article", "id": new["id"], "slug": "flu-shots-2026", "locale": "en",
                               "path": "/articles/flu-shots-2026", "to": "/articles/flu-shots-2026"});
        assert_eq!(gone["successor"], successor);
    }
    assert_eq!(desk.leads("/articles/flu-shots-2025"), to(410, "/articles/flu-shots-2026"));
    // The successor moves, and is found where it stands.
    desk.change(&new, json!({"slug": "flu-shots"}));
    let gone = desk.api.get("/v1/articles/flu-shots-2025").problem(410, "gone");
    assert_eq!(gone["successor"]["slug"], "flu-shots");
    assert_eq!(
        desk.table(),
        [
            json!({"from": "/articles/flu-shots-2025", "to": "/articles/flu-shots", "status": 410}),
            json!({"from": "/articles/flu-shots-2026", "to": "/articles/flu-shots", "status": 301}),
        ]
    );
    // In the trash it is gone just the same; back in sight it is there.
    desk.call("DELETE", &old, "");
    desk.api.get("/v1/articles/flu-shots-2025").problem(410, "gone");
    // The successor leaves too, without a word: nobody can be told of anything.
    desk.call("DELETE", &new, "/publication");
    desk.api.get("/v1/articles/flu-shots-2025").problem(404, "not_found");
    assert_eq!(desk.leads("/articles/flu-shots-2025"), (410, None));
    assert_eq!(desk.leads("/articles/flu-shots-2026"), (404, None));
}

#[test]
fn an_article_that_left_may_lead_to_another_or_to_a_page_that_is_no_article() {
    let desk = Desk::open();
    let old = desk.publish(json!({"title": "Parking"}));
    let new = desk.publish(json!({"title": "How to find us"}));
    let page = desk.publish(json!({"title": "Booking"}));
    desk.call("DELETE", &old, "/publication");
    desk.call("DELETE", &page, "/publication");
    desk.redirect(json!({"from": "/articles/parking", "article": "how-to-find-us"}));
    desk.redirect(json!({"from": "/articles/booking", "to": "https://booking.example/clinic", "status": 410}));
    let moved = desk.api.get("/v1/articles/parking");
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, format!("{}/v1/articles/{}", desk.api.base, new["id"].as_str().unwrap()).as_str())
    );
    let gone = desk.api.get("/v1/articles/booking").problem(410, "gone");
    assert_eq!(gone["successor"]["to"], "https://booking.example/clinic");
    assert_eq!(gone["successor"]["id"], Value::Null);
}

#[test]
fn an_article_that_left_without_a_word_answers_as_one_that_never_was() {
    let desk = Desk::open();
    let withdrawn = desk.publish(json!({"title": "Withdrawn"}));
    desk.call("DELETE", &withdrawn, "/publication");
    let renamed = desk.publish(json!({"title": "Renamed"}));
    desk.change(&renamed, json!({"slug": "renamed-again"}));
    desk.call("DELETE", &renamed, "/publication");
    let draft = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&json!({"title": "Draft"})).send();
    assert_eq!(draft.status, 201);
    let said = |name: &str| {
        let reply = desk.api.call("GET", &format!("/v1/articles/{name}")).header("X-Request-Id", "same-for-all").send();
        reply.problem(404, "not_found");
        let mut headers: Vec<_> =
            reply.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        headers.retain(|header| !header.starts_with("date:"));
        headers.sort();
        (headers, reply.body)
    };
    let unknown = said("never-was");
    let id = withdrawn["id"].as_str().unwrap();
    for name in ["withdrawn", "renamed", "renamed-again", "draft", id, draft.json()["data"]["id"].as_str().unwrap()] {
        assert_eq!(said(name), unknown, "{name}");
    }
    for path in ["/articles/withdrawn", "/articles/renamed", "/articles/renamed-again", "/articles/draft"] {
        assert_eq!(desk.resolve(path), desk.resolve("/articles/never-was"), "{path}");
    }
    assert_eq!(desk.table(), Vec::<Value>::new());
}

#[test]
fn an_article_stands_where_the_settings_say_and_moves_with_its_next_publication() {
    let paths =
        "/wissen/{slug}, es=/es/articulos/{slug}, en/prevention=/prevention/{slug}, /{locale}/{category}/a/{slug}";
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("article-paths", paths)]);
    let desk = Desk::over(api);
    for name in ["Prevention", "News"] {
        let made =
            desk.api.call("POST", "/v1/admin/categories").bearer(&desk.token).json(&json!({"name": name})).send();
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let path = |article: Value| desk.publish(article)["path"].as_str().unwrap().to_owned();
    assert_eq!(path(json!({"title": "Plain"})), "/wissen/plain");
    assert_eq!(path(json!({"title": "Plano", "locale": "es", "category": "news"})), "/es/articulos/plano");
    assert_eq!(path(json!({"title": "Deutsch", "locale": "de", "category": "news"})), "/de/news/a/deutsch");
    assert_eq!(path(json!({"title": "Ohne", "locale": "de"})), "/de/articles/ohne", "no category, no place for it");
    let flu = desk.publish(json!({"title": "Flu", "category": "prevention"}));
    assert_eq!(flu["path"], "/prevention/flu");
    let public = desk.api.get("/v1/articles/flu").json();
    assert_eq!(public["data"]["path"], "/prevention/flu");
    assert_eq!(public["data"]["seo"]["canonical_url"], "https://clinic.example/prevention/flu");
    // A draft of another category: the article stands where it stood until it is published.
    let admin = format!("/v1/admin/articles/{}", flu["id"].as_str().unwrap());
    let patched = desk
        .api
        .call("PATCH", &admin)
        .bearer(&desk.token)
        .header("If-Match", "*")
        .json(&json!({"category": "news"}))
        .send();
    assert_eq!(patched.json()["data"]["path"], "/prevention/flu");
    assert_eq!(desk.resolve("/prevention/flu")["status"], 200);
    desk.call("PUT", &flu, "/publication");
    assert_eq!(desk.leads("/prevention/flu"), to(301, "/wissen/flu"));
    assert_eq!(desk.resolve("/wissen/flu")["id"], flu["id"]);
    assert_eq!(desk.api.get("/v1/articles/flu").status, 200, "the slug is what it was");
    // The draft's own address is told to staff alone.
    let draft = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&json!({"title": "Soon"})).send();
    assert_eq!(draft.json()["data"]["path"], "/wissen/soon");
    assert_eq!(desk.leads("/wissen/soon"), (404, None));
}

#[test]
fn two_articles_never_stand_at_one_address() {
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("article-paths", "/a/{slug}, es=/a/{slug}")]);
    let desk = Desk::over(api);
    desk.publish(json!({"title": "Same", "slug": "same"}));
    let other = json!({"title": "Igual", "slug": "same", "locale": "es"});
    let created = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&other).send();
    let path = format!("/v1/admin/articles/{}/publication", created.json()["data"]["id"].as_str().unwrap());
    let refused =
        desk.api.call("PUT", &path).bearer(&desk.token).header("If-Match", created.etag()).json(&json!({})).send();
    let problem = refused.problem(422, "validation_failed");
    assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/slug"), &json!("taken")));
}

#[test]
fn what_is_planned_is_not_told_before_its_time() {
    let desk = Desk::open();
    let article = desk.publish(json!({"title": "Flu shots"}));
    let admin = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    let edited = desk
        .api
        .call("PATCH", &admin)
        .bearer(&desk.token)
        .header("If-Match", "*")
        .json(&json!({"slug": "secret-plan"}))
        .send();
    let later = json!({"publish_at": (Clock::system().now() + chrono::Duration::seconds(40)).to_rfc3339()});
    let planned = desk
        .api
        .call("PUT", &format!("{admin}/publication"))
        .bearer(&desk.token)
        .header("If-Match", edited.etag())
        .json(&later)
        .send();
    assert_eq!(planned.status, 200, "{}", planned.body);
    assert_eq!(planned.json()["data"]["path"], "/articles/flu-shots", "where it stands until then");
    assert_eq!(desk.leads("/articles/secret-plan"), (404, None));
    assert_eq!(desk.resolve("/articles/flu-shots")["status"], 200);
    assert_eq!(desk.table(), Vec::<Value>::new());
    for address in ["/v1/resolve?path=/articles/flu-shots", "/v1/resolve?path=/articles/secret-plan", "/v1/redirects"] {
        let reply = desk.api.get(address);
        let age = reply.header("cache-control").strip_prefix("public, max-age=").unwrap().parse::<i64>().unwrap();
        assert!(age <= 40, "{address} may be kept for {age} seconds, past the change");
    }
}
