//! How long inquiries are kept.

use chrono::Duration;
use clinic_cms::{
    clock::Clock,
    inquiries::privacy::retention::{DueInquiries, count_due, purge},
};
use serde_json::{Value, json};

use super::{count, inquiry, noon, read, rows, sent, with};
use crate::harness::{Api, EDITOR, OWNER};

fn start(clock: &Clock, folder: &tempfile::TempDir) -> Api {
    let data = folder.path().display().to_string();
    Api::start_with(clock.clone(), &[("rate-limits", "off"), ("data-dir", &data), ("inquiry-retention-days", "365")])
}

fn round(api: &Api) -> usize {
    let (log, trail, now) = (api.opened().tombstones(), api.opened().trail(), api.clock.now());
    api.as_node(async |staff| purge(&staff, &log, &trail, now, |_| ()).await.unwrap())
}

fn due(api: &Api) -> Vec<DueInquiries> {
    let now = api.clock.now();
    api.as_role("staff", async |staff| count_due(staff, now).await.unwrap())
}

fn alive(api: &Api) -> i64 {
    count(api, "select count(*) from cms.inquiry where erased_at is null")
}

fn days(clock: &Clock, days: i64) {
    clock.set(clock.now() + Duration::days(days));
}

#[test]
fn spam_goes_after_a_month_and_the_rest_when_its_form_says() {
    let (clock, folder) = (noon(), tempfile::tempdir().unwrap());
    let api = start(&clock, &folder);
    let patient = sent(&api, &inquiry());
    sent(&api, &with(&json!({"_website": "https://cheap.example"})));
    assert_eq!((round(&api), rows(&api)), (0, 2));
    let expected = clock.now() + Duration::days(365);
    assert_eq!(
        read(&api, &patient)["retention_expires_at"],
        json!(expected.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    );
    days(&clock, 29);
    assert_eq!(round(&api), 0);
    days(&clock, 1);
    assert_eq!(due(&api), [DueInquiries { form: "contact".into(), status: "spam".into(), due: 1, held: 0 }]);
    assert_eq!((alive(&api), round(&api), alive(&api)), (2, 1, 1), "counting erases nothing");
    days(&clock, 334);
    assert_eq!(round(&api), 0);
    days(&clock, 1);
    assert_eq!((round(&api), alive(&api), rows(&api)), (1, 0, 2), "tombstones stay");
    let noted = "select count(*) from cms.audit_event where action = 'inquiry.erase' and actor_kind = 'system' and fields = '{retention}'";
    assert_eq!(count(&api, noted), 2, "each by itself");
    assert_eq!(std::fs::read_to_string(folder.path().join("tombstones.log")).unwrap().lines().count(), 2);
    assert_eq!(round(&api), 0);
}

#[test]
fn a_rule_of_the_status_counts_before_the_form_and_a_rule_of_the_form_before_that() {
    let (clock, folder) = (noon(), tempfile::tempdir().unwrap());
    let api = start(&clock, &folder);
    let token = api.sign_in(OWNER);
    let before = api.call("GET", "/v1/admin/retention").bearer(&token).send();
    assert_eq!(before.json()["data"]["rules"], json!([{"form": null, "status": "spam", "days": 30}]));
    let put = |tag: &str, rules: &Value| {
        let call = api.call("PUT", "/v1/admin/retention").bearer(&token).header("If-Match", tag);
        call.json(&json!({"rules": rules})).send()
    };
    let rules = json!([{"status": "new", "days": 20}, {"form": "contact", "status": "new", "days": 10}, {"status": "closed", "days": 3000}]);
    let stored = put(&before.etag(), &rules);
    assert_eq!(stored.status, 200, "{}", stored.body);
    assert_eq!(stored.json()["data"]["version"], 2);
    put(&before.etag(), &rules).problem(412, "stale_version");
    let receipt = sent(&api, &inquiry());
    let ends = clock.now() + Duration::days(10);
    assert_eq!(
        read(&api, &receipt)["retention_expires_at"],
        json!(ends.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    );
    days(&clock, 10);
    let held = api.call("PUT", &format!("/v1/admin/inquiries/{}/legal-hold", receipt["id"].as_str().unwrap()));
    let owner = api.sign_in(OWNER);
    assert_eq!(held.bearer(&owner).header("If-Match", "*").json(&json!({"reason": "a lawsuit"})).send().status, 200);
    assert_eq!(due(&api), [DueInquiries { form: "contact".into(), status: "new".into(), due: 0, held: 1 }]);
    assert_eq!((round(&api), alive(&api)), (0, 1), "what is held is kept");
    api.as_owner(async |owner| {
        sqlx::query("update cms.inquiry set legal_hold = false, status = 'closed'").execute(owner).await.unwrap();
    });
    days(&clock, 1000);
    assert_eq!(round(&api), 0, "closed ones are kept for years, whatever the form says");
    days(&clock, 2000);
    assert_eq!(round(&api), 1);
}

#[test]
fn rules_that_are_none_are_refused_all_at_once() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let put =
        |body: &Value| api.call("PUT", "/v1/admin/retention").bearer(&token).header("If-Match", "*").json(body).send();
    let problem = put(&json!({"rules": [{"status": "spma", "days": 0}, {"status": "new"}], "more": 1}))
        .problem(422, "validation_failed");
    let told = super::mistakes(&problem);
    assert_eq!(
        told,
        [
            ("/more", "unknown_field"),
            ("/rules/0/days", "out_of_range"),
            ("/rules/0/status", "unknown_value"),
            ("/rules/1/days", "required")
        ]
    );
    let twice = json!({"rules": [{"status": "new", "days": 5}, {"status": "new", "days": 6}, {"form": "none-such", "status": "new", "days": 5}]});
    let problem = put(&twice).problem(422, "validation_failed");
    assert_eq!(super::mistakes(&problem), [("/rules/1", "repeated"), ("/rules/2/form", "unknown_reference")]);
    put(&json!({})).problem(422, "validation_failed");
    let editor = api.sign_in(EDITOR);
    api.call("GET", "/v1/admin/retention").bearer(&editor).send().problem(403, "forbidden");
}
