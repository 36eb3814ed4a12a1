//! Any JSON as facts: each leaf one, by its pointer. A list of plain values is one fact.

use serde_json::Value;

use super::Fact;

/// The facts of an object's own members, in their order, named with dots (`tags`, `milestones.lead_created.medium`),
/// but those in `besides`.
pub(super) fn members(body: &Value, besides: &[&str]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten().filter(|(name, _)| !besides.contains(&name.as_str())) {
        leaves(value, name, &pointer("", name), &mut facts);
    }
    facts
}

/// The facts of all leaves, named by their pointers.
pub(super) fn by_pointer(body: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    leaves(body, "", "", &mut facts);
    for fact in &mut facts {
        fact.name.clone_from(&fact.pointer);
    }
    facts
}

/// What a plain value says; none for one that says nothing.
pub(super) fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Array(entries) => entries.iter().filter_map(text_of).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// `inside` with one more step (RFC 6901).
pub(super) fn pointer(inside: &str, step: &str) -> String {
    format!("{inside}/{}", step.replace('~', "~0").replace('/', "~1"))
}

// As deep as the parser goes, which is 128.
fn leaves(value: &Value, name: &str, at: &str, facts: &mut Vec<Fact>) {
    let named = |step: &str| if name.is_empty() { step.to_owned() } else { format!("{name}.{step}") };
    match value {
        Value::Object(members) => {
            for (step, member) in members {
                leaves(member, &named(step), &pointer(at, step), facts);
            }
        }
        Value::Array(entries) if entries.iter().any(|entry| entry.is_object() || entry.is_array()) => {
            for (index, entry) in entries.iter().enumerate() {
                let step = index.to_string();
                leaves(entry, &named(&step), &pointer(at, &step), facts);
            }
        }
        plain => facts.extend(text_of(plain).map(|value| Fact {
            name: name.to_owned(),
            label: None,
            pointer: at.to_owned(),
            types: Vec::new(),
            value,
        })),
    }
}
