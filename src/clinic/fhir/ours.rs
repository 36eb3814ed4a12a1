//! What a record says in FHIR, and how that lies over what was imported.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json, value::RawValue};

use super::{json_text::Members, resource::ResourceType};
use crate::http::ApiError;

/// The elements that a record says, in FHIR's order.
#[derive(Clone, Debug)]
pub(super) struct Ours {
    kind: ResourceType,
    elements: Vec<(&'static str, Value)>,
}

impl Ours {
    /// Begins with what every resource has.
    pub fn of(kind: ResourceType, updated_at: DateTime<Utc>) -> Self {
        let updated = updated_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let meta = json!({"lastUpdated": updated, "profile": [kind.profile()]});
        Self { kind, elements: vec![("meta", meta)] }
    }

    /// Adds an element. FHIR knows neither null nor an empty list: such a one is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() && !value.as_array().is_some_and(Vec::is_empty) {
            self.elements.push((name, value));
        }
        self
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.elements.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// As it is kept beside an imported resource.
    pub fn mapped(&self) -> Value {
        Value::Object(self.elements.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    /// The names of the elements that read otherwise than they did when they were imported: what staff changed since. A new
    /// name of another record is no change of this one, and neither is a new address of a location one of the clinic's.
    pub fn changed_since(&self, mapped: &Map<String, Value>) -> BTreeSet<String> {
        let known = self.elements.iter().map(|(name, _)| *name).chain(mapped.keys().map(String::as_str));
        let own = known.filter(|name| *name != "meta" && (self.kind, *name) != (ResourceType::Organization, "address"));
        own.filter(|name| self.get(name).map(unnamed) != mapped.get(*name).map(unnamed)).map(str::to_owned).collect()
    }

    /// The whole resource of a record that was not imported.
    pub fn alone(&self, id: &str) -> Result<Members, ApiError> {
        let mut members = vec![raw("resourceType", &json!(self.kind.name()))?, raw("id", &json!(id))?];
        for (name, value) in &self.elements {
            members.push(raw(name, value)?);
        }
        Ok(Members(members))
    }

    /// The imported resource, with ours in the place of what was changed since. The rest goes out as it came.
    pub fn over(&self, kept: Members, mapped: &Map<String, Value>) -> Result<Members, ApiError> {
        let changed = self.changed_since(mapped);
        if changed.is_empty() {
            return Ok(kept);
        }
        let mut members = Vec::with_capacity(kept.0.len());
        let mut met = BTreeSet::new();
        for (name, value) in kept.0 {
            met.insert(name.clone());
            match name.as_str() {
                "meta" => members.push(raw("meta", &self.renewed_meta(&value))?),
                // It tells people what the resource said before.
                "text" => {}
                _ if changed.contains(name.trim_start_matches('_')) => {
                    if let Some(ours) = self.get(&name) {
                        let both = if name == "extension" {
                            extensions(&value, ours, mapped.get("extension"))
                        } else {
                            ours.clone()
                        };
                        members.push(raw(&name, &both)?);
                    }
                }
                _ => members.push((name, value)),
            }
        }
        for (name, value) in &self.elements {
            if !met.contains(*name) && (changed.contains(*name) || *name == "meta") {
                members.push(raw(name, value)?);
            }
        }
        Ok(Members(members))
    }

    /// The labels of the original stay; the time of the last change is ours.
    fn renewed_meta(&self, kept: &RawValue) -> Value {
        let ours = self.get("meta").cloned().unwrap_or_default();
        let mut meta: Value = serde_json::from_str(kept.get()).unwrap_or_default();
        match (meta.as_object_mut(), ours.get("lastUpdated")) {
            (Some(meta), Some(updated)) => {
                meta.insert("lastUpdated".to_owned(), updated.clone());
                // Which version that was, its old home knew.
                meta.remove("versionId");
            }
            _ => return ours,
        }
        meta
    }
}

/// What references say without the names of what they lead to.
fn unnamed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_reference = members.contains_key("reference");
            let said = members.iter().filter(|(name, _)| !(is_reference && *name == "display"));
            Value::Object(said.map(|(name, value)| (name.clone(), unnamed(value))).collect())
        }
        Value::Array(entries) => Value::Array(entries.iter().map(unnamed).collect()),
        other => other.clone(),
    }
}

