//! The token that a form carries. Refuses a token that somebody else made or that belongs to another form. One that comes
//! back within two seconds is genuine and tells of a machine; one that is older than a day is genuine and tells of a page
//! that was left open, or of a machine that keeps tokens. Neither loses an inquiry: a plain form has no way to load
//! itself again without losing what was written.

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
    /// More than a day.
    Expired,
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
/// `bad_form_token` for one that is not this form's.
pub fn check_token(key: &TagKey, form: Uuid, now: DateTime<Utc>, text: &str) -> Result<Pace, Refusal> {
    let issued_at = issued_at(key, form, text)
        .ok_or_else(|| ("bad_form_token", "must be the token that GET /v1/forms/{slug} answered".to_owned()))?;
    Ok(match now - issued_at {
        age if age > LIFETIME => Pace::Expired,
        age if age < FASTEST => Pace::TooFast,
        _ => Pace::Human,
    })
}

fn issued_at(key: &TagKey, form: Uuid, text: &str) -> Option<DateTime<Utc>> {
    let payload = key.decode(text)?;
    let (id, micros) = payload.split_first_chunk::<16>()?;
    let micros = i64::from_be_bytes(micros.try_into().ok()?);
    DateTime::from_timestamp_micros(micros).filter(|_| id == form.as_bytes())
}
