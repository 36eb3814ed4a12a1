//! A request as it is shown to those who answer it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::RequestRow;
use crate::{
    crypto::{KeyRing, Personal, Place, PurposeSeal},
    http::{ApiError, PageLinks, PageMeta},
    inquiries::privacy::holds::HoldingPerson,
};

/// What somebody asks about what is kept of them.
#[derive(Serialize, ToSchema)]
pub struct DataRequest {
    /// UUIDv7.
    pub id: Uuid,
    /// `access`, `delete`, `correct` or `withdraw`.
    #[schema(example = "access")]
    pub kind: String,
    /// `hipaa`, `ccpa`, `state` or `house`: whose rule sets the days.
    #[schema(example = "hipaa")]
    pub law: String,
    /// How it came.
    #[schema(example = "email")]
    pub channel: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// By when it is to be answered.
    pub due_at: DateTime<Utc>,
    /// Whether that has passed.
    pub overdue: bool,
    /// Whole days until then; negative once it has passed, null once it is answered.
    pub days_left: Option<i64>,
    /// When it was put off.
    pub extended_at: Option<DateTime<Utc>>,
    /// `complex`, `many_requests` or `records_elsewhere`.
    pub extension_reason: Option<String>,
    /// Who asks; null once it is not needed any more.
    pub email: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// How somebody made sure who asks; null until then.
    pub verification: Option<String>,
    /// When.
    pub verified_at: Option<DateTime<Utc>>,
    /// Who.
    pub verified_by: Option<HoldingPerson>,
    /// `open`, `fulfilled` or `refused`.
    #[schema(example = "open")]
    pub status: String,
    /// `done`, `done_in_part`, `nothing_found`, `not_verified`, `exempt`, `repeated` or `taken_back`.
    pub outcome: Option<String>,
    /// When it was answered.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who answered.
    pub completed_by: Option<HoldingPerson>,
    /// For `If-Match`.
    pub version: i32,
    /// When it was written down.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// Who asks is a person: `Debug` shows the id alone.
impl std::fmt::Debug for DataRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataRequest").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A request.
#[derive(Debug, Serialize, ToSchema)]
pub struct DataRequestAnswer {
    /// The request.
    pub data: DataRequest,
}

/// Requests, the open ones by the day they are due.
#[derive(Debug, Serialize, ToSchema)]
pub struct DataRequestPage {
    /// Overdue first.
    pub data: Vec<DataRequest>,
    /// Paging.
    pub meta: PageMeta,
    /// Paging.
    pub links: PageLinks,
}

/// The seal of who asks.
pub fn seal(ring: &KeyRing) -> PurposeSeal {
    ring.purpose_seal("data-request")
}

/// The place of a contact.
pub fn place(column: &'static str, row: Uuid) -> Place<'static> {
    Place { table: "cms.data_request", column, row, version: 1 }
}

/// Opens who asks.
///
/// # Errors
/// [`ApiError::Unopened`].
pub fn open(seal: &PurposeSeal, column: &'static str, row: Uuid, sealed: &[u8]) -> Result<Personal<String>, ApiError> {
    let opened = seal.open(place(column, row), sealed).ok();
    let text = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    text.map(Personal::new).ok_or_else(|| {
        tracing::error!(request = %row, column, "who asks cannot be opened");
        ApiError::Unopened(crate::http::Unopened {
            action: "data_request.seal_refused",
            subject: "data_request",
            subject_id: row,
            field: column,
            missing_key: None,
        })
    })
}

impl DataRequest {
    /// Opens a request.
    ///
    /// # Errors
    /// As [`open`].
    pub fn of(row: RequestRow, seal: &PurposeSeal, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let shown = |column, sealed: Option<Vec<u8>>| {
            let opened = sealed.map(|sealed| open(seal, column, row.id, &sealed)).transpose()?;
            Ok::<_, ApiError>(opened.map(Personal::into_revealed))
        };
        let person = |id: Option<Uuid>, name: Option<String>| id.zip(name).map(|(id, name)| HoldingPerson { id, name });
        let is_open = row.status == "open";
        Ok(Self {
            email: shown("sealed_email", row.sealed_email)?,
            phone: shown("sealed_phone", row.sealed_phone)?,
            id: row.id,
            kind: row.kind,
            law: row.law,
            channel: row.channel,
            received_at: row.received_at,
            due_at: row.due_at,
            overdue: is_open && row.due_at < now,
            days_left: is_open.then(|| (row.due_at - now).num_seconds().div_euclid(86_400)),
            extended_at: row.extended_at,
            extension_reason: row.extension_reason,
            verification: row.verification,
            verified_at: row.verified_at,
            verified_by: person(row.verified_by, row.verified_by_name),
            status: row.status,
            outcome: row.outcome,
            completed_at: row.completed_at,
            completed_by: person(row.completed_by, row.completed_by_name),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
