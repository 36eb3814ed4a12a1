//! `/v1/admin/articles/{id}/review` and `…/comments`: colleagues are asked, and say what they think.

use serde_json::{Value, json};

use crate::harness::{AUDITOR, FRONT_DESK, ReviewRoom};

const REVIEWER_ID: &str = "01900000-0000-7000-8000-000000000005";
const EDITOR_ID: &str = "01900000-0000-7000-8000-000000000002";

#[test]
fn an_editor_asks_for_a_review_and_takes_it_back() {
    let room = ReviewRoom::start();
    assert_eq!(room.staff()["review_request"], json!(null));
    let asked = room.write("PUT", "/review", &json!({"reviewer": REVIEWER_ID, "note": "Are the numbers right?"}));
    assert_eq!(asked.status, 200, "{}", asked.body);
    let data = &asked.json()["data"];
    assert_eq!(data["status"], "in_review");
    let request = &data["review_request"];
    assert_eq!(request["note"], "Are the numbers right?");
    assert_eq!(request["reviewer"]["name"], "Test reviewer");
    assert_eq!(request["requested_by"]["name"], "Test editor");
    assert_eq!((&request["revision"], asked.etag()), (&json!(1), format!("\"v{}\"", data["version"])));
    let list = |status: &str| {
        let path = format!("/v1/admin/articles?status={status}");
        room.api.call("GET", &path).bearer(&room.editor).send().json()["meta"]["total"].clone()
    };
    assert_eq!((list("in_review"), list("draft")), (json!(1), json!(0)));
    let letters = room.api.letters();
    assert_eq!(letters.len(), 1, "who is asked gets a mail");
    assert!(
        letters[0].contains("reviewer@clinic.example") && letters[0].contains("High blood pressure"),
        "{}",
        letters[0]
    );
    assert!(!letters[0].contains("numbers right"), "what else was written stands with the article");
    let again = room.write("PUT", "/review", &json!({}));
    assert_eq!(
        again.json()["data"]["review_request"]["reviewer"],
        json!(null),
        "the new request takes the old one's place"
    );
    let back = room.write("DELETE", "/review", &json!({}));
    assert_eq!(
        (&back.json()["data"]["status"], &back.json()["data"]["review_request"]),
        (&json!("draft"), &json!(null))
    );
    room.write("DELETE", "/review", &json!({})).problem(409, "not_in_review");
}

