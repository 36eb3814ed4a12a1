//! Connections as staff keep them.

use chrono::Duration;
use serde_json::{Value, json};

use super::{KINDS, connect, is_taken, lead, signed, staff, start_at, text};
use crate::harness::{ADMIN, Api, FRONT_DESK, OWNER};

fn mistakes(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().unwrap();
    let mut all: Vec<_> =
        errors.iter().map(|one| (one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
    all.sort_unstable();
    all
}

#[test]
fn the_address_and_the_secret_are_shown_once() {
    let api = Api::start();
    for kind in KINDS {
        let made =
            connect(&api, &json!({"kind": kind, "verify_token": (kind == "meta").then_some("a-verify-token-of-ours")}));
        let key = text(&made, "key");
        assert!(key.len() == 43 && text(&made, "url").ends_with(&key));
        let listed = api.call("GET", "/v1/admin/integrations").bearer(&api.sign_in(OWNER)).send();
        let shown = staff(&api, "GET", &made, "").send();
        assert_eq!((listed.status, shown.status), (200, 200));
        let secret = made["secret"].as_str().unwrap_or("secret-of-the-service");
        for secret in [key.as_str(), secret, "a-verify-token-of-ours"] {
            assert!(!listed.body.contains(secret) && !shown.body.contains(secret), "{kind}: {secret}");
        }
        let of: Vec<_> =
            shown.json()["data"]["secrets"].as_array().unwrap().iter().map(|one| text(one, "use")).collect();
        assert_eq!(of, if kind == "meta" { vec!["key", "signing", "verify_token"] } else { vec!["key", "signing"] });
    }
    let stored = api.text("select string_agg(i::text || s::text, ' ') from cms.integration i join cms.integration_secret s on s.integration_id = i.id");
    assert!(!stored.contains("secret-of-the-service") && !stored.contains(&hex::encode("secret-of-the-service")));
}

#[test]
fn every_mistake_of_a_connection_is_told_at_once() {
    let api = Api::start();
    let token = api.sign_in(ADMIN);
    let make = |body: &Value| api.call("POST", "/v1/admin/integrations").bearer(&token).json(body).send();
    let problem =
        make(&json!({"kind": "callrale", "form": 7, "mapping": [], "enabled": "yes", "secret": "x", "nmae": "y"}));
    let problem = problem.problem(422, "validation_failed");
    assert_eq!(
        mistakes(&problem),
        [
            ("/enabled", "wrong_type"),
            ("/form", "wrong_type"),
            ("/kind", "unknown_value"),
            ("/mapping", "wrong_type"),
            ("/name", "required"),
            ("/nmae", "unknown_field")
        ]
    );
    let cases = [
        (json!({"kind": "callrail", "name": "A"}), vec![("/secret", "required")]),
        (
            json!({"kind": "meta", "name": "A", "secret": "short", "verify_token": "no spaces in it"}),
            vec![("/secret", "bad_secret"), ("/verify_token", "bad_secret")],
        ),
        (
            json!({"kind": "generic", "name": "A", "secret": "whsec_c2hvcnQ="}),
            vec![("/mapping", "required"), ("/secret", "bad_secret")],
        ),
        (json!({"kind": "generic", "name": "A", "mapping": {}}), vec![("/mapping", "contact_required")]),
        (
            json!({"kind": "generic", "name": "A", "mapping": {"fields": {"email": {"from": []}, "message": "/a"}}}),
            vec![("/mapping", "contact_required")],
        ),
        (
            json!({"kind": "typeform", "name": "A", "mapping": {"fields": {"email": [], "phone": []}}}),
            vec![("/mapping", "contact_required")],
        ),
        (
            json!({"kind": "google_ads", "name": "A", "mapping": {"fields": {"email": {"constant": "not-mail"}, "kind": {"constant": "zz"}}}}),
            vec![("/mapping/fields/email/constant", "bad_email"), ("/mapping/fields/kind/constant", "unknown_value")],
        ),
        (
            json!({"kind": "typeform", "name": "A", "mapping": {"fields": {"location": {"constant": "zz"}}}}),
            vec![("/mapping/fields/location/constant", "unknown_reference")],
        ),
        (
            json!({"kind": "typeform", "name": "A", "access_token": "0123456789abcdef"}),
            vec![("/access_token", "not_applicable")],
        ),
        (
            json!({"kind": "typeform", "name": "A", "form": "none", "location": "none", "service": "none"}),
            vec![("/form", "unknown_reference"), ("/location", "unknown_reference"), ("/service", "unknown_reference")],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(mistakes(&make(&body).problem(422, "validation_failed")), expected, "{body}");
    }
    assert_eq!(api.number("select count(*) from cms.integration"), 0);
}

#[test]
fn a_connection_is_changed_trashed_and_restored_and_all_of_it_is_written_down() {
    let api = Api::start();
    let made = connect(&api, &json!({"kind": "generic"}));
    let change = json!({"name": "Renamed", "processor": "Relay, agreement of 2026-03", "mapping": {"fields": {"message": "/other"}, "ignored": ["/x"]}});
    let changed = staff(&api, "PATCH", &made, "").json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let data = changed.json()["data"].clone();
    assert_eq!(
        (&data["name"], &data["version"], &data["mapping"]["fields"]["message"]["from"][0]),
        (&json!("Renamed"), &json!(2), &json!("/other"))
    );
    assert_eq!(data["mapping"]["fields"]["email"]["from"], json!(["/mail"]), "a merge patch leaves the other rules");
    for refused in [json!({"kind": "meta"}), json!({"mapping": null}), json!({"form": "gone"})] {
        staff(&api, "PATCH", &made, "").json(&refused).send().problem(422, "validation_failed");
    }
    let token = api.sign_in(OWNER);
    let path = format!("/v1/admin/integrations/{}", text(&made, "id"));
    api.call("PATCH", &path).bearer(&token).json(&json!({"name": "x"})).send().problem(428, "precondition_required");
    api.call("PATCH", &path)
        .bearer(&token)
        .header("If-Match", "\"1\"")
        .json(&json!({"name": "x"}))
        .send()
        .problem(412, "stale_version");
    assert_eq!(staff(&api, "DELETE", &made, "").send().status, 204);
    staff(&api, "PATCH", &made, "").json(&json!({"name": "x"})).send().problem(409, "in_trash");
    assert_eq!(
        api.call("GET", "/v1/admin/integrations?trashed=true").bearer(&token).send().json()["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(staff(&api, "POST", &made, "/restore").send().status, 200);
    let actions = api.text("select string_agg(action, ' ' order by id) from cms.audit_event where subject_type = 'integration' and action not like '%.list'");
    assert_eq!(actions, "integration.create integration.update integration.delete integration.restore");
    let kept = api.text("select coalesce(string_agg(c::text, ' '), '') from cms.record_change c");
    assert!(kept.contains("Renamed") && !kept.contains("whsec_"));
}

#[test]
fn two_secrets_count_while_one_is_rotated() {
    let api = start_at("2026-03-02T12:00:00Z");
    for kind in KINDS {
        api.clock.set("2026-03-02T12:00:00Z".parse().unwrap());
        let old = connect(&api, &json!({"kind": kind}));
        let brought = match kind {
            "meta" | "callrail" => json!({"secret": "another-secret-of-theirs"}),
            _ => json!({}),
        };
        let rotated = staff(&api, "POST", &old, "/secret").json(&brought).send();
        assert_eq!(rotated.status, 200, "{}", rotated.body);
        let mut new = old.clone();
        new["secret"] = if rotated.json()["data"]["secret"].is_null() {
            brought["secret"].clone()
        } else {
            rotated.json()["data"]["secret"].clone()
        };
        assert_ne!(new["secret"], old["secret"]);
        let send = |with: &Value, id: &str| signed(&api, with, id, &lead(kind, id)).send();
        is_taken(&send(&old, "101"));
        is_taken(&send(&new, "102"));
        api.clock.set(api.clock.now() + Duration::hours(24));
        send(&old, "103").problem(401, "unauthenticated");
        is_taken(&send(&new, "104"));
    }
}

#[test]
fn two_addresses_count_while_the_key_in_one_is_replaced() {
    let api = start_at("2026-03-02T12:00:00Z");
    for kind in KINDS {
        api.clock.set("2026-03-02T12:00:00Z".parse().unwrap());
        let old = connect(&api, &json!({"kind": kind}));
        let replace = |body: &Value| {
            let made = staff(&api, "POST", &old, "/secret").json(body).send();
            assert_eq!((made.status, &made.json()["data"]["secret"]), (200, &json!(null)), "{}", made.body);
            let made = made.json()["data"].clone();
            assert!(text(&made, "url").ends_with(&text(&made, "key")));
            let mut new = old.clone();
            new["url"] = made["url"].clone();
            new
        };
        let send = |by: &Value, id: &str| signed(&api, by, id, &lead(kind, id)).send();
        let new = replace(&json!({"use": "key"}));
        assert_ne!(new["url"], old["url"]);
        is_taken(&send(&old, "101"));
        is_taken(&send(&new, "102"));
        let shown = staff(&api, "GET", &old, "").send();
        let keys = shown.json()["data"]["secrets"].as_array().unwrap().clone();
        let keys: Vec<_> = keys.iter().filter(|one| one["use"] == "key").map(|one| &one["valid_until"]).collect();
        assert_eq!(keys, [&json!(null), &json!("2026-03-03T12:00:00Z")]);
        assert!(!shown.body.contains(new["url"].as_str().unwrap()), "it is shown once");
        api.clock.set(api.clock.now() + Duration::hours(24));
        send(&old, "103").problem(401, "unauthenticated");
        is_taken(&send(&new, "104"));
        // Replaced twice, the first is none any more; and staff end the former one before its time.
        let third = replace(&json!({"use": "key", "overlap_hours": 168}));
        is_taken(&send(&new, "105"));
        assert_eq!(staff(&api, "DELETE", &old, "/secret").send().status, 204);
        send(&new, "106").problem(401, "unauthenticated");
        is_taken(&send(&third, "107"));
        let fourth = replace(&json!({"use": "key", "overlap_hours": 0}));
        send(&third, "108").problem(401, "unauthenticated");
        is_taken(&send(&fourth, "109"));
        let body = json!({"use": "key", "secret": "a-key-that-staff-made-up"});
        let problem = staff(&api, "POST", &old, "/secret").json(&body).send().problem(422, "validation_failed");
        assert_eq!(mistakes(&problem), [("/secret", "not_applicable")]);
    }
    let noted = "select count(*) from cms.audit_event where action = 'integration.rotate' and fields = '{key}'";
    assert_eq!(api.number(noted), 15);
}

#[test]
fn a_former_secret_ends_at_once_where_staff_say_so() {
    let api = Api::start();
    let old = connect(&api, &json!({"kind": "typeform"}));
    staff(&api, "DELETE", &old, "/secret").send().problem(404, "not_found");
    assert_eq!(staff(&api, "POST", &old, "/secret").json(&json!({})).send().status, 200);
    assert_eq!(staff(&api, "DELETE", &old, "/secret").send().status, 204);
    signed(&api, &old, "", &lead("typeform", "1")).send().problem(401, "unauthenticated");
    let at_once = staff(&api, "POST", &old, "/secret").json(&json!({"overlap_hours": 0})).send();
    // With the key of the address.
    assert_eq!(at_once.json()["data"]["secrets"].as_array().unwrap().len(), 2, "{}", at_once.body);
    for (body, pointer) in [
        (json!({"overlap_hours": 169}), "/overlap_hours"),
        (json!({"use": "access_token"}), "/use"),
        (json!({"use": "x"}), "/use"),
    ] {
        let problem = staff(&api, "POST", &old, "/secret").json(&body).send().problem(422, "validation_failed");
        assert!(mistakes(&problem).iter().any(|(at, _)| *at == pointer), "{problem}");
    }
}

#[test]
fn only_who_manages_integrations_sees_them_and_only_a_fresh_sign_in_changes_them() {
    let api = start_at("2026-03-02T12:00:00Z");
    let made = connect(&api, &json!({"kind": "typeform"}));
    let (desk, admin) = (api.sign_in(FRONT_DESK), api.sign_in(ADMIN));
    let path = format!("/v1/admin/integrations/{}", text(&made, "id"));
    api.call("GET", &path).bearer(&desk).send().problem(403, "forbidden");
    assert_eq!(api.call("GET", &path).bearer(&admin).send().status, 200);
    // The access token lives for ten minutes and so does the sign-in: a moment before both end, it is fresh still.
    api.clock.set(api.clock.now() + Duration::seconds(599));
    assert_eq!(api.call("GET", &path).bearer(&admin).send().status, 200);
}
