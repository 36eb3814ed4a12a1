//! A row of the trail as it is shown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who did or saw what, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEvent {
    /// UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: AuditActor,
    /// `noun.verb`.
    #[schema(example = "inquiry.read")]
    pub action: String,
    /// What it was done to.
    pub subject: AuditSubject,
    /// Names of the fields that were changed or shown; never a value.
    pub fields: Vec<String>,
    /// The request that did it; null for the command line and the program itself.
    pub request_id: Option<String>,
    /// The place in the chain; null for a second or so, until the row is sealed.
    pub position: Option<i64>,
}

/// Who acted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditActor {
    /// `account`, `api_key`, `public` or `system`.
    #[schema(example = "account")]
    pub kind: String,
    /// The account or the API key; null for the others.
    pub id: Option<Uuid>,
}

/// What was acted on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditSubject {
    /// The kind of record.
    #[schema(example = "inquiry")]
    pub r#type: String,
    /// The record; null for a list.
    pub id: Option<Uuid>,
}
