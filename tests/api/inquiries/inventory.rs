//! The inventory of personal data, held against the database.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Api, FRONT_DESK, OWNER};

/// Columns of bytes that hold nothing of a person: hashes of tokens and contents, signatures, secrets of programs.
pub const OF_NOBODY: [&str; 30] = [
    "cms.api_key.former_hash",
    "cms.api_key.secret_hash",
    "cms.article.source_hash",
    "cms.audit_event.mac",
    "cms.audit_head.hash",
    "cms.audit_head.signature",
    "cms.audit_pruning.hash",
    "cms.audit_pruning.signature",
    "cms.audit_seal.hash",
    "cms.audit_signing_key.mac",
    "cms.audit_signing_key.public_key",
    "cms.failed_attempt.key",
    "cms.half_sign_in.hash",
    "cms.idempotency_key.key",
    "cms.invitation.hash",
    "cms.listing_origin.said",
    "cms.oidc_flow.binding_hash",
    "cms.oidc_flow.nonce_hash",
    "cms.oidc_flow.state_hash",
    "cms.oidc_flow.verifier_sealed",
    "cms.oidc_handover.code_hash",
    "cms.one_time_token.hash",
    "cms.passkey.credential_id",
    "cms.passkey_ceremony.hash",
    "cms.preview_link.token_hash",
    "cms.recovery_code.hash",
    "cms.refresh_token.hash",
    "cms.refresh_token.parent_hash",
    "cms.revision.content_hash",
    "cms.setting_seen.fingerprint",
];
/// As [`OF_NOBODY`].
pub const OF_PROGRAMS: [&str; 8] = [
    "cms.integration.former_key_hash",
    "cms.integration.key_hash",
    "cms.integration_secret.sealed",
    "cms.signoff.content_hash",
    "cms.spent_proof.digest",
    "cms.testimonial_authorization.content_hash",
    "cms.webhook_endpoint.former_sealed",
    "cms.webhook_endpoint.sealed_secret",
];

fn columns(api: &Api, condition: &str) -> BTreeSet<String> {
    let query = format!(
        "select coalesce(string_agg(c.table_schema || '.' || c.table_name || '.' || c.column_name, ' '), '')
           from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
          where c.table_schema = 'cms' and t.table_type = 'BASE TABLE' and {condition}"
    );
    api.text(&query).split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_column_that_may_hold_something_of_a_person_is_in_the_inventory() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let answer = api.call("GET", "/v1/admin/data-inventory").bearer(&token).send();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let entries = answer.json()["data"].as_array().unwrap().clone();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let listed: BTreeSet<String> =
        entries.iter().map(|entry| format!("{}.{}", text(entry, "table"), text(entry, "column"))).collect();
    assert_eq!(listed.len(), entries.len(), "each column once");
    let there = columns(&api, "true");
    assert_eq!(listed.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "columns that are gone");
    let of_nobody: BTreeSet<String> = OF_NOBODY.iter().chain(&OF_PROGRAMS).map(|name| (*name).to_owned()).collect();
    let bytes = columns(&api, "c.data_type = 'bytea'");
    let forgotten: Vec<_> = bytes.iter().filter(|name| !listed.contains(*name) && !of_nobody.contains(*name)).collect();
    assert_eq!(forgotten, Vec::<&String>::new(), "say in src/inquiries/privacy/inventory.rs what these hold");
    for entry in &entries {
        let expected = if text(entry, "column").starts_with("sealed") { &["data_key", "purpose_key"][..] } else { &[] };
        assert!(expected.is_empty() || expected.contains(&text(entry, "sealed").as_str()), "{entry}");
    }
}

#[test]
fn the_inventory_is_for_those_who_answer_for_it() {
    let api = Api::start();
    let desk = api.sign_in(FRONT_DESK);
    api.call("GET", "/v1/admin/data-inventory").bearer(&desk).send().problem(403, "forbidden");
    api.get("/v1/admin/data-inventory").problem(401, "unauthenticated");
}
