//! A post to `/v1/inquiries`, read field by field. Refuses what is not understood, with every mistake at once and
//! never a word of what was sent; and refuses to lose an inquiry over what the clinic does not need to understand.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use uuid::Uuid;

use super::{
    emergency::Phrases,
    form::{Form, Pace, Route, check_name, check_text_version, known, usual_fields},
    inquiry::{
        ATTRIBUTION, CONSENTS, Consent, Details, FULL_NAME, KINDS, MESSAGE, ON_BEHALF_OF, PREFERRED_CONTACT,
        PREFERRED_TIMES, PersonName, SERVICE, Submission, Tells,
    },
};
use crate::{
    contact::{Email, LanguageTag, Phone, Refusal},
    crypto::Personal,
    http::{FieldError, Fields, nearest},
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
    /// The service of that slug, id or name; other words are kept as they are.
    pub service: Option<Uuid>,
    /// Where the form sends an inquiry about the service.
    pub route: Option<Route>,
    /// The hours of the location that it goes to, or of the clinic's first, as they are stored.
    pub hours: Option<Value>,
    /// Tells whether the emergency rules changed.
    pub rules_stamp: i64,
    /// Words that tell of an emergency.
    pub emergencies: Arc<[Phrases]>,
    /// Another one as soon as any of this is.
    pub stamp: i64,
}

/// What a body names that the database knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct References {
    /// The slug of a form.
    pub form: Option<String>,
    /// The slug or id of a location.
    pub location: Option<String>,
    /// A service in any words.
    pub service: Option<String>,
}

impl References {
    /// Out of `text`, which gives the one text of a name.
    pub fn of<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Self {
        let named = |name: &str, most: usize| {
            let text = text(name)?.trim();
            // Longer ones name nothing, as the empty name does, and NUL is no text to the database. They are no names that
            // nobody gave: an inquiry through a form that is not there does not come through the default form.
            Some(if text.len() <= most && !text.contains('\0') { text.to_owned() } else { String::new() })
        };
        Self { form: named("form", 100), location: named("location", 100), service: named("service", SERVICE * 4) }
    }
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
    let form = named.form.as_ref();
    let kinds = form.map_or_else(|| KINDS.to_vec(), Form::kinds);
    let kind = fields.one_of("kind", &kinds).or_else(|| kinds.first().copied()).unwrap_or("general");
    let name = name(&mut fields);
    let region = named.location.as_ref().and_then(|location| location.country.clone());
    let (email, phone) = contact(&mut fields, region.as_deref());
    let preferred_contact = fields.one_of("preferred_contact", &PREFERRED_CONTACT);
    let preferred_times = fields.lines("preferred_times", PREFERRED_TIMES.0, PREFERRED_TIMES.1);
    reference(&mut fields, "location", named.location.is_some(), "is not the slug or id of a location");
    let service = fields.line("service", SERVICE);
    let message = fields.text("message", MESSAGE);
    require_asked(&mut fields, form);
    let language = fields.parsed("language", LanguageTag::parse);
    let on_behalf_of = fields.one_of("on_behalf_of", &ON_BEHALF_OF);
    let consents = fields.list("consents", CONSENTS, consent);
    if let Some(form) = form {
        fields.extend(form.consent_mistakes(&consents));
    }
    let answers = answers(&mut fields, form);
    let attribution = fields.object("attribution", attribution).unwrap_or_default();
    let pace = fields.parsed("form_token", check_token);
    let proof = fields.parsed("altcha", |text| Ok::<_, Refusal>(text.to_owned()));
    fields.finish()?;
    let details = Details { preferred_times, service, attribution, answers };
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
        attachments: Vec::new(),
        tells: Tells { pace, proof: proof.map(Personal::new), ..Tells::default() },
    })
}

/// Records each field that the form needs and that was not sent. A name and a way to answer are asked for in any case.
fn require_asked(fields: &mut Fields<'_>, form: Option<&Form>) {
    let asked = form.map_or_else(|| usual_fields(true), Form::asked);
    for name in asked.iter().filter(|field| field.required).filter_map(|field| known(&field.name)) {
        if name != "full_name" {
            let sent = fields.value(name);
            fields.require(name, sent);
        }
    }
}

/// Reads `answers`: those to the form's own fields, and no others.
fn answers(fields: &mut Fields<'_>, form: Option<&Form>) -> BTreeMap<String, String> {
    let mut given = fields.object("answers", answers_given).unwrap_or_default();
    let Some(form) = form else { return given };
    let taken = form.take_answers(&mut given, "/answers");
    let known: Vec<&str> =
        form.fields.iter().filter(|field| field.is_custom()).map(|field| field.name.as_str()).collect();
    for name in given.keys() {
        let pointer = format!("/answers/{}", name.replace('~', "~0").replace('/', "~1"));
        let error = FieldError::at(pointer, "unknown_field", "is no field of the form");
        fields.extend([error.suggesting(nearest(name, known.iter().copied()))]);
    }
    taken.unwrap_or_else(|mistakes| {
        fields.extend(mistakes);
        BTreeMap::new()
    })
}

/// The answers as texts; a box that is ticked is `true`, one that is not is nothing.
fn answers_given(mut fields: Fields<'_>) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
    let mut given = BTreeMap::new();
    for (name, value) in fields.others() {
        match value {
            Value::String(text) => _ = given.insert(name.to_owned(), text.clone()),
            Value::Bool(true) => _ = given.insert(name.to_owned(), "true".to_owned()),
            Value::Null | Value::Bool(false) => {}
            _ => fields.refuse(name, "wrong_type", "must be a text, or true"),
        }
    }
    fields.finish_open().map(|()| given)
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

fn check_purpose(text: &str) -> Result<String, Refusal> {
    check_name(text).map_err(|(_, message)| ("bad_purpose", message))
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
