//! Lead ads of Meta (<https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving>): several entries
//! in a call, several changes in an entry. Meta sends the id of a lead alone; some relays send its fields along. One that
//! cannot be read takes none of the others with it.

use serde_json::{Value, json};

use super::{Arrival, Fact, Lead, Unreadable, flat, id_of, instant_of};

/// The most digits of an id in the Graph API.
const LONGEST_LEAD_ID: usize = 40;

pub(super) fn read(body: &Value) -> Result<Vec<Arrival>, Unreadable> {
    let entries = body.get("entry").and_then(Value::as_array).ok_or(Unreadable)?;
    let changes = entries.iter().filter_map(|entry| entry.get("changes").and_then(Value::as_array)).flatten();
    let leads = changes.filter(|change| change.get("field").and_then(Value::as_str) == Some("leadgen"));
    Ok(leads.map(|change| arrival(change.get("value").unwrap_or(&Value::Null))).collect())
}

fn arrival(value: &Value) -> Arrival {
    let alone = json!({"entry": [{"changes": [{"field": "leadgen", "value": value}]}]});
    let Some(external_id) = id_of(value.get("leadgen_id")).filter(|id| is_lead_id(id)) else {
        return Arrival::Unreadable { alone };
    };
    match value.get("field_data").and_then(Value::as_array) {
        Some(fields) => Arrival::Lead { lead: lead_of(value, fields, external_id), alone: Some(alone) },
        None => Arrival::Notice { external_id, alone },
    }
}

/// The body of a notice with what the Graph API tells of its lead; none where that has no fields.
pub fn with_fields(alone: &Value, fetched: &Value) -> Option<Value> {
    let place = "/entry/0/changes/0/value";
    let mut whole = alone.clone();
    let value = whole.pointer_mut(place)?.as_object_mut()?;
    fetched.get("field_data").filter(|fields| fields.is_array())?;
    for (name, told) in fetched.as_object()?.iter().filter(|(name, _)| *name != "id") {
        value.insert(name.clone(), told.clone());
    }
    Some(whole)
}

/// Whether an id is one of the Graph API, which a path may hold.
pub fn is_lead_id(id: &str) -> bool {
    (1..=LONGEST_LEAD_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn lead_of(value: &Value, fields: &[Value], external_id: String) -> Lead {
    let mut facts: Vec<Fact> = fields.iter().enumerate().filter_map(|(index, field)| fact(index, field)).collect();
    facts.extend(flat::members(value, &["field_data", "leadgen_id", "id"]));
    Lead { external_id, sent_at: instant_of(value.get("created_time")), facts, ..Lead::default() }
}

fn fact(index: usize, field: &Value) -> Option<Fact> {
    let name = field.get("name").and_then(Value::as_str).unwrap_or_default().trim();
    let name = if name.is_empty() { index.to_string() } else { name.to_owned() };
    let value = flat::text_of(field.get("values")?)?;
    Some(Fact { name, label: None, pointer: format!("/field_data/{index}/values"), types: Vec::new(), value })
}
