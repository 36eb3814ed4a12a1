//! What is asked for when a preview link is made.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::{ApiError, Fields};

/// A link that nobody gives an end has this many days.
const USUAL_DAYS: i64 = 7;
/// No link has more: what is to be seen for longer is to be published.
const MOST_DAYS: i64 = 30;
const MOST_SECONDS: i64 = MOST_DAYS * 24 * 60 * 60;

/// Body of a new preview link. All may be absent: the newest revision, for seven days.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
pub struct PreviewLinkInput {
    /// The newest when absent.
    #[schema(minimum = 1)]
    pub revision: Option<i32>,
    /// Seconds until it is over: thirty days at most.
    #[schema(minimum = 60, maximum = 2_592_000)]
    pub expires_in: Option<i64>,
    /// RFC 3339, instead of `expires_in`.
    pub expires_at: Option<DateTime<Utc>>,
    /// The name of a template of `CMS_PREVIEW_URLS`; the first when absent.
    #[schema(min_length = 1, max_length = 40)]
    pub front_end: Option<String>,
}

impl PreviewLinkInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value, front_ends: &[&str], now: DateTime<Utc>) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let revision = fields.integer("revision", 1..=i64::from(i32::MAX));
        let expires_in = fields.integer("expires_in", 60..=MOST_SECONDS);
        let expires_at = fields.parsed("expires_at", |text| check_end(text, now));
        if expires_in.is_some() && expires_at.is_some() {
            fields.refuse("expires_at", "exclusive", "cannot be given together with expires_in");
        }
        let front_end = fields.parsed("front_end", |name| {
            let known = front_ends.contains(&name);
            let names = if front_ends.is_empty() { "nothing: no front end is set" } else { &front_ends.join(", ") };
            if known { Ok(name.to_owned()) } else { Err(("unknown_value", format!("must be one of {names}"))) }
        });
        fields.finish()?;
        let revision = revision.and_then(|number| i32::try_from(number).ok());
        Ok(Self { revision, expires_in, expires_at, front_end })
    }

    /// Seconds until the link is over, where no instant was given.
    pub fn seconds(&self) -> i64 {
        self.expires_in.unwrap_or(USUAL_DAYS * 24 * 60 * 60)
    }
}

fn check_end(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, (&'static str, String)> {
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc());
    let instant = instant.map_err(|_| ("bad_instant", "must be an RFC 3339 instant".to_owned()))?;
    if instant <= now {
        return Err(("past", "must lie in the future".to_owned()));
    }
    if instant > now + Duration::days(MOST_DAYS) {
        return Err(("too_late", format!("at most {MOST_DAYS} days from now")));
    }
    Ok(instant)
}
