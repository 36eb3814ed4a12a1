//! A service as a `HealthcareService`
//! (<https://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition-plannet-HealthcareService.html>).

use serde_json::{Value, json};

use super::{
    ours::Ours,
    resource::{Known, ResourceType},
    vocabulary::{DELIVERY, DELIVERY_METHOD, SERVICES, concept},
};
use crate::clinic::service::Service;

/// What is said of a service that takes patients on referral alone.
pub(super) const REFERRAL: &str = "Referral required";
/// What is said of a service that takes them without.
pub(super) const NO_REFERRAL: &str = "No referral required";
/// What is said of a service whose appointments are made on the web.
pub(super) const ONLINE: &str = "Online scheduling";

/// The elements of a service. Its text stands in `extraDetails`, which is Markdown as well.
pub(super) fn healthcare_service(service: &Service, known: &Known) -> Ours {
    let summary = &service.summary;
    let places = summary.locations.iter().map(|place| known.reference(ResourceType::Location, place.id, &place.name));
    let text = Some(service.body.value.trim()).filter(|text| !text.is_empty());
    let delivered = json!({"url": "type", "valueCodeableConcept": concept(DELIVERY, "physical", "Physical")});
    Ours::of(ResourceType::HealthcareService, service.updated_at)
        .with("extension", vec![json!({"url": DELIVERY_METHOD, "extension": [delivered]})])
        .with("active", true)
        .with("providedBy", known.to_organization())
        .with("category", vec![concept(SERVICES, "outpat", "Clinic or Outpatient Facility")])
        .with("type", vec![json!({"text": summary.name})])
        .with("location", places.collect::<Vec<_>>())
        .with("name", summary.name.as_str())
        .with("comment", summary.summary.as_deref())
        .with("extraDetails", text)
        .with("characteristic", characteristics(service))
        .with("appointmentRequired", summary.walk_ins.map(|walk_ins| !walk_ins))
}

fn characteristics(service: &Service) -> Vec<Value> {
    let referral = service.summary.referral_required.map(|required| if required { REFERRAL } else { NO_REFERRAL });
    let online = (service.summary.online_scheduling == Some(true)).then_some(ONLINE);
    [referral, online].into_iter().flatten().map(|text| json!({"text": text})).collect()
}
