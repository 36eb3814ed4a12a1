//! `/v1/articles` and `/v1/admin/articles`.

use serde_json::json;

use crate::harness::{Api, EDITOR};

fn flu() -> serde_json::Value {
    json!({
        "title": "Flu shots this autumn",
        "body_markdown": "Come by **any weekday**.\n\n## Who\n\nEverybody.\n\n## When\n\nFrom October.",
    })
}

#[test]
fn a_reader_never_sees_a_draft() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let before = api.get("/v1/articles").body;
    let draft = api.call("POST", "/v1/admin/articles").bearer(&token).json(&flu()).send();
    assert_eq!(draft.status, 201, "{}", draft.body);
    let id = draft.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.get("/v1/articles").body, before, "the list is byte for byte what it was");
    for name in ["flu-shots-this-autumn", id.as_str()] {
        api.get(&format!("/v1/articles/{name}")).problem(404, "not_found");
    }
    // Nor by the token of a public read: it is ignored there.
    let with_token = api.call("GET", &format!("/v1/articles/{id}")).bearer(&token).send();
    with_token.problem(404, "not_found");
}

#[test]
fn a_published_article_has_everything_a_page_needs() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let article = api.publish(&token, &flu());
    assert_eq!(article["status"], "published");
    assert_eq!(article["published_revision"], 1);
    let shown = api.get("/v1/articles/flu-shots-this-autumn");
    assert_eq!(shown.status, 200, "{}", shown.body);
    let data = &shown.json()["data"];
    for key in [
        "id",
        "kind",
        "slug",
        "path",
        "locale",
        "title",
        "summary",
        "cover",
        "category",
        "tags",
        "conditions",
        "services",
        "author",
        "reading_minutes",
        "published_at",
        "updated_at",
        "review",
        "translations",
        "snippet",
        "body",
        "references",
        "disclosures",
        "faqs",
        "seo",
        "related",
        "version",
    ] {
        assert!(data.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(data["author"]["name"], "Test editor");
    assert_eq!(data["seo"]["canonical_url"], "https://clinic.example/articles/flu-shots-this-autumn");
    assert_eq!(data["summary"], "Come by any weekday. Everybody. From October.", "the beginning of the text");
    assert_eq!(data["body"]["headings"][0], json!({"level": 2, "id": "who", "text": "Who"}));
    assert!(data["body"]["value"].as_str().unwrap().contains("<h2 id=\"who\">"));
    assert!(data["published_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(api.get("/v1/articles").json()["data"][0]["slug"], "flu-shots-this-autumn");
    assert!(api.get("/v1/articles").json()["data"][0].get("body").is_none(), "lists carry no body");
}

#[test]
fn the_text_comes_as_html_markdown_or_plain_text() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    api.publish(&token, &flu());
    let value = |format: &str| {
        let reply = api.get(&format!("/v1/articles/flu-shots-this-autumn?format={format}"));
        let body = reply.json()["data"]["body"].clone();
        assert_eq!(body["format"], format);
        body["value"].as_str().unwrap().to_owned()
    };
    assert!(value("html").contains("<strong>any weekday</strong>"));
    assert!(value("markdown").contains("**any weekday**"));
    assert!(value("text").starts_with("Come by any weekday.\n\nWho"));
    let wrong = api.get("/v1/articles/flu-shots-this-autumn?format=htlm").problem(400, "invalid_parameters");
    assert_eq!(wrong["errors"][0]["suggestion"], "html");
}

#[test]
fn an_unchanged_article_is_not_sent_twice() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    api.publish(&token, &flu());
    let path = "/v1/articles/flu-shots-this-autumn";
    let first = api.get(path);
    assert!(first.etag().starts_with('"'), "strong");
    assert!(first.header("cache-control").contains("max-age="));
    assert!(first.header("cache-tag").contains("article:"));
    let again = api.call("GET", path).header("If-None-Match", first.etag()).send();
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.etag(), first.etag());
    let head = api.call("HEAD", path).send();
    assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", first.etag()));
    let mut tags = vec![first.etag()];
    for encoding in ["gzip", "br", "zstd"] {
        let packed = api.call("GET", path).header("Accept-Encoding", encoding).send();
        assert_eq!(packed.header("content-encoding"), encoding);
        assert!(packed.header("vary").contains("Accept-Encoding"));
        assert!(packed.bytes.len() < first.bytes.len());
        tags.push(packed.etag());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 4, "each representation has a tag of its own");
}

#[test]
fn an_edit_needs_the_version_that_was_read() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&flu()).send();
    let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
    let patch = json!({"title": "Flu shots this winter"});
    let edit = |etag: Option<String>| {
        let call = api.call("PATCH", &path).bearer(&token).json(&patch);
        etag.into_iter().fold(call, |call, etag| call.header("If-Match", etag)).send()
    };
    edit(None).problem(428, "precondition_required");
    let changed = edit(Some(created.etag()));
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json()["data"]["title"], "Flu shots this winter");
    assert_eq!(changed.json()["data"]["revision"], 2);
    assert_ne!(changed.etag(), created.etag());
    let stale = edit(Some(created.etag())).problem(412, "stale_version");
    assert_eq!(stale["current_version"], 2);
    assert_eq!(stale["changed"]["by"]["name"], "Test editor");
    edit(Some("\"nonsense\"".to_owned())).problem(412, "stale_version");
}

