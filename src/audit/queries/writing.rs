//! What writes the trail, and the values beside it.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::audit::{Change, row::Facts};

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

/// Writes rows that differ in their id, their subject and their HMAC alone, in one statement.
///
/// # Errors
/// Those of the database.
pub async fn insert_events(
    transaction: &mut PgConnection,
    like: &Facts<'_>,
    ids: &[Uuid],
    subjects: &[Uuid],
    macs: &[Vec<u8>],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_event
           (id, at, actor_kind, actor_id, action, subject_type, subject_id, fields, request_id, mac)
         select e.id, $4, $5, $6, $7, $8, e.subject_id, $9, $10, e.mac
           from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as e (id, subject_id, mac)",
        ids,
        subjects,
        macs,
        like.at,
        like.actor_kind,
        like.actor_id,
        like.action,
        like.subject_type,
        like.fields,
        like.request_id,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Writes what a record said before and after, beside the row of the trail.
///
/// # Errors
/// Those of the database.
pub async fn insert_change(transaction: &mut PgConnection, event: Uuid, change: &Change) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.record_change (event_id, before, after) values ($1, $2, $3)",
        event,
        change.before.as_ref().map(Json) as _,
        Json(&change.after) as _,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
