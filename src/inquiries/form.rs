//! The forms that inquiries come through, and the token that a form carries. Refuses a token that somebody else
//! made, that belongs to another form or that is older than a day; one that comes back within two seconds is
//! genuine and tells of a machine.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::inquiry;
use crate::{contact::Refusal, crypto::TagKey};

/// The slug of the form that every installation has.
pub const DEFAULT_SLUG: &str = "contact";
/// Its field that people never see. Names that begin with `_` are controls, so no real form asks for it.
pub const DEFAULT_HONEYPOT: &str = "_website";
/// How long a form may stay open.
const LIFETIME: Duration = Duration::hours(24);
/// Nobody fills a form faster.
const FASTEST: Duration = Duration::seconds(2);

/// A sentence to show with a form and with its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormNotice {
    /// What it is about.
    #[schema(example = "emergency")]
    pub kind: String,
    /// The sentence.
    pub text: String,
}

/// The notices of the default form. The numbers are those of the United States: 911 for emergencies, 988 for the
/// Suicide & Crisis Lifeline (47 CFR 52.200).
pub fn default_notices() -> [FormNotice; 2] {
    let notice = |kind: &str, text: &str| FormNotice { kind: kind.to_owned(), text: text.to_owned() };
    [
        notice(
            "privacy",
            "Please do not send medical details through this form. Our team will ask for what is needed when we talk.",
        ),
        notice(
            "emergency",
            "This form is not read around the clock. In an emergency call 911; in a crisis call or text 988.",
        ),
    ]
}

/// A form as the public may know it.
#[derive(Clone, Debug)]
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
    pub notices: Vec<FormNotice>,
    /// Whether inquiries that name no form go here.
    pub is_default: bool,
}

/// One field that a form may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FormField {
    /// As it is sent.
    #[schema(example = "full_name")]
    pub name: &'static str,
    /// How a page shows it: `text`, `email`, `tel`, `textarea`, `select` or `list`.
    #[schema(example = "text")]
    pub r#type: &'static str,
    /// Whether it must be sent. Of `email` and `phone` one is needed, so neither is required alone.
    pub required: bool,
    /// The most characters; null where the value is one of a set.
    pub max_length: Option<usize>,
}

impl Form {
    /// Whether an inquiry without a message is refused.
    pub fn needs_message(&self) -> bool {
        self.is_default
    }

    /// The fields to show. A name may be sent as `name{given, family}` instead of `full_name`.
    pub fn fields(&self) -> Vec<FormField> {
        let field = |name, r#type, required, max_length| FormField { name, r#type, required, max_length };
        vec![
            field("full_name", "text", true, Some(inquiry::FULL_NAME)),
            field("email", "email", false, Some(254)),
            field("phone", "tel", false, Some(40)),
            field("message", "textarea", self.needs_message(), Some(inquiry::MESSAGE)),
            field("kind", "select", false, None),
            field("preferred_contact", "select", false, None),
            field("preferred_times", "list", false, Some(inquiry::PREFERRED_TIMES.1)),
            field("location", "text", false, Some(100)),
            field("service", "text", false, Some(inquiry::SERVICE)),
            field("language", "text", false, Some(35)),
            field("on_behalf_of", "select", false, None),
        ]
    }
}

/// How long a form was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As long as a person needs.
    Human,
    /// Less than two seconds.
    TooFast,
}

/// Makes the token of a form that is shown at `now`, and says when it ends.
pub fn issue_token(key: &TagKey, form: Uuid, now: DateTime<Utc>) -> (String, DateTime<Utc>) {
    let mut payload = form.as_bytes().to_vec();
    payload.extend_from_slice(&now.timestamp_micros().to_be_bytes());
    (key.encode(&payload), now + LIFETIME)
}

/// Reads the token that came back with a form at `now`.
///
/// # Errors
/// `bad_form_token` for one that is not this form's, `expired_form_token` after a day.
pub fn check_token(key: &TagKey, form: Uuid, now: DateTime<Utc>, text: &str) -> Result<Pace, Refusal> {
    let issued_at = issued_at(key, form, text)
        .ok_or_else(|| ("bad_form_token", "must be the token that GET /v1/forms/{slug} answered".to_owned()))?;
    match now - issued_at {
        age if age > LIFETIME => Err(("expired_form_token", "has expired; load the form again".to_owned())),
        age if age < FASTEST => Ok(Pace::TooFast),
        _ => Ok(Pace::Human),
    }
}

fn issued_at(key: &TagKey, form: Uuid, text: &str) -> Option<DateTime<Utc>> {
    let payload = key.decode(text)?;
    let (id, micros) = payload.split_first_chunk::<16>()?;
    let micros = i64::from_be_bytes(micros.try_into().ok()?);
    DateTime::from_timestamp_micros(micros).filter(|_| id == form.as_bytes())
}
