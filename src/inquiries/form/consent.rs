//! What is agreed to with a form: the texts, each in a version that is written once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{check_name, check_text_version};
use crate::{
    http::{FieldError, Fields},
    inquiries::inquiry::{CONSENTS, Consent},
    records::{Texts, best, read_texts},
};

/// The most characters of a text.
const LONGEST_TEXT: usize = 5000;

/// A text to agree to, as staff write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentDefinition {
    /// What the consent is for.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "sms_reminders")]
    pub purpose: String,
    /// Another wording is another version: what was agreed to stays provable.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,50}$", example = "2026-11")]
    pub text_version: String,
    /// Whether an inquiry without it is refused.
    pub required: bool,
    /// By language (BCP 47), each at most 5,000 characters.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub texts: Texts,
}

/// A text to agree to, as it is sent.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct ConsentInput {
    /// What the consent is for.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "sms_reminders")]
    purpose: String,
    /// Another wording is another version.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,50}$", example = "2026-11")]
    text_version: String,
    /// False where it is absent.
    required: Option<bool>,
    /// By language (BCP 47), each at most 5,000 characters.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    texts: Texts,
}

/// A text that a consent is given to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsentText {
    /// What the consent is for.
    pub purpose: String,
    /// In the language asked for, else in another.
    pub text: String,
    /// To be sent back with the consent.
    pub text_version: String,
    /// The language of the text.
    pub locale: String,
    /// Whether an inquiry without it is refused.
    pub required: bool,
}

/// A version of a text that a form has shown, now or before.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KnownText {
    /// What the consent is for.
    pub purpose: String,
    /// The version.
    pub text_version: String,
}

impl ConsentDefinition {
    /// As a page shows it.
    pub fn shown(&self, locale: &str, of_clinic: &str) -> Option<ConsentText> {
        let (tag, text) = best(&self.texts, locale, of_clinic)?;
        Some(ConsentText {
            purpose: self.purpose.clone(),
            text: text.clone(),
            text_version: self.text_version.clone(),
            locale: tag.to_owned(),
            required: self.required,
        })
    }
}

/// Reads `consents` of a form as staff write it.
pub(super) fn read_all(fields: &mut Fields<'_>) -> Vec<ConsentDefinition> {
    let mut seen = std::collections::BTreeSet::new();
    fields.list("consents", CONSENTS, |entry, pointer| {
        let consent = read_one(Fields::of(entry, pointer.clone()))?;
        if seen.insert(consent.purpose.clone()) {
            return Ok(consent);
        }
        Err(vec![FieldError::at(format!("{pointer}/purpose"), "repeated", "must not repeat an entry")])
    })
}

fn read_one(mut fields: Fields<'_>) -> Result<ConsentDefinition, Vec<FieldError>> {
    let purpose = fields.parsed("purpose", |text| check_name(text).map_err(|(_, message)| ("bad_purpose", message)));
    let purpose = fields.require("purpose", purpose);
    let text_version = fields.parsed("text_version", check_text_version);
    let text_version = fields.require("text_version", text_version);
    let required = fields.boolean("required").unwrap_or(false);
    let texts = fields.object("texts", |texts| read_texts(texts, LONGEST_TEXT));
    let texts = fields.require("texts", texts);
    fields.finish()?;
    match (purpose, text_version, texts) {
        (Some(purpose), Some(text_version), Some(texts)) => {
            Ok(ConsentDefinition { purpose, text_version, required, texts })
        }
        _ => Err(Vec::new()),
    }
}

/// Whether what was agreed to is what the form has shown, and all that it needs. A page that was kept for a while shows
/// an earlier version, which is proof of what was read all the same. A form without texts takes consents as they are.
pub(super) fn mistakes(shown: &[ConsentDefinition], known: &[KnownText], given: &[Consent]) -> Vec<FieldError> {
    let mut mistakes = Vec::new();
    for (index, consent) in given.iter().enumerate().filter(|_| !known.is_empty()) {
        let of_purpose = || known.iter().filter(|text| text.purpose == consent.purpose);
        let at = |field: &str| format!("/consents/{index}/{field}");
        if of_purpose().next().is_none() {
            mistakes.push(FieldError::at(at("purpose"), "unknown_reference", "is none of the form's"));
        } else if consent.granted && !of_purpose().any(|text| Some(&text.text_version) == consent.text_version.as_ref())
        {
            let message = "is no version that the form has shown; load the form again";
            mistakes.push(FieldError::at(at("text_version"), "unknown_text_version", message));
        }
    }
    for needed in shown.iter().filter(|text| text.required) {
        if !given.iter().any(|consent| consent.granted && consent.purpose == needed.purpose) {
            mistakes.push(FieldError::at(
                "/consents",
                "consent_required",
                "must hold every consent that the form needs",
            ));
        }
    }
    mistakes
}
