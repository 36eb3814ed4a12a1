//! What is stored opens at its own place alone: whatever was moved, altered or left without its key is told loudly, is
//! written down, and nothing of it is shown.

use clinic_cms::crypto::{KeyRing, KeyUse};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{count, inquiry, read, sent, with};
use crate::harness::{Api, OWNER, Reply};

const COLUMNS: [&str; 5] = ["sealed_name", "sealed_email", "sealed_phone", "sealed_message", "sealed_details"];

fn run(api: &Api, statement: &str) {
    let statement = statement.to_owned();
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop).unwrap());
}

fn detail(api: &Api, token: &str, id: &str) -> Reply {
    api.call("GET", &format!("/v1/admin/inquiries/{id}")).bearer(token).send()
}

/// Two people; what they wrote has no word in common with a problem.
fn two(api: &Api) -> (String, String) {
    let id = |receipt: Value| receipt["id"].as_str().unwrap().to_owned();
    let other = json!({"full_name": "Ines Quill", "email": "ines.quill@mail.example", "phone": "+1 561 555 0177",
                       "message": "Zanzibar"});
    (id(sent(api, &inquiry())), id(sent(api, &with(&other))))
}

/// Refused, named, written down once more, and without a word of either.
#[track_caller]
fn refused(api: &Api, reply: &Reply, id: &str, column: &str) {
    let written = api.number(&format!(
        "select count(*) from cms.audit_event where action = 'inquiry.seal_refused' and subject_type = 'inquiry'
            and subject_id = '{id}' and fields = '{{{column}}}' and actor_kind = 'account'
            and request_id = '{}'",
        reply.header("x-request-id")
    ));
    assert_eq!(written, 1, "{column}");
    let problem = reply.problem(409, "sealed_field_refused");
    let said = problem["detail"].as_str().unwrap();
    assert!(said.contains(column) && said.contains(id), "{said}");
    for word in ["Wren", "Ines", "crutches", "Zanzibar", "mail.example", "0142", "0177"] {
        assert!(!reply.body.contains(word), "{}", reply.body);
    }
}

#[test]
fn a_field_that_was_moved_from_another_person_is_refused() {
    let api = Api::start();
    let (wren, ines) = two(&api);
    let token = api.sign_in(OWNER);
    for column in COLUMNS {
        let swap = format!("update cms.inquiry a set {column} = b.{column} from cms.inquiry b where a.id <> b.id");
        run(&api, &swap);
        refused(&api, &detail(&api, &token, &wren), &wren, column);
        refused(&api, &detail(&api, &token, &ines), &ines, column);
        run(&api, &swap);
        assert_eq!(detail(&api, &token, &wren).status, 200, "{column} is back");
    }
    run(&api, "update cms.inquiry a set wrapped_key = b.wrapped_key from cms.inquiry b where a.id <> b.id");
    refused(&api, &detail(&api, &token, &wren), &wren, "wrapped_key");
}

#[test]
fn a_field_that_was_moved_from_another_column_is_refused() {
    let api = Api::start();
    let (wren, _) = two(&api);
    let token = api.sign_in(OWNER);
    for (at, column) in COLUMNS.iter().enumerate() {
        let other = COLUMNS[(at + 1) % COLUMNS.len()];
        let swap = format!("update cms.inquiry set {column} = {other}, {other} = {column} where id = '{wren}'");
        run(&api, &swap);
        let reply = detail(&api, &token, &wren);
        let told = reply.problem(409, "sealed_field_refused")["detail"].as_str().unwrap().to_owned();
        assert!(told.starts_with(column) || told.starts_with(other), "{told}");
        run(&api, &swap);
    }
    assert_eq!(detail(&api, &token, &wren).status, 200);
}

#[test]
fn an_altered_byte_is_refused_in_the_list_as_well() {
    let api = Api::start();
    let (wren, ines) = two(&api);
    let token = api.sign_in(OWNER);
    for column in COLUMNS.into_iter().chain(["wrapped_key"]) {
        let flip = format!(
            "update cms.inquiry set {column} = set_byte({column}, 40, get_byte({column}, 40) # 1) where id = '{wren}'"
        );
        run(&api, &flip);
        refused(&api, &detail(&api, &token, &wren), &wren, column);
        if ["sealed_name", "wrapped_key"].contains(&column) {
            refused(&api, &api.call("GET", "/v1/admin/inquiries").bearer(&token).send(), &wren, column);
        }
        run(&api, &flip);
    }
    assert_eq!(detail(&api, &token, &ines).status, 200, "one that was left alone");
    assert_eq!(count(&api, "select count(*) from cms.audit_event where action = 'inquiry.seal_refused'"), 8);
}

#[test]
fn a_missing_key_is_named_and_its_return_is_noticed() {
    let api = Api::with_keys_of_its_own();
    let receipt = sent(&api, &inquiry());
    let id = receipt["id"].as_str().unwrap();
    let old = api.text("select key_id from cms.inquiry");
    let new = KeyRing::add_key(&api.keys, KeyUse::Encryption).unwrap();
    KeyRing::make_current(&api.keys, KeyUse::Encryption, &new).unwrap();
    api.look_at_the_keys();
    assert_eq!(read(&api, &receipt)["message"], inquiry()["message"], "the key before still opens");
    let later = sent(&api, &inquiry());
    assert_eq!(api.text("select max(key_id) from cms.inquiry"), new, "what comes now is under the new one");
    let file = api.keys.join(format!("encryption-{old}.key"));
    let content = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    api.look_at_the_keys();
    let token = api.sign_in(OWNER);
    let reply = detail(&api, &token, id);
    let problem = reply.problem(503, "encryption_key_missing");
    assert!(problem["detail"].as_str().unwrap().contains(&old), "{problem}");
    assert!(!reply.body.contains("Wren"));
    let noted =
        api.text("select array_to_string(fields, ' ') from cms.audit_event where action = 'inquiry.seal_refused'");
    assert_eq!(noted, format!("wrapped_key {old}"));
    assert_eq!(detail(&api, &token, later["id"].as_str().unwrap()).status, 200);
    std::fs::write(&file, content).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(detail(&api, &token, id).status, 200, "it is looked for when it is needed");
}

#[test]
fn what_another_node_wraps_with_a_new_key_opens_here_at_once() {
    let api = Api::with_keys_of_its_own();
    let other = api.another_node_with_its_own_ring();
    let new = KeyRing::add_key(&api.keys, KeyUse::Encryption).unwrap();
    KeyRing::make_current(&api.keys, KeyUse::Encryption, &new).unwrap();
    other.look_at_the_keys();
    let receipt = sent(&other, &inquiry());
    assert_eq!(api.text("select key_id from cms.inquiry"), new);
    assert_eq!(read(&api, &receipt)["message"], inquiry()["message"]);
}
