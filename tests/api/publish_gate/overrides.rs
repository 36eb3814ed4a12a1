//! `/v1/admin/articles/{id}/overrides`.

use serde_json::json;

use super::{Desk, codes, unsigned};

const REASON: &str = "The lamp is dirty, and cleaning does help.";

fn promises() -> Desk {
    Desk::with(&json!({"title": "Dawn lamps", "body_markdown": "Cleaning cures a lamp. A miracle!"}))
}

#[test]
fn a_reviewer_answers_for_one_finding_and_no_other() {
    let desk = promises();
    let made = desk.answer_for(&json!({"code": "absolute_claim", "subject": "cures", "reason": REASON}));
    assert_eq!(made.status, 201, "{}", made.body);
    let data = &made.json()["data"];
    assert_eq!(
        (&data["subject"], &data["reason"], &data["created_by"]["name"]),
        (&json!("cures"), &json!(REASON), &json!("Test reviewer"))
    );
    let check = desk.check();
    let overridden: Vec<_> = check["findings"].as_array().unwrap().iter().map(|one| &one["overridden"]).collect();
    assert_eq!(overridden, [&json!(true), &json!(false)]);
    let refused = desk.publish(&json!({})).problem(422, "validation_failed");
    assert_eq!(codes(&refused["errors"]), ["absolute_claim"], "the miracle is left");
    desk.answer_for(&json!({"code": "absolute_claim", "subject": "cures", "reason": REASON}))
        .problem(409, "already_overridden");
    desk.edit(&json!({"body_markdown": "Cleaning cures a lamp. It cures a shade. It is guaranteed."}));
    let left: Vec<_> = desk.check()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["subject"].clone(), one["overridden"].clone()))
        .collect();
    assert_eq!(
        left,
        [(json!("cures"), json!(true)), (json!("cures"), json!(true)), (json!("guaranteed"), json!(false))]
    );
}

#[test]
fn an_override_holds_until_it_is_revoked_and_both_stay_on_record() {
    let desk = promises();
    desk.edit(&json!({"body_markdown": "Cleaning cures a lamp."}));
    let made = desk.answer_for(&json!({"code": "absolute_claim", "reason": REASON}));
    assert_eq!(made.json()["data"]["subject"], "cures", "the one that there is");
    assert_eq!(desk.publish(&json!({})).status, 200);
    let address = made.header("location").strip_prefix(&desk.api.base).unwrap().to_owned();
    let revoke = |token: &str| desk.api.call("DELETE", &address).bearer(token).header("If-Match", "*").send();
    revoke(&desk.editor).problem(403, "forbidden");
    assert_eq!(revoke(&desk.reviewer).status, 204);
    revoke(&desk.reviewer).problem(404, "not_found");
    assert_eq!(desk.api.get("/v1/articles/dawn-lamps").status, 200, "what is published stays");
    desk.publish(&json!({})).problem(422, "validation_failed");
    let list = desk.get(&format!("{}/overrides", desk.path)).json();
    assert_eq!(
        (list["data"].as_array().unwrap().len(), &list["data"][0]["revoked_by"]["name"]),
        (1, &json!("Test reviewer"))
    );
    let audited = "select string_agg(action || ' ' || array_to_string(fields, ','), '; ' order by at) from cms.audit_event where action like 'override.%' and action <> 'override.list'";
    assert_eq!(desk.api.text(audited), "override.create absolute_claim; override.delete absolute_claim");
}

#[test]
fn nobody_answers_for_a_review_that_did_not_happen() {
    let desk = unsigned();
    for code in [
        "review_missing",
        "next_review_missing",
        "author_required",
        "licence_expired",
        "review_by_author",
        "review_overdue",
        "licence_missing",
    ] {
        let told = desk.answer_for(&json!({"code": code, "reason": REASON})).problem(422, "validation_failed");
        assert_eq!(codes(&told["errors"]), ["never_overridden"], "{code}");
    }
    assert_eq!(desk.api.number("select count(*) from cms.gate_override"), 0);
    desk.publish(&json!({})).problem(422, "validation_failed");
}

#[test]
fn an_override_says_why_and_of_what() {
    let desk = promises();
    let refused = |body| codes(&desk.answer_for(&body).problem(422, "validation_failed")["errors"]);
    assert_eq!(refused(json!({"code": "absolute_claim", "reason": "because"})), ["too_short"]);
    assert_eq!(refused(json!({"code": "absolute_claims"})), ["unknown_value", "required"]);
    assert_eq!(refused(json!({"code": "absolute_claim", "reason": REASON})), ["required"], "which of the two?");
    assert_eq!(refused(json!({"code": "absolute_claim", "subject": "heals", "reason": REASON})), ["no_such_finding"]);
    assert_eq!(refused(json!({"code": "section_empty", "reason": REASON})), ["no_such_finding"]);
    let path = format!("{}/overrides", desk.path);
    desk.post(&path, &json!({"code": "absolute_claim", "reason": REASON})).problem(403, "forbidden");
    desk.get("/v1/admin/articles/01900000-0000-7000-8000-00000000ffff/overrides").problem(404, "not_found");
}
