//! A post to `/v1/inquiries`, read field by field. Refuses what is not understood, with every mistake at once and
//! never a word of what was sent; and refuses to lose an inquiry over what the clinic does not need to understand.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::{
    form::{Form, Pace},
    inquiry::{
        ATTRIBUTION, CONSENTS, Consent, Details, FULL_NAME, KINDS, MESSAGE, ON_BEHALF_OF, PREFERRED_CONTACT,
        PREFERRED_TIMES, PersonName, SERVICE, SpamReason, Submission,
    },
};
use crate::{
    contact::{Email, LanguageTag, Phone, Refusal},
    crypto::Personal,
    http::{FieldError, Fields},
};

/// The location that a body names.
#[derive(Clone, Debug)]
pub struct NamedLocation {
    /// UUIDv7.
    pub id: Uuid,
    /// ISO 3166-1 alpha-2: where a number without a country code belongs.
    pub country: Option<String>,
}

/// What the database knows of the references in a body.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The form of that slug, or the default form; none for an unknown slug.
    pub form: Option<Form>,
    /// The public location of that slug or id.
    pub location: Option<NamedLocation>,
}

/// The references in a body that is not yet understood, as far as they can name anything.
pub fn references(body: &Value) -> (Option<String>, Option<String>) {
    let text = |name: &str| {
        let text = body.get(name)?.as_str()?;
        // Longer ones name nothing, and NUL is no text to the database.
        (text.len() <= 100 && !text.contains('\0')).then(|| text.trim().to_owned())
    };
    (text("form"), text("location"))
}

/// Takes the field that people never see out of the body, and says whether something had filled it.
pub fn take_honeypot(body: &mut Value, honeypot: &str) -> bool {
    let filled = body.as_object_mut().and_then(|fields| fields.remove(honeypot));
    filled.is_some_and(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()))
}

/// Reads a body without its honeypot. `check_token` reads the form token.
///
/// # Errors
/// Every mistake in it.
pub fn parse(
    body: &Value,
    named: &Named,
    check_token: impl FnOnce(&str) -> Result<Pace, Refusal>,
) -> Result<Submission, Vec<FieldError>> {
    let mut fields = Fields::of(body, "");
    reference(&mut fields, "form", named.form.is_some(), "is not the slug of a form");
    let kind = fields.one_of("kind", &KINDS).unwrap_or("general");
    let name = name(&mut fields);
    let region = named.location.as_ref().and_then(|location| location.country.clone());
    let (email, phone) = contact(&mut fields, region.as_deref());
    let preferred_contact = fields.one_of("preferred_contact", &PREFERRED_CONTACT);
    let preferred_times = fields.lines("preferred_times", PREFERRED_TIMES.0, PREFERRED_TIMES.1);
    reference(&mut fields, "location", named.location.is_some(), "is not the slug or id of a location");
    let service = fields.line("service", SERVICE);
    let message = fields.text("message", MESSAGE);
    if named.form.as_ref().is_none_or(Form::needs_message) {
        fields.require("message", message.as_ref());
    }
    let language = fields.parsed("language", LanguageTag::parse);
    let on_behalf_of = fields.one_of("on_behalf_of", &ON_BEHALF_OF);
    let consents = fields.list("consents", CONSENTS, consent);
    let attribution = fields.object("attribution", attribution).unwrap_or_default();
    let pace = fields.parsed("form_token", check_token);
    fields.finish()?;
    let details = Details { preferred_times, service, attribution, answers: BTreeMap::new() };
    // Without a name there was a mistake, and the line above has answered.
    let name = name.ok_or_else(Vec::new)?;
    Ok(Submission {
        kind,
        name: Personal::new(name),
        email: email.map(Personal::new),
        phone: phone.map(Personal::new),
        preferred_contact,
        location: named.location.as_ref().map(|location| location.id),
        message: message.map(Personal::new),
        language: language.map(|tag| tag.as_str().to_owned()),
        on_behalf_of,
        consents,
        details: Personal::new(details),
        spam_reasons: if pace == Some(Pace::TooFast) { vec![SpamReason::TooFast] } else { Vec::new() },
    })
}

/// Records a mistake where `name` was sent and the database knows no such thing.
fn reference(fields: &mut Fields<'_>, name: &'static str, known: bool, message: &str) {
    match fields.value(name) {
        Some(value) if !value.is_string() => fields.refuse(name, "wrong_type", "must be a text"),
        Some(_) if !known => fields.refuse(name, "unknown_reference", message),
        _ => {}
    }
}

fn name(fields: &mut Fields<'_>) -> Option<PersonName> {
    let parts = fields.object("name", |mut parts| {
        let named = parts.value("given").or(parts.value("family")).is_some();
        let (given, family) = (parts.line("given", FULL_NAME / 2), parts.line("family", FULL_NAME / 2));
        if !named {
            parts.require("given", None::<()>);
        }
        parts.finish().map(|()| (given, family))
    });
    let full = fields.line("full_name", FULL_NAME);
    if fields.value("name").or(fields.value("full_name")).is_none() {
        fields.refuse("name", "required", "must be given, in parts or as full_name");
    }
    if parts.is_none() && full.is_none() {
        return None;
    }
    let (given, family) = parts.unwrap_or_default();
    Some(PersonName { given, family, full })
}

fn contact(fields: &mut Fields<'_>, region: Option<&str>) -> (Option<Email>, Option<Phone>) {
    let email = fields.parsed("email", Email::parse);
    let phone = fields.parsed("phone", |text| Phone::parse(text, region));
    if fields.value("email").or(fields.value("phone")).is_none() {
        fields.extend([FieldError::at("", "contact_required", "give an e-mail address or a telephone number")]);
    }
    (email, phone)
}

fn consent(value: &Value, pointer: String) -> Result<Consent, Vec<FieldError>> {
    let mut fields = Fields::of(value, pointer);
    let purpose = fields.parsed("purpose", check_purpose);
    let purpose = fields.require("purpose", purpose);
    let text_version = fields.parsed("text_version", check_text_version);
    let granted = fields.boolean("granted");
    let granted = fields.require("granted", granted);
    if granted == Some(true) && fields.value("text_version").is_none() {
        fields.refuse("text_version", "text_version_required", "must name the text that was agreed to");
    }
    fields.finish()?;
    match (purpose, granted) {
        (Some(purpose), Some(granted)) => Ok(Consent { purpose, text_version, granted }),
        _ => Err(Vec::new()),
    }
}

/// As the `check` of the migration: `^[a-z][a-z0-9_]{1,49}$`.
fn check_purpose(text: &str) -> Result<String, Refusal> {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let fits =
        (2..=50).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(word);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(("bad_purpose", "must be 2 to 50 lower-case letters, digits and underscores, a letter first".to_owned()))
    }
}

/// As the `check` of the migration: `^[A-Za-z0-9._-]{1,50}$`.
fn check_text_version(text: &str) -> Result<String, Refusal> {
    let fits = (1..=50).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(("bad_text_version", "must be 1 to 50 letters, digits, dots, underscores and hyphens".to_owned()))
    }
}

fn attribution(mut fields: Fields<'_>) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
    let mut given = BTreeMap::new();
    for (name, most) in ATTRIBUTION {
        if let Some(text) = fields.line(name, most) {
            given.insert(name.to_owned(), text);
        }
    }
    fields.finish()?;
    Ok(given)
}

#[cfg(test)]
mod tests;
