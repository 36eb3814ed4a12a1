//! The systems and codes that a directory of the Da Vinci PDEX Plan-Net guide, version 1.2, is written in
//! (<https://hl7.org/fhir/us/davinci-pdex-plan-net/>), and the small values that they stand in.

use serde_json::{Value, json};

/// National Provider Identifiers.
pub(super) const NPI: &str = "http://hl7.org/fhir/sid/us-npi";
/// Employer identification numbers.
pub(super) const TAX_ID: &str = "urn:oid:2.16.840.1.113883.4.4";
/// The Health Care Provider Taxonomy.
pub(super) const TAXONOMY: &str = "http://nucc.org/provider-taxonomy";
/// Language tags, BCP 47.
pub(super) const LANGUAGES: &str = "urn:ietf:bcp:47";
/// States by their two letters, as the guide writes where a qualification holds.
pub(super) const STATES: &str = "https://www.usps.com/";
/// Kinds of place.
pub(super) const PLACES: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
/// Whether a place is in use.
pub(super) const IN_USE: &str = "http://terminology.hl7.org/CodeSystem/v2-0116";
/// Kinds of identifier.
pub(super) const IDENTIFIERS: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// A name below the guide's own code systems.
macro_rules! code_system {
    ($name:literal) => {
        concat!("http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/", $name)
    };
}

/// A name below the guide's own structures.
macro_rules! structure {
    ($name:literal) => {
        concat!("http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/", $name)
    };
}

/// Kinds of organisation.
pub(super) const ORGANIZATIONS: &str = code_system!("OrgTypeCS");
/// Kinds of service.
pub(super) const SERVICES: &str = code_system!("HealthcareServiceCategoryCS");
/// How a service is given.
pub(super) const DELIVERY: &str = code_system!("DeliveryMethodCS");
/// Whether patients are taken.
pub(super) const ACCEPTING: &str = code_system!("AcceptingPatientsCS");
/// What is made easy for whom.
pub(super) const ACCESSIBILITY: &str = code_system!("AccessibilityCS");

/// The extension for how a service is given.
pub(super) const DELIVERY_METHOD: &str = structure!("delivery-method");
/// The extension for whether patients are taken.
pub(super) const NEW_PATIENTS: &str = structure!("newpatients");
/// The extension for what is made easy for whom.
pub(super) const ACCESSIBLE: &str = structure!("accessibility");
/// The extension for where and whether a qualification holds.
pub(super) const QUALIFICATION: &str = structure!("practitioner-qualification");
/// The profiles.
pub(super) const PROFILES: &str = structure!("plannet-");

/// The codes of [`ACCESSIBILITY`], each with the words of the guide and other words for the same.
const ACCESSIBLE_CODES: [(&str, &str, &[&str]); 7] = [
    ("adacomp", "ADA compliant", &["ada accessible"]),
    ("handiaccess", "handicap accessible", &["wheelchair accessible", "wheelchair access"]),
    ("pubtrans", "public transit options", &["public transit", "public transport"]),
    ("mobility", "services for mobility impairments", &[]),
    ("cognitive", "cognitive", &[]),
    ("cultcomp", "Cultural competence", &[]),
    ("anssrvc", "answering service", &[]),
];

/// What `text` says, by a code where it has one.
pub(super) fn accessibility(text: &str) -> Value {
    let said = text.to_lowercase();
    let known = ACCESSIBLE_CODES
        .iter()
        .find(|(_, display, others)| display.to_lowercase() == said || others.contains(&said.as_str()));
    let mut concept = json!({"text": text});
    if let (Some((code, _, _)), Some(concept)) = (known, concept.as_object_mut()) {
        concept.insert("coding".to_owned(), json!([{"system": ACCESSIBILITY, "code": code}]));
    }
    concept
}

/// The words for a code of [`ACCESSIBILITY`].
pub(super) fn accessibility_words(code: &str) -> Option<&'static str> {
    ACCESSIBLE_CODES.iter().find(|(known, _, _)| *known == code).map(|(_, display, _)| *display)
}

/// A concept of one code.
pub(super) fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": display}]})
}

/// The extension for whether patients are taken; none where nobody has said.
pub(super) fn new_patients(accepting: Option<bool>) -> Option<Value> {
    let (code, display) = if accepting? { ("newpt", "Accepting") } else { ("nopt", "Not Accepting") };
    let taken = json!({"url": "acceptingPatients", "valueCodeableConcept": concept(ACCEPTING, code, display)});
    Some(json!({"url": NEW_PATIENTS, "extension": [taken]}))
}

/// A National Provider Identifier.
pub(super) fn npi(number: &str) -> Value {
    json!({"system": NPI, "value": number, "type": concept(IDENTIFIERS, "NPI", "National provider identifier")})
}

/// Ways to reach, numbers first, ranked in the order in which to try them.
pub(super) fn telecom(phones: &[&str], fax: Option<&str>, email: Option<&str>, site: Option<&str>) -> Vec<Value> {
    let ways = phones.iter().map(|number| ("phone", *number));
    let more = [("fax", fax), ("email", email), ("url", site)];
    let ways = ways.chain(more.into_iter().filter_map(|(system, value)| Some((system, value?))));
    ways.zip(1_u32..)
        .map(|((system, value), rank)| json!({"system": system, "value": value, "use": "work", "rank": rank}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_the_guide_has_a_code_for_gets_it() {
        assert_eq!(accessibility("Wheelchair accessible")["coding"][0]["code"], "handiaccess");
        assert_eq!(accessibility("ADA compliant")["coding"][0]["code"], "adacomp");
        assert_eq!(accessibility("Step-free entrance"), json!({"text": "Step-free entrance"}));
        assert_eq!(accessibility_words("pubtrans"), Some("public transit options"));
    }

    #[test]
    fn nobody_is_said_to_take_patients_unasked() {
        assert_eq!(new_patients(None), None);
        let said = |accepting| new_patients(Some(accepting)).unwrap().to_string();
        assert!(said(true).contains("newpt") && said(false).contains("nopt"));
    }

    #[test]
    fn ways_to_reach_are_ranked_in_their_order() {
        let ways = telecom(&["+15615550140"], None, Some("a@clinic.example"), None);
        assert_eq!((&ways[0]["rank"], &ways[1]["rank"]), (&json!(1), &json!(2)));
        assert_eq!(ways[1], json!({"system": "email", "value": "a@clinic.example", "use": "work", "rank": 2}));
    }
}
