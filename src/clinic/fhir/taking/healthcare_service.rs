//! A `HealthcareService` as a service.

use serde_json::Value;

use super::{INACTIVE, Taken, entries, is_inactive, text, words};
use crate::clinic::fhir::healthcare_service::{NO_REFERRAL, ONLINE, REFERRAL};

/// What the service would be. In FHIR one needs no name: what it is about stands in then.
pub(in crate::clinic::fhir) fn healthcare_service(resource: &Value) -> Taken {
    let mut taken =
        Taken::of(&["summary", "body_markdown", "walk_ins", "referral_required", "online_scheduling"], &["locations"]);
    if is_inactive(resource) {
        taken.give_up("active", "inactive", INACTIVE);
    }
    let about = ["specialty", "type", "category"].into_iter().find_map(|name| {
        entries(resource, name).into_iter().find_map(|(element, concept)| Some((words(concept)?, element)))
    });
    match text(resource, "name").map(|name| (name, "name".to_owned())).or(about) {
        Some((name, element)) => taken.put("name", name, element),
        None => taken.give_up("name", "required", "It has no name, and nothing that says what it is about."),
    }
    if let Some(comment) = text(resource, "comment") {
        taken.put("summary", comment, "comment");
    }
    if let Some(details) = text(resource, "extraDetails") {
        taken.put("body_markdown", details, "extraDetails");
    }
    if let Some(required) = resource.get("appointmentRequired").and_then(Value::as_bool) {
        taken.put("walk_ins", !required, "appointmentRequired");
    }
    for (element, characteristic) in entries(resource, "characteristic") {
        match words(characteristic) {
            Some(REFERRAL) => taken.put("referral_required", true, element),
            Some(NO_REFERRAL) => taken.put("referral_required", false, element),
            Some(ONLINE) => taken.put("online_scheduling", true, element),
            _ => {}
        }
    }
    for (element, place) in entries(resource, "location") {
        taken.name("locations", element, place);
    }
    taken
}
