//! What stands around an inquiry: who works on it, what else came from the same contact, how it came to stand where it
//! stands. Refuses to say of another inquiry more than that there is one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::{LinkedRow, RoutingRow, StatusChangeRow};
use crate::{
    crypto::Personal,
    http::{ApiError, Reference},
    inquiries::{schema::InquiryStatus, sealing::Opener},
};

/// Somebody who works at the desk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskPerson {
    /// The account.
    pub id: Uuid,
    /// As they are shown.
    pub name: String,
}

impl DeskPerson {
    /// Of columns that are both there or both not.
    pub fn of(id: Option<Uuid>, name: Option<String>) -> Option<Self> {
        id.zip(name).map(|(id, name)| Self { id, name })
    }
}

/// The small reference of columns that are all there or none.
pub fn reference(id: Option<Uuid>, slug: Option<String>, name: Option<String>) -> Option<Reference> {
    id.zip(slug).zip(name).map(|((id, slug), name)| Reference { id, slug, name })
}

/// Another inquiry, without its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedInquiry {
    id: Uuid,
    received_at: DateTime<Utc>,
    #[schema(value_type = InquiryStatus)]
    status: String,
    form: Reference,
}

impl From<LinkedRow> for LinkedInquiry {
    fn from(row: LinkedRow) -> Self {
        let form = Reference { id: row.form_id, slug: row.form_slug, name: row.form_name };
        Self { id: row.id, received_at: row.received_at, status: row.status, form }
    }
}

/// A line of the history.
#[derive(Serialize, ToSchema)]
pub struct InquiryStatusChange {
    /// When.
    at: DateTime<Utc>,
    /// Null for the program itself.
    by: Option<DeskPerson>,
    #[schema(value_type = InquiryStatus)]
    from: String,
    /// The same as `from` where the reason alone was corrected.
    #[schema(value_type = InquiryStatus)]
    to: String,
    /// By a code.
    reason: Option<String>,
    /// In words.
    pub note: Option<String>,
}

impl InquiryStatusChange {
    /// Opens the note.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the key.
    pub fn open(row: StatusChangeRow, key: &Opener) -> Result<Self, ApiError> {
        let sealed = row.sealed_note.as_deref();
        let note = sealed.map(|sealed| key.beside("cms.inquiry_status_change", "sealed_note", row.id, sealed));
        Ok(Self {
            at: row.at,
            by: DeskPerson::of(row.by_id, row.by_name),
            from: row.from_status,
            to: row.to_status,
            reason: row.reason,
            note: note.transpose()?.map(Personal::into_revealed),
        })
    }
}

/// Where an inquiry was sent, and by whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryRouting {
    at: DateTime<Utc>,
    by: Option<DeskPerson>,
    from: Option<Reference>,
    to: Option<Reference>,
}

impl From<RoutingRow> for InquiryRouting {
    fn from(row: RoutingRow) -> Self {
        Self {
            at: row.at,
            by: DeskPerson::of(row.by_id, row.by_name),
            from: reference(row.from_id, row.from_slug, row.from_name),
            to: reference(row.to_id, row.to_slug, row.to_name),
        }
    }
}

/// What stands in it may be a patient's: its `Debug` shows the instant alone.
impl std::fmt::Debug for InquiryStatusChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InquiryStatusChange").field("at", &self.at).finish_non_exhaustive()
    }
}
