//! A row of the trail as a FHIR R4 `AuditEvent` (<https://hl7.org/fhir/R4/auditevent.html>), which audit repositories
//! of hospitals read. People and records are named by their ids alone, as `urn:uuid`.

use chrono::SecondsFormat;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entry::AuditEvent;

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const EVENT_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
/// The actions as they stand in the trail.
const ACTION: &str = "urn:clinic-cms:audit-action";
/// The kinds of record as they stand in the trail.
const SUBJECT: &str = "urn:clinic-cms:audit-subject";
/// RFC 3986: the value is a URI.
const URI: &str = "urn:ietf:rfc:3986";

/// The resource. `source` is the API's own address.
pub fn audit_event(event: &AuditEvent, source: &str) -> Value {
    let (noun, verb) = event.action.split_once('.').unwrap_or((event.action.as_str(), ""));
    let action = action(verb);
    let mut subtype = vec![coding(ACTION, &event.action, &event.action)];
    subtype.extend(interaction(verb).map(|code| coding(INTERACTION, code, code)));
    json!({
        "resourceType": "AuditEvent",
        "id": event.id,
        "type": event_type(noun, verb),
        "subtype": subtype,
        "action": action,
        "recorded": event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "outcome": outcome(verb),
        "agent": [agent(event)],
        "source": {
            "observer": {"identifier": {"system": URI, "value": source}, "display": "clinic-cms"},
            "type": [coding(SOURCE_TYPE, "4", "Application Server")],
        },
        "entity": [entity(event)],
    })
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({"system": system, "code": code, "display": display})
}

fn by_id(id: Uuid) -> Value {
    json!({"system": URI, "value": id.urn().to_string()})
}

/// DICOM PS3.16 CID 400 where it has a word, `rest` for the rest.
fn event_type(noun: &str, verb: &str) -> Value {
    match (noun, verb) {
        ("access", _) | ("inquiry", "refuse") | (_, "seal_refused") => coding(DICOM, "110113", "Security Alert"),
        ("session" | "factor" | "passkey" | "password", _) => coding(DICOM, "110114", "User Authentication"),
        (_, verb) if outcome(verb) != SUCCESS => coding(DICOM, "110114", "User Authentication"),
        (
            "account" | "invitation" | "role" | "api_key" | "key" | "break_glass" | "integration",
            "read" | "list" | "check",
        ) => rest(),
        ("account" | "invitation" | "role" | "api_key" | "key" | "break_glass" | "integration" | "setting", _) => {
            coding(DICOM, "110129", "Security Administration")
        }
        ("audit", _) => coding(DICOM, "110101", "Audit Log Used"),
        (_, "export") => coding(DICOM, "110106", "Export"),
        _ => rest(),
    }
}

fn rest() -> Value {
    coding(EVENT_TYPE, "rest", "RESTful Operation")
}

/// Create, read, update, delete or execute.
fn action(verb: &str) -> &'static str {
    match verb {
        "create" | "submit" | "import" | "recovery_codes" => "C",
        "read" | "list" | "list_deliveries" | "list_letters" | "export" | "check" | "history" | "snapshot"
        | "search" | "measure" | "stream" => "R",
        "update" | "restore" | "rotate" | "rewrap" | "correct" | "end_rotation" | "change_role" | "reset_password"
        | "disable" | "link" | "change" | "amend" => "U",
        "delete" | "delete_all" | "revoke" | "retire" | "prune" | "purge" | "erase" => "D",
        _ => "E",
    }
}

fn interaction(verb: &str) -> Option<&'static str> {
    match verb {
        "read" => Some("read"),
        "list" | "search" => Some("search-type"),
        "create" | "submit" => Some("create"),
        "update" => Some("update"),
        "delete" => Some("delete"),
        _ => None,
    }
}

/// <https://hl7.org/fhir/R4/valueset-audit-event-outcome.html>
const SUCCESS: &str = "0";
/// A refusal that people meet by mistake as well.
const MINOR_FAILURE: &str = "4";
/// A refusal that needs a look: somebody without the permission, a token or a passkey that was copied.
const SERIOUS_FAILURE: &str = "8";

fn outcome(verb: &str) -> &'static str {
    match verb {
        "denied" | "reuse" | "copied" | "seal_refused" => SERIOUS_FAILURE,
        "refuse" | "reset_refuse" => MINOR_FAILURE,
        _ => SUCCESS,
    }
}

fn agent(event: &AuditEvent) -> Value {
    let who = match event.actor.id {
        Some(id) => json!({"identifier": by_id(id), "display": event.actor.kind}),
        None => json!({"display": event.actor.kind}),
    };
    json!({"type": {"text": event.actor.kind}, "who": who, "requestor": true})
}

fn entity(event: &AuditEvent) -> Value {
    let what = match event.subject.id {
        Some(id) => json!({"identifier": by_id(id), "display": event.subject.r#type}),
        None => json!({"display": event.subject.r#type}),
    };
    let mut entity = json!({"what": what, "type": coding(SUBJECT, &event.subject.r#type, &event.subject.r#type)});
    let fields = event.fields.iter().map(|name| json!({"type": "field", "valueString": name}));
    let request = event.request_id.iter().map(|id| json!({"type": "request_id", "valueString": id}));
    let position = event.position.iter().map(|at| json!({"type": "position", "valueString": at.to_string()}));
    let detail: Vec<Value> = fields.chain(request).chain(position).collect();
    // FHIR knows no empty arrays.
    if let (false, Some(entity)) = (detail.is_empty(), entity.as_object_mut()) {
        entity.insert("detail".to_owned(), json!(detail));
    }
    entity
}

#[cfg(test)]
mod tests;
