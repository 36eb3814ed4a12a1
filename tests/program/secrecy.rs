//! Nothing that a patient wrote stands in a log line, in a webhook or in a file of the data directory, letters, PostgreSQL's
//! log and the write-ahead log included, whichever way it came in.

mod services;

use std::{fs, path::Path, process::Command};

use clinic_cms::db::embedded::{Options, installed};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use self::services::{KINDS, Line, Neighbour, lead, noted_call, notice};
use crate::{
    program::{Ground, await_that},
    web::{Client, Reply},
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
    let figures = staff.get("/v1/admin/inquiries/metrics").good().to_string();
    assert!(figures.contains("total") && !figures.contains(CANARY), "{figures}");
}

/// Every kind of connection: a lead, one that is not signed, one that cannot be read, one that nobody could answer, a call
/// that is told again, and a lead whose fields are fetched.
fn bring_by_connections(client: &Client, staff: &Client, lines: &[Line]) {
    for line in lines {
        let brought = line.deliver(client, "qzcanary-1", &lead(line.kind, "qzcanary-1", true));
        assert_eq!((brought.status, brought.body.as_str()), (200, "{}"), "{}", line.kind);
        let stumbled = line.stumble(client);
        assert_eq!(stumbled.each_ref().map(|reply| reply.status), [401, 401, 200, 200], "{}: {stumbled:?}", line.kind);
        assert!(stumbled.iter().all(|reply| !reply.body.contains(CANARY)), "{stumbled:?}");
        let kept = staff.get(&format!("/v1/admin/integrations/{}/deliveries", line.id));
        assert!(kept.good()["data"].as_array().unwrap().len() >= 2 && !kept.body.contains(CANARY), "{}", kept.body);
        let sample = json!({"payload": lead(line.kind, "qzcanary-6", true)});
        let tried = staff.post(&format!("/v1/admin/integrations/{}/dry-runs", line.id), &[], &sample).unwrap();
        assert!(tried.status == 200 && tried.body.contains(CANARY), "staff see their sample: {}", tried.body);
    }
    let of = |kind: &str| lines.iter().find(|line| line.kind == kind).unwrap();
    assert_eq!(of("callrail").deliver(client, "", &noted_call("qzcanary-1")).status, 200);
    assert_eq!(of("meta").deliver(client, "", &notice("4711")).status, 200);
    let ended = format!("/v1/admin/integrations/{}/deliveries?state=done", of("meta").id);
    await_that("the fetched lead", || {
        staff.get(&ended).good()["data"].as_array().is_some_and(|all| !all.is_empty()).then_some(())
    });
}

/// Whoever is let in reads what every door brought.
fn read_by_staff(staff: &Client) {
    let mut sources: Vec<String> = Vec::new();
    for row in staff.all("/v1/admin/inquiries") {
        let inquiry = staff.get(&format!("/v1/admin/inquiries/{}", text(&row["id"])));
        assert!(inquiry.body.to_lowercase().contains(CANARY), "{}", inquiry.body);
        sources.push(text(&inquiry.good()["data"]["source"]));
    }
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources, ["api", "callrail", "generic", "google_ads", "meta", "typeform"]);
}

/// An endpoint for everything that an inquiry can tell.
fn send_webhooks_to(staff: &Client, receiver: &Neighbour) {
    let processor =
        json!({"name": "Desk", "purpose": "Shows inquiries", "agreement": "baa", "signed_on": "2026-01-05"});
    let processor = staff.post("/v1/admin/processors", &[], &processor).unwrap().good()["data"]["id"].clone();
    let events = ["inquiry.received", "inquiry.status_changed"];
    let hook = json!({"url": format!("{}/qz", receiver.url), "events": events, "processor": processor});
    staff.post("/v1/admin/webhooks", &[], &hook).unwrap().good();
}

/// The owner of the embedded server's database.
fn owner_of(ground: &Ground) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(ground.socket_dir().unwrap())
        .username("clinic_owner")
        .password(&ground.superuser_password())
        .database("clinic_cms")
}

/// Rows that a constraint refuses, by every door and by staff: whatever PostgreSQL writes of them into its log is searched
/// with the other files.
fn fail_in_the_database(ground: &Ground, (client, staff): (&Client, &Client), lines: &[Line], inquiry: &Value) {
    let options = owner_of(ground);
    let owner = |statement: &'static str| {
        actix_web::rt::System::new().block_on(async {
            let mut owner = PgConnection::connect_with(&options).await.unwrap();
            sqlx::raw_sql(statement).execute(&mut owner).await.unwrap();
            owner.close().await.unwrap();
        });
    };
    let id = text(&staff.all("/v1/admin/inquiries")[0]["id"]);
    // The embedded server is told to log no errors; one elsewhere may log all of them, with all it knows.
    owner(
        "alter role cms_public set log_min_messages = 'error';
         alter role cms_public set log_error_verbosity = 'verbose';
         alter role cms_staff set log_min_messages = 'error';
         alter role cms_staff set log_error_verbosity = 'verbose';
         select pg_terminate_backend(pid) from pg_stat_activity where usename in ('cms_public', 'cms_staff')",
    );
    owner(
        "alter table cms.inquiry add constraint no_more check (received_at < '2000-01-01') not valid;
         alter table cms.inquiry_note add constraint no_more check (at < '2000-01-01') not valid;
         alter table cms.integration_delivery add constraint no_more check (received_at < '2000-01-01') not valid",
    );
    let mut urgent = inquiry.clone();
    urgent["message"] = json!("qzcanary wants to die");
    let log = ground.data_dir().join("postgres/server.log");
    let rows = || fs::read_to_string(&log).unwrap().matches("Failing row contains").count();
    // A connection that was ended is found to be so by the one that asks next, who is refused for that.
    let refused = |ask: &dyn Fn() -> Reply| {
        await_that("a refused row", || {
            let (before, reply) = (rows(), ask());
            assert!(reply.status >= 500 && !reply.body.contains(CANARY), "{}: {}", reply.status, reply.body);
            (rows() > before).then_some(())
        });
    };
    refused(&|| client.post("/v1/inquiries", &[], &urgent).unwrap());
    for line in lines {
        refused(&|| line.deliver(client, "qzcanary-2", &lead(line.kind, "qzcanary-2", true)));
        refused(&|| line.deliver(client, "qzcanary-3", &lead(line.kind, "qzcanary-3", false)));
    }
    refused(&|| staff.post(&format!("/v1/admin/inquiries/{id}/notes"), &[], &json!({"text": "qzcanary"})).unwrap());
    owner(
        "alter table cms.inquiry drop constraint no_more; alter table cms.inquiry_note drop constraint no_more;
         alter table cms.integration_delivery drop constraint no_more",
    );
}

