//! A row of the trail as it is shown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
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
    /// Names of the fields that were changed or shown.
    pub fields: Vec<String>,
    /// What the fields of a clinic's record said before and after. Empty for what is not kept: a read, a record of a
    /// person, words of a patient.
    pub changes: Vec<FieldChange>,
    /// The request that did it; null for the command line and the program itself.
    pub request_id: Option<String>,
    /// The place in the chain; null for a second or so, until the row is sealed.
    pub position: Option<i64>,
}

/// A field that was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldChange {
    /// Its name.
    pub field: String,
    /// Null too where there was no record before.
    #[schema(value_type = Value, required)]
    pub before: Value,
    /// As it stood after the change.
    #[schema(value_type = Value, required)]
    pub after: Value,
}

impl FieldChange {
    /// The fields of a change as it is stored, in the order of their names.
    pub fn all(before: Option<Map<String, Value>>, after: Option<Map<String, Value>>) -> Vec<Self> {
        let before = before.unwrap_or_default();
        let change = |(field, after): (String, Value)| {
            let before = before.get(&field).cloned().unwrap_or_default();
            Self { field, before, after }
        };
        after.unwrap_or_default().into_iter().map(change).collect()
    }
}

/// Who acted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditActor {
    /// `account`, `api_key`, `integration`, `public` or `system`.
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
