//! Erasure, what stands in its way, and what a restored backup brings back.

use std::collections::BTreeSet;

use clinic_cms::cli::settle;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{
    attachments::{SCAN, with_files},
    count, inquiry,
    inventory::{OF_NOBODY, OF_PROGRAMS},
    post, read, receipt, sent,
};
use crate::{
    connectors::{connect, delivered, lead},
    harness::{Api, EDITOR, OWNER, Reply, block_on},
};

/// A service with a data directory of its own: the file of tombstones is there.
struct Ground {
    folder: tempfile::TempDir,
    api: Api,
    token: String,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        let api = Api::start_with(clinic_cms::clock::Clock::system(), &[("rate-limits", "off"), ("data-dir", &data)]);
        let token = api.sign_in(OWNER);
        Self { folder, api, token }
    }

    fn log(&self) -> std::path::PathBuf {
        self.folder.path().join("tombstones.log")
    }

    fn call(&self, method: &str, id: &str, below: &str, body: &Value) -> Reply {
        let call = self.api.call(method, &format!("/v1/admin/inquiries/{id}{below}")).bearer(&self.token);
        let call = call.header("If-Match", "*");
        if method == "GET" || (method == "DELETE" && body.is_null()) { call.send() } else { call.json(body).send() }
    }

    fn run(&self, statements: &str) {
        let statements = statements.to_owned();
        self.api.as_owner(async |owner| owner.execute(AssertSqlSafe(statements)).await.map(drop).unwrap());
    }

    fn start_again(&self) {
        block_on(async { settle(self.api.opened()).await.unwrap() });
    }
}

