//! What staff write about the organisation, its locations, providers and services, read into valid values with every mistake at once.
//! Refuses fields that nobody asked for, and repairs nothing but white space and the case of codes.

mod clinic;
mod departments;
mod hours;
mod location;
mod provider;
mod schema;
mod service;
#[cfg(test)]
mod tests;

use super::{
    clinic::ListedPhone,
    values::{TimeZone, WebAddress},
};
use crate::{
    contact::{Email, LanguageTag, Phone, Refusal},
    http::{FieldError, Fields, check_line, check_slug},
};

pub use clinic::ClinicInput;
pub use location::LocationInput;
pub use provider::ProviderInput;
pub use schema::{
    AddressInput, ClinicPatch, DepartmentInput, LocationPatch, LocationStatusInput, PhoneInput, ProviderNameInput,
    ProviderPatch, ServicePatch, SpecialHoursInput, SpecialtyInput, WeeklyHoursInput,
};
pub use service::ServiceInput;

/// The most telephone numbers, links and aliases of one record.
const MOST_PHONES: usize = 20;
/// The most short texts of one list.
const MOST_TEXTS: usize = 50;
/// The most records that one names.
const MOST_NAMES: usize = 100;
/// The place behind all others.
const LAST: i32 = 100_000;
/// The longest short text.
const LONGEST_TEXT: usize = 200;

/// Reads `phones`: each a text, or an object `{number, display?, label?}`. `region` is the country of numbers that
/// name none.
fn phones(fields: &mut Fields<'_>, region: Option<&str>) -> Vec<ListedPhone> {
    fields.list("phones", MOST_PHONES, |entry, pointer| match entry.as_str() {
        Some(text) => match Phone::parse(text, region) {
            Ok(phone) => Ok(ListedPhone { number: phone.e164().into(), display: phone.display().into(), label: None }),
            Err((code, message)) => Err(vec![FieldError::at(pointer, code, message)]),
        },
        None => listed_phone(Fields::of(entry, pointer), region),
    })
}

fn listed_phone(mut fields: Fields<'_>, region: Option<&str>) -> Result<ListedPhone, Vec<FieldError>> {
    let number = fields.parsed("number", |text| Phone::parse(text, region));
    let number = fields.require("number", number);
    let display = fields.line("display", 60);
    let label = fields.line("label", 50);
    fields.finish()?;
    // `require` has recorded a missing number, so that `finish` has answered.
    let number = number.ok_or_else(Vec::new)?;
    let display = display.unwrap_or_else(|| number.display().to_owned());
    Ok(ListedPhone { number: number.e164().to_owned(), display, label })
}

fn email(fields: &mut Fields<'_>) -> Option<Email> {
    fields.parsed("email", Email::parse)
}

fn web_address(fields: &mut Fields<'_>, name: &'static str) -> Option<WebAddress> {
    fields.parsed(name, WebAddress::parse)
}

fn time_zone(fields: &mut Fields<'_>) -> Option<TimeZone> {
    fields.parsed("timezone", TimeZone::parse)
}

/// Reads a list of languages, none twice.
fn languages(fields: &mut Fields<'_>, name: &'static str) -> Vec<LanguageTag> {
    let mut seen = std::collections::BTreeSet::new();
    fields.list(name, MOST_TEXTS, |entry, pointer| {
        let text = entry.as_str().ok_or(("wrong_type", "must be a text".to_owned()));
        let tag = text.and_then(LanguageTag::parse).and_then(|tag| {
            let first = seen.insert(tag.clone());
            first.then_some(tag).ok_or(("repeated", "must not repeat an entry".to_owned()))
        });
        tag.map_err(|(code, message)| vec![FieldError::at(pointer, code, message)])
    })
}

fn short_texts(fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    fields.lines(name, MOST_TEXTS, LONGEST_TEXT)
}

/// A required text on one line.
pub(super) fn required_line(fields: &mut Fields<'_>, name: &'static str, most: usize) -> Option<String> {
    let text = fields.parsed(name, |text| check_line(text, most));
    fields.require(name, text)
}

/// Reads a list of slugs or ids.
pub(super) fn names(fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    fields.lines(name, MOST_NAMES, 100)
}

/// Reads a place in an order; the last where nobody says.
pub(super) fn position(fields: &mut Fields<'_>) -> i32 {
    fields.integer("position", 0..=LAST.into()).and_then(|place| place.try_into().ok()).unwrap_or(LAST)
}

/// A slug that is no id: an address such as `/v1/locations/{slug}` takes either, and one of another record's id would
/// hide it.
pub(super) fn slug(text: &str) -> Result<String, Refusal> {
    if text.parse::<uuid::Uuid>().is_ok() {
        return Err(("bad_slug", "must not look like an id".to_owned()));
    }
    check_slug(text)
}