#[test]
fn a_patch_leaves_what_it_does_not_name_and_null_clears() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let mut article = flu();
    article["summary"] = json!("Short.");
    let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&article).send();
    let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
    let patch = |etag: String, body: serde_json::Value| {
        let reply = api
            .call("PATCH", &path)
            .bearer(&token)
            .header("If-Match", etag)
            .header("Content-Type", "application/merge-patch+json")
            .bytes(body.to_string())
            .send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    };
    let renamed = patch(created.etag(), json!({"title": "New"}));
    assert_eq!(renamed.json()["data"]["summary"], "Short.");
    assert_eq!(renamed.json()["data"]["slug"], "flu-shots-this-autumn", "a slug that is known stays");
    let cleared = patch(renamed.etag(), json!({"summary": null}));
    assert_eq!(cleared.json()["data"]["summary"], json!(null));
    assert!(cleared.json()["data"]["body_markdown"].as_str().unwrap().contains("any weekday"));
    let html = patch(cleared.etag(), json!({"body_html": "<p>From <b>HTML</b></p><script>x()</script>"}));
    let data = &html.json()["data"];
    assert_eq!(data["body_markdown"].as_str().unwrap().trim(), "From **HTML**");
    assert!(data["warnings"].as_array().unwrap().iter().any(|warning| warning["element"] == "script"), "{data}");
}

#[test]
fn every_mistake_in_an_article_is_told_at_once() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let body = json!({
        "titel": "x", "slug": "Not A Slug", "locale": "engl!sh", "kind": "clincal", "tags": ["none-such", 3],
        "cover": {"url": "javascript:alert(1)"}, "references": [{}], "id": "01900000-0000-7000-8000-000000000009", "version": 7,
    });
    let problem =
        api.call("POST", "/v1/admin/articles").bearer(&token).json(&body).send().problem(422, "validation_failed");
    let told =
        |pointer: &str| problem["errors"].as_array().unwrap().iter().find(|error| error["pointer"] == pointer).cloned();
    assert_eq!(told("/titel").expect("unknown field")["suggestion"], "title");
    for pointer in ["/title", "/slug", "/locale", "/tags/1", "/cover/url", "/references/0/title", "/id", "/version"] {
        assert!(told(pointer).is_some(), "{pointer} is not told: {problem}");
    }
    assert_eq!(told("/kind").unwrap()["suggestion"], "clinical");
    let unknown =
        json!({"title": "x", "tags": ["none-such"], "category": "none", "author": "nobody", "services": ["none"]});
    let problem =
        api.call("POST", "/v1/admin/articles").bearer(&token).json(&unknown).send().problem(422, "validation_failed");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/category", "/tags/0", "/services/0", "/author"]);
}

#[test]
fn what_a_script_would_need_is_removed_and_told() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let body = "Hello <script>steal()</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n<div onclick=go()>Hi</div>";
    let article = api.publish(&token, &json!({"title": "Scripts", "body_markdown": body}));
    assert!(article["warnings"].as_array().unwrap().len() >= 3, "{article}");
    for format in ["html", "markdown", "text"] {
        let shown = api.get(&format!("/v1/articles/scripts?format={format}")).json();
        let value = shown["data"]["body"]["value"].as_str().unwrap().to_lowercase();
        for forbidden in ["<script", "javascript:", "onerror", "onclick", "<div", "steal()"] {
            assert!(!value.contains(forbidden), "{forbidden} in {format}: {value}");
        }
    }
}

#[test]
fn an_article_in_the_trash_is_gone_for_the_public_and_comes_back_as_withdrawn() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let article = api.publish(&token, &flu());
    let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    let etag = api.call("GET", &path).bearer(&token).send().etag();
    let deleted = api.call("DELETE", &path).bearer(&token).header("If-Match", etag).send();
    assert_eq!(deleted.status, 204, "{}", deleted.body);
    api.get("/v1/articles/flu-shots-this-autumn").problem(404, "not_found");
    let list = |query: &str| api.call("GET", &format!("/v1/admin/articles{query}")).bearer(&token).send().json();
    assert_eq!(list("")["meta"]["total"], 0);
    assert_eq!(list("?trashed=true")["data"][0]["status"], "archived");
    let edit = api.call("PATCH", &path).bearer(&token).header("If-Match", "*").json(&json!({"title": "No"})).send();
    edit.problem(409, "in_trash");
    let restored = api.call("POST", &format!("{path}/restore")).bearer(&token).send();
    assert_eq!(restored.status, 200, "{}", restored.body);
    assert_eq!(restored.json()["data"]["status"], "withdrawn");
    assert_eq!(restored.json()["data"]["revision"], 2, "the return is a revision of its own");
    api.get("/v1/articles/flu-shots-this-autumn").problem(404, "not_found");
    api.call("POST", &format!("{path}/restore")).bearer(&token).send().problem(409, "not_in_trash");
}

#[test]
fn fifty_editors_at_once_lose_no_edit() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&flu()).send();
    let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
    let committed: usize = std::thread::scope(|scope| {
        let editors: Vec<_> = (0..50)
            .map(|editor| {
                let (api, path, token) = (&api, &path, &token);
                scope.spawn(move || {
                    let etag = api.call("GET", path).bearer(token).send().etag();
                    let patch = json!({"title": format!("Edited by {editor}")});
                    let reply = api.call("PATCH", path).bearer(token).header("If-Match", etag).json(&patch).send();
                    assert!(matches!(reply.status, 200 | 412 | 503), "{}", reply.body);
                    usize::from(reply.status == 200)
                })
            })
            .collect();
        editors.into_iter().map(|editor| editor.join().unwrap()).sum()
    });
    let revisions = api.call("GET", &format!("{path}/revisions")).bearer(&token).send().json();
    assert_eq!(
        revisions["data"].as_array().unwrap().len(),
        committed + 1,
        "each 2xx is a revision, and nothing else is"
    );
}