fn id(receipt: &Value) -> String {
    receipt["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_word_with_an_erasure_is_a_mistake_and_erases_nothing() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let id = sent(&api, &inquiry())["id"].as_str().unwrap().to_owned();
    for operation in ["erasure", "spam", "release"] {
        let call = || {
            let path = format!("/v1/admin/inquiries/{id}/{operation}");
            api.call("POST", &path).bearer(&token).header("If-Match", "*")
        };
        let problem = call().json(&json!({"dry_run": true})).send().problem(422, "validation_failed");
        assert_eq!(super::mistakes(&problem), [("/dry_run", "unknown_field")], "{operation}");
        call().json(&json!(["x"])).send().problem(422, "validation_failed");
        call().bytes("dry_run=true").send().problem(400, "malformed_json");
    }
    let read = |more: &str| api.call("GET", &format!("/v1/admin/inquiries/{id}{more}")).bearer(&token).send();
    assert_eq!(read("").json()["data"]["status"], "new");
    assert_eq!(read("/letters").status, 200);
    let erase = |body: &str| {
        let call =
            api.call("POST", &format!("/v1/admin/inquiries/{id}/erasure")).bearer(&token).header("If-Match", "*");
        call.bytes(body).send().status
    };
    assert_eq!((erase(" {} "), erase("")), (200, 404));
    read("").problem(404, "not_found");
    read("/letters").problem(404, "not_found");
}

#[test]
fn what_is_erased_is_gone_and_its_tombstone_names_nobody() {
    let ground = Ground::new();
    let api = &ground.api;
    let kept = id(&sent(api, &inquiry()));
    let gone = id(&receipt(&post(api).header("Idempotency-Key", "forget-me").json(&inquiry()).send()));
    assert_eq!(count(api, "select count(*) from cms.idempotency_key"), 1);
    let stale = api.call("POST", &format!("/v1/admin/inquiries/{gone}/erasure")).bearer(&ground.token);
    stale.header("If-Match", "\"v9\"").send().problem(412, "stale_version");
    let erased = ground.call("POST", &gone, "/erasure", &json!({}));
    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!((&erased.json()["data"]["id"], &erased.json()["data"]["reason"]), (&json!(gone), &json!("staff")));
    ground.call("GET", &gone, "", &Value::Null).problem(404, "not_found");
    ground.call("POST", &gone, "/erasure", &json!({})).problem(404, "not_found");
    let listed = api.call("GET", "/v1/admin/inquiries").bearer(&ground.token).send().json();
    assert_eq!((&listed["data"][0]["id"], &listed["meta"]["total"]), (&json!(kept), &json!(1)));
    assert_eq!(count(api, "select count(*) from cms.idempotency_key"), 0);
    let empty = "select count(*) from cms.inquiry where erased_at is not null and erasure_reason = 'staff'
                    and num_nonnulls(key_id, wrapped_key, sealed_name, sealed_email, sealed_phone, sealed_message,
                                     sealed_details, email_index, phone_index, content_index, language) = 0";
    assert_eq!(count(api, empty), 1);
    assert_eq!(api.text("select inquiry_id::text from cms.inquiry_tombstone"), gone);
    let line = std::fs::read_to_string(ground.log()).unwrap();
    assert!(line.starts_with(&gone) && line.contains(" staff ") && line.lines().count() == 1, "{line}");
    let noted = format!(
        "select count(*) from cms.audit_event where action = 'inquiry.erase' and subject_id = '{gone}' and fields = '{{staff}}'"
    );
    assert_eq!(api.number(&noted), 1);
}

/// Every column of bytes with each of its values, whatever the table.
fn all_bytes(api: &Api) -> BTreeSet<(String, String)> {
    let columns = "select coalesce(string_agg(table_name || '.' || column_name, ' '), '')
                     from information_schema.columns join information_schema.tables t using (table_schema, table_name)
                    where table_schema = 'cms' and data_type = 'bytea' and t.table_type = 'BASE TABLE'";
    let columns = api.text(columns);
    let values = columns.split_whitespace().flat_map(|column| {
        let (table, name) = column.split_once('.').unwrap();
        let values = format!("select coalesce(string_agg(encode({name}, 'hex'), ' '), '') from cms.{table}");
        let values = api.text(&values);
        values.split_whitespace().map(|value| (format!("cms.{column}"), value.to_owned())).collect::<Vec<_>>()
    });
    values.collect()
}

/// What holds bytes of an inquiry on purpose once it is erased.
const STAYS: [&str; 1] = ["cms.inquiry.external_index"];

#[test]
fn no_byte_of_an_erased_inquiry_is_left_in_any_table() {
    let ground = Ground::new();
    let api = &ground.api;
    let connection = connect(api, &json!({"kind": "callrail"}));
    let form = json!({"name": "Scans", "slug": "scans", "attachments": {}});
    assert_eq!(api.call("POST", "/v1/admin/forms").bearer(&api.sign_in(EDITOR)).json(&form).send().status, 201);
    let inventory = api.call("GET", "/v1/admin/data-inventory").bearer(&ground.token).send().json();
    let before = all_bytes(api);
    // Fill every column in which something of an inquiry can stand, and add to this what is new in the inventory.
    let posted = id(&receipt(&post(api).header("Idempotency-Key", "forget-me").json(&inquiry()).send()));
    delivered(api, &connection, "", &lead("callrail", "CAL1"));
    let with_file = id(&receipt(&with_files(post(api), &[("message", "Please look at this.")], &[SCAN]).send()));
    let called = api.text("select id::text from cms.inquiry where integration_id is not null");
    let made = |reply: &Reply| assert!(matches!(reply.status, 200 | 201), "{}", reply.body);
    made(&ground.call("POST", &posted, "/notes", &json!({"text": "Left a message."})));
    let tried = json!({"channel": "phone", "outcome": "left_message", "note": "Her son answered."});
    made(&ground.call("POST", &posted, "/contacts", &tried));
    let closed = json!({"status": "closed", "close_reason": "other", "close_note": "Went elsewhere."});
    made(&ground.call("PATCH", &posted, "", &closed));
    let withdrawn = json!({"purpose": "newsletter", "granted": false, "channel": "phone", "reason": "She said stop."});
    made(&ground.call("POST", &posted, "/consents", &withdrawn));
    made(&ground.call("PUT", &posted, "/legal-hold", &json!({"reason": "Halloway v. Harbor Clinic"})));
    let written: BTreeSet<_> = all_bytes(api).difference(&before).cloned().collect();
    let filled: BTreeSet<&str> = written.iter().map(|(column, _)| column.as_str()).collect();
    for entry in inventory["data"].as_array().unwrap().iter().filter(|entry| entry["sealed"] == "data_key") {
        let column = format!("{}.{}", entry["table"].as_str().unwrap(), entry["column"].as_str().unwrap());
        assert!(filled.contains(&*column), "nothing is in {column} here, so this test does not look at it");
    }
    // Whoever is not erased keeps every word.
    for change in ["cms.inquiry_status_change set sealed_note = null", "cms.consent_change set sealed_reason = null"] {
        let change = format!("update {change}");
        let done = api.as_owner(async |owner| owner.execute(AssertSqlSafe(change)).await.map(drop));
        assert!(done.unwrap_err().to_string().contains("never changed"));
    }
    assert_eq!(ground.call("DELETE", &posted, "/legal-hold", &Value::Null).status, 204);
    for inquiry in [&posted, &called, &with_file] {
        assert_eq!(ground.call("POST", inquiry, "/erasure", &json!({})).status, 200);
    }
    let of_nobody = |column: &str| OF_NOBODY.iter().chain(&OF_PROGRAMS).chain(&STAYS).any(|known| *known == column);
    let after = all_bytes(api);
    let left: BTreeSet<_> =
        written.intersection(&after).map(|(column, _)| column).filter(|column| !of_nobody(column)).collect();
    assert_eq!(left, BTreeSet::new(), "forget it in cms.forget_beside");
    assert_eq!(count(api, "select count(*) from cms.inquiry_status_change where reason is not null"), 0);
    let after = "update cms.inquiry_status_change set to_status = 'new'";
    let done = api.as_owner(async |owner| owner.execute(after).await.map(drop));
    assert!(done.unwrap_err().to_string().contains("never changed"), "only words may go");
}

#[test]
fn what_is_held_is_kept_until_it_is_released() {
    let ground = Ground::new();
    let api = &ground.api;
    let held = id(&sent(api, &inquiry()));
    ground.call("PUT", &held, "/legal-hold", &json!({})).problem(422, "validation_failed");
    let put = ground.call("PUT", &held, "/legal-hold", &json!({"reason": "Halloway v. Harbor Clinic"}));
    assert_eq!(put.status, 200, "{}", put.body);
    let hold = &put.json()["data"];
    assert_eq!((&hold["held"], &hold["holds"][0]["reason"]), (&json!(true), &json!("Halloway v. Harbor Clinic")));
    assert_eq!(put.etag(), "\"v2\"");
    assert_eq!(read(api, &json!({"id": held}))["legal_hold"], true);
    assert_eq!(
        count(api, "select count(*) from cms.legal_hold where position('Halloway'::bytea in sealed_reason) > 0"),
        0
    );
    ground.call("PUT", &held, "/legal-hold", &json!({"reason": "again"})).problem(409, "legal_hold");
    ground.call("POST", &held, "/erasure", &json!({})).problem(409, "legal_hold");
    assert_eq!(ground.call("DELETE", &held, "/legal-hold", &Value::Null).status, 204);
    ground.call("DELETE", &held, "/legal-hold", &Value::Null).problem(404, "not_found");
    let holds = ground.call("GET", &held, "/legal-hold", &Value::Null).json();
    assert_eq!(holds["data"]["held"], false);
    assert!(holds["data"]["holds"][0]["released_by"]["name"].is_string(), "it stays on record: {holds}");
    assert_eq!(ground.call("POST", &held, "/erasure", &json!({})).status, 200);
    assert_eq!(count(api, "select count(*) from cms.legal_hold where sealed_reason is not null"), 0);
    let noted = "select count(*) from cms.audit_event where action in ('legal_hold.create', 'legal_hold.delete')";
    assert_eq!(count(api, noted), 2);
}

/// The database as it was before the erasure: what a restored backup has.
const KEEP: &str = "create table public.kept as select * from cms.inquiry";
const RESTORE: &str = "
    alter table cms.inquiry_tombstone disable trigger user;
    delete from cms.inquiry_tombstone;
    alter table cms.inquiry_tombstone enable trigger user;
    update cms.inquiry i
       set erased_at = null, erasure_reason = null, key_id = k.key_id, wrapped_key = k.wrapped_key,
           sealed_name = k.sealed_name, sealed_email = k.sealed_email, sealed_phone = k.sealed_phone,
           sealed_message = k.sealed_message, sealed_details = k.sealed_details, email_index = k.email_index,
           phone_index = k.phone_index
      from public.kept k where k.id = i.id";

#[test]
fn a_restored_backup_does_not_bring_back_what_was_erased() {
    let ground = Ground::new();
    let api = &ground.api;
    let (kept, gone) = (sent(api, &inquiry()), sent(api, &inquiry()));
    ground.run(KEEP);
    assert_eq!(ground.call("POST", &id(&gone), "/erasure", &json!({})).status, 200);
    ground.run(RESTORE);
    assert_eq!(read(api, &gone)["message"], inquiry()["message"], "the backup has it");
    ground.start_again();
    ground.call("GET", &id(&gone), "", &Value::Null).problem(404, "not_found");
    assert_eq!(read(api, &kept)["message"], inquiry()["message"], "and nothing else went");
    assert_eq!(count(api, "select count(*) from cms.inquiry_tombstone"), 1);
    let again = "select count(*) from cms.audit_event where action = 'inquiry.erase' and fields = '{staff,again}' and actor_kind = 'system'";
    assert_eq!(count(api, again), 1);
    ground.start_again();
    assert_eq!(count(api, again), 1, "once is enough");
    assert_eq!(std::fs::read_to_string(ground.log()).unwrap().lines().count(), 1);
}

#[test]
fn nobody_has_an_inquiry_erased_by_writing_to_the_file() {
    let ground = Ground::new();
    let api = &ground.api;
    let (kept, gone) = (sent(api, &inquiry()), sent(api, &inquiry()));
    assert_eq!(ground.call("POST", &id(&gone), "/erasure", &json!({})).status, 200);
    let line = std::fs::read_to_string(ground.log()).unwrap();
    std::fs::write(ground.log(), format!("{line}{}", line.replace(&id(&gone), &id(&kept)))).unwrap();
    ground.start_again();
    assert_eq!(read(api, &kept)["message"], inquiry()["message"]);
}

#[test]
fn a_start_writes_down_what_another_node_erased_and_leaves_what_is_held() {
    let ground = Ground::new();
    let api = &ground.api;
    let (one, two) = (sent(api, &inquiry()), sent(api, &inquiry()));
    ground.run(KEEP);
    for gone in [&one, &two] {
        assert_eq!(ground.call("POST", &id(gone), "/erasure", &json!({})).status, 200);
    }
    let lines = std::fs::read_to_string(ground.log()).unwrap();
    std::fs::remove_file(ground.log()).unwrap();
    ground.start_again();
    assert_eq!(std::fs::read_to_string(ground.log()).unwrap(), lines, "the same lines, from the database");
    ground.run(RESTORE);
    ground.run(&format!("update cms.inquiry set legal_hold = true where id = '{}'", id(&one)));
    ground.start_again();
    assert_eq!(count(api, "select count(*) from cms.inquiry where erased_at is null"), 1, "the held one");
    ground.run("update cms.inquiry set legal_hold = false");
    ground.start_again();
    assert_eq!(count(api, "select count(*) from cms.inquiry where erased_at is null"), 0);
}
