//! Nothing that a patient wrote stands in a log line or in a file of the data directory, the write-ahead log included.

use std::{fs, path::Path};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{
    program::{Ground, Service},
    web::Client,
};

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

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What staff write about an inquiry is about a patient as well.
fn tell_the_desk(staff: &Client, id: &str) {
    let inquiry = format!("/v1/admin/inquiries/{id}");
    let noted = json!({"text": "qzcanary note"});
    staff.post(&format!("{inquiry}/notes"), &[], &noted).unwrap().good();
    let tried = json!({"channel": "phone", "outcome": "left_message", "note": "qzcanary call"});
    staff.post(&format!("{inquiry}/contacts"), &[], &tried).unwrap().good();
    let found =
        staff.post("/v1/admin/inquiries/searches", &[], &json!({"email": "qzcanary@qzcanary.example"})).unwrap();
    assert_eq!(found.good()["data"].as_array().unwrap().len(), 1);
    let version = staff.get(&inquiry).good()["data"]["version"].clone();
    let closed = json!({"status": "closed", "close_reason": "other", "close_note": "qzcanary closing"});
    assert_eq!(staff.patch(&inquiry, &version, &closed).status, 200);
    for format in ["ndjson", "csv", "fhir"] {
        let exported = staff.get(&format!("/v1/admin/inquiries/export?format={format}"));
        assert!(exported.body.contains("qzcanary"), "{format}: {}", exported.body);
    }
    assert!(staff.get("/v1/admin/inquiries/metrics").good().to_string().contains("total"));
}

/// A lead of a service, one that nobody could answer, and one that is not signed.
fn bring_by_connection(service: &Service, staff: &Client) {
    let made =
        staff.post("/v1/admin/integrations", &[], &json!({"kind": "google_ads", "name": "Search"})).unwrap().good();
    let (url, secret) = (text(&made["data"]["url"]), text(&made["data"]["secret"]));
    let path = url.get(url.find("/v1/").unwrap()..).unwrap();
    let lead = |id: &str, key: &str, column: &str| {
        json!({"lead_id": id, "google_key": key, "user_column_data": [
            {"column_id": "FULL_NAME", "string_value": "Qzcanary Lead"}, {"column_id": column, "string_value": "qzcanary@lead.example"}]})
    };
    let client = service.client();
    assert_eq!(client.post(path, &[], &lead("qzcanary-1", &secret, "EMAIL")).unwrap().status, 200);
    assert_eq!(client.post(path, &[], &lead("qzcanary-2", &secret, "CITY")).unwrap().status, 200);
    assert_eq!(client.post(path, &[], &lead("qzcanary-3", "qzcanary", "EMAIL")).unwrap().status, 401);
}

/// A row that a constraint refuses: whatever PostgreSQL writes of it into its log is searched with the other files.
fn fail_in_the_database(ground: &Ground, client: &Client, inquiry: &Value) {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(ground.socket_dir().unwrap())
        .username("clinic_owner")
        .password(&ground.superuser_password())
        .database("clinic_cms");
    let owner = |statement: &'static str| {
        actix_web::rt::System::new().block_on(async {
            let mut owner = PgConnection::connect_with(&options).await.unwrap();
            owner.execute(statement).await.unwrap();
            owner.close().await.unwrap();
        });
    };
    // The embedded server is told to log no errors; one elsewhere may log all of them, with all it knows.
    owner("alter role cms_public set log_min_messages = 'error'");
    owner("alter role cms_public set log_error_verbosity = 'verbose'");
    owner("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cms_public'");
    owner("alter table cms.inquiry add constraint no_more check (received_at < '2000-01-01') not valid");
    let failed = client.post("/v1/inquiries", &[], inquiry).unwrap();
    assert!(failed.status >= 500, "{}", failed.body);
    owner("alter table cms.inquiry drop constraint no_more");
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
    tell_the_desk(&staff, &text(&id));
    bring_by_connection(&service, &staff);
    fail_in_the_database(&ground, &client, &inquiry);
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
