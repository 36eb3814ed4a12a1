//! Who may sign what: nobody their own article, and what speaks of health is signed by who holds a licence that is
//! current on that day. Refuses to sign anything but what was read: a sign-off is bound to the hash of the content.

use chrono::NaiveDate;
use serde_json::Value;
use utoipa::ToSchema;

use super::answers::SignoffLicence;
use crate::{
    articles::{article::Kind, queries::signoffs::Signable},
    http::{ApiError, Fields},
};

/// What is signed, and until when. What was read has to be named: by `revision`, by `content_hash`, or by an `If-Match`
/// with the article's ETag.
#[derive(Debug, Default, ToSchema)]
pub struct SignoffInput {
    /// The newest when absent.
    #[schema(minimum = 1)]
    pub revision: Option<i32>,
    /// As it was read, in hexadecimal: refused where the content is another.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub content_hash: Option<String>,
    /// The clinic's setting counts when absent. Later than today.
    pub next_review_due: Option<NaiveDate>,
    /// For colleagues.
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
}

impl SignoffInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let input = Self {
            revision: fields.integer("revision", 1..=i64::from(i32::MAX)).and_then(|number| i32::try_from(number).ok()),
            content_hash: fields.parsed("content_hash", check_hash),
            next_review_due: fields.date("next_review_due"),
            note: fields.text("note", 1000),
        };
        fields.finish()?;
        Ok(input)
    }

    /// Whether the body says what was read.
    pub fn names_content(&self) -> bool {
        self.revision.is_some() || self.content_hash.is_some()
    }
}

/// Why a sign-off is taken back.
#[derive(Debug, Default, ToSchema)]
pub struct RevocationInput {
    /// For colleagues.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
}

impl RevocationInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let reason = fields.text("reason", 1000);
        fields.finish()?;
        Ok(Self { reason })
    }
}

fn check_hash(text: &str) -> Result<String, (&'static str, String)> {
    let hexadecimal = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hexadecimal { Ok(text.to_owned()) } else { Err(("bad_hash", "must be 64 hexadecimal digits".to_owned())) }
}

/// The licence with which somebody signs a revision today; null where the content needs none and there is none.
///
/// # Errors
/// 409 where the content is another than the one that was read, where the article is their own, and where the content
/// needs a licence and there is none, or none that is current.
pub fn licence_to_sign<'a>(wanted: &'a Signable, input: &SignoffInput) -> Result<Option<&'a SignoffLicence>, ApiError> {
    let conflict = |code, detail| Err(ApiError::Conflict { code, detail });
    let hash = data_encoding::HEXLOWER.encode(&wanted.content_hash);
    if input.content_hash.as_ref().is_some_and(|read| *read != hash) {
        return conflict("content_changed", "the content is another than the one you read");
    }
    if wanted.is_own {
        return conflict("own_article", "nobody signs off their own article");
    }
    let licences = &wanted.licences.0;
    let latest = licences.iter().max_by_key(|licence| licence.expires_on);
    let current = latest.filter(|licence| licence.expires_on >= wanted.today);
    match (current, latest) {
        (None, Some(_)) if wanted.kind == Kind::Clinical.name() => {
            conflict("licence_expired", "your licence has expired; clinical content is signed with a current one")
        }
        (None, None) if wanted.kind == Kind::Clinical.name() => conflict(
            "licence_missing",
            "clinical content is signed by a provider with a licence, and you have none here",
        ),
        (current, _) => Ok(current),
    }
}

/// When the next review is due.
///
/// # Errors
/// 422 for a day that is not later than today.
pub fn due_date(wanted: &Signable, input: &SignoffInput) -> Result<NaiveDate, ApiError> {
    match input.next_review_due {
        Some(due) if due <= wanted.today => {
            Err(ApiError::field("/next_review_due", "past", "must be later than today"))
        }
        Some(due) => Ok(due),
        None => Ok(wanted.due),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sqlx::types::Json;
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn signable(kind: &str, ends: &[&str]) -> Signable {
        let licence = |end: &&str| SignoffLicence { state: "FL".into(), number: (*end).into(), expires_on: day(end) };
        Signable {
            revision_id: Uuid::nil(),
            kind: kind.to_owned(),
            content_hash: vec![0xab; 32],
            is_own: false,
            licences: Json(ends.iter().map(licence).collect()),
            today: day("2026-11-29"),
            due: day("2027-11-29"),
        }
    }

    fn refusal(wanted: &Signable) -> Option<&'static str> {
        licence_to_sign(wanted, &SignoffInput::default()).err().map(|error| error.kind().1)
    }

    #[test]
    fn a_licence_counts_on_its_last_day_and_not_on_the_next() {
        assert_eq!(refusal(&signable("clinical", &["2026-11-29"])), None);
        assert_eq!(refusal(&signable("clinical", &["2026-11-28"])), Some("licence_expired"));
        assert_eq!(refusal(&signable("clinical", &["2020-01-01", "2030-01-01"])), None, "one that is current will do");
        assert_eq!(refusal(&signable("clinical", &[])), Some("licence_missing"));
    }

    #[test]
    fn general_content_needs_no_licence_and_keeps_one_that_is_current() {
        let none = |wanted: &Signable| licence_to_sign(wanted, &SignoffInput::default()).unwrap().is_none();
        assert!(none(&signable("general", &[])) && none(&signable("general", &["2026-11-28"])));
        assert!(!none(&signable("general", &["2026-11-28", "2027-01-01"])));
    }

    #[test]
    fn nothing_is_signed_but_what_was_read() {
        let wanted = signable("general", &[]);
        let read = |hash: &str| SignoffInput { content_hash: Some(hash.repeat(32)), ..SignoffInput::default() };
        assert!(licence_to_sign(&wanted, &read("ab")).is_ok());
        assert_eq!(licence_to_sign(&wanted, &read("cd")).unwrap_err().kind().1, "content_changed");
        for bad in [json!({"content_hash": "ab"}), json!({"content_hash": "AB".repeat(32)}), json!({"revision": 0})] {
            assert!(SignoffInput::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_next_review_is_after_today() {
        let wanted = signable("general", &[]);
        let on =
            |date| due_date(&wanted, &SignoffInput { next_review_due: Some(day(date)), ..SignoffInput::default() });
        assert!(on("2026-11-29").is_err() && on("2026-11-28").is_err());
        assert_eq!(on("2026-11-30").unwrap(), day("2026-11-30"));
        assert_eq!(due_date(&wanted, &SignoffInput::default()).unwrap(), day("2027-11-29"));
    }
}