/// The original's extensions without those that we map, and ours behind them: others than ours are nobody's to lose.
fn extensions(kept: &RawValue, ours: &Value, mapped: Option<&Value>) -> Value {
    let kept: Vec<Value> = serde_json::from_str(kept.get()).unwrap_or_default();
    let entries = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (ours, mapped) = (entries(Some(ours)), entries(mapped));
    let url = |entry: &Value| entry.get("url").cloned();
    let of = |list: &[Value], wanted: &Option<Value>| {
        list.iter().filter(|entry| url(entry) == *wanted).cloned().collect::<Vec<_>>()
    };
    let is_ours = |entry: &Value| {
        let url = url(entry);
        of(&ours, &url) != of(&mapped, &url)
    };
    let others: Vec<Value> = kept.iter().filter(|entry| !is_ours(entry)).cloned().collect();
    let stays = |entry: &&Value| is_ours(entry);
    Value::Array(others.into_iter().chain(ours.iter().filter(stays).cloned()).collect())
}

fn raw(name: &str, value: &Value) -> Result<(String, Box<RawValue>), ApiError> {
    let text = RawValue::from_string(value.to_string()).map_err(|_| ApiError::Internal)?;
    Ok((name.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(phone: &str, accepting: bool) -> Ours {
        let extension = json!([{"url": "new", "valueBoolean": accepting}]);
        let telecom = json!([{"value": phone}]);
        Ours::of(ResourceType::Location, DateTime::UNIX_EPOCH)
            .with("extension", extension)
            .with("name", "Pier")
            .with("telecom", telecom)
            .with("alias", json!([]))
    }

    const KEPT: &str = r#"{"resourceType":"Location","id":"A","meta":{"versionId":"7","tag":[{"code":"x"}]},"text":{"div":"Pier, 1"},"extension":[{"url":"net"},{"url":"new","valueBoolean":true}],"position":{"longitude":3.0},"telecom":[{"value":"(1)"}],"_telecom":[null]}"#;

    fn over(now: &Ours, then: &Ours) -> String {
        let mapped = then.mapped();
        let members = now.over(Members::parse(KEPT).unwrap(), mapped.as_object().unwrap()).unwrap();
        serde_json::to_string(&members).unwrap()
    }

    #[test]
    fn what_nobody_changed_goes_out_as_it_came() {
        assert_eq!(over(&ours("1", true), &ours("1", true)), KEPT);
    }

    #[test]
    fn what_staff_changed_is_ours_and_the_rest_stays() {
        let told: Value = serde_json::from_str(&over(&ours("2", true), &ours("1", true))).unwrap();
        assert_eq!(told["telecom"], json!([{"value": "2"}]));
        assert_eq!(told["meta"], json!({"lastUpdated": "1970-01-01T00:00:00Z", "tag": [{"code": "x"}]}));
        assert_eq!((&told["position"], told["extension"].as_array().unwrap().len()), (&json!({"longitude": 3.0}), 2));
        for gone in ["text", "_telecom", "name"] {
            assert!(told.get(gone).is_none(), "{gone}: the original had none, or it tells what was");
        }
    }

    #[test]
    fn an_extension_of_another_stays_where_ours_has_changed() {
        let told: Value = serde_json::from_str(&over(&ours("1", false), &ours("1", true))).unwrap();
        assert_eq!(told["extension"], json!([{"url": "net"}, {"url": "new", "valueBoolean": false}]));
    }

    #[test]
    fn a_new_name_of_what_a_reference_leads_to_changes_nothing() {
        let of = |reference: &str, display: &str| {
            Ours::of(ResourceType::HealthcareService, DateTime::UNIX_EPOCH)
                .with("location", json!([{"reference": reference, "display": display}]))
        };
        let then = of("Location/a", "Quay").mapped();
        let then = then.as_object().unwrap();
        assert!(of("Location/a", "Old Quay").changed_since(then).is_empty());
        assert_eq!(of("Location/b", "Quay").changed_since(then), BTreeSet::from(["location".to_owned()]));
    }
}
