//! Categories, tags and conditions.

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply};

#[test]
fn a_category_is_public_with_the_first_visible_article_in_it() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let made = api.call("POST", "/v1/admin/categories").bearer(&token).json(&json!({"name": "Heart & Vessels"})).send();
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["data"]["slug"], "heart-vessels");
    assert!(made.header("location").ends_with(made.json()["data"]["id"].as_str().unwrap()));
    assert_eq!(
        api.get("/v1/categories").json()["data"],
        json!([]),
        "a name without a visible article is a draft's word"
    );
    api.publish(&token, &json!({"title": "Blood pressure", "category": "heart-vessels"}));
    let listed = api.get("/v1/categories").json();
    assert_eq!(listed["data"][0]["name"], "Heart & Vessels");
    assert_eq!(listed["data"][0]["articles"], 1);
    assert_eq!(api.get("/v1/articles").json()["data"][0]["category"]["slug"], "heart-vessels");
}

#[test]
fn a_renamed_category_shows_at_once_and_a_trashed_one_nowhere() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let made = api.call("POST", "/v1/admin/categories").bearer(&token).json(&json!({"name": "News"})).send();
    api.publish(&token, &json!({"title": "Opening", "category": "news"}));
    let path = format!("/v1/admin/categories/{}", made.json()["data"]["id"].as_str().unwrap());
    let patch = |etag: &str, body: serde_json::Value| {
        api.call("PATCH", &path).bearer(&token).header("If-Match", etag).json(&body).send()
    };
    let renamed = patch(&made.etag(), json!({"name": "From us"}));
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    assert_eq!(api.get("/v1/articles").json()["data"][0]["category"]["name"], "From us");
    patch(&made.etag(), json!({"name": "Late"})).problem(412, "stale_version");
    let gone = api.call("DELETE", &path).bearer(&token).header("If-Match", renamed.etag()).send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(api.get("/v1/articles").json()["data"][0]["category"], json!(null));
    let back = api.call("POST", &format!("{path}/restore")).bearer(&token).send();
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(api.get("/v1/articles").json()["data"][0]["category"]["name"], "From us");
}

#[test]
fn a_slug_is_given_once_among_its_kind() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let make = |kind: &str| {
        api.call("POST", &format!("/v1/admin/{kind}")).bearer(&token).json(&json!({"name": "Sleep"})).send()
    };
    assert_eq!(make("tags").status, 201);
    assert_eq!(make("categories").status, 201, "another kind is another name space");
    assert_eq!(make("tags").problem(422, "validation_failed")["errors"][0]["pointer"], "/slug");
}

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

    fn make(&self, kind: &str, body: &Value) -> Reply {
        self.api.call("POST", &format!("/v1/admin/{kind}")).bearer(&self.token).json(body).send()
    }

    fn made(&self, kind: &str, body: &Value) -> Value {
        let reply = self.make(kind, body);
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn send(&self, method: &str, kind: &str, term: &Value, rest: &str, body: &Value) -> Reply {
        let path = format!("/v1/admin/{kind}/{}{rest}", term["id"].as_str().unwrap());
        self.api.call(method, &path).bearer(&self.token).header("If-Match", "*").json(body).send()
    }
}

fn mistake(reply: &Reply) -> (Value, Value) {
    let problem = reply.problem(422, "validation_failed");
    (problem["errors"][0]["pointer"].clone(), problem["errors"][0]["code"].clone())
}

#[test]
fn categories_stand_below_each_other_and_are_counted_with_what_stands_below() {
    let desk = Desk::new();
    let top = desk.made("categories", &json!({"name": "Body"}));
    let middle = desk.made("categories", &json!({"name": "Skin", "parent": "body"}));
    desk.made("categories", &json!({"name": "Moles", "parent": middle["id"], "aliases": ["Naevi"]}));
    assert_eq!(middle["parent"]["slug"], "body");
    desk.api.publish(&desk.token, &json!({"title": "A mole that changes", "category": "moles"}));
    desk.api.publish(&desk.token, &json!({"title": "Dry skin", "category": "skin"}));
    let shown = desk.api.get("/v1/categories").json()["data"].clone();
    let told =
        |n: usize| (&shown[n]["slug"], &shown[n]["articles"], &shown[n]["articles_below"], &shown[n]["parent"]["slug"]);
    assert_eq!(told(0), (&json!("body"), &json!(0), &json!(2), &Value::Null));
    assert_eq!(told(1), (&json!("moles"), &json!(1), &json!(1), &json!("skin")));
    assert_eq!(told(2), (&json!("skin"), &json!(1), &json!(2), &json!("body")));
    assert_eq!(shown[1]["aliases"], json!(["Naevi"]));
    assert_eq!(
        desk.api.get("/v1/articles?category=body").json()["meta"]["total"],
        2,
        "the filter finds what is counted"
    );
    desk.made("categories", &json!({"name": "Mind"}));
    assert_eq!(
        desk.api.get("/v1/categories").json()["data"].as_array().unwrap().len(),
        3,
        "nothing visible is below it"
    );
    let cleared = desk.send("PATCH", "categories", &middle, "", &json!({"parent": null}));
    assert_eq!(cleared.json()["data"]["parent"], Value::Null, "{}", cleared.body);
    assert_eq!(desk.send("DELETE", "categories", &top, "", &json!({})).status, 204);
}

