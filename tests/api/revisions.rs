//! `/v1/admin/articles/{id}/revisions` and `…/diff`.

use serde_json::{Value, json};

use crate::harness::{AUDITOR, Api, EDITOR, Reply};

/// An article with three revisions: the answer of the last change, its address, and the token it was made with.
fn thrice(api: &Api) -> (String, String) {
    let token = api.sign_in(EDITOR);
    let first = json!({"title": "Flu shots this autumn", "body_markdown": "Come by on Monday.\n\nBring your card."});
    let made = api.call("POST", "/v1/admin/articles").bearer(&token).json(&first).send();
    let path = format!("/v1/admin/articles/{}", made.json()["data"]["id"].as_str().unwrap());
    change(api, &token, &path, &json!({"body_markdown": "Come by on Friday.\n\nBring your card."}));
    change(api, &token, &path, &json!({"title": "Flu shots this winter", "summary": "Who, when and where."}));
    (path, token)
}

fn change(api: &Api, token: &str, path: &str, change: &Value) -> Reply {
    let changed = api.call("PATCH", path).bearer(token).header("If-Match", "*").json(change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    changed
}

#[test]
fn a_revision_can_be_read_as_it_was() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let created =
        api.call("POST", "/v1/admin/articles").bearer(&token).json(&json!({"title": "Flu shots this autumn"})).send();
    let path = format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap());
    let patch = json!({"title": "Second", "message": "A better title"});
    api.call("PATCH", &path).bearer(&token).header("If-Match", created.etag()).json(&patch).send();
    let revisions = api.call("GET", &format!("{path}/revisions")).bearer(&token).send().json();
    assert_eq!(revisions["data"][0]["number"], 2);
    assert_eq!(revisions["data"][0]["message"], "A better title");
    assert_ne!(revisions["data"][0]["content_hash"], revisions["data"][1]["content_hash"]);
    let first = api.call("GET", &format!("{path}/revisions/1")).bearer(&token).send();
    assert_eq!(first.json()["data"]["title"], "Flu shots this autumn");
    api.call("GET", &format!("{path}/revisions/9")).bearer(&token).send().problem(404, "not_found");
}

#[test]
fn two_revisions_are_compared_word_by_word_and_field_by_field() {
    let api = Api::start();
    let (path, token) = thrice(&api);
    let compare = |query: &str| api.call("GET", &format!("{path}/diff{query}")).bearer(&token).send();
    let whole = compare("?from=1&to=3").json()["data"].clone();
    assert_eq!((&whole["from"], &whole["to"]), (&json!(1), &json!(3)));
    let title = json!([
        {"op": "equal", "text": "Flu shots this "},
        {"op": "delete", "text": "autumn"},
        {"op": "insert", "text": "winter"},
    ]);
    assert_eq!(whole["title"], title);
    let body = json!([
        {"op": "equal", "text": "Come by on "},
        {"op": "delete", "text": "Monday."},
        {"op": "insert", "text": "Friday."},
        {"op": "equal", "text": "\n\nBring your card."},
    ]);
    assert_eq!(whole["body_markdown"], body);
    assert_eq!(whole["fields"], json!([{"field": "summary", "from": null, "to": "Who, when and where."}]));
    let latest = compare("").json()["data"].clone();
    assert_eq!((&latest["from"], &latest["to"]), (&json!(2), &json!(3)), "the newest beside the one before");
    assert_eq!(compare("?from=3&to=1").json()["data"]["title"][1], json!({"op": "delete", "text": "winter"}));
    assert_eq!(compare("?from=2&to=2").json()["data"]["fields"], json!([]));
    for wrong in ["?from=0", "?to=4", "?from=9&to=1", "?to=first", "?from=1&from=2", "?till=3"] {
        compare(wrong).problem(400, "invalid_parameters");
    }
    let nobody = "/v1/admin/articles/01900000-0000-7000-8000-00000000ffff/diff";
    api.call("GET", nobody).bearer(&token).send().problem(404, "not_found");
}

#[test]
fn a_former_revision_becomes_the_newest_and_loses_nothing_between() {
    let api = Api::start();
    let (path, token) = thrice(&api);
    let restore = |number: &str, token: &str| {
        api.call("POST", &format!("{path}/revisions/{number}/restore")).bearer(token).send()
    };
    let restored = restore("1", &token);
    assert_eq!(restored.status, 200, "{}", restored.body);
    let article = restored.json()["data"].clone();
    assert_eq!((&article["revision"], &article["title"]), (&json!(4), &json!("Flu shots this autumn")));
    assert_eq!(article["body_markdown"], "Come by on Monday.\n\nBring your card.");
    assert_eq!(article["summary"], json!(null));
    let revisions = api.call("GET", &format!("{path}/revisions")).bearer(&token).send().json();
    assert_eq!(revisions["data"][0]["message"], "Restored from revision 1");
    assert_eq!(revisions["data"][1]["title"], "Flu shots this winter", "what was newest is still there");
    for unknown in ["0", "9", "-1", "first", "99999999999"] {
        restore(unknown, &token).problem(404, "not_found");
    }
    restore("1", &api.sign_in(AUDITOR)).problem(403, "forbidden");
    let gone = api.call("DELETE", &path).bearer(&token).header("If-Match", "*").send();
    assert_eq!(gone.status, 204);
    restore("2", &token).problem(409, "in_trash");
}
