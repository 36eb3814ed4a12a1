//! The clinic as an `Organization` (<https://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition-plannet-Organization.html>).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    ours::Ours,
    resource::ResourceType,
    vocabulary::{IDENTIFIERS, ORGANIZATIONS, TAX_ID, concept, npi, telecom},
};
use crate::clinic::{clinic::ListedPhone, location::Address};

/// What the database has of a clinic that somebody has named.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedClinic {
    /// UUIDv7.
    pub id: Uuid,
    /// The name that patients know.
    pub name: String,
    legal_name: Option<String>,
    aliases: Vec<String>,
    npi: Option<String>,
    tax_id: Option<String>,
    site_url: Option<String>,
    phones: Vec<ListedPhone>,
    email: Option<String>,
    updated_at: DateTime<Utc>,
    /// Where it is: the first 20 locations that are not closed for good, by name.
    addresses: Vec<Address>,
}

/// The elements of the clinic.
pub(super) fn organization(clinic: &PublishedClinic) -> Ours {
    let employer = |number: &String| json!({"system": TAX_ID, "value": number, "type": concept(IDENTIFIERS, "TAX", "Tax ID number")});
    let identifiers = clinic.npi.iter().map(|number| npi(number)).chain(clinic.tax_id.iter().map(employer));
    let registered = clinic.legal_name.iter().filter(|name| **name != clinic.name);
    let phones: Vec<&str> = clinic.phones.iter().map(|phone| phone.number.as_str()).collect();
    Ours::of(ResourceType::Organization, clinic.updated_at)
        .with("identifier", identifiers.collect::<Vec<_>>())
        .with("active", true)
        .with("type", vec![concept(ORGANIZATIONS, "fac", "Facility")])
        .with("name", clinic.name.as_str())
        .with("alias", registered.chain(&clinic.aliases).cloned().collect::<Vec<_>>())
        .with("telecom", telecom(&phones, None, clinic.email.as_deref(), clinic.site_url.as_deref()))
        .with("address", clinic.addresses.iter().map(address).collect::<Vec<_>>())
}

/// A postal address (<https://hl7.org/fhir/R4/datatypes.html#Address>).
pub(super) fn address(address: &Address) -> Value {
    let lines: Vec<&String> = std::iter::once(&address.line1).chain(&address.line2).collect();
    json!({
        "use": "work",
        "type": "both",
        "line": lines,
        "city": address.city,
        "state": address.region,
        "postalCode": address.postal_code,
        "country": address.country,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clinic_is_an_organization_with_its_numbers_and_all_its_names() {
        let clinic: PublishedClinic = serde_json::from_value(json!({
            "id": Uuid::nil(), "name": "Pier Clinic", "legal_name": "Pier Clinic, PLLC", "aliases": ["The Pier"],
            "npi": "1234567893", "tax_id": "12-3456789", "site_url": "https://pier.example",
            "phones": [{"number": "+15615550140", "display": "(561) 555-0140", "label": null}], "email": null,
            "updated_at": "2026-01-02T03:04:05Z",
            "addresses": [{"line1": "1 Pier", "line2": null, "city": "Bay", "region": "FL", "postal_code": "33404", "country": "US"}],
        }))
        .unwrap();
        let told = organization(&clinic).mapped();
        assert_eq!(
            (&told["identifier"][0]["value"], &told["identifier"][1]["system"]),
            (&json!("1234567893"), &json!(TAX_ID))
        );
        assert_eq!(told["alias"], json!(["Pier Clinic, PLLC", "The Pier"]));
        assert_eq!(
            (&told["telecom"][0]["value"], &told["telecom"][1]["system"]),
            (&json!("+15615550140"), &json!("url"))
        );
        assert_eq!((&told["address"][0]["line"], &told["address"][0]["state"]), (&json!(["1 Pier"]), &json!("FL")));
        assert_eq!(told["meta"]["lastUpdated"], "2026-01-02T03:04:05Z");
    }
}
