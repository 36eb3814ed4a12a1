//! What services send, as facts with a name each. Pure: bytes that are authentic are read here, and nothing panics over
//! any of them. Refuses to lose one: what a reader knows no place for is a fact all the same.
//!
//! | file | reads |
//! |---|---|
//! | `google_ads` | a lead form |
//! | `meta` | lead ads, several in a call, with their fields or without |
//! | `typeform` | an answered form |
//! | `callrail` | a call, told again when more is known; a text message |
//! | `generic` | any JSON, by pointers |
//! | `flat` | any JSON as facts |

mod callrail;
mod flat;
mod generic;
mod google_ads;
mod meta;
mod typeform;

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::kind::IntegrationKind;

pub use meta::{is_lead_id, with_fields};

/// One thing that was told.
#[derive(Clone, PartialEq, Eq)]
pub struct Fact {
    /// How the service calls it: a column, a question's reference, a key, a pointer.
    pub name: String,
    /// How people read it, where that is something else.
    pub label: Option<String>,
    /// Where it stands in the payload (RFC 6901).
    pub pointer: String,
    /// What kinds of answer it is, in the service's words (`email`, `long_text`).
    pub types: Vec<String>,
    /// What it says.
    pub value: String,
}

/// What these types hold is a patient's.
impl fmt::Debug for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Fact").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One person who wrote or called.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Lead {
    /// How the service calls it: the same at each delivery.
    pub external_id: String,
    /// The service's own instant.
    pub sent_at: Option<DateTime<Utc>>,
    /// A trial that nobody wrote.
    pub is_test: bool,
    /// Told before it was finished: whatever is whole is newer.
    pub is_partial: bool,
    /// The service itself takes it for spam.
    pub is_spam: bool,
    /// A text message that says to stop texting.
    pub opts_out: bool,
    /// In the order in which they were told.
    pub facts: Vec<Fact>,
}

impl fmt::Debug for Lead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lead").field("facts", &self.facts).finish_non_exhaustive()
    }
}

/// What a call brings.
#[derive(Clone, PartialEq, Eq)]
pub enum Arrival {
    /// A lead with its fields.
    Lead {
        /// What was read of it.
        lead: Lead,
        /// The part of the body that speaks of it alone, as a body of its own; none where the whole does.
        alone: Option<Value>,
    },
    /// A lead of Meta whose fields are to be fetched.
    Notice {
        /// Meta's `leadgen_id`.
        external_id: String,
        /// The part of the body that speaks of it alone, as a body of its own.
        alone: Value,
    },
    /// One of several that is not of its service's shape.
    Unreadable {
        /// The part of the body that speaks of it alone, as a body of its own.
        alone: Value,
    },
}

impl fmt::Debug for Arrival {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lead { lead, .. } => lead.fmt(out),
            Self::Notice { .. } => out.write_str("Notice"),
            Self::Unreadable { .. } => out.write_str("Unreadable"),
        }
    }
}

/// A payload that is not of its service's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the shape that the service sends")]
pub struct Unreadable;

/// Reads the body of a call. `webhook_id` names a delivery of a generic connection.
///
/// # Errors
/// [`Unreadable`] where the leads in it cannot be told apart, or its only one cannot be named. Of several, each that cannot
/// is an [`Arrival::Unreadable`] among the others.
pub fn read(kind: IntegrationKind, body: &Value, webhook_id: Option<&str>) -> Result<Vec<Arrival>, Unreadable> {
    let one = |lead: Result<Lead, Unreadable>| lead.map(|lead| vec![Arrival::Lead { lead, alone: None }]);
    match kind {
        IntegrationKind::GoogleAds => one(google_ads::read(body)),
        IntegrationKind::Meta => meta::read(body),
        IntegrationKind::Typeform => one(typeform::read(body)),
        IntegrationKind::CallRail => one(callrail::read(body)),
        IntegrationKind::Generic => one(generic::read(body, webhook_id)),
    }
}

/// The most characters of an id that a service gives.
const LONGEST_ID: usize = 255;

/// An id: a text, or a number as text.
fn id_of(value: Option<&Value>) -> Option<String> {
    let id = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (1..=LONGEST_ID).contains(&id.len()).then_some(id)
}

/// An instant: RFC 3339, or seconds since 1970 as Meta counts them.
fn instant_of(value: Option<&Value>) -> Option<DateTime<Utc>> {
    match value? {
        Value::String(text) => {
            let written =
                DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"));
            written.ok().map(|instant| instant.to_utc())
        }
        Value::Number(number) => DateTime::from_timestamp(number.as_i64()?, 0),
        _ => None,
    }
    .filter(|instant| (1900..=2200).contains(&chrono::Datelike::year(instant)))
}

#[cfg(test)]
mod tests;
