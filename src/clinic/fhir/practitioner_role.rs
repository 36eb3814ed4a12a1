//! What a provider does where, as a `PractitionerRole`
//! (<https://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition-plannet-PractitionerRole.html>): one for each
//! provider. The languages stand with the person.

use serde_json::{Value, json};

use super::{
    ours::Ours,
    resource::{Known, ResourceType},
    vocabulary::{TAXONOMY, new_patients},
};
use crate::{
    clinic::provider::{Provider, Specialty},
    http::Reference,
};

/// The elements of what a provider does.
pub(super) fn practitioner_role(provider: &Provider, known: &Known) -> Ours {
    let summary = &provider.summary;
    let person = known.reference(ResourceType::Practitioner, summary.id, &summary.display_name);
    let named = |kind, list: &[Reference]| -> Vec<Value> {
        list.iter().map(|other| known.reference(kind, other.id, &other.name)).collect()
    };
    let accepting: Vec<Value> = new_patients(summary.accepting_new_patients).into_iter().collect();
    Ours::of(ResourceType::PractitionerRole, provider.updated_at)
        .with("extension", accepting)
        .with("active", true)
        .with("practitioner", person)
        .with("organization", known.to_organization())
        .with("specialty", summary.specialties.iter().map(specialty).collect::<Vec<_>>())
        .with("location", named(ResourceType::Location, &summary.locations))
        .with("healthcareService", named(ResourceType::HealthcareService, &provider.services))
}

fn specialty(specialty: &Specialty) -> Value {
    match &specialty.code {
        Some(code) => json!({
            "coding": [{"system": TAXONOMY, "code": code, "display": specialty.name}],
            "text": specialty.name,
        }),
        None => json!({"text": specialty.name}),
    }
}
