//! A row of the ledger, and what follows from the rows.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::EntryRow;
use crate::{
    crypto::Personal,
    http::ApiError,
    inquiries::{privacy::holds::HoldingPerson, sealing::Opener},
    records::best,
};

/// Where a row of the ledger stands in the audit trail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsentEvent {
    /// The row of the trail.
    pub id: Uuid,
    /// Its place in the chain; null for a second or so, until it is sealed.
    pub position: Option<i64>,
    /// The hash there, in hexadecimal.
    pub seal: Option<String>,
}

/// What a person said about one purpose.
#[derive(Clone, Serialize, ToSchema)]
pub struct ConsentEntry {
    /// What for.
    #[schema(example = "sms_reminders")]
    pub purpose: String,
    /// Agreed to, or refused or withdrawn.
    pub granted: bool,
    /// The version of the text that was shown.
    pub text_version: Option<String>,
    /// The exact text, in the language that the person reads.
    pub text: Option<String>,
    /// The language of the text.
    pub language: Option<String>,
    /// When they said it.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// `web`, `phone`, `sms`, `email`, `in_person`, `post` or `connector`.
    #[schema(example = "web")]
    pub channel: String,
    /// Who wrote it down; null for the program itself.
    pub by: Option<HoldingPerson>,
    /// Why, in the words of who wrote it down. Not part of a proof.
    pub reason: Option<String>,
    /// Its row in the audit trail.
    pub event: Option<ConsentEvent>,
}

/// A reason may tell of the person.
impl std::fmt::Debug for ConsentEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsentEntry").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// Where a purpose stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsentStanding {
    /// What for.
    #[schema(example = "sms_reminders")]
    pub purpose: String,
    /// Whether it is agreed to now.
    pub granted: bool,
    /// The text that was agreed to last.
    pub text_version: Option<String>,
    /// When it was agreed to last.
    pub given_at: Option<DateTime<Utc>>,
    /// When it was refused or withdrawn; null while it is agreed to.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Where reasons stand.
pub(super) const TABLE: &str = "cms.consent_change";

impl ConsentEntry {
    /// The row, with its reason where a key is given.
    ///
    /// # Errors
    /// As [`Opener::beside`].
    pub fn of(row: EntryRow, key: Option<&Opener>) -> Result<Self, ApiError> {
        let shown = row.texts.as_ref().and_then(|texts| best(&texts.0, &row.language, &row.default_locale));
        let (language, text) = shown.map(|(tag, text)| (tag.to_owned(), text.clone())).unzip();
        let reason = match (key, row.change_id, &row.sealed_reason) {
            (Some(key), Some(id), Some(sealed)) => Some(key.beside(TABLE, "sealed_reason", id, sealed)?),
            _ => None,
        };
        let event = row.event_id.map(|id| ConsentEvent {
            id,
            position: row.position,
            seal: row.seal.map(|hash| data_encoding::HEXLOWER.encode(&hash)),
        });
        Ok(Self {
            purpose: row.purpose,
            granted: row.granted,
            text_version: row.text_version,
            text,
            language,
            at: row.at,
            recorded_at: row.recorded_at,
            channel: row.channel,
            by: row.by_id.zip(row.by_name).map(|(id, name)| HoldingPerson { id, name }),
            reason: reason.map(Personal::into_revealed),
            event,
        })
    }
}

/// Where each purpose stands, in the order of the purposes: what was said last counts.
pub fn standings(entries: &[ConsentEntry]) -> Vec<ConsentStanding> {
    let mut standings = std::collections::BTreeMap::<&str, ConsentStanding>::new();
    let mut ordered: Vec<&ConsentEntry> = entries.iter().collect();
    // Of one instant, what was taken back counts.
    ordered.sort_by_key(|entry| (entry.at, entry.recorded_at, !entry.granted));
    for entry in ordered {
        let standing = standings.entry(entry.purpose.as_str()).or_insert_with(|| ConsentStanding {
            purpose: entry.purpose.clone(),
            granted: false,
            text_version: None,
            given_at: None,
            revoked_at: None,
        });
        standing.granted = entry.granted;
        if entry.granted {
            standing.text_version.clone_from(&entry.text_version);
            (standing.given_at, standing.revoked_at) = (Some(entry.at), None);
        } else {
            standing.revoked_at = Some(entry.at);
        }
    }
    standings.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(purpose: &str, granted: bool, second: i64) -> ConsentEntry {
        let at = DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap();
        ConsentEntry {
            purpose: purpose.to_owned(),
            granted,
            text_version: granted.then(|| "2026-11".to_owned()),
            text: None,
            language: None,
            at,
            recorded_at: at,
            channel: "web".to_owned(),
            by: None,
            reason: None,
            event: None,
        }
    }

    #[test]
    fn what_was_said_last_counts_in_whatever_order_it_was_written_down() {
        let entries =
            [entry("sms", false, 20), entry("sms", true, 10), entry("mail", false, 5), entry("mail", true, 9)];
        let stand = standings(&entries);
        let told: Vec<_> = stand.iter().map(|one| (one.purpose.as_str(), one.granted)).collect();
        assert_eq!(told, [("mail", true), ("sms", false)]);
        let sms = stand.last().unwrap();
        assert_eq!((sms.given_at, sms.revoked_at), (Some(entries[1].at), Some(entries[0].at)));
        assert_eq!(sms.text_version.as_deref(), Some("2026-11"), "what was agreed to stays known");
        assert!(!format!("{:?}", entries[0]).contains("reason"));
    }
}
