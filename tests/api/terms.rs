//! Categories, tags and conditions.

use serde_json::json;

use crate::harness::{Api, EDITOR};

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
