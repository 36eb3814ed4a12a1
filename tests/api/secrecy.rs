//! What a patient writes is read by staff alone. Every personal field is sent with a text that occurs nowhere else,
//! and whatever comes out of the database and the API is searched for it.

mod sealing;

use std::{path::Path, process::Command};

use clinic_cms::db::embedded::{Options, installed};
use serde_json::{Value, json};
use sqlx::Executor;

use crate::harness::{Api, Call, EDITOR, OWNER, Reply};

/// Stands in every text that a patient sends here.
const CANARY: &str = "qzcanary";
const PHONE: &str = "(561) 555-0177";
/// Stands in an article, to show that the search would find what is there.
const CONTROL: &str = "qzcontrol";

const FIELDS: [(&str, &str); 12] = [
    ("full_name", "Qzcanary Fullname"),
    ("email", "qzcanary.mail@qzcanary.example"),
    ("phone", PHONE),
    ("location", "harbor"),
    ("message", "qzcanary message"),
    ("preferred_times", "qzcanary noon"),
    ("service", "qzcanary service"),
    ("utm_campaign", "qzcanary-campaign"),
    ("landing_page", "https://site.example/qzcanary"),
    ("qzcanary_question", "qzcanary answer"),
    ("_next", "https://qzcanary.example/"),
    ("_website", ""),
];

fn inquiry() -> Value {
    json!({
        "name": {"given": "Qzcanary", "family": "Qzcanary-Family"}, "full_name": "Qzcanary Fullname",
        "email": "qzcanary.mail@qzcanary.example", "phone": PHONE, "location": "harbor", "message": "qzcanary message",
        "preferred_times": ["qzcanary noon"], "service": "qzcanary service",
        "attribution": {"utm_source": "qzcanary-source", "gclid": "qzcanary-click", "referrer": "https://qzcanary.example/"},
    })
}

/// As a client that tells of itself wherever it can.
fn telling(api: &Api) -> Call {
    let call = api.call("POST", "/v1/inquiries");
    call.header("User-Agent", "qzcanary/1")
        .header("Referer", "https://qzcanary.example/")
        .header("Cookie", "qzcanary=1")
}

