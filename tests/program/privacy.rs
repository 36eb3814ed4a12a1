//! `inquiries purge` and `breach-report` from the command line, and `doctor`'s word on what was erased.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::program::Ground;

#[test]
fn what_is_due_is_counted_erased_and_stays_erased() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo", "--rate-limits", "off"]);
    let body = json!({"full_name": "Wren Halloway", "email": "wren@mail.example", "message": "crutches"});
    let id =
        service.client().post("/v1/inquiries", &[], &body).unwrap().good()["data"]["id"].as_str().unwrap().to_owned();
    let staff = service.signed_in(&service.owner());
    assert_eq!(
        ground.json(&["inquiries", "purge", "--dry-run", "--json"]),
        json!({"dry_run": true, "erased": 0, "due": []})
    );
    staff.get(&format!("/v1/admin/inquiries/{id}")).good();
    let report = ground.json(&["breach-report", "--from", "2020-01-01", "--until", "2199-01-01"]);
    assert_eq!(
        (&report["certain"], &report["inquiries"][0]["id"], &report["trail"]["intact"]),
        (&json!(1), &json!(id), &json!(true))
    );
    let table = ground.run(&["breach-report", "--from", "2020-01-01", "--until", "2199-01-01", "--format", "csv"]);
    table.with(0, &["inquiry,certainty,fields", &id]);
    ground.run(&["breach-report", "--from", "yesterday", "--until", "2199-01-01"]).with(2, &["--from must be"]);
    let nobody = "01900000-0000-7000-8000-00000000ffff";
    let none = ground.json(&["breach-report", "--from", "2020-01-01", "--until", "2199-01-01", "--actor", nobody]);
    assert_eq!(none["certain"], 0);
    service.stop(Signal::SIGTERM).with(0, &[]);
    ground.run(&["inquiries", "purge"]).with(0, &["0 inquiries were erased"]);
    ground.run(&["doctor"]).with(0, &["erasures", "tombstones.log"]);
}
