//! The one statement that writes the trail.

use sqlx::PgConnection;

use crate::audit::row::Facts;

/// Writes a row.
///
/// # Errors
/// Those of the database.
pub async fn insert_event(
    transaction: &mut PgConnection,
    facts: &Facts<'_>,
    mac: &[u8; 32],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_event
           (id, at, actor_kind, actor_id, action, subject_type, subject_id, fields, request_id, mac)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        facts.id,
        facts.at,
        facts.actor_kind,
        facts.actor_id,
        facts.action,
        facts.subject_type,
        facts.subject_id,
        facts.fields,
        facts.request_id,
        mac.as_slice(),
    )
    .execute(transaction)
    .await?;
    Ok(())
}
