//! The forms that inquiries come through: what is asked, what is agreed to, what is told. Refuses a form that no answer
//! could reach its sender by, and a text of consent that changes under its version.
//!
//! | file | holds |
//! |---|---|
//! | `field` | what is asked |
//! | `consent` | what is agreed to |
//! | `input`, `field_input` | a form as staff write it |
//! | `route` | where an inquiry about a service goes |
//! | `autoresponder` | the letter that answers by itself |
//! | `token` | the token that a form carries |

mod autoresponder;
mod consent;
mod field;
mod field_input;
mod input;
mod route;
mod token;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    attachments::AttachmentPolicy,
    inquiry::{CONSENTS, Consent},
};
use crate::{
    contact::Refusal,
    http::FieldError,
    records::{Texts, best},
};

pub use autoresponder::{AutoresponderDefinition, Filling};
pub use consent::{ConsentDefinition, ConsentText, KnownText};
pub use field::{FieldDefinition, FormField, known, usual_fields};
pub use input::{FormInput, NoticeDefinition};
pub use route::{Route, RouteDefinition};
pub use token::{Pace, check_token, issue_token};

/// The slug of the form that every installation has.
pub const DEFAULT_SLUG: &str = "contact";
/// Its field that people never see. Names that begin with `_` are controls, so no real form asks for it.
pub const DEFAULT_HONEYPOT: &str = "_website";

/// A sentence to show with a form and with its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormNotice {
    /// What it is about.
    #[schema(example = "emergency")]
    pub kind: String,
    /// The sentence.
    pub text: String,
}

/// A notice as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredNotice {
    kind: String,
    /// The sentence where there are no languages: a node of an earlier version writes and reads this one.
    text: String,
    #[serde(default)]
    texts: Texts,
}

impl StoredNotice {
    /// In a language.
    pub fn shown(&self, locale: &str, of_clinic: &str) -> FormNotice {
        FormNotice {
            kind: self.kind.clone(),
            text: best(&self.texts, locale, of_clinic).map_or(&self.text, |(_, text)| text).clone(),
        }
    }
}

impl From<&NoticeDefinition> for StoredNotice {
    fn from(notice: &NoticeDefinition) -> Self {
        let text = notice.texts.get("en").or_else(|| notice.texts.values().next()).cloned().unwrap_or_default();
        Self { kind: notice.kind.clone(), text, texts: notice.texts.clone() }
    }
}

/// The notices of the default form. The numbers are those of the United States: 911 for emergencies, 988 for the
/// Suicide & Crisis Lifeline (47 CFR 52.200).
pub fn default_notices() -> [StoredNotice; 2] {
    let notice = |kind: &str, english: &str, spanish: &str| {
        let texts = [("en", english), ("es", spanish)].map(|(tag, text)| (tag.to_owned(), text.to_owned()));
        StoredNotice { kind: kind.to_owned(), text: english.to_owned(), texts: texts.into() }
    };
    [
        notice(
            "privacy",
            "Please do not send medical details through this form. Our team will ask for what is needed when we talk.",
            "Por favor, no envíe datos médicos por este formulario. Nuestro equipo le preguntará lo necesario al hablar.",
        ),
        notice(
            "emergency",
            "This form is not read around the clock. In an emergency call 911; in a crisis call or text 988.",
            "Este formulario no se lee a toda hora. En una emergencia llame al 911; en una crisis llame o escriba al 988.",
        ),
    ]
}

/// A form as the public may know it.
#[derive(Clone, Debug, Deserialize)]
pub struct Form {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique.
    pub slug: String,
    /// For people.
    pub name: String,
    /// The field that people never see.
    pub honeypot: String,
    /// To show with the form and with the receipt.
    pub notices: Vec<StoredNotice>,
    /// Whether inquiries that name no form go here.
    pub is_default: bool,
    /// In their order; none for the usual ones.
    pub fields: Vec<FieldDefinition>,
    /// What an inquiry can be about; none for everything.
    pub kinds: Vec<String>,
    /// Where an inquiry goes that names no location.
    pub location_id: Option<Uuid>,
    /// Days that an inquiry is kept; the installation's where there are none.
    pub retention_days: Option<u32>,
    /// The texts that are shown now.
    pub consents: Vec<ConsentDefinition>,
    /// All versions that were ever shown.
    pub known_texts: Vec<KnownText>,
    /// Minutes of opening until the first answer is due.
    pub response_minutes: u32,
    /// The clinic's language.
    pub default_locale: String,
    /// Pages of which origins may post from a browser; none for those of the settings.
    pub allowed_origins: Vec<String>,
    /// Whether a proof of work is expected of a page.
    pub proof_of_work: bool,
    /// Which files it takes; none where it refuses them.
    pub attachments: Option<AttachmentPolicy>,
}