#[test]
fn the_tree_has_no_circle_and_no_child_without_its_parent() {
    let desk = Desk::new();
    let mut chain = vec![desk.made("categories", &json!({"name": "Level 1"}))];
    for level in 2..=10 {
        let above = chain.last().unwrap()["id"].clone();
        chain.push(desk.made("categories", &json!({"name": format!("Level {level}"), "parent": above})));
    }
    let (top, bottom) = (&chain[0], &chain[9]);
    let place =
        |term: &Value, parent: &Value| desk.send("PATCH", "categories", term, "", &json!({"parent": parent["id"]}));
    assert_eq!(mistake(&place(top, bottom)), (json!("/parent"), json!("cycle")));
    assert_eq!(mistake(&place(top, top)), (json!("/parent"), json!("cycle")));
    let eleventh = desk.make("categories", &json!({"name": "Level 11", "parent": bottom["id"]}));
    assert_eq!(mistake(&eleventh), (json!("/parent"), json!("tree_too_deep")));
    let other = desk.made("categories", &json!({"name": "Other"}));
    assert_eq!(mistake(&place(top, &other)), (json!("/parent"), json!("tree_too_deep")), "the levels below count");
    assert_eq!(place(&chain[1], &other).status, 200);
    let unknown = desk.make("categories", &json!({"name": "X", "parent": "none-such"}));
    assert_eq!(mistake(&unknown), (json!("/parent"), json!("unknown_reference")));
    desk.send("DELETE", "categories", &other, "", &json!({})).problem(409, "has_children");
    assert_eq!(desk.send("DELETE", "categories", bottom, "", &json!({})).status, 204);
    assert_eq!(desk.send("DELETE", "categories", &chain[8], "", &json!({})).status, 204);
    desk.send("POST", "categories", bottom, "/restore", &json!({})).problem(409, "parent_in_trash");
    assert_eq!(desk.send("POST", "categories", &chain[8], "/restore", &json!({})).status, 200);
    assert_eq!(desk.send("POST", "categories", bottom, "/restore", &json!({})).status, 200);
}

#[test]
fn two_moves_at_once_make_no_circle() {
    let desk = Desk::new();
    let (one, other) =
        (desk.made("categories", &json!({"name": "One"})), desk.made("categories", &json!({"name": "Other"})));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let moves = [(&one, &other), (&other, &one)].map(|(term, parent)| {
            let desk = &desk;
            scope.spawn(move || desk.send("PATCH", "categories", term, "", &json!({"parent": parent["id"]})).status)
        });
        moves.into_iter().map(|moved| moved.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(desk.api.number("select count(*) from cms.term where parent_id is not null"), 1);
}

#[test]
fn a_condition_has_the_codes_by_which_other_systems_know_it() {
    let desk = Desk::new();
    let codes = json!([
        {"system": "icd-10-cm", "code": "J45.909"},
        {"system": "mesh", "code": "D001249"},
        {"system": "snomed-ct", "code": "195967001"},
    ]);
    let body = json!({"name": "Asthma", "aliases": ["Bronchial asthma"], "codes": codes});
    let asthma = desk.made("conditions", &body);
    assert_eq!(asthma["codes"], codes);
    desk.api.publish(&desk.token, &json!({"title": "Breathing", "conditions": ["asthma"]}));
    let shown = desk.api.get("/v1/conditions").json()["data"][0].clone();
    assert_eq!((&shown["codes"], &shown["aliases"]), (&codes, &json!(["Bronchial asthma"])));
    let left = desk.send("PATCH", "conditions", &asthma, "", &json!({"description": "Of the airways."}));
    assert_eq!(left.json()["data"]["codes"], codes, "{}", left.body);
    for (wrong, pointer, code) in [
        (json!([{"system": "icd-10-cm", "code": "asthma"}]), "/codes/0/code", "bad_code"),
        (json!([{"system": "snomed-ct", "code": "195967002"}]), "/codes/0/code", "bad_code"),
        (json!([{"system": "icd-11", "code": "CA23"}]), "/codes/0/system", "unknown_value"),
        (json!([{"code": "J45"}]), "/codes/0/system", "required"),
        (json!(["J45"]), "/codes/0", "wrong_type"),
        (json!([{"system": "mesh", "code": "D001249"}, {"system": "mesh", "code": "D001249"}]), "/codes", "repeated"),
    ] {
        let refused = desk.make("conditions", &json!({"name": "Other", "codes": wrong}));
        assert_eq!(mistake(&refused), (json!(pointer), json!(code)), "{wrong}");
    }
    assert_eq!(
        mistake(&desk.make("tags", &json!({"name": "T", "codes": codes}))),
        (json!("/codes"), json!("not_applicable"))
    );
    assert_eq!(
        mistake(&desk.make("tags", &json!({"name": "T", "parent": "x"}))),
        (json!("/parent"), json!("not_applicable"))
    );
    assert_eq!(
        mistake(&desk.make("tags", &json!({"name": "T", "aliases": ["a", "a"]}))),
        (json!("/aliases"), json!("repeated"))
    );
}

#[test]
fn an_article_with_a_term_in_the_trash_can_still_be_edited() {
    let desk = Desk::new();
    let tag = desk.made("tags", &json!({"name": "Winter"}));
    let draft = json!({"title": "Snow", "tags": ["winter"]});
    let made = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&draft).send();
    let path = format!("/v1/admin/articles/{}", made.json()["data"]["id"].as_str().unwrap());
    assert_eq!(desk.send("DELETE", "tags", &tag, "", &json!({})).status, 204);
    let edit =
        |body: &Value| desk.api.call("PATCH", &path).bearer(&desk.token).header("If-Match", "*").json(body).send();
    let edited = edit(&json!({"summary": "Drive slowly."}));
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(mistake(&edit(&json!({"tags": ["winter"]}))), (json!("/tags/0"), json!("unknown_reference")));
    assert_eq!(edit(&json!({"tags": []})).status, 200);
    assert_eq!(mistake(&edit(&json!({"tags": [tag["id"]]}))), (json!("/tags/0"), json!("unknown_reference")));
}
