//! A provider as a `Practitioner`
//! (<https://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition-plannet-Practitioner.html>). A licence is told by
//! its state and its end, as everywhere in public: its number stays with the staff.

use serde_json::{Value, json};

use super::{
    ours::Ours,
    resource::{Known, ResourceType},
    vocabulary::{LANGUAGES, QUALIFICATION, STATES, npi},
};
use crate::clinic::provider::{Provider, ShownLicence};

/// What a licence is called where nothing else is known of it.
pub(super) const LICENCE: &str = "Licence to practise";

/// The elements of a provider as a person.
pub(super) fn practitioner(provider: &Provider, known: &Known) -> Ours {
    let spoken = |tag: &String| json!({"coding": [{"system": LANGUAGES, "code": tag}]});
    Ours::of(ResourceType::Practitioner, provider.updated_at)
        .with("identifier", provider.npi.iter().map(|number| npi(number)).collect::<Vec<_>>())
        .with("active", true)
        .with("name", vec![name(provider)])
        .with("qualification", qualifications(provider, known))
        .with("communication", provider.summary.languages.iter().map(spoken).collect::<Vec<_>>())
}

/// <https://hl7.org/fhir/R4/datatypes.html#HumanName>: degrees are suffixes there.
fn name(provider: &Provider) -> Value {
    let (parts, credentials) = (&provider.summary.name, &provider.summary.credentials);
    let shown: Vec<&str> =
        std::iter::once(provider.summary.display_name.as_str()).chain(credentials.iter().map(String::as_str)).collect();
    let mut name = json!({"use": "official", "text": shown.join(", "), "family": parts.family});
    let lists = [
        ("given", parts.given.iter().chain(&parts.middle).collect::<Vec<_>>()),
        ("prefix", parts.prefix.iter().collect()),
        ("suffix", parts.suffix.iter().chain(credentials).collect()),
    ];
    if let Some(name) = name.as_object_mut() {
        name.extend(
            lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key.to_owned(), json!(list))),
        );
    }
    name
}

fn qualifications(provider: &Provider, known: &Known) -> Vec<Value> {
    let degrees = provider.summary.credentials.iter().map(|held| json!({"code": {"text": held}}));
    degrees.chain(provider.licences.iter().map(|held| licence(held, known))).collect()
}

fn licence(held: &ShownLicence, known: &Known) -> Value {
    let holds = if held.expires_on < known.today { "inactive" } else { "active" };
    json!({
        "extension": [{"url": QUALIFICATION, "extension": [
            {"url": "status", "valueCode": holds},
            {"url": "whereValid", "valueCodeableConcept": {"coding": [{"system": STATES, "code": held.state}]}},
        ]}],
        "code": {"text": LICENCE},
        "period": {"end": held.expires_on},
    })
}
