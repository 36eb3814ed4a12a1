//! A new secret, and the former one beside it.

use super::*;

/// Rotates as the editor, who signs in anew since the clock moves.
fn rotate(api: &Api, shown: &Value, body: Option<&Value>) -> Reply {
    let call = api.call("POST", &format!("{}/rotation", address(shown))).bearer(&api.sign_in(EDITOR));
    body.map_or_else(
        || api.call("POST", &format!("{}/rotation", address(shown))).bearer(&api.sign_in(EDITOR)),
        |body| call.json(body),
    )
    .send()
}

#[track_caller]
fn rotated(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["data"]["key"].as_str().unwrap().to_owned()
}

#[test]
fn both_secrets_work_for_a_day_and_then_the_new_one_alone() {
    let api = office();
    let (shown, old) = with_scopes(&api, EDITOR, &["articles:read"]);
    let reply = rotate(&api, &shown, None);
    let new = rotated(&reply);
    assert_eq!(parts(&new).0, parts(&old).0);
    assert_ne!(parts(&new).1, parts(&old).1);
    assert_eq!(reply.json()["data"]["former_secret_until"], "2026-03-03T12:00:00Z");
    assert_eq!((reply.etag().as_str(), reply.header("cache-control")), ("\"v2\"", "no-store"));
    for (after, old_status) in [(0, 200), (86_399, 200), (86_400, 401), (90_000, 401)] {
        api.clock.set(noon() + Duration::seconds(after));
        assert_eq!(status(&api, "GET", ARTICLES, &old), old_status, "{after}");
        assert_eq!(status(&api, "GET", ARTICLES, &new), 200, "{after}");
    }
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'api_key.rotate'"), 1);
}

#[test]
fn a_secret_that_leaked_is_replaced_at_once() {
    let api = office();
    let (shown, old) = with_scopes(&api, EDITOR, &["articles:read"]);
    let new = rotated(&rotate(&api, &shown, Some(&json!({"overlap_hours": 0}))));
    assert_eq!(status(&api, "GET", ARTICLES, &old), 401);
    assert_eq!(status(&api, "GET", ARTICLES, &new), 200);
}

#[test]
fn an_overlap_is_ended_before_its_time() {
    let api = office();
    let (shown, old) = with_scopes(&api, EDITOR, &["articles:read"]);
    let reply = rotate(&api, &shown, Some(&json!({"overlap_hours": 168})));
    let new = rotated(&reply);
    assert_eq!(status(&api, "GET", ARTICLES, &old), 200);
    let token = api.sign_in(EDITOR);
    let end = |tag: &str| {
        let path = format!("{}/rotation", address(&shown));
        api.call("DELETE", &path).bearer(&token).header("If-Match", tag).send()
    };
    end("\"v1\"").problem(412, "stale_version");
    assert_eq!(end(&reply.etag()).status, 204);
    assert_eq!(status(&api, "GET", ARTICLES, &old), 401);
    assert_eq!(status(&api, "GET", ARTICLES, &new), 200);
    end("*").problem(404, "not_found");
}

#[test]
fn another_rotation_ends_the_oldest_secret_and_a_revocation_all() {
    let api = office();
    let (shown, first) = with_scopes(&api, EDITOR, &["articles:read"]);
    let second = rotated(&rotate(&api, &shown, Some(&json!({"overlap_hours": 168}))));
    let third = rotated(&rotate(&api, &shown, Some(&json!({"overlap_hours": 1}))));
    let answers = || [&first, &second, &third].map(|key| status(&api, "GET", ARTICLES, key));
    assert_eq!(answers(), [401, 200, 200]);
    let token = api.sign_in(EDITOR);
    let revoked = api.call("DELETE", &address(&shown)).bearer(&token).header("If-Match", "*").send();
    assert_eq!(revoked.status, 204);
    assert_eq!(answers(), [401, 401, 401]);
    rotate(&api, &shown, None).problem(409, "revoked");
}

#[test]
fn a_rotation_with_a_body_that_is_not_understood_changes_nothing() {
    let api = office();
    let (shown, old) = with_scopes(&api, EDITOR, &["articles:read"]);
    for body in [json!({"overlap_hours": 169}), json!({"overlap_hours": -1}), json!({"hours": 1}), json!([])] {
        rotate(&api, &shown, Some(&body)).problem(422, "validation_failed");
    }
    let path = format!("{}/rotation", address(&shown));
    let token = api.sign_in(EDITOR);
    let form = api.call("POST", &path).bearer(&token).form(&[("overlap_hours", "0")]).send();
    form.problem(415, "unsupported_media_type");
    api.clock.set(noon() + Duration::days(365));
    rotate(&api, &shown, None).problem(409, "expired");
    api.clock.set(noon());
    assert_eq!(status(&api, "GET", ARTICLES, &old), 200);
}
