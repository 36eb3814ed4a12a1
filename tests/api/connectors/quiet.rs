//! What a lead says is nowhere but in the staff's answers.

use serde_json::{Value, json};

use super::{KINDS, connect, signed, signed_bytes, staff, unsigned};
use crate::harness::Api;

/// Every text of a value with a word in it that occurs nowhere else; ids and instants stay what they are.
fn marked(value: &Value) -> Value {
    let fixed = [
        "leadgen_id",
        "start_time",
        "submitted_at",
        "column_id",
        "name",
        "type",
        "id",
        "ref",
        "field",
        "event_type",
        "object",
        "customer_phone_number",
    ];
    match value {
        Value::String(text) if text.contains('@') => json!("qzcanary@qzcanary.example"),
        Value::String(text) if text.starts_with('+') => json!("+15615550177"),
        Value::String(text) => json!(format!("qzcanary {text}")),
        Value::Array(entries) => entries.iter().map(marked).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let is_fixed = fixed.contains(&name.as_str()) && value.is_string();
                (name.clone(), if is_fixed { value.clone() } else { marked(value) })
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

fn is_quiet(text: &str, place: &str) {
    let text = text.to_lowercase();
    for canary in [
        "qzcanary".to_owned(),
        hex::encode("qzcanary"),
        hex::encode("Qzcanary"),
        "5550177".to_owned(),
        "555-0177".to_owned(),
    ] {
        let at = text.find(&canary);
        assert!(
            at.is_none(),
            "{place}: …{}…",
            text.chars().skip(at.unwrap_or(0).saturating_sub(60)).take(160).collect::<String>()
        );
    }
}

#[test]
fn no_answer_and_no_table_holds_a_word_of_a_lead() {
    let api = Api::start();
    for kind in KINDS {
        let connection = connect(&api, &json!({"kind": kind}));
        let whole = marked(&super::lead(kind, "1001"));
        for (id, body) in [
            ("1", whole.clone()),
            ("2", json!({"qzcanary": "qzcanary", "lead_id": "qzcanary", "user_column_data": []})),
        ] {
            for reply in [
                signed(&api, &connection, id, &body).send(),
                unsigned(&api, &connection, body.to_string().as_bytes()).send(),
                signed_bytes(&api, &connection, id, format!("{body}qzcanary").as_bytes()).send(),
            ] {
                assert!([200, 401].contains(&reply.status), "{}", reply.body);
                is_quiet(&format!("{:?} {}", reply.headers, reply.body), kind);
            }
        }
        for path in ["", "/deliveries"] {
            is_quiet(&staff(&api, "GET", &connection, path).send().body, path);
        }
    }
    let stored = api.number("select count(*) from cms.inquiry")
        + api.number("select count(*) from cms.integration_delivery where state = 'kept'");
    assert!(stored >= 9, "{stored}: they are there");
    let tables = api.text(
        "select string_agg(format('%I.%I', table_schema, table_name), ' ') from information_schema.tables
          where table_type = 'BASE TABLE' and table_name not in ('pg_statistic', 'pg_authid')",
    );
    for table in tables.split(' ') {
        is_quiet(&api.text(&format!("select coalesce(string_agg(t::text, ' '), '') from {table} t")), table);
    }
}
