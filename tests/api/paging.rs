//! Lists: pages by number and by cursor, filters, order, and the refusal of everything else.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{Api, EDITOR};

fn with_articles(count: usize) -> Api {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    for (path, name) in [("categories", "News"), ("tags", "Heart"), ("tags", "Sleep")] {
        let made = api.call("POST", &format!("/v1/admin/{path}")).bearer(&token).json(&json!({"name": name})).send();
        assert_eq!(made.status, 201, "{}", made.body);
    }
    for index in 0..count {
        let tags = if index % 2 == 0 { json!(["heart"]) } else { json!(["heart", "sleep"]) };
        let category = if index % 3 == 0 { json!("news") } else { json!(null) };
        api.publish(&token, &json!({"title": format!("Article {index:02}"), "tags": tags, "category": category}));
    }
    api
}

fn titles(reply: &serde_json::Value) -> Vec<String> {
    reply["data"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn both_ways_through_a_list_meet_every_article_once() {
    let api = with_articles(7);
    let mut by_page = Vec::new();
    for page in 1..=4 {
        let reply = api.get(&format!("/v1/articles?limit=2&page={page}")).json();
        assert_eq!(reply["meta"]["total"], 7);
        assert_eq!(reply["meta"]["pages"], 4);
        assert_eq!(reply["meta"]["page"], page);
        assert_eq!(reply["links"]["prev"].is_null(), page == 1);
        assert_eq!(reply["links"]["next"].is_null(), page == 4);
        assert_eq!(reply["meta"]["next_cursor"].is_null(), page == 4, "given while there is more");
        by_page.extend(titles(&reply));
    }
    for sort in ["-published_at", "published_at", "title", "-updated_at"] {
        let mut by_cursor = Vec::new();
        let mut next = format!("/v1/articles?limit=3&sort={sort}");
        for _ in 0..5 {
            let reply = api.get(&next).json();
            by_cursor.extend(titles(&reply));
            let Some(cursor) = reply["meta"]["next_cursor"].as_str() else { break };
            next = format!("/v1/articles?limit=3&sort={sort}&cursor={cursor}");
        }
        let all: BTreeSet<_> = by_cursor.iter().collect();
        assert_eq!((by_cursor.len(), all.len()), (7, 7), "{sort}: {by_cursor:?}");
        if sort == "-published_at" {
            assert_eq!(by_cursor, by_page);
        }
        if sort == "title" {
            assert!(by_cursor.is_sorted());
        }
    }
    let cursor = api.get("/v1/articles?limit=2").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    let walked = api.get(&format!("/v1/articles?limit=2&cursor={cursor}")).json();
    for unknown in ["total", "page", "pages"] {
        assert!(walked["meta"][unknown].is_null(), "{unknown}");
    }
}

#[test]
fn filters_narrow_and_a_comma_means_any_of() {
    let api = with_articles(7);
    let total = |query: &str| api.get(&format!("/v1/articles?{query}")).json()["meta"]["total"].as_i64().unwrap();
    assert_eq!(total("tag=sleep"), 3);
    assert_eq!(total("tag=sleep,heart"), 7);
    assert_eq!(total("category=news"), 3);
    assert_eq!(total("category=news&tag=sleep"), 1);
    assert_eq!(total("tag=none-such"), 0);
    assert_eq!(total("locale=es"), 0);
    assert_eq!(total("published_before=2020-01-01"), 0);
    assert_eq!(total("published_after=2020-01-01T00:00:00Z"), 7);
    assert_eq!(total("author=test-editor"), 7);
}

#[test]
fn what_a_list_does_not_know_it_refuses_with_a_suggestion() {
    let api = with_articles(1);
    let told = |query: &str| {
        let problem = api.get(&format!("/v1/articles?{query}")).problem(400, "invalid_parameters");
        problem["errors"][0].clone()
    };
    assert_eq!(told("categry=news")["suggestion"], "category");
    assert_eq!(told("sort=titel")["suggestion"], "title");
    for query in [
        "limit=0",
        "limit=101",
        "limit=ten",
        "limit=",
        "limit=-1",
        "limit=%2B5",
        "page=0",
        "limit=100&page=101",
        "tag=a&tag=b",
        "cursor=forged",
        "sort=body_markdown",
        "sort=created_by",
        "tag[]=x",
        "tag=A",
        "published_after=yesterday",
        "locale=not_a_locale!",
        "filter[status]=draft",
        "status=draft",
        "fields=password_hash",
        "tag=%00",
        "q=",
        "published_after=9999999999999",
    ] {
        let error = told(query);
        assert!(error["parameter"].is_string(), "{query}: {error}");
    }
    let both = api.get("/v1/articles?limit=1").json()["meta"]["next_cursor"].clone();
    assert!(both.is_null());
}

#[test]
fn a_cursor_belongs_to_its_question() {
    let api = with_articles(4);
    let cursor = api.get("/v1/articles?limit=2").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("/v1/articles?limit=2&cursor={cursor}")).status, 200);
    for other in ["sort=title", "tag=heart", "page=1"] {
        api.get(&format!("/v1/articles?limit=2&{other}&cursor={cursor}")).problem(400, "invalid_parameters");
    }
    let mut altered = cursor.clone();
    altered.replace_range(10..11, if &cursor[10..11] == "A" { "B" } else { "A" });
    api.get(&format!("/v1/articles?limit=2&cursor={altered}")).problem(400, "invalid_parameters");
}
