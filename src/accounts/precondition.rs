//! `If-Match` of what people manage. A change against an old version is told who changed the record since, and when: the
//! audit trail knows.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::queries;
use crate::http::{ApiError, Expected};

/// Whether the caller accepts the version that a record has. `subject` is its kind in the audit trail.
///
/// # Errors
/// [`ApiError::Stale`]; those of the database.
pub async fn check_version(
    connection: &mut PgConnection,
    expected: &Expected,
    version: i32,
    subject: &str,
    id: Uuid,
) -> Result<(), ApiError> {
    if expected.accepts(version) {
        return Ok(());
    }
    let last = queries::find_last_change(connection, subject, id).await?;
    let by = |person: Option<(Uuid, String)>| person.map(|(id, name)| json!({"id": id, "name": name}));
    let changed = last.map(|(at, person)| json!({"at": at, "by": by(person)}));
    Err(ApiError::Stale { current: version, changed: changed.unwrap_or_default() })
}
