//! The token that a form carries. Refuses a token that somebody else made, that belongs to another form or that is older
//! than a day; one that comes back within two seconds is genuine and tells of a machine.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{contact::Refusal, crypto::TagKey};

/// How long a form may stay open.
const LIFETIME: Duration = Duration::hours(24);
/// Nobody fills a form faster.
const FASTEST: Duration = Duration::seconds(2);

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