/// The whole database as `pg_dump` writes it, in lower case.
fn dump(ground: &Ground) -> String {
    let options = Options::new(&ground.data_dir().join("postgres"), Path::new(env!("CARGO_BIN_EXE_clinic-cms")));
    let output = Command::new(installed(&options).expect("PostgreSQL is installed").folder.join("pg_dump"))
        .arg(format!("--host={}", ground.socket_dir().unwrap().display()))
        .args(["--username=clinic_owner", "--no-password", "clinic_cms"])
        .env("PGPASSWORD", ground.superuser_password())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().to_lowercase()
}

#[test]
fn no_log_line_and_no_file_holds_what_a_patient_wrote() {
    let ground = Ground::new();
    let (graph, receiver) = (Neighbour::start(), Neighbour::start());
    let service = ground.serve(&[
        "--demo",
        "--log",
        "trace",
        "--log-format",
        "json",
        "--rate-limits",
        "off",
        "--webhook-networks",
        "127.0.0.0/8",
        "--meta-graph-url",
        &graph.url,
    ]);
    let (client, owner) = (service.client(), service.owner());
    let inquiry = json!({
        "full_name": "Qzcanary Vale", "email": "qzcanary@qzcanary.example", "phone": "(561) 555-0177 ext. 7", "message": "qzcanary",
        "preferred_times": ["qzcanary"], "service": "qzcanary", "attribution": {"utm_source": "qzcanary"},
    });
    let headers =
        [("Idempotency-Key", "qzcanary-1"), ("User-Agent", "qzcanary"), ("Referer", "https://qzcanary.example/")];
    let id = client.post("/v1/inquiries", &headers, &inquiry).unwrap().good()["data"]["id"].clone();
    let mistaken = json!({"full_name": "Qzcanary", "email": "qzcanary", "kind": "qzcanary", "form": "qzcanary"});
    for (path, body, status) in [
        ("/v1/inquiries", &mistaken, 422),
        ("/v1/inquiries?q=qzcanary", &inquiry, 400),
        ("/v1/inquiries", &json!(["qzcanary"]), 422),
    ] {
        let refused = client.post(path, &headers, body).unwrap();
        assert_eq!((refused.status, refused.body.to_lowercase().contains(CANARY)), (status, false), "{}", refused.body);
    }
    assert!(client.get("/v1/articles?q=qzcanary").status < 500);
    assert_eq!(client.get("/v1/qzcanary").status, 404);
    assert_eq!(client.sign_in(("qzcanary@mail.example", "qzcanary qzcanary")).status, 401);
    let staff = service.signed_in(&owner);
    let read = staff.get(&format!("/v1/admin/inquiries/{}", id.as_str().unwrap())).good();
    assert_eq!(read["data"]["message"], CANARY);
    staff.post("/v1/admin/articles", &[], &json!({"title": CONTROL})).unwrap().good();
    send_webhooks_to(&staff, &receiver);
    tell_the_desk(&staff, &text(&id));
    let lines = KINDS.map(|kind| Line::make(&staff, kind));
    bring_by_connections(&client, &staff, &lines);
    read_by_staff(&staff);
    fail_in_the_database(&ground, (&client, &staff), &lines, &inquiry);
    // Five leads, one that was fetched, and the call that became an emergency; the change of status by the desk.
    await_that("the webhooks", || (receiver.heard().len() >= 8).then_some(()));
    await_that("the letters", || ground.data_dir().join("mail").read_dir().ok()?.nth(5).map(drop));
    let dump = dump(&ground);
    assert!(dump.contains(CONTROL) && dump.contains(&text(&id)), "the dump is whole");
    let ended = service.stop(Signal::SIGINT).with(0, &["\"route\":\"/v1/inquiries\""]);
    let told = (ended.stdout + &ended.stderr).to_lowercase();
    let (asked, posted) = (graph.heard().concat().to_lowercase(), receiver.heard().concat().to_lowercase());
    assert!(asked.contains("/4711?fields=") && posted.contains(&text(&id)));
    for secret in [CANARY, "5550177", "555-0177", "bearer ey"] {
        let line = told.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
        for (place, held) in [("pg_dump", &dump), ("the Graph API", &asked), ("webhooks", &posted)] {
            // The token goes to the Graph API, which gave it.
            assert!(!held.contains(secret), "{secret} in {place}");
        }
    }
    assert!(!dump.contains(&hex::encode(CANARY)) && !dump.contains(&hex::encode("Qzcanary").to_lowercase()));
    let log = fs::read_to_string(ground.data_dir().join("postgres/server.log")).unwrap();
    assert!(log.contains(", stat, ") && !log.contains("Suicide"), "which emergency it was is told nowhere: {log}");
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
