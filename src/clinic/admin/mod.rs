//! What staff may do with the organisation, its locations, providers and services. Each write checks the version that it was made against,
//! and leaves its audit row and its event in the same transaction.

mod clinic;
mod locations;
mod providers;
mod services;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    accounts::Staff,
    http::{ApiError, Expected, QueryReader},
    outbox::{self, EventKind},
};

use super::{clinic::ChangedBy, queries::StaffFilter};

pub use clinic::*;
pub use locations::*;
pub use providers::*;
pub use services::*;

/// The audit row and the event of a write.
async fn announce(
    connection: &mut PgConnection,
    staff: &Staff,
    (action, subject): (&'static str, &'static str),
    id: Uuid,
    fields: &[String],
) -> Result<(), ApiError> {
    staff.record(connection, action, subject, Some(id), fields).await?;
    outbox::record(connection, &staff.clock, EventKind::ClinicChanged, id).await?;
    Ok(())
}

/// Refuses a write that was made against another version than the present one.
fn check_version(expected: &Expected, current: i32, at: DateTime<Utc>, by: Option<&ChangedBy>) -> Result<(), ApiError> {
    if expected.accepts(current) {
        return Ok(());
    }
    Err(ApiError::Stale { current, changed: json!({"at": at, "by": by}) })
}

/// Refuses to change what is in the trash.
fn check_not_in_trash(trashed_at: Option<DateTime<Utc>>) -> Result<(), ApiError> {
    if trashed_at.is_none() {
        return Ok(());
    }
    Err(ApiError::Conflict { code: "in_trash", detail: "it is in the trash; restore it first" })
}

/// Reads what a list of providers or services is narrowed to.
fn staff_filter(query: &mut QueryReader) -> StaffFilter {
    StaffFilter { trashed: query.one_of("trashed", &["true", "false"]) == Some("true"), q: query.text("q") }
}

/// The names of the fields that a body gives: what the audit row of a new record tells.
fn given(body: &Value) -> Vec<String> {
    body.as_object().map(|body| body.keys().cloned().collect()).unwrap_or_default()
}