impl Form {
    /// The languages that the form speaks, the clinic's own first.
    pub fn languages(&self) -> Vec<&str> {
        let said = self.notices.iter().map(|notice| &notice.texts).chain(self.consents.iter().map(|text| &text.texts));
        [self.default_locale.as_str()]
            .into_iter()
            .chain(said.flat_map(|texts| texts.keys().map(String::as_str)))
            .collect()
    }

    /// The fields in their order.
    pub fn asked(&self) -> Vec<FieldDefinition> {
        if self.fields.is_empty() { usual_fields(self.is_default) } else { self.fields.clone() }
    }

    /// What an inquiry can be about.
    pub fn kinds(&self) -> Vec<&'static str> {
        field::kinds_of(&self.kinds)
    }

    /// The notices in a language.
    pub fn notices(&self, locale: &str) -> Vec<FormNotice> {
        self.notices.iter().map(|notice| notice.shown(locale, &self.default_locale)).collect()
    }

    /// The texts to agree to, in a language.
    pub fn consent_texts(&self, locale: &str) -> Vec<ConsentText> {
        self.consents.iter().filter_map(|text| text.shown(locale, &self.default_locale)).collect()
    }

    /// What is wrong with the consents of an inquiry.
    pub fn consent_mistakes(&self, given: &[Consent]) -> Vec<FieldError> {
        consent::mistakes(&self.consents, &self.known_texts, given)
    }

    /// The answers to the form's own fields as they are kept, taken out of `given`; `place` is where they stand in the
    /// body.
    ///
    /// # Errors
    /// Every answer that is none.
    pub fn take_answers(
        &self,
        given: &mut BTreeMap<String, String>,
        place: &str,
    ) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
        let (mut answers, mut mistakes) = (BTreeMap::new(), Vec::new());
        for field in self.fields.iter().filter(|field| field.is_custom()) {
            match field.answer(&given.remove(&field.name).unwrap_or_default()) {
                Ok(None) => {}
                Ok(Some(answer)) => _ = answers.insert(field.name.clone(), answer),
                Err((code, message)) => {
                    mistakes.push(FieldError::at(format!("{place}/{}", field.name), code, message));
                }
            }
        }
        if mistakes.is_empty() { Ok(answers) } else { Err(mistakes) }
    }

    /// The JSON Schema (2020-12) of a JSON body.
    pub fn schema(&self) -> Value {
        let kinds = self.kinds();
        let (own, known): (Vec<_>, Vec<_>) = self.asked().into_iter().partition(FieldDefinition::is_custom);
        let properties = |fields: &[FieldDefinition]| -> Map<String, Value> {
            fields.iter().map(|field| (field.name.clone(), field.schema(&kinds))).collect()
        };
        let required = |fields: &[FieldDefinition]| -> Vec<String> {
            fields.iter().filter(|field| field.required).map(|field| field.name.clone()).collect()
        };
        let mut all = properties(&known);
        all.insert("form".to_owned(), json!({"const": self.slug}));
        all.insert("form_token".to_owned(), json!({"type": "string"}));
        if self.proof_of_work {
            all.insert("altcha".to_owned(), json!({"type": "string"}));
        }
        all.insert("consents".to_owned(), self.consents_schema());
        let mut needed = required(&known);
        if !own.is_empty() {
            let answers = json!({
                "type": "object", "properties": properties(&own), "required": required(&own),
                "additionalProperties": false,
            });
            all.insert("answers".to_owned(), answers);
            if own.iter().any(|field| field.required) {
                needed.push("answers".to_owned());
            }
        }
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object", "properties": all, "required": needed,
            "anyOf": [{"required": ["email"]}, {"required": ["phone"]}],
        })
    }

    fn consents_schema(&self) -> Value {
        let purposes: Vec<&str> = self.consents.iter().map(|text| text.purpose.as_str()).collect();
        let purpose = if purposes.is_empty() { json!({"type": "string"}) } else { json!({"enum": purposes}) };
        json!({
            "type": "array", "maxItems": CONSENTS,
            "items": {
                "type": "object", "required": ["purpose", "granted"], "additionalProperties": false,
                "properties": {"purpose": purpose, "text_version": {"type": "string"}, "granted": {"type": "boolean"}},
            },
        })
    }
}

/// As the `check` of the migration: `^[a-z][a-z0-9_]{1,49}$`.
pub fn check_name(text: &str) -> Result<String, Refusal> {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let fits =
        (2..=50).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(word);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(("bad_name", "must be 2 to 50 lower-case letters, digits and underscores, a letter first".to_owned()))
    }
}

/// As the `check` of the migration: `^[A-Za-z0-9._-]{1,50}$`.
pub fn check_text_version(text: &str) -> Result<String, Refusal> {
    let fits = (1..=50).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(("bad_text_version", "must be 1 to 50 letters, digits, dots, underscores and hyphens".to_owned()))
    }
}
