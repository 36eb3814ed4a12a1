//! What of an imported resource is not for everybody. A directory of another house may carry what this product shows to
//! nobody: the number of a licence, a number of the Drug Enforcement Administration or of Social Security, a day of birth,
//! where somebody lives. It is kept, and given back by an export, and stands in no public answer.

use serde_json::{Value, value::RawValue};

use super::{json_text::Members, resource::ResourceType, vocabulary::NPI};

/// The National Provider Identifier by its object identifier.
const NPI_BY_OID: &str = "urn:oid:2.16.840.1.113883.4.6";

/// The text for everybody; none where it is the whole one.
pub(super) fn shown(kind: ResourceType, text: &str) -> Option<String> {
    if !matches!(kind, ResourceType::Practitioner | ResourceType::PractitionerRole) {
        return None;
    }
    let whole = Members::parse(text).ok()?;
    let mut members = Vec::new();
    let mut is_less = false;
    for (name, value) in whole.0 {
        match without(kind, &name, &value) {
            Left::Whole => members.push((name, value)),
            Left::Some(rest) => {
                is_less = true;
                members.push((name, RawValue::from_string(rest.to_string()).ok()?));
            }
            Left::Nothing => is_less = true,
        }
    }
    if !is_less {
        return None;
    }
    // It may tell people what was taken out.
    members.retain(|(name, _)| name != "text");
    serde_json::to_string(&Members(members)).ok()
}

enum Left {
    Whole,
    Some(Value),
    Nothing,
}

fn without(kind: ResourceType, name: &str, text: &RawValue) -> Left {
    let Ok(value) = serde_json::from_str::<Value>(text.get()) else { return Left::Whole };
    let rest = match (kind, name.trim_start_matches('_')) {
        (ResourceType::Practitioner, "birthDate" | "photo") => return Left::Nothing,
        (_, "identifier") => only(&value, is_npi),
        (ResourceType::Practitioner, "telecom" | "address") => only(&value, |entry| !is_at_home(entry)),
        (ResourceType::Practitioner, "qualification") => without_numbers(&value, "identifier"),
        (_, "contained") => only(&value, |entry| !is_somebody(entry)),
        (_, "extension") => without_numbers(&value, "extension"),
        _ => return Left::Whole,
    };
    match rest {
        rest if rest == value => Left::Whole,
        rest if rest.as_array().is_some_and(Vec::is_empty) => Left::Nothing,
        rest => Left::Some(rest),
    }
}

fn only(list: &Value, stays: impl Fn(&Value) -> bool) -> Value {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    Value::Array(entries.iter().filter(|entry| stays(entry)).cloned().collect())
}

fn is_npi(identifier: &Value) -> bool {
    identifier.get("system").is_some_and(|system| system == NPI || system == NPI_BY_OID)
}

fn is_at_home(entry: &Value) -> bool {
    entry.get("use").is_some_and(|used| used == "home")
}

/// A person within a person says what the outer one would not.
fn is_somebody(contained: &Value) -> bool {
    let people = ["Practitioner", "PractitionerRole", "Patient", "Person", "RelatedPerson"];
    contained.get("resourceType").and_then(Value::as_str).is_none_or(|kind| people.contains(&kind))
}

/// Qualifications without their numbers: those stand in a member, or in an extension of an extension.
fn without_numbers(list: &Value, member: &str) -> Value {
    let mut list = list.clone();
    for entry in list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if member == "identifier" {
            entry.remove(member);
        } else if let Some(parts) = entry.get_mut(member).and_then(Value::as_array_mut) {
            parts.retain(|part| part.get("valueIdentifier").is_none());
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_should_read_is_kept_and_not_shown() {
        let whole = json!({
            "resourceType": "Practitioner", "id": "a", "birthDate": "1970-01-01",
            "text": {"div": "licence ME 1"},
            "identifier": [{"system": NPI, "value": "1"}, {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "2"}],
            "telecom": [{"use": "home", "value": "3"}, {"use": "work", "value": "4"}],
            "qualification": [{"identifier": [{"value": "ME 1"}], "code": {"text": "MD"}}],
        });
        let told: Value =
            serde_json::from_str(&shown(ResourceType::Practitioner, &whole.to_string()).unwrap()).unwrap();
        let wanted = json!({
            "resourceType": "Practitioner", "id": "a",
            "identifier": [{"system": NPI, "value": "1"}],
            "telecom": [{"use": "work", "value": "4"}],
            "qualification": [{"code": {"text": "MD"}}],
        });
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_number_in_an_extension_is_not_shown_either() {
        let role = json!({"extension": [
            {"url": "q", "extension": [{"url": "identifier", "valueIdentifier": {"value": "ME 1"}}, {"url": "status"}]},
        ]});
        let told = shown(ResourceType::PractitionerRole, &role.to_string()).unwrap();
        assert_eq!(told, r#"{"extension":[{"extension":[{"url":"status"}],"url":"q"}]}"#);
    }

    #[test]
    fn what_is_for_everybody_is_shown_as_it_came() {
        let person =
            r#"{"resourceType":"Practitioner","id":"a","text":{"div":"x"},"qualification":[{"code":{"text":"MD"}}]}"#;
        assert_eq!(shown(ResourceType::Practitioner, person), None);
        assert_eq!(shown(ResourceType::Location, r#"{"identifier":[{"value":"1"}]}"#), None);
    }
}
