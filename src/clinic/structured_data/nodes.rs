//! The nodes: what each record is called in schema.org.

use serde_json::{Value, json};

use super::place::Place;
use crate::{
    clinic::{clinic::Clinic, location::Address, provider::Provider, queries::Publisher, service::Service},
    http::Reference,
    jsonld::{SiteAddress, person},
};

/// The ids by which nodes name each other: marks on the first page of the site.
pub(super) struct Names(pub(super) SiteAddress);

impl Names {
    fn organization(&self) -> String {
        self.0.page("/#organization")
    }

    fn mark(&self, kind: &str, slug: &str) -> String {
        self.0.page(&format!("/#{kind}-{slug}"))
    }
}

/// The organisation, then its locations.
pub(super) fn clinic(clinic: &Clinic, places: &[Place], names: &Names) -> Vec<Value> {
    let marks = places.iter().map(|place| json!({"@id": names.mark("location", &place.location.slug)}));
    let organization = json!({
        "@type": "MedicalOrganization",
        "@id": names.organization(),
        "name": clinic.name,
        "legalName": clinic.legal_name,
        "alternateName": clinic.aliases,
        "slogan": clinic.tagline,
        "url": names.0.home(),
        "telephone": clinic.phones.first().map(|phone| &phone.number),
        "email": clinic.email,
        "taxID": clinic.tax_id,
        "identifier": clinic.npi.as_ref().map(|npi| npi_of(npi)),
        "sameAs": clinic.social_links.iter().map(|link| &link.url).collect::<Vec<_>>(),
        "contactPoint": clinic.phones.iter().map(|phone| json!({
            "@type": "ContactPoint", "telephone": phone.number, "contactType": phone.label,
        })).collect::<Vec<_>>(),
        "subOrganization": marks.collect::<Vec<_>>(),
    });
    std::iter::once(organization).chain(places.iter().map(|place| location(place, names))).collect()
}

/// The organisation, as far as another node names it.
pub(super) fn publisher(clinic: &Publisher, names: &Names) -> Value {
    json!({
        "@type": "MedicalOrganization",
        "@id": names.organization(),
        "name": clinic.name,
        "legalName": clinic.legal_name,
        "url": names.0.home(),
    })
}

/// A location.
pub(super) fn location(place: &Place, names: &Names) -> Value {
    let location = &place.location;
    let amenity = |name: &String| json!({"@type": "LocationFeatureSpecification", "name": name, "value": true});
    json!({
        "@type": "MedicalClinic",
        "@id": names.mark("location", &location.slug),
        "name": location.name,
        "url": names.0.home(),
        "parentOrganization": {"@id": names.organization()},
        "address": postal(&location.address),
        "geo": location.geo.map(|geo| json!({
            "@type": "GeoCoordinates", "latitude": geo.latitude, "longitude": geo.longitude,
        })),
        "telephone": location.phones.first().map(|phone| &phone.number),
        "faxNumber": location.fax,
        "email": location.email,
        "openingHoursSpecification": place.weekly(),
        "specialOpeningHoursSpecification": place.special(),
        "department": place.departments(),
        "amenityFeature": location.accessibility.iter().map(amenity).collect::<Vec<_>>(),
        "paymentAccepted": (!location.payment_methods.is_empty()).then(|| location.payment_methods.join(", ")),
        "knowsLanguage": location.languages,
        "isAcceptingNewPatients": location.accepting_new_patients,
        "availableService": location.services.iter().map(|service| therapy(service, names)).collect::<Vec<_>>(),
        "potentialAction": location.booking_url.as_ref().map(|url| json!({
            "@type": "ReserveAction", "target": {"@type": "EntryPoint", "urlTemplate": url},
        })),
    })
}

fn postal(address: &Address) -> Value {
    json!({
        "@type": "PostalAddress",
        "streetAddress": address.line1,
        "extendedAddress": address.line2,
        "addressLocality": address.city,
        "addressRegion": address.region,
        "postalCode": address.postal_code,
        "addressCountry": address.country,
    })
}

fn therapy(service: &Reference, names: &Names) -> Value {
    json!({"@type": "MedicalTherapy", "@id": names.mark("service", &service.slug), "name": service.name})
}

/// Who treats: a physician is a practice of their own in schema.org, so what they belong to is called otherwise, and they
/// have an `address`, that of their first location.
pub(super) fn provider(provider: &Provider, address: Option<&Address>, names: &Names) -> Value {
    let summary = &provider.summary;
    let mut node = person(&summary.display_name, &summary.credentials, true);
    let is_physician = node.get("@type").is_some_and(|kind| kind == "IndividualPhysician");
    let places = summary.locations.iter().map(|location| {
        json!({"@type": "MedicalClinic", "@id": names.mark("location", &location.slug), "name": location.name})
    });
    let places: Vec<_> = places.collect();
    let belongs = json!({"@id": names.organization()});
    let more = json!({
        "@id": names.mark("provider", &summary.slug),
        "identifier": provider.npi.as_ref().map(|npi| npi_of(npi)),
        "description": provider.biography,
        "knowsLanguage": summary.languages,
        "knowsAbout": summary.specialties.iter().map(|specialty| &specialty.name).collect::<Vec<_>>(),
        "isAcceptingNewPatients": is_physician.then_some(summary.accepting_new_patients),
        "address": address.filter(|_| is_physician).map(postal),
        "parentOrganization": is_physician.then(|| belongs.clone()),
        "practicesAt": is_physician.then(|| places.clone()),
        "worksFor": (!is_physician).then_some(belongs),
        "workLocation": (!is_physician).then_some(places),
    });
    if let (Some(node), Value::Object(more)) = (node.as_object_mut(), more) {
        node.extend(more);
    }
    node
}

/// What is done for patients.
pub(super) fn service(service: &Service, names: &Names) -> Value {
    let risk = |name: &String| json!({"@type": "MedicalEntity", "name": name});
    json!({
        "@type": "MedicalTherapy",
        "@id": names.mark("service", &service.summary.slug),
        "name": service.summary.name,
        "alternateName": service.aliases,
        "description": service.summary.summary,
        "contraindication": service.contraindications,
        "seriousAdverseOutcome": service.risks.iter().map(risk).collect::<Vec<_>>(),
    })
}

fn npi_of(npi: &str) -> Value {
    json!({"@type": "PropertyValue", "propertyID": "http://hl7.org/fhir/sid/us-npi", "value": npi})
}
