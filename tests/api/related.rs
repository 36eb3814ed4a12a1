//! Further reading: `related` of an article, and `/v1/articles/{slug}/related`.

use serde_json::{Value, json};

use crate::{
    harness::{Api, EDITOR},
    providers::slugs,
};

struct Shelf {
    api: Api,
    token: String,
}

impl Shelf {
    /// With the terms that its articles carry.
    fn new() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        for (kind, name) in [("conditions", "Asthma"), ("tags", "Breath"), ("categories", "Lungs")] {
            let made =
                api.call("POST", &format!("/v1/admin/{kind}")).bearer(&token).json(&json!({"name": name})).send();
            assert_eq!(made.status, 201, "{}", made.body);
        }
        Self { api, token }
    }

    fn publish(&self, title: &str, more: &Value) -> String {
        let mut article = json!({"title": title, "body_markdown": "Text."});
        article.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.api.publish(&self.token, &article)["id"].as_str().unwrap().to_owned()
    }

    fn related(&self, slug: &str) -> Value {
        let reply = self.api.get(&format!("/v1/articles/{slug}/related"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        let article = self.api.get(&format!("/v1/articles/{slug}")).json();
        assert_eq!(article["data"]["related"], reply.json()["data"], "one and the same");
        reply.json()["data"].clone()
    }
}

#[test]
fn what_an_editor_chose_comes_first_and_then_what_shares_most() {
    let shelf = Shelf::new();
    let chosen = shelf.publish("Chosen", &json!({}));
    shelf.publish("Same category", &json!({"category": "lungs"}));
    shelf.publish("Same tag", &json!({"tags": ["breath"]}));
    shelf.publish("Same condition", &json!({"conditions": ["asthma"]}));
    shelf.publish("Nothing in common", &json!({}));
    let terms = json!({"category": "lungs", "tags": ["breath"], "conditions": ["asthma"]});
    let mut reader = terms.clone();
    reader["related"] = json!([chosen]);
    shelf.publish("Reader", &reader);
    assert_eq!(slugs(&shelf.related("reader")), ["chosen", "same-condition", "same-tag", "same-category"]);
    for title in ["Twin one", "Twin two", "Twin three"] {
        shelf.publish(title, &terms);
    }
    let related = shelf.related("reader");
    assert_eq!(
        slugs(&related),
        ["chosen", "twin-three", "twin-two", "twin-one"],
        "four in all, the newest first among equals"
    );
    assert_eq!(related[1]["conditions"][0]["slug"], "asthma", "in the shape of the list");
}

#[test]
fn nothing_is_related_that_is_not_visible_in_the_same_language() {
    let shelf = Shelf::new();
    let terms = json!({"conditions": ["asthma"]});
    let gone = shelf.publish("Gone", &terms);
    let draft = json!({"title": "Draft", "body_markdown": "Text.", "conditions": ["asthma"]});
    let made = shelf.api.call("POST", "/v1/admin/articles").bearer(&shelf.token).json(&draft).send();
    let draft = made.json()["data"]["id"].as_str().unwrap().to_owned();
    shelf.publish("Aire", &json!({"locale": "es", "conditions": ["asthma"]}));
    shelf.publish("Reader", &json!({"conditions": ["asthma"], "related": [gone, draft]}));
    assert_eq!(slugs(&shelf.related("reader")), ["gone"]);
    let path = format!("/v1/admin/articles/{gone}/publication");
    let withdrawn = shelf.api.call("DELETE", &path).bearer(&shelf.token).header("If-Match", "*").send();
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    assert_eq!(shelf.related("reader"), json!([]), "neither as chosen nor as a neighbour");
    shelf.api.get("/v1/articles/draft/related").problem(404, "not_found");
    shelf.api.get("/v1/articles/gone/related").problem(404, "not_found");
    shelf.api.get("/v1/articles/reader/related?limit=2").problem(400, "invalid_parameters");
}

#[test]
fn a_former_slug_leads_to_the_list_below_the_present_one() {
    let shelf = Shelf::new();
    let id = shelf.publish("Reader", &json!({}));
    let path = format!("/v1/admin/articles/{id}");
    for (method, path, body) in
        [("PATCH", path.clone(), json!({"slug": "listener"})), ("PUT", format!("{path}/publication"), json!({}))]
    {
        let done = shelf.api.call(method, &path).bearer(&shelf.token).header("If-Match", "*").json(&body).send();
        assert_eq!(done.status, 200, "{}", done.body);
    }
    let moved = shelf.api.get("/v1/articles/reader/related?locale=en");
    let there = format!("{}/v1/articles/listener/related?locale=en", shelf.api.base);
    assert_eq!((moved.status, moved.header("location")), (301, there.as_str()));
    assert_eq!(shelf.api.get(&format!("/v1/articles/{id}/related")).status, 200);
}
