//! `/v1/export`: everything public, as one stream. And what no stream, feed or graph may tell of.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};
use sqlx::Executor;

use crate::harness::{Api, EDITOR, Reply};

fn lines(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    assert!(reply.body.ends_with('\n'));
    reply.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn types(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["type"].as_str().unwrap()).collect()
}

fn create(api: &Api, token: &str, path: &str, body: &Value) -> Value {
    let reply = api.call("POST", path).bearer(token).json(body).send();
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()["data"].clone()
}

#[test]
fn an_export_has_everything_public_and_leads_on_to_the_changes() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let location = json!({
        "name": "Harbor Lane", "timezone": "America/New_York",
        "address": {"line1": "210 Harbor Lane", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
    });
    create(&api, &token, "/v1/admin/locations", &location);
    create(&api, &token, "/v1/admin/providers", &json!({"name": {"given": "Ana", "family": "Diaz"}}));
    create(&api, &token, "/v1/admin/services", &json!({"name": "Flu shots", "body_markdown": "Seasonal."}));
    create(&api, &token, "/v1/admin/tags", &json!({"name": "Sleep"}));
    create(&api, &token, "/v1/admin/tags", &json!({"name": "Unused"}));
    create(&api, &token, "/v1/admin/categories", &json!({"name": "News"}));
    api.publish(&token, &json!({"title": "Night", "tags": ["sleep"], "category": "news"}));
    api.publish(&token, &json!({"title": "Noche", "locale": "es", "tags": ["sleep"]}));
    let whole = lines(&api.get("/v1/export"));
    assert_eq!(
        types(&whole),
        ["begin", "clinic", "location", "provider", "service", "category", "tag", "article", "article", "end"]
    );
    assert_eq!(whole[9]["data"]["lines"], 9);
    assert_eq!(whole[3]["data"], api.get("/v1/providers/ana-diaz").json()["data"]);
    assert_eq!(whole[4]["data"], api.get("/v1/services/flu-shots").json()["data"]);
    assert_eq!(whole[1]["data"]["default_locale"], "en");
    assert_eq!(whole[2]["data"]["slug"], "harbor-lane");
    assert_eq!((&whole[6]["data"]["slug"], &whole[6]["data"]["articles"]), (&json!("sleep"), &json!(2)));
    let changes = api.get("/v1/changes").json();
    assert_eq!(whole[7]["data"], changes["data"][0]["article"], "an article reads the same in both");
    let next = format!("/v1/changes?cursor={}", whole[0]["data"]["next_cursor"].as_str().unwrap());
    assert_eq!(api.get(&next).json()["data"], json!([]));
    api.publish(&token, &json!({"title": "Later"}));
    assert_eq!(api.get(&next).json()["data"][0]["slug"], "later");
    api.get("/v1/export?limit=1").problem(400, "invalid_parameters");
}

#[test]
fn an_export_is_sent_again_once_something_in_it_has_changed() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let first = api.get("/v1/export");
    assert_eq!(first.header("cache-control"), "public, no-cache");
    let ask = || api.call("GET", "/v1/export").header("If-None-Match", first.etag()).send().status;
    assert_eq!(ask(), 304);
    let head = api.call("HEAD", "/v1/export").send();
    assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", first.etag()));
    create(&api, &token, "/v1/admin/articles", &json!({"title": "A draft"}));
    assert_eq!(ask(), 304, "a draft is nobody's affair");
    let clinic = api.call("PATCH", "/v1/admin/clinic").bearer(&token).header("If-Match", "*");
    assert_eq!(clinic.json(&json!({"tagline": "Care for all"})).send().status, 200);
    assert_eq!(ask(), 200);
    let second = api.get("/v1/export").etag();
    api.publish(&token, &json!({"title": "News"}));
    assert_ne!(api.get("/v1/export").etag(), second);
}