#[test]
fn nobody_is_asked_who_could_not_sign() {
    let room = ReviewRoom::start();
    for nobody in [EDITOR_ID, "01900000-0000-7000-8000-00000000ffff", "rosa"] {
        let refused = room.write("PUT", "/review", &json!({"reviewer": nobody})).problem(422, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/reviewer");
    }
    assert_eq!(room.staff()["review_request"], json!(null));
}

#[test]
fn a_request_names_the_version_that_was_read() {
    let room = ReviewRoom::start();
    let path = format!("{}/review", room.path);
    let ask = |etag: Option<&str>| {
        let call = room.api.call("PUT", &path).bearer(&room.editor).json(&json!({}));
        etag.into_iter().fold(call, |call, etag| call.header("If-Match", etag)).send()
    };
    ask(None).problem(428, "precondition_required");
    ask(Some("\"v9\"")).problem(412, "stale_version");
    assert_eq!(ask(Some("\"v1\"")).status, 200);
}

#[test]
fn a_sign_off_closes_the_request_and_one_of_an_old_revision_does_not() {
    let room = ReviewRoom::start();
    room.edit(&json!({"summary": "What the two numbers mean."}));
    room.write("PUT", "/review", &json!({}));
    assert_eq!(room.sign_as(&room.reviewer, &json!({"revision": 1})).status, 201);
    assert_eq!(room.staff()["status"], "in_review", "the first revision is not what was asked about");
    room.sign();
    let staff = room.staff();
    assert_eq!((&staff["status"], &staff["review_request"]), (&json!("signed"), &json!(null)));
}

fn comment(room: &ReviewRoom, token: &str, body: &Value) -> crate::harness::Reply {
    let path = format!("{}/revisions/1/comments", room.path);
    room.api.call("POST", &path).bearer(token).json(body).send()
}

#[test]
fn colleagues_comment_on_the_words_of_a_revision_and_settle_it() {
    let room = ReviewRoom::start();
    let said = json!({"body": "Say *seated*.", "pointer": "/body_markdown", "quote": "at rest"});
    let made = comment(&room, &room.reviewer, &said);
    assert_eq!((made.status, made.etag()), (201, "\"v1\"".to_owned()), "{}", made.body);
    let data = made.json()["data"].clone();
    assert_eq!((&data["revision"], &data["quote"], &data["resolved_at"]), (&json!(1), &json!("at rest"), &json!(null)));
    assert_eq!(data["created_by"]["name"], "Test reviewer");
    let address = made.header("location").strip_prefix(&room.api.base).unwrap().to_owned();
    assert_eq!(room.api.call("GET", &address).bearer(&room.editor).send().json()["data"], data);
    let settle = |method: &str, etag: &str| {
        let call = room.api.call(method, &format!("{address}/resolution")).bearer(&room.editor);
        call.header("If-Match", etag).send()
    };
    let settled = settle("PUT", "\"v1\"");
    assert_eq!(settled.json()["data"]["resolved_by"]["name"], "Test editor", "{}", settled.body);
    settle("DELETE", "\"v1\"").problem(412, "stale_version");
    let list = |query: &str| {
        let path = format!("{}/comments{query}", room.path);
        room.api.call("GET", &path).bearer(&room.editor).send().json()["data"].as_array().unwrap().len()
    };
    assert_eq!((list(""), list("?resolved=true"), list("?resolved=false")), (1, 1, 0));
    let opened = settle("DELETE", &settled.etag());
    assert_eq!((&opened.json()["data"]["resolved_at"], opened.etag()), (&json!(null), "\"v3\"".to_owned()));
    assert_eq!((list("?resolved=true"), list("?resolved=false")), (0, 1));
    assert_eq!(room.staff()["version"], 1, "what colleagues say is no change of the article");
}

#[test]
fn comments_belong_to_their_revision() {
    let room = ReviewRoom::start();
    comment(&room, &room.editor, &json!({"body": "First"}));
    room.edit(&json!({"title": "Blood pressure"}));
    let list = |number: u32| {
        let path = format!("{}/revisions/{number}/comments", room.path);
        room.api.call("GET", &path).bearer(&room.reviewer).send()
    };
    assert_eq!(list(1).json()["data"][0]["body"], "First");
    assert_eq!(list(2).json()["data"], json!([]));
    list(3).problem(404, "not_found");
}

#[test]
fn a_comment_tells_all_of_its_mistakes_at_once() {
    let room = ReviewRoom::start();
    let wrong = json!({"body": " ", "pointer": "body", "quote": 3, "author": "x"});
    let refused = comment(&room, &room.reviewer, &wrong).problem(422, "validation_failed");
    let pointers: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/body", "/pointer", "/quote", "/author"]);
}

#[test]
fn who_may_not_write_about_articles_may_not_comment() {
    let room = ReviewRoom::start();
    for person in [AUDITOR, FRONT_DESK] {
        let token = room.api.sign_in(person);
        comment(&room, &token, &json!({"body": "x"})).problem(403, "forbidden");
    }
    let auditor = room.api.sign_in(AUDITOR);
    let read = room.api.call("GET", &format!("{}/comments", room.path)).bearer(&auditor).send();
    assert_eq!(read.status, 200, "who reads drafts reads what is said of them");
}

#[test]
fn every_step_of_a_review_is_in_the_audit_trail() {
    let room = ReviewRoom::start();
    room.write("PUT", "/review", &json!({}));
    comment(&room, &room.reviewer, &json!({"body": "Good."}));
    let signoff = room.sign();
    room.revoke(&signoff);
    for action in ["review.request", "comment.create", "signoff.create", "signoff.revoke"] {
        let rows =
            format!("select count(*) from cms.audit_event where action = '{action}' and subject_id = '{}'", room.id);
        assert_eq!(room.api.number(&rows), 1, "{action}");
    }
}
