//! Facts from the JSON-LD of a page (schema.org `MedicalClinic`, `MedicalOrganization`, `LocalBusiness` and kin).

use dom_query::Document;
use serde_json::Value;

use super::super::address::{Address, is_united_states};
use super::super::facts::FactBook;
use super::super::line::single_spaced;
use super::super::report::Why;

/// Types of schema.org that stand for a clinic, the more exact first.
const CLINIC_TYPES: [&str; 10] = [
    "MedicalClinic",
    "MedicalOrganization",
    "MedicalBusiness",
    "Hospital",
    "Physician",
    "PhysiciansOffice",
    "Dentist",
    "DiagnosticLab",
    "LocalBusiness",
    "Organization",
];

/// Reads every block of JSON-LD on the page.
pub(super) fn read(document: &Document, book: &mut FactBook) {
    let mut documents = Vec::new();
    for script in document.select("script[type='application/ld+json']").nodes() {
        match serde_json::from_str::<Value>(script.text().trim()) {
            Ok(value) => documents.push(value),
            Err(_) => book.report.leave("JSON-LD", Why::JsonLdUnreadable, None),
        }
    }
    for kind in CLINIC_TYPES {
        for value in &documents {
            visit(value, kind, book);
        }
    }
}

/// Finds the objects of one type; the parser has bounded the depth.
fn visit(value: &Value, kind: &str, book: &mut FactBook) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| visit(value, kind, book)),
        Value::Object(fields) => {
            if first_type(value) == Some(kind) {
                take(value, book);
            }
            fields.values().for_each(|value| visit(value, kind, book));
        }
        _ => {}
    }
}

/// The most exact of an object's types that stands for a clinic.
fn first_type(value: &Value) -> Option<&'static str> {
    let types = each(value.get("@type"));
    let names: Vec<&str> =
        types.filter_map(Value::as_str).map(|name| name.trim_start_matches("https://schema.org/")).collect();
    CLINIC_TYPES.into_iter().find(|kind| names.contains(kind))
}

fn take(clinic: &Value, book: &mut FactBook) {
    for name in each(clinic.get("name")).filter_map(Value::as_str).map(single_spaced).filter(|name| !name.is_empty()) {
        book.offer_name(&name);
    }
    for phone in each(clinic.get("telephone")).filter_map(Value::as_str) {
        book.offer_phone(phone, &single_spaced(phone), None);
    }
    for email in each(clinic.get("email")).filter_map(Value::as_str) {
        book.offer_email(email.trim_start_matches("mailto:"), &single_spaced(email), None);
    }
    for address in each(clinic.get("address")) {
        let source = source_of(address);
        if !source.is_empty() {
            book.offer_address(address_from(address), &source, None);
        }
    }
}

fn address_from(value: &Value) -> Option<Address> {
    if let Some(line) = value.as_str() {
        return Address::read(&single_spaced(line));
    }
    let country = field(value, "addressCountry");
    if !country.is_empty() && !is_united_states(&country) {
        return None;
    }
    let unit = Some(field(value, "extendedAddress")).filter(|unit| !unit.is_empty());
    let city = field(value, "addressLocality");
    let (region, postal_code) = (field(value, "addressRegion"), field(value, "postalCode"));
    Address::from_parts(&field(value, "streetAddress"), unit.as_deref(), &city, &region, &postal_code)
}

fn source_of(value: &Value) -> String {
    if let Some(line) = value.as_str() {
        return single_spaced(line);
    }
    let names =
        ["streetAddress", "extendedAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry"];
    let parts: Vec<String> = names.iter().map(|name| field(value, name)).filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// A text, or the name of the object in its place.
fn field(value: &Value, name: &str) -> String {
    let found = value.get(name);
    let text = found.and_then(Value::as_str).or_else(|| found?.get("name")?.as_str());
    single_spaced(text.unwrap_or_default())
}

/// The values of a property that may hold one or several.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let several = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = value.filter(|value| !value.is_array());
    one.into_iter().chain(several)
}
