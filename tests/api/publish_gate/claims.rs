//! `/v1/admin/claims`.

use serde_json::json;

use super::{Desk, codes, reference};
use crate::harness::{AUTHOR, Api, EDITOR};

fn promise() -> Desk {
    Desk::with(&json!({"title": "Dawn lamps", "body_markdown": "Cleaning cures a dirty lamp."}))
}

#[test]
fn a_claim_settles_a_sentence_while_it_has_evidence_and_has_not_expired() {
    let desk = promise();
    assert_eq!(desk.codes(), ["absolute_claim"]);
    let bare = json!({"statement": "Cleaning helps lamps", "phrases": ["CURES a dirty lámp"]});
    let made = desk.post("/v1/admin/claims", &bare);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["data"]["phrases"], json!(["cures a dirty lámp"]));
    assert_eq!(desk.codes(), ["absolute_claim"], "without evidence it settles nothing");
    let path = format!("/v1/admin/claims/{}", made.json()["data"]["id"].as_str().unwrap());
    let change = |body: serde_json::Value| {
        let etag = desk.get(&path).etag();
        let reply = desk.api.call("PATCH", &path).bearer(&desk.editor).header("If-Match", etag).json(&body).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    };
    assert_eq!(change(json!({"evidence": [reference()]}))["evidence"][0]["title"], "Light in the morning");
    assert_eq!(desk.codes(), [""; 0]);
    assert_eq!(change(json!({"expires_on": "2020-01-01"}))["expired"], true);
    assert_eq!(desk.codes(), ["absolute_claim"], "its last day has passed");
    assert_eq!(change(json!({"expires_on": null}))["expired"], false);
    let gone = desk.api.call("DELETE", &path).bearer(&desk.editor).header("If-Match", desk.get(&path).etag()).send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(desk.codes(), ["absolute_claim"], "what is in the trash settles nothing");
    assert_eq!(desk.get("/v1/admin/claims").json()["data"], json!([]));
    assert_eq!(desk.get("/v1/admin/claims?trashed=true").json()["data"][0]["slug"], "cleaning-helps-lamps");
    assert_eq!(desk.post(&format!("{path}/restore"), &json!({})).status, 200);
    assert_eq!(desk.codes(), [""; 0]);
    desk.post(&format!("{path}/restore"), &json!({})).problem(409, "not_in_trash");
}

#[test]
fn a_claim_planned_beyond_its_last_day_does_not_count() {
    let desk = promise();
    let claim = json!({"statement": "Cleaning helps", "phrases": ["dirty lamp"], "evidence": [reference()], "expires_on": "2190-01-01"});
    assert_eq!(desk.post("/v1/admin/claims", &claim).status, 201);
    assert_eq!(desk.codes(), [""; 0]);
    let refused = desk.publish(&json!({"publish_at": "2191-01-01T00:00:00Z"})).problem(422, "validation_failed");
    assert_eq!(codes(&refused["errors"]), ["absolute_claim"]);
}

#[test]
fn every_mistake_in_a_claim_is_named_and_a_change_names_its_version() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let post = |body: serde_json::Value| api.call("POST", "/v1/admin/claims").bearer(&token).json(&body).send();
    let wrong = json!({"phrases": ["ok", 7, " "], "evidence": [{"doi": "x"}], "expires_on": "soon", "frases": []});
    let told = post(wrong).problem(422, "validation_failed");
    let pointers: Vec<_> =
        told["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    let expected = [
        "/statement",
        "/phrases/0",
        "/phrases/1",
        "/phrases/2",
        "/evidence/0/title",
        "/evidence/0/doi",
        "/expires_on",
        "/frases",
    ];
    assert_eq!(pointers, expected);
    let made = post(json!({"statement": "It helps"}));
    assert_eq!(
        post(json!({"statement": "It helps"})).problem(422, "validation_failed")["errors"][0]["pointer"],
        "/slug"
    );
    let path = made.header("location").strip_prefix(&api.base).unwrap().to_owned();
    let patch = |etag: Option<&str>| {
        let call = api.call("PATCH", &path).bearer(&token).json(&json!({"phrases": ["it helps"]}));
        etag.into_iter().fold(call, |call, etag| call.header("If-Match", etag)).send()
    };
    patch(None).problem(428, "precondition_required");
    assert_eq!(patch(Some(&made.etag())).json()["data"]["version"], 2);
    let stale = patch(Some(&made.etag())).problem(412, "stale_version");
    assert_eq!(stale["changed"]["by"]["name"], "Test editor");
    let author = api.sign_in(AUTHOR);
    assert_eq!(api.call("GET", &path).bearer(&author).send().status, 200);
    api.call("POST", "/v1/admin/claims")
        .bearer(&author)
        .json(&json!({"statement": "x"}))
        .send()
        .problem(403, "forbidden");
}
