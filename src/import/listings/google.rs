//! The locations of a Google Business Profile, as the Business Information API v1 lists them
//! (<https://developers.google.com/my-business/reference/businessinformation/rest/v1/accounts.locations>): an object with
//! `locations`, a list, or one location. Attributes (a resource of their own there) may stand in the location.

use std::io::Read;

use serde_json::{Value, json};

use super::{super::record::Stopped, Left, Listing, WrittenHours};

/// The largest file: 64 MiB, some ten thousand locations.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Attributes that say what a field of ours says: of Google, the field, and the entry.
pub const ATTRIBUTES: [(&str, &str, &str); 9] = [
    ("attributes/has_wheelchair_accessible_elevator", "accessibility", "Wheelchair-accessible elevator"),
    ("attributes/has_wheelchair_accessible_entrance", "accessibility", "Wheelchair-accessible entrance"),
    ("attributes/has_wheelchair_accessible_parking", "accessibility", "Wheelchair-accessible parking"),
    ("attributes/has_wheelchair_accessible_restroom", "accessibility", "Wheelchair-accessible restroom"),
    ("attributes/has_wheelchair_accessible_seating", "accessibility", "Wheelchair-accessible seating"),
    ("attributes/pay_check", "payment_methods", "Checks"),
    ("attributes/pay_credit_card", "payment_methods", "Credit cards"),
    ("attributes/pay_debit_card", "payment_methods", "Debit cards"),
    ("attributes/requires_cash_only", "payment_methods", "Cash only"),
];
/// The attribute that says where appointments are made.
pub const APPOINTMENTS: &str = "attributes/url_appointment";

/// Members that say nothing of the place: what Google calls it, and what it made of it.
const SILENT: [&str; 4] = ["name", "languageCode", "metadata", "relationshipData"];
/// Members that whoever knows hours reads.
const HOURS: [&str; 4] = ["regularHours", "specialHours", "moreHours", "openInfo"];

/// Reads the locations of a file.
///
/// # Errors
/// [`Stopped`] for what is no such file, or one that is too large.
pub fn read(source: impl Read) -> Result<Vec<Listing>, Stopped> {
    let mut bytes = Vec::new();
    let read = source.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| Stopped::because(error.to_string()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(Stopped::because("it is larger than 64 MiB: split it"));
    }
    let value: Value =
        serde_json::from_slice(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes)).map_err(|error| {
            Stopped::because(format!("it is no JSON: line {}, column {}", error.line(), error.column()))
        })?;
    let locations = value.get("locations").unwrap_or(&value);
    match locations {
        Value::Array(locations) => Ok(locations.iter().map(listing).collect()),
        Value::Object(location) if location.contains_key("title") => Ok(vec![listing(locations)]),
        _ => Err(Stopped::because("it holds no locations of a Business Profile")),
    }
}

fn listing(location: &Value) -> Listing {
    let mut listing = Listing { fields: json!({}), ..Listing::default() };
    let Some(members) = location.as_object() else {
        listing.left.push(left("", "not_a_location", "This is no location."));
        return listing;
    };
    listing.key = members
        .get("storeCode")
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(str::to_owned);
    for (name, value) in members {
        match name.as_str() {
            "title" => put(&mut listing, "name", value.clone(), "title"),
            "storefrontAddress" => address(&mut listing, value),
            "phoneNumbers" => phones(&mut listing, value),
            "latlng" => put(&mut listing, "geo", value.clone(), "latlng"),
            "attributes" => attributes(&mut listing, value),
            "storeCode" => {}
            "websiteUri" => {
                let message = "A location has no address of its own on the web; the clinic has its site_url.";
                listing.left.push(left(name, "website", message));
            }
            "profile" | "labels" | "categories" | "serviceArea" | "adWordsLocationExtensions" | "serviceItems" => {
                listing.left.push(left(name, "no_field", "A location has no field for this."));
            }
            name if SILENT.contains(&name) || HOURS.contains(&name) => {}
            name => listing.left.push(left(name, "unknown_member", "Nothing is known about this member.")),
        }
    }
    let hours = HOURS.into_iter().filter_map(|name| Some((name.to_owned(), members.get(name)?.clone())));
    let value: Value = hours.collect::<serde_json::Map<_, _>>().into();
    listing.hours.push(WrittenHours { format: "google".to_owned(), value, day: None, column: "hours".to_owned() });
    listing
}

fn left(column: &str, code: &'static str, message: &'static str) -> Left {
    Left { column: column.to_owned(), code, message }
}

fn put(listing: &mut Listing, field: &str, value: Value, column: &str) {
    if let Some(fields) = listing.fields.as_object_mut() {
        fields.insert(field.to_owned(), value);
        listing.columns.insert(format!("/{field}"), column.to_owned());
    }
}

/// `PostalAddress` (<https://developers.google.com/my-business/reference/businessinformation/rest/Shared.Types/PostalAddress>).
fn address(listing: &mut Listing, value: &Value) {
    let lines: Vec<&Value> = value.get("addressLines").and_then(Value::as_array).into_iter().flatten().collect();
    let mut address = serde_json::Map::new();
    for (field, line) in ["line1", "line2"].into_iter().zip(&lines) {
        address.insert(field.to_owned(), (*line).clone());
    }
    if lines.len() > 2 {
        let message = "An address has two lines; write the third into one of them.";
        listing.left.push(left("storefrontAddress.addressLines", "address_lines", message));
    }
    let members = [
        ("locality", "city"),
        ("administrativeArea", "region"),
        ("postalCode", "postal_code"),
        ("regionCode", "country"),
    ];
    for (theirs, ours) in members {
        if let Some(value) = value.get(theirs) {
            address.insert(ours.to_owned(), value.clone());
        }
    }
    put(listing, "address", Value::Object(address), "storefrontAddress");
}

fn phones(listing: &mut Listing, value: &Value) {
    let more = value.get("additionalPhones").and_then(Value::as_array).into_iter().flatten();
    let phones: Vec<Value> = value.get("primaryPhone").into_iter().chain(more).cloned().collect();
    put(listing, "phones", json!(phones), "phoneNumbers");
}

fn attributes(listing: &mut Listing, value: &Value) {
    for attribute in value.as_array().into_iter().flatten() {
        let name = attribute.get("name").and_then(Value::as_str).unwrap_or_default();
        let is_true = attribute.pointer("/values/0") == Some(&json!(true));
        let uri = attribute.pointer("/uriValues/0/uri");
        let known = ATTRIBUTES.iter().find(|(known, _, _)| *known == name);
        match (known, uri) {
            (Some((_, field, entry)), _) if is_true => {
                let said = listing.fields.get(*field).and_then(Value::as_array).cloned().unwrap_or_default();
                let said: Vec<Value> = said.into_iter().chain([json!(entry)]).collect();
                put(listing, field, json!(said), "attributes");
            }
            // Not to have something is no feature.
            (Some(_), _) => {}
            (None, Some(uri)) if name == APPOINTMENTS => put(listing, "booking_url", uri.clone(), "attributes"),
            _ => listing.left.push(left("attributes", "attribute", "A location has no field for this attribute.")),
        }
    }
}
