//! A location as a `Location` (<https://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition-plannet-Location.html>).

use serde_json::{Value, json};

use super::{
    hours::hours_of,
    organization::address,
    ours::Ours,
    resource::{Known, ResourceType},
    vocabulary::{ACCESSIBLE, IN_USE, PLACES, accessibility, concept, new_patients, telecom},
};
use crate::clinic::location::{Location, StatusCode};

/// The elements of a location.
pub(super) fn location(location: &Location, known: &Known) -> Ours {
    let phones: Vec<&str> = location.phones.iter().map(|phone| phone.number.as_str()).collect();
    let position = location.geo.map(|geo| json!({"longitude": geo.longitude, "latitude": geo.latitude}));
    let (hours, exceptions) = hours_of(location);
    Ours::of(ResourceType::Location, location.updated_at)
        .with("extension", extensions(location))
        .with("status", status(location.status.code))
        .with("operationalStatus", in_use(location.status.code))
        .with("name", location.name.as_str())
        .with("mode", "instance")
        .with("type", vec![concept(PLACES, "OF", "Outpatient facility")])
        .with("telecom", telecom(&phones, location.fax.as_deref(), location.email.as_deref(), None))
        .with("address", address(&location.address))
        .with("position", position)
        .with("managingOrganization", known.to_organization())
        .with("hoursOfOperation", hours)
        .with("availabilityExceptions", exceptions)
}

fn extensions(location: &Location) -> Vec<Value> {
    let accessible = |text: &String| json!({"url": ACCESSIBLE, "valueCodeableConcept": accessibility(text)});
    let accepting = new_patients(location.accepting_new_patients);
    accepting.into_iter().chain(location.accessibility.iter().map(accessible)).collect()
}

/// <https://hl7.org/fhir/R4/valueset-location-status.html>
fn status(code: StatusCode) -> &'static str {
    match code {
        StatusCode::Open => "active",
        StatusCode::TemporarilyClosed => "suspended",
        StatusCode::PermanentlyClosed => "inactive",
    }
}

fn in_use(code: StatusCode) -> Option<Value> {
    let closed = json!({"system": IN_USE, "code": "C", "display": "Closed"});
    (code != StatusCode::Open).then_some(closed)
}