fn multipart(call: Call, fields: &[(&str, &str)]) -> Call {
    let part = |(name, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts: String = fields.iter().map(part).collect();
    call.header("Content-Type", "multipart/form-data; boundary=edge").bytes(format!("{parts}--edge--\r\n"))
}

/// A service with one inquiry of each encoding, and an article to compare with. The answers are quiet already.
fn with_inquiries() -> (Api, Vec<Value>) {
    let api = Api::start();
    let location = "insert into cms.location (id, slug, name, address, timezone) values
        ('01900000-0000-7000-8000-0000000000a1', 'harbor', 'Harbor', '{\"country\": \"US\"}', 'America/New_York')";
    api.as_owner(async |owner| owner.execute(location).await.map(drop).unwrap());
    let editor = api.sign_in(EDITOR);
    let draft = json!({"title": format!("A draft with {CONTROL}")});
    assert_eq!(api.call("POST", "/v1/admin/articles").bearer(&editor).json(&draft).send().status, 201);
    let posts = [
        telling(&api).header("Idempotency-Key", "qzcanary-key").json(&inquiry()),
        telling(&api).form(&FIELDS),
        multipart(telling(&api), &FIELDS),
        telling(&api).form(&[&FIELDS[..11], &[("_website", "qzcanary")]].concat()),
    ];
    let mut receipts = Vec::new();
    for post in posts {
        let reply = post.send();
        assert_eq!(reply.status, 201, "{}", reply.body);
        is_quiet(&reply);
        receipts.push(reply.json()["data"].clone());
    }
    (api, receipts)
}

/// What a text must not hold, in lower case: the canaries, also as bytes are printed, and the number in every shape.
fn found(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let digits: String = PHONE.chars().filter(char::is_ascii_digit).collect();
    let mut canaries = vec![CANARY.to_owned(), digits, "555-0177".to_owned(), "555 0177".to_owned()];
    let printed: Vec<String> = canaries.iter().map(hex::encode).collect();
    canaries.extend(printed);
    canaries.extend(["Qzcanary", "QZCANARY"].map(hex::encode));
    let at = canaries.iter().find_map(|canary| text.find(canary.as_str()))?;
    Some(text.chars().skip(at.saturating_sub(80)).take(200).collect())
}

#[track_caller]
fn is_quiet(reply: &Reply) {
    let heard = found(&format!("{:?} {}", reply.headers, reply.body));
    assert!(heard.is_none(), "{}: {heard:?}", reply.status);
}

/// The whole database as `pg_dump` writes it.
fn dump(api: &Api) -> String {
    let cluster = api.text("show data_directory");
    let folder = Path::new(&cluster).parent().unwrap();
    let options = Options::new(folder, Path::new(env!("CARGO_BIN_EXE_clinic-cms")));
    let output = Command::new(installed(&options).expect("PostgreSQL is installed").folder.join("pg_dump"))
        .arg(format!("--host={}", api.text("show unix_socket_directories").trim_matches('"')))
        .args([
            format!("--port={}", api.text("show port")),
            format!("--username={}", api.text("select current_user::text")),
        ])
        .args(["--no-password", &api.text("select current_database()::text")])
        .env("PGPASSWORD", std::fs::read_to_string(folder.join("superuser-password")).unwrap().trim())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_dump_of_the_database_holds_nothing_that_a_patient_wrote() {
    let (api, receipts) = with_inquiries();
    let dump = dump(&api);
    assert!(dump.contains(CONTROL) && dump.contains(receipts[0]["id"].as_str().unwrap()), "the dump is whole");
    assert_eq!(found(&dump), None);
    let sealed = "select count(*)::text from cms.inquiry
        where octet_length(wrapped_key) >= 32 and least(octet_length(sealed_name), octet_length(sealed_email),
              octet_length(sealed_phone), octet_length(sealed_message), octet_length(sealed_details)) >= 32";
    assert_eq!(api.text(sealed), receipts.len().to_string(), "and the columns are not empty");
}

#[test]
fn no_table_of_any_schema_holds_what_a_patient_wrote() {
    let (api, _) = with_inquiries();
    let tables = "select string_agg(format('%I.%I', table_schema, table_name), ' ') from information_schema.tables
                   where table_type = 'BASE TABLE' and table_name not in ('pg_statistic', 'pg_authid')";
    let tables = api.text(tables);
    assert!(
        ["cms.inquiry", "cms.idempotency_key", "cms.outbox_event", "cms.audit_event"]
            .iter()
            .all(|one| tables.contains(one))
    );
    let mut all = String::new();
    for table in tables.split(' ') {
        all += &api.text(&format!("select coalesce(string_agg(t::text, ' '), '') from {table} t"));
    }
    assert!(all.contains(CONTROL), "the rows are whole");
    assert_eq!(found(&all), None);
    let statistics = api.text("select coalesce(string_agg(most_common_vals::text, ' '), '') from pg_stats");
    assert_eq!(found(&statistics), None);
}

#[test]
fn what_the_public_reads_and_what_an_editor_reads_is_quiet() {
    let (api, receipts) = with_inquiries();
    let editor = api.sign_in(EDITOR);
    let id = receipts[0]["id"].as_str().unwrap();
    for path in [
        "/livez",
        "/readyz",
        "/openapi.json",
        "/docs/",
        "/v1/articles",
        "/v1/articles?q=message",
        "/v1/categories",
        "/v1/tags",
        "/v1/clinic",
        "/v1/locations",
        "/v1/locations/harbor",
        "/v1/forms/contact",
        "/v1/inquiries",
        "/v1/auth/me",
        "/v1/admin/articles",
        "/v1/admin/inquiries",
        &format!("/v1/admin/inquiries/{id}"),
        &format!("/v1/inquiries/{id}"),
    ] {
        is_quiet(&api.get(path));
        is_quiet(&api.call("GET", path).bearer(&editor).send());
    }
    let owner = api.sign_in(OWNER);
    let list = api.call("GET", "/v1/admin/inquiries").bearer(&owner).send();
    for unsaid in ["message", "mail@", "0177", "source", "noon", "service", "answer"] {
        assert!(!list.body.contains(unsaid), "{unsaid}: {}", list.body);
    }
    let detail = api.call("GET", &format!("/v1/admin/inquiries/{id}")).bearer(&owner).send();
    assert!(
        found(&detail.body).is_some() && detail.body.contains("qzcanary message"),
        "and the owner reads everything"
    );
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    let api = Api::start();
    let post = || api.call("POST", "/v1/inquiries");
    let mut refused = Vec::new();
    for field in [
        "form",
        "kind",
        "name",
        "full_name",
        "email",
        "phone",
        "preferred_contact",
        "preferred_times",
        "location",
        "service",
        "message",
        "language",
        "on_behalf_of",
        "consents",
        "attribution",
        "form_token",
    ] {
        for wrong in [
            json!("qzcanary\u{1}"),
            json!(["qzcanary"]),
            json!({"given": ["qzcanary"]}),
            json!([{"purpose": "Qzcanary!"}]),
        ] {
            refused.push(post().json(&json!({field: wrong})));
        }
    }
    for body in ["{\"message\": qzcanary}", "{\"qzcanary\"", "[\"qzcanary\"]", "\"qzcanary\""] {
        refused.push(post().header("Content-Type", "application/json").bytes(body));
    }
    let wrong_fields =
        [("email", "qzcanary"), ("kind", "qzcanary"), ("kind", "qzcanary 2"), ("consent_texting", "qzcanary!")];
    refused.push(post().form(&wrong_fields));
    refused.push(multipart(post(), &wrong_fields));
    refused.push(post().header("Accept", "text/html").form(&wrong_fields));
    refused.push(post().header("Content-Type", "text/qzcanary").bytes("qzcanary"));
    refused.push(post().header("Content-Encoding", "qzcanary").json(&inquiry()));
    refused.push(post().header("Authorization", "Bearer qzcanary").json(&inquiry()));
    refused.push(post().header("Idempotency-Key", "qzcanary qzcanary").json(&inquiry()));
    refused.push(post().header("X-Request-Id", "qzcanary \" qzcanary").json(&json!({})));
    refused.push(api.call("POST", "/v1/inquiries?kind=qzcanary").json(&inquiry()));
    refused.push(api.call("PUT", "/v1/inquiries").json(&inquiry()));
    refused.push(api.call("POST", "/v1/qzcanary").json(&inquiry()));
    refused.push(api.call("GET", "/v1/articles?sort=qzcanary&limit=qzcanary&cursor=qzcanary"));
    refused.push(api.call("GET", "/v1/articles/qzcanary"));
    refused.push(
        api.call("POST", "/v1/auth/login").json(&json!({"email": "qzcanary@mail.example", "password": "qzcanary"})),
    );
    let editor = api.sign_in(EDITOR);
    let article = json!({"title": ["qzcanary"], "slug": "Qzcanary!", "kind": "qzcanary", "tags": ["qzcanary"], "locale": "qzcanary!"});
    refused.push(api.call("POST", "/v1/admin/articles").bearer(&editor).json(&article));
    for call in refused {
        let reply = call.send();
        assert!((400..500).contains(&reply.status), "{}: {}", reply.status, reply.body);
        is_quiet(&reply);
    }
    assert_eq!(api.text("select count(*)::text from cms.inquiry"), "0");
}
