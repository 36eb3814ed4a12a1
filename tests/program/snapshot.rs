//! `snapshot`: the whole public site as it stood at an instant, with hashes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    program::{Ground, Service},
    web::Client,
};

fn service(ground: &Ground) -> (Service, Client) {
    let email = "owner@clinic.example";
    let made = ground.json(&["admin", "create", "--email", email, "--name", "Robin Vale", "--json"]);
    let service = ground.serve(&[]);
    let owner = service.signed_in(&(email.to_owned(), made["password"].as_str().unwrap().to_owned()));
    (service, owner)
}

fn create(owner: &Client, article: &Value) -> String {
    owner.post("/v1/admin/articles", &[], article).unwrap().good()["data"]["id"].as_str().unwrap().to_owned()
}

fn bulk(owner: &Client, action: &str, id: &str) {
    owner.post("/v1/admin/articles/bulk", &[], &json!({"action": action, "ids": [id]})).unwrap().good();
}

/// When the visible text of an article began to be seen.
fn since(service: &Service, slug: &str) -> String {
    let article = service.client().get(&format!("/v1/articles/{slug}")).good();
    article["data"]["updated_at"].as_str().unwrap().to_owned()
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                waiting.push(entry);
            } else {
                found.insert(entry.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&entry).unwrap());
            }
        }
    }
    found
}

fn read(folder: &Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap()
}

#[test]
fn the_site_is_written_as_it_stood_whatever_was_done_since() {
    let ground = Ground::new();
    let (service, owner) = service(&ground);
    let advice = create(&owner, &json!({"title": "Advice", "body_markdown": "Rest."}));
    let news = create(&owner, &json!({"title": "News", "related": [advice]}));
    bulk(&owner, "publish", &advice);
    let first = since(&service, "advice");
    bulk(&owner, "publish", &news);
    owner.patch_any(&format!("/v1/admin/articles/{advice}"), &json!({"body_markdown": "Rest and drink."})).good();
    bulk(&owner, "publish", &advice);
    let second = since(&service, "advice");
    bulk(&owner, "withdraw", &advice);
    owner.patch_any(&format!("/v1/admin/articles/{news}"), &json!({"title": "Old news", "slug": "old-news"})).good();
    bulk(&owner, "publish", &news);

    let folder = |name: &str| ground.data_dir().parent().unwrap().join(name);
    let take = |at: &str, name: &str| {
        let folder = folder(name);
        let told = ground.json(&["snapshot", "--at", at, "--out", folder.to_str().unwrap(), "--json"]);
        (folder, told)
    };
    let (then, told) = take(&first, "first");
    assert_eq!(told["articles"], 1);
    assert_eq!(read(&then, "articles/en/advice.json")["data"]["body"]["value"], "<p>Rest.</p>\n");
    let (later, told) = take(&second, "second");
    assert_eq!(told["articles"], 2);
    assert_eq!(read(&later, "articles/en/advice.json")["data"]["body"]["value"], "<p>Rest and drink.</p>\n");
    let stood = read(&later, "articles/en/news.json");
    assert_eq!((&stood["data"]["title"], &stood["data"]["related"][0]["slug"]), (&json!("News"), &json!("advice")));
    assert!(!later.join("articles/en/old-news.json").exists());

    let index = read(&later, "index.json");
    assert_eq!((&index["count"], &index["sha256"], &index["purged"]), (&json!(2), &told["sha256"], &json!([])));
    assert!(
        index["not_recorded"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line.as_str().unwrap().contains("clinic's details"))
    );
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    for entry in index["articles"].as_array().unwrap() {
        let bytes = fs::read(later.join(entry["file"].as_str().unwrap())).unwrap();
        assert_eq!(entry["sha256"], hex(&bytes));
        assert_eq!(entry["content_hash"].as_str().unwrap().len(), 64);
        assert_eq!(entry["approved_by"], Value::Null, "nobody signed it");
    }
    let sums = fs::read_to_string(later.join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 3);
    let (again, _) = take(&second, "again");
    assert_eq!(files(&later), files(&again), "the same records give the same bytes");

    bulk(&owner, "trash", &advice);
    owner.post(&format!("/v1/admin/articles/{advice}/purge"), &[("If-Match", "*")], &json!({})).unwrap();
    let (purged, told) = take(&second, "purged");
    assert_eq!(told["articles"], 1);
    let index = read(&purged, "index.json");
    assert_eq!(
        (&index["purged"][0]["slug"], &index["purged"][0]["publication"]["revision"]),
        (&json!("advice"), &json!(2))
    );
}

#[test]
fn an_instant_that_cannot_be_told_is_refused_with_what_to_do() {
    let ground = Ground::new();
    let out = ground.data_dir().parent().unwrap().join("out");
    let out = out.to_str().unwrap();
    ground.run(&["snapshot", "--at", "yesterday"]).with(2, &["2026-11-29T12:00:00Z"]);
    ground.run(&["snapshot"]).with(2, &["--at"]);
    ground.run(&["snapshot", "--at", "2199-01-01", "--out", out]).with(2, &["future"]);
    ground.run(&["snapshot", "--at", "2020-01-01", "--out", out]).with(0, &["0 articles", "SHA256SUMS"]);
    ground.run(&["snapshot", "--at", "2020-01-01", "--out", out]).with(1, &["is not empty", "--out"]);
}
