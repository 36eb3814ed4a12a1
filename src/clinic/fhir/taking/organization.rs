//! An `Organization` as the clinic.

use serde_json::Value;

use super::{INACTIVE, Taken, entries, is_inactive, telecom, text};
use crate::clinic::fhir::vocabulary::{NPI, TAX_ID};

/// What the clinic would be.
pub(in crate::clinic::fhir) fn organization(resource: &Value) -> Taken {
    let mut taken = Taken::of(&["npi", "tax_id", "email", "site_url"], &["aliases", "phones"]);
    if is_inactive(resource) {
        taken.give_up("active", "inactive", INACTIVE);
    }
    match text(resource, "name") {
        Some(name) => taken.put("name", name, "name"),
        None => taken.give_up("name", "required", "Without a name there is no record."),
    }
    for (element, alias) in entries(resource, "alias") {
        taken.push("aliases", alias.clone(), element);
    }
    for (element, identifier) in entries(resource, "identifier") {
        let value = identifier.get("value").and_then(Value::as_str).unwrap_or_default();
        match identifier.get("system").and_then(Value::as_str) {
            Some(NPI) => taken.put("npi", value, element),
            Some(TAX_ID) => taken.put("tax_id", value, element),
            _ => {}
        }
    }
    telecom::take(&mut taken, resource, &[("email", "email"), ("url", "site_url")]);
    taken
}
