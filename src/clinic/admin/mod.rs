//! What staff may do with the organisation and its locations. Each write checks the version that it was made against,
//! and leaves its audit row and its event in the same transaction.

mod clinic;
mod locations;

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    accounts::Staff,
    http::{ApiError, Expected},
    outbox::{self, EventKind},
};

use super::clinic::ChangedBy;

pub use clinic::*;
pub use locations::*;

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
fn check_version(
    expected: &Expected,
    current: i32,
    at: chrono::DateTime<chrono::Utc>,
    by: Option<&ChangedBy>,
) -> Result<(), ApiError> {
    if expected.accepts(current) {
        return Ok(());
    }
    Err(ApiError::Stale { current, changed: json!({"at": at, "by": by}) })
}
