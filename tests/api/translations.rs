//! Languages: translations are articles of their own in a group, found along a chain of languages, and told when their
//! original has moved on.

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply};

struct Desk {
    api: Api,
    token: String,
}

impl Desk {
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    #[expect(clippy::needless_pass_by_value, reason = "a literal is handed over")]
    fn publish(&self, article: Value) -> Value {
        self.api.publish(&self.token, &article)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a literal is handed over")]
    fn create(&self, article: Value) -> Reply {
        self.api.call("POST", "/v1/admin/articles").bearer(&self.token).json(&article).send()
    }

    #[expect(clippy::needless_pass_by_value, reason = "a literal is handed over")]
    fn patch(&self, article: &Value, patch: Value) -> Reply {
        let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
        self.api.call("PATCH", &path).bearer(&self.token).header("If-Match", "*").json(&patch).send()
    }

    fn publish_again(&self, article: &Value) {
        let path = format!("/v1/admin/articles/{}/publication", article["id"].as_str().unwrap());
        let reply = self.api.call("PUT", &path).bearer(&self.token).header("If-Match", "*").json(&json!({})).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    fn withdraw(&self, article: &Value) {
        let path = format!("/v1/admin/articles/{}/publication", article["id"].as_str().unwrap());
        let reply = self.api.call("DELETE", &path).bearer(&self.token).header("If-Match", "*").send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    fn slugs(&self, query: &str) -> Vec<String> {
        let list = self.api.get(&format!("/v1/articles?sort=title&{query}")).json();
        let data = list["data"].as_array().unwrap_or_else(|| panic!("{list}"));
        assert_eq!(list["meta"]["total"], data.len());
        data.iter().map(|article| article["slug"].as_str().unwrap().to_owned()).collect()
    }

    fn admin(&self, query: &str) -> Vec<Value> {
        let reply = self.api.call("GET", &format!("/v1/admin/articles?{query}")).bearer(&self.token).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].as_array().unwrap().clone()
    }
}

fn flu() -> Value {
    json!({"title": "Flu shots", "body_markdown": "Come by."})
}

fn gripe() -> Value {
    json!({"title": "Vacunas contra la gripe", "slug": "vacunas", "locale": "es", "translation_of": "flu-shots", "body_markdown": "Venga."})
}

fn codes(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    problem["errors"].as_array().unwrap().iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

#[test]
fn a_reader_gets_each_article_once_in_the_best_language_there_is() {
    let desk = Desk::open();
    desk.publish(flu());
    desk.publish(gripe());
    desk.publish(json!({"title": "Parking"}));
    desk.publish(
        json!({"title": "Vacunas en México", "slug": "vacunas-mx", "locale": "es-MX", "translation_of": "flu-shots"}),
    );
    desk.publish(json!({"title": "Solo en español", "slug": "solo", "locale": "es"}));
    assert_eq!(desk.slugs(""), ["flu-shots", "parking"]);
    assert_eq!(desk.slugs("locale=es"), ["solo", "vacunas"]);
    assert_eq!(desk.slugs("locale=es&fallback=none"), ["solo", "vacunas"]);
    assert_eq!(desk.slugs("locale=es&fallback=default"), ["parking", "solo", "vacunas"]);
    assert_eq!(desk.slugs("locale=es-MX"), ["vacunas-mx"]);
    assert_eq!(desk.slugs("locale=es-MX&fallback=default"), ["parking", "solo", "vacunas-mx"]);
    assert_eq!(desk.slugs("locale=es-AR&fallback=default"), ["parking", "solo", "vacunas"]);
    assert_eq!(desk.slugs("locale=fr&fallback=default"), ["flu-shots", "parking"]);
    assert_eq!(desk.slugs("fallback=default"), ["flu-shots", "parking"]);
    let list = desk.api.get("/v1/articles?locale=es&fallback=default&sort=title").json();
    let locales: Vec<_> = list["data"].as_array().unwrap().iter().map(|article| article["locale"].clone()).collect();
    assert_eq!(locales, ["en", "es", "es"], "each says in which language it is");
    let wrong = desk.api.get("/v1/articles?fallback=defualt").problem(400, "invalid_parameters");
    assert_eq!(wrong["errors"][0]["suggestion"], "default");
    desk.api.get("/v1/articles/flu-shots?fallback=yes").problem(400, "invalid_parameters");
    desk.api.get("/v1/articles?fallback=none&fallback=default").problem(400, "invalid_parameters");
}

#[test]
fn a_cursor_with_a_fallback_leads_through_the_whole_list() {
    let desk = Desk::open();
    desk.publish(flu());
    desk.publish(gripe());
    for number in 1..=4 {
        desk.publish(json!({"title": format!("News {number}")}));
    }
    for sort in ["-published_at", "published_at", "title", "-updated_at"] {
        let mut found = Vec::new();
        let mut address = format!("/v1/articles?locale=es&fallback=default&limit=2&sort={sort}");
        for _ in 0..3 {
            let page = desk.api.get(&address).json();
            found.extend(page["data"].as_array().unwrap().iter().map(|article| article["slug"].clone()));
            let Some(cursor) = page["meta"]["next_cursor"].as_str() else { break };
            address = format!("/v1/articles?locale=es&fallback=default&limit=2&sort={sort}&cursor={cursor}");
        }
        assert_eq!(found.len(), 5, "{sort}: {found:?}");
        assert!(found.contains(&json!("vacunas")) && !found.contains(&json!("flu-shots")), "{sort}: {found:?}");
    }
}

#[test]
fn a_slug_is_looked_up_along_the_chain_and_leads_to_the_best_language() {
    let desk = Desk::open();
    desk.publish(flu());
    let spanish = desk.publish(gripe());
    desk.publish(json!({"title": "Parking"}));
    let get = |address: &str| desk.api.get(&format!("/v1/articles/{address}"));
    get("parking?locale=es").problem(404, "not_found");
    let shown = get("parking?locale=es-MX&fallback=default");
    assert_eq!((shown.status, &shown.json()["data"]["locale"]), (200, &json!("en")));
    let shown = get("vacunas?locale=es-MX&fallback=default");
    assert_eq!((shown.status, &shown.json()["data"]["locale"]), (200, &json!("es")));
    let better = get("flu-shots?locale=es-MX&fallback=default");
    assert_eq!(better.status, 301, "{}", better.body);
    let base = &desk.api.base;
    assert_eq!(better.header("location"), format!("{base}/v1/articles/vacunas?locale=es-MX&fallback=default"));
    get("flu-shots?locale=es").problem(404, "not_found");
    let by_id = get(&format!("{}?locale=fr&fallback=default", spanish["id"].as_str().unwrap()));
    assert_eq!((by_id.status, &by_id.json()["data"]["locale"]), (200, &json!("es")), "an id names one article");
    desk.patch(&spanish, json!({"slug": "vacuna-anual"}));
    desk.publish_again(&spanish);
    let former = get("vacunas?locale=es-MX&fallback=default");
    assert_eq!(former.header("location"), format!("{base}/v1/articles/vacuna-anual?locale=es-MX&fallback=default"));
    desk.withdraw(&spanish);
    let original = get("flu-shots?locale=es-MX&fallback=default");
    assert_eq!((original.status, &original.json()["data"]["locale"]), (200, &json!("en")));
    get("vacunas?locale=es-MX&fallback=default").problem(404, "not_found");
}

#[test]
fn a_translation_that_nobody_may_see_yet_changes_nothing() {
    let desk = Desk::open();
    desk.publish(flu());
    let addresses = [
        "/v1/articles?locale=es&fallback=default",
        "/v1/articles/flu-shots",
        "/v1/articles/flu-shots?locale=es&fallback=default",
    ];
    let before = addresses.map(|address| desk.api.get(address).body);
    assert_eq!(desk.create(gripe()).status, 201);
    assert_eq!(addresses.map(|address| desk.api.get(address).body), before);
    assert!(before.iter().all(|body| !body.contains("vacunas")));
}

#[test]
fn a_translation_is_stale_from_when_its_original_says_something_else_to_the_public() {
    let desk = Desk::open();
    let original = desk.publish(flu());
    let spanish = desk.publish(gripe());
    let stale = || desk.api.get("/v1/articles/flu-shots").json()["data"]["translations"][0].clone();
    let admin = |query: &str| desk.admin(query).iter().map(|article| article["slug"].clone()).collect::<Vec<_>>();
    assert_eq!(stale(), json!({"locale": "es", "slug": "vacunas", "path": "/es/articles/vacunas", "stale": false}));
    assert_eq!(desk.patch(&original, json!({"body_markdown": "Come by on Monday."})).status, 200);
    assert_eq!(stale()["stale"], false, "the public still reads what was translated");
    assert_eq!(admin("stale=true"), ["vacunas"], "staff see the draft");
    desk.publish_again(&original);
    assert_eq!(stale()["stale"], true);
    let of_staff = desk.admin("locale=es");
    assert_eq!(of_staff.len(), 1);
    assert_eq!((&of_staff[0]["stale"], &of_staff[0]["translation_of"]["slug"]), (&json!(true), &json!("flu-shots")));
    assert_eq!(admin("translation_of=flu-shots"), ["vacunas"]);
    assert_eq!(admin("translation_of=parking"), Vec::<Value>::new());
    assert_eq!(admin("stale=false"), ["flu-shots"]);
    // Looked at again: nothing to change, and nothing that was signed is void.
    let before = spanish["content_hash"].clone();
    let seen = desk.patch(&spanish, json!({"source_revision": 2}));
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!(seen.json()["data"]["content_hash"], before);
    assert_eq!(admin("stale=true"), Vec::<Value>::new());
    desk.publish_again(&spanish);
    assert_eq!(stale()["stale"], false);
    // Back to the words that were translated first, however many revisions later: stale against the second.
    desk.patch(&original, json!({"body_markdown": "Come by."}));
    desk.publish_again(&original);
    assert_eq!(stale()["stale"], true);
}

#[test]
fn languages_that_cannot_go_together_are_told_where_they_stand() {
    let desk = Desk::open();
    let original = desk.publish(flu());
    let spanish = desk.publish(gripe());
    let refused = |reply: &Reply| codes(&reply.problem(422, "validation_failed"));
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let second = json!({"title": "Otra", "locale": "es", "translation_of": "flu-shots"});
    assert_eq!(refused(&desk.create(second)), one("/translation_of", "translation_exists"));
    let chain = json!({"title": "Vaccins", "locale": "fr", "translation_of": "vacunas"});
    assert_eq!(refused(&desk.create(chain)), one("/translation_of", "not_an_original"));
    let same = json!({"title": "Flu, again", "translation_of": original["id"]});
    assert_eq!(refused(&desk.create(same)), one("/translation_of", "same_locale"));
    assert_eq!(refused(&desk.patch(&original, json!({"locale": "es"}))), one("/locale", "translation_exists"));
    assert_eq!(refused(&desk.patch(&spanish, json!({"locale": "en"}))), one("/translation_of", "same_locale"));
    let french = desk.publish(json!({"title": "Parking en français", "locale": "fr"}));
    assert_eq!(
        refused(&desk.patch(&original, json!({"translation_of": french["id"]}))),
        one("/translation_of", "has_translations")
    );
    let later = json!({"title": "Vaccins", "locale": "fr", "translation_of": "flu-shots", "source_revision": 9});
    assert_eq!(refused(&desk.create(later)), one("/source_revision", "unknown_reference"));
    let alone = json!({"title": "Vaccins", "locale": "fr", "source_revision": 1});
    assert_eq!(refused(&desk.create(alone)), one("/source_revision", "exclusive"));
}

#[test]
fn a_translation_is_edited_on_while_its_original_is_in_the_trash_and_can_be_let_go() {
    let desk = Desk::open();
    let original = desk.publish(flu());
    let spanish = desk.publish(gripe());
    let path = format!("/v1/admin/articles/{}", original["id"].as_str().unwrap());
    assert_eq!(desk.api.call("DELETE", &path).bearer(&desk.token).header("If-Match", "*").send().status, 204);
    assert_eq!(desk.patch(&spanish, json!({"summary": "Resumen."})).status, 200);
    let alone = desk.patch(&spanish, json!({"translation_of": null}));
    assert_eq!(alone.status, 200, "{}", alone.body);
    assert_eq!(alone.json()["data"]["translation_of"], Value::Null);
    assert_eq!(alone.json()["data"]["source_revision"], Value::Null);
    let again = desk.patch(&spanish, json!({"translation_of": "flu-shots"}));
    assert_eq!(
        codes(&again.problem(422, "validation_failed")),
        [("/translation_of".to_owned(), "unknown_reference".to_owned())]
    );
}
