//! Nothing that a patient wrote stands in a log line or in a file of the data directory, the write-ahead log included.

use std::{fs, path::Path};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::program::Ground;

/// Stands in every text that a patient sends here.
const CANARY: &str = "qzcanary";
/// Stands in an article, to show that the search would find what is there.
const CONTROL: &str = "qzcontrol";

/// The files below a folder that hold the text, in either case.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(holding(&path, text));
        } else if kind.is_file()
            && String::from_utf8_lossy(&fs::read(&path).unwrap()).to_ascii_lowercase().contains(text)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn no_log_line_and_no_file_holds_what_a_patient_wrote() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo", "--log", "trace", "--log-format", "json", "--rate-limits", "off"]);
    let (client, owner) = (service.client(), service.owner());
    let inquiry = json!({
        "full_name": "Qzcanary Vale", "email": "qzcanary@qzcanary.example", "phone": "(561) 555-0177 ext. 7", "message": "qzcanary",
        "preferred_times": ["qzcanary"], "service": "qzcanary", "attribution": {"utm_source": "qzcanary"},
    });
    let headers =
        [("Idempotency-Key", "qzcanary-1"), ("User-Agent", "qzcanary"), ("Referer", "https://qzcanary.example/")];
    let id = client.post("/v1/inquiries", &headers, &inquiry).unwrap().good()["data"]["id"].clone();
    let mistaken = json!({"full_name": "Qzcanary", "email": "qzcanary", "kind": "qzcanary", "form": "qzcanary"});
    assert_eq!(client.post("/v1/inquiries", &headers, &mistaken).unwrap().status, 422);
    assert_eq!(client.post("/v1/inquiries?q=qzcanary", &headers, &inquiry).unwrap().status, 400);
    assert!(client.get("/v1/articles?q=qzcanary").status < 500);
    assert_eq!(client.get("/v1/qzcanary").status, 404);
    assert_eq!(client.sign_in(("qzcanary@mail.example", "qzcanary qzcanary")).status, 401);
    let staff = service.signed_in(&owner);
    let read = staff.get(&format!("/v1/admin/inquiries/{}", id.as_str().unwrap())).good();
    assert_eq!(read["data"]["message"], CANARY);
    staff.post("/v1/admin/articles", &[], &json!({"title": CONTROL})).unwrap().good();
    let ended = service.stop(Signal::SIGINT).with(0, &["\"route\":\"/v1/inquiries\""]);
    let told = (ended.stdout + &ended.stderr).to_lowercase();
    for secret in [CANARY, "5550177", "555-0177", "bearer ey"] {
        let line = told.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
    let printed = told.lines().filter(|line| line.contains(&owner.1)).count();
    assert_eq!(printed, 2, "the password stands in the welcome alone");
    assert!(
        holding(&ground.data_dir(), CONTROL).iter().any(|file| file.contains("pg_wal")),
        "the search finds what is there"
    );
    for secret in [CANARY, "5550177", "555-0177"] {
        assert_eq!(holding(&ground.data_dir(), secret), Vec::<String>::new(), "{secret}");
    }
}
