//! Ways to reach somebody, in the order of their ranks.

use serde_json::Value;

use super::{Taken, entries};

const ONE_ALONE: &str = "The record has one of these; the first was taken.";

/// Takes telephone numbers into `phones`, and the first of each other kind into the field that `fields` names for it.
pub(super) fn take(taken: &mut Taken, resource: &Value, fields: &[(&str, &str)]) {
    let mut ways = entries(resource, "telecom");
    // Those without a rank come last, as they stand.
    ways.sort_by_key(|(_, way)| way.get("rank").and_then(Value::as_u64).unwrap_or(u64::MAX));
    let mut met: Vec<&str> = Vec::new();
    for (element, way) in ways {
        let text = |name| way.get(name).and_then(Value::as_str);
        let (Some(system), Some(value)) = (text("system"), text("value")) else { continue };
        if system == "phone" {
            taken.push("phones", value, format!("{element}.value"));
        } else if let Some((_, field)) = fields.iter().find(|(known, _)| *known == system) {
            if met.contains(&system) {
                taken.leave(element, "too_many", ONE_ALONE);
            } else {
                met.push(system);
                taken.put(field, value, format!("{element}.value"));
            }
        }
    }
}
