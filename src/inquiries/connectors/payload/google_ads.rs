//! A lead form of Google Ads (<https://developers.google.com/google-ads/webhook/docs/implementation>). Fields that are
//! not known are facts like the others, since Google adds some.

use serde_json::Value;

use super::{Fact, Lead, Unreadable, flat, id_of, instant_of};
use crate::inquiries::connectors::signature::GOOGLE_KEY;

/// No words of anybody: the key, what names the lead, and what is read on its own.
const ENVELOPE: [&str; 5] = [GOOGLE_KEY, "lead_id", "is_test", "api_version", "user_column_data"];

pub(super) fn read(body: &Value) -> Result<Lead, Unreadable> {
    let external_id = id_of(body.get("lead_id")).ok_or(Unreadable)?;
    let columns = body.get("user_column_data").and_then(Value::as_array).ok_or(Unreadable)?;
    let mut facts: Vec<Fact> = columns.iter().enumerate().filter_map(|(index, column)| fact(index, column)).collect();
    facts.extend(flat::members(body, &ENVELOPE));
    Ok(Lead {
        external_id,
        sent_at: instant_of(body.get("lead_submit_time")),
        is_test: body.get("is_test").and_then(Value::as_bool).unwrap_or(false),
        facts,
        ..Lead::default()
    })
}

/// One column: named by its id, or by its name where it has none (a question of the advertiser's own).
fn fact(index: usize, column: &Value) -> Option<Fact> {
    let text = |name: &str| column.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let label = text("column_name").map(str::to_owned);
    let name = text("column_id").map(str::to_owned).or_else(|| label.clone()).unwrap_or_else(|| index.to_string());
    let value = flat::text_of(column.get("string_value")?)?;
    let pointer = format!("/user_column_data/{index}/string_value");
    Some(Fact { name, label, pointer, types: Vec::new(), value })
}
