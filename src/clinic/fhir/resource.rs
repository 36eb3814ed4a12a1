//! A resource: its type, its id, and what its record has to know of others.

use std::{cmp::Ordering, collections::BTreeMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json, value::RawValue};
use uuid::Uuid;

use super::vocabulary::PROFILES;

/// The types that are served, in the order of an export: what others refer to comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// The clinic, and organisations that an import knows.
    Organization,
    /// A location.
    Location,
    /// A provider as a person.
    Practitioner,
    /// What a provider does where.
    PractitionerRole,
    /// A service.
    HealthcareService,
}

impl ResourceType {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Organization, Self::Location, Self::Practitioner, Self::PractitionerRole, Self::HealthcareService];

    /// The name in FHIR.
    pub fn name(self) -> &'static str {
        match self {
            Self::Organization => "Organization",
            Self::Location => "Location",
            Self::Practitioner => "Practitioner",
            Self::PractitionerRole => "PractitionerRole",
            Self::HealthcareService => "HealthcareService",
        }
    }

    /// The type of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The noun of the record that stands behind it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Organization => "clinic",
            Self::Location => "location",
            Self::Practitioner | Self::PractitionerRole => "provider",
            Self::HealthcareService => "service",
        }
    }

    /// The profile of the guide that it follows.
    pub fn profile(self) -> String {
        format!("{PROFILES}{}", self.name())
    }
}

/// Whether `text` can be the id of a resource (<https://hl7.org/fhir/R4/datatypes.html#id>).
pub fn is_fhir_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// What a record's mapping has to know beside the record.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The clinic's id and name in FHIR; none while nobody has named it.
    pub organization: Option<(String, String)>,
    /// The ids of records that were imported with another one.
    pub ids: BTreeMap<(ResourceType, Uuid), String>,
    /// When somebody looks.
    pub at: DateTime<Utc>,
    /// The clinic's day then.
    pub today: NaiveDate,
}

impl Known {
    /// The id of a record's resource.
    pub fn id(&self, kind: ResourceType, record: Uuid) -> String {
        self.ids.get(&(kind, record)).cloned().unwrap_or_else(|| record.to_string())
    }

    /// A reference to a record's resource.
    pub fn reference(&self, kind: ResourceType, record: Uuid, name: &str) -> Value {
        json!({"reference": format!("{}/{}", kind.name(), self.id(kind, record)), "display": name})
    }

    /// A reference to the clinic.
    pub fn to_organization(&self) -> Option<Value> {
        let (id, name) = self.organization.as_ref()?;
        Some(json!({"reference": format!("Organization/{id}"), "display": name}))
    }
}

/// A resource as it goes out.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its type.
    pub kind: ResourceType,
    /// Unique among its type.
    pub id: String,
    /// As JSON, without white space.
    pub text: Box<RawValue>,
    /// The same, to be searched.
    pub value: Value,
    /// The record that it was made from; none where it is kept alone.
    pub record: Option<Uuid>,
    /// When it reads differently by itself; none for never.
    pub until: Option<DateTime<Utc>>,
}

impl Resource {
    /// What it is called in `Cache-Tag`.
    pub fn tag(&self) -> String {
        match self.record {
            Some(record) => format!("{}:{record}", self.kind.noun()),
            None => format!("fhir:{}/{}", self.kind.name(), self.id),
        }
    }

    /// In the order of the types, then of the ids.
    pub fn order(&self, other: &Self) -> Ordering {
        (self.kind, &self.id).cmp(&(other.kind, &other.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_form_that_fhir_gives_it() {
        assert!(is_fhir_id("HospLoc1") && is_fhir_id("a.b-c") && is_fhir_id(&"a".repeat(64)));
        for text in ["", "a/b", "a b", "é", "a_b", &"a".repeat(65)] {
            assert!(!is_fhir_id(text), "{text}");
        }
    }
}