#[test]
fn every_article_is_in_the_stream_however_many_there_are() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let mut expected: Vec<String> = (0..70)
        .map(|n| api.publish(&token, &json!({"title": format!("Article {n}")}))["id"].as_str().unwrap().to_owned())
        .collect();
    let whole = lines(&api.get("/v1/export"));
    let articles = whole.iter().filter(|line| line["type"] == "article");
    let found: Vec<String> = articles.map(|line| line["data"]["id"].as_str().unwrap().to_owned()).collect();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_client_that_hangs_up_stops_its_export() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    // 16 MB of text: more than the sockets on the way hold.
    let article = api.publish(&token, &json!({"title": "Long"}));
    api.as_owner(async |owner| {
        let copies = "insert into cms.article (id, group_id)
             select id, id from (select ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, 32) n) x;
             insert into cms.revision (id, article_id, number, kind, locale, slug, title, body_markdown, body_html, body_text,
                                       headings, excerpt, reading_minutes, warnings, seo, content_hash)
             select gen_random_uuid(), a.id, 1, r.kind, r.locale, 'n-' || right(a.id::text, 5), r.title, '', repeat('word ', 100000),
                    '', r.headings, r.excerpt, r.reading_minutes, r.warnings, r.seo, r.content_hash
               from cms.article a, cms.revision r where a.id::text like '01900000-0000-7000-8000-%';
             insert into cms.publication (id, article_id, revision_id, group_id, locale, slug, path, visible, published_at, title, search)
             select gen_random_uuid(), r.article_id, r.id, r.article_id, 'en', r.slug, '/articles/' || r.slug,
                    tstzrange('2026-01-01T00:00:00Z', null), '2026-01-01T00:00:00Z', r.title, ''
               from cms.revision r where r.slug like 'n-%';";
        owner.execute(copies).await.unwrap();
    });
    let address = api.base.trim_start_matches("http://").to_owned();
    let mut socket = TcpStream::connect(&address).unwrap();
    socket.write_all(format!("GET /v1/export HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    let mut first = [0; 1024];
    socket.read_exact(&mut first).unwrap();
    assert!(first.starts_with(b"HTTP/1.1 200 OK"));
    drop(socket);
    // Whoever is left behind by a client takes no place of the next.
    assert_eq!(lines(&api.get("/v1/export")).len(), 36);
    assert_eq!(api.get(&format!("/v1/articles/{}", article["id"].as_str().unwrap())).status, 200);
}

#[test]
fn what_is_not_published_is_told_to_nobody_by_any_byte() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let article = api.publish(&token, &json!({"title": "Shown", "body_markdown": "Shown text."}));
    let addresses = [
        "/v1/changes",
        "/v1/export",
        "/v1/feeds/articles.rss",
        "/v1/feeds/articles.atom",
        "/v1/feeds/articles.json",
        "/sitemap.xml",
        "/v1/articles/shown/jsonld",
    ];
    let before: Vec<Reply> = addresses.iter().map(|address| api.get(address)).collect();
    for term in ["categories", "tags", "conditions"] {
        create(&api, &token, &format!("/v1/admin/{term}"), &json!({"name": "Canary"}));
    }
    let canary = |slug: &str| {
        json!({"title": "Canary", "slug": slug, "summary": "Canary", "body_markdown": "## Canary\n\nCanary", "category": "canary",
               "tags": ["canary"], "conditions": ["canary"], "faqs": [{"question": "Canary?", "answer": "Canary"}],
               "references": [{"title": "Canary"}]})
    };
    create(&api, &token, "/v1/admin/articles", &canary("canary-draft"));
    let planned = create(&api, &token, "/v1/admin/articles", &canary("canary-planned"));
    let plan = |id: &Value, body: &Value| {
        let path = format!("/v1/admin/articles/{}/publication", id.as_str().unwrap());
        let reply = api.call("PUT", &path).bearer(&token).header("If-Match", "*").json(body).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    plan(&planned["id"], &json!({"publish_at": "2199-01-01T00:00:00Z"}));
    // What stands in the trash without ever having been seen.
    let trashed = create(&api, &token, "/v1/admin/articles", &canary("canary-trashed"));
    let path = format!("/v1/admin/articles/{}", trashed["id"].as_str().unwrap());
    assert_eq!(api.call("DELETE", &path).bearer(&token).header("If-Match", "*").send().status, 204);
    // A next revision of what is shown, and a plan for it.
    let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    let mut next = canary("canary-next");
    next["translation_of"] = planned["id"].clone();
    next["locale"] = json!("es");
    let edited = api.call("PATCH", &path).bearer(&token).header("If-Match", "*").json(&next).send();
    assert_eq!(edited.status, 200, "{}", edited.body);
    for (address, before) in addresses.iter().zip(&before) {
        let after = api.get(address);
        assert_eq!((after.body.as_str(), after.etag()), (before.body.as_str(), before.etag()), "{address}");
    }
    let withdrawn = api.publish(&token, &canary("canary-withdrawn"));
    let path = format!("/v1/admin/articles/{}/publication", withdrawn["id"].as_str().unwrap());
    assert_eq!(api.call("DELETE", &path).bearer(&token).header("If-Match", "*").send().status, 200);
    for address in addresses.iter().filter(|address| **address != "/v1/changes") {
        let after = api.get(address);
        assert!(!after.body.to_lowercase().contains("canary"), "{address}: {}", after.body);
    }
    let told = api.get("/v1/changes").body;
    assert!(!told.contains("Canary"), "a tombstone has the address alone: {told}");
    for slug in ["canary-draft", "canary-planned", "canary-trashed", "canary-withdrawn", "canary-next"] {
        api.get(&format!("/v1/articles/{slug}/jsonld")).problem(404, "not_found");
    }
}
