//! `audit`: the record checked and shortened from the command line, beside a running service and without one.

use std::{fs, os::unix::fs::PermissionsExt};

use nix::sys::signal::Signal;

use crate::program::{Ground, await_that};

#[test]
fn a_record_is_sealed_by_each_command_and_verified() {
    let ground = Ground::new();
    let create = ["admin", "create", "--email", "owner@clinic.example", "--name", "Robin Vale", "--json"];
    ground.json(&create);
    let anchors = ground.data_dir().join("audit/anchors.jsonl");
    assert_eq!(fs::metadata(&anchors).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&anchors).unwrap().lines().count(), 1);
    ground.run(&["audit", "verify"]).with(0, &["1 rows sealed up to position 1", "the audit trail is intact"]);
    let report = ground.json(&["audit", "verify", "--json"]);
    assert_eq!((&report["intact"], &report["rows"], &report["anchors"]), (&true.into(), &1.into(), &1.into()));
    ground.run(&["audit", "verify", "--anchors", "/nowhere/anchors"]).with(1, &["the anchors cannot be read"]);
    ground.run(&["audit", "prune", "--dry-run"]).with(0, &["no sealed row is older than"]);
    let kept = fs::read_to_string(&anchors).unwrap();
    let forged = ground.file("forged.jsonl", &kept.replace("\"position\":1", "\"position\":6"));
    let ended = ground.run(&["audit", "verify", "--anchors", &forged]).with(1, &["anchor_forged", "NOT intact"]);
    assert!(ended.stderr.is_empty(), "{ended:?}");
    ground.run(&["serve", "--audit-retention-days", "365"]).with(2, &["CMS_AUDIT_RETENTION_DAYS", "2192"]);
}

#[test]
fn a_running_service_seals_what_is_done_within_a_moment() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo"]);
    let owner = service.signed_in(&service.owner());
    assert_eq!(owner.get("/v1/admin/articles").status, 200);
    let sealed = await_that("every row has its position", || {
        let page = owner.get("/v1/admin/audit?action=article.list&limit=1").good();
        page["data"][0]["position"].as_i64()
    });
    assert!(sealed > 1);
    ground.run(&["audit", "verify"]).with(0, &["the audit trail is intact"]);
    service.stop(Signal::SIGTERM).with(0, &[]);
}
