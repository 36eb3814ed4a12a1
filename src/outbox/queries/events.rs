//! Events.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes an event, due at once or at an instant.
pub(in crate::outbox) async fn insert_event(
    transaction: &mut PgConnection,
    id: Uuid,
    kind: &str,
    subject: Uuid,
    at: Option<DateTime<Utc>>,
    about: &Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.outbox_event (id, kind, subject_id, available_at, about)
         values ($1, $2, $3, coalesce($4, clock_timestamp()), $5)",
        id,
        kind,
        subject,
        at,
        about,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Writes an event for each of many subjects, due at once.
pub(in crate::outbox) async fn insert_events(
    transaction: &mut PgConnection,
    ids: &[Uuid],
    kind: &str,
    subjects: &[Uuid],
    about: &Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.outbox_event (id, kind, subject_id, available_at, about)
         select e.id, $2, e.subject_id, clock_timestamp(), $4 from unnest($1::uuid[], $3::uuid[]) as e (id, subject_id)",
        ids,
        kind,
        subjects,
        about,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes back the events of a subject that wait for an instant after `after`.
pub(in crate::outbox) async fn delete_planned(
    transaction: &mut PgConnection,
    subject: Uuid,
    after: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.outbox_event where subject_id = $1 and delivered_at is null and available_at > $2",
        subject,
        after,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// An event whose time has come.
#[derive(Debug)]
pub(in crate::outbox) struct DueEvent {
    pub(in crate::outbox) id: Uuid,
    pub(in crate::outbox) kind: String,
    pub(in crate::outbox) subject_id: Uuid,
    /// The instant that it tells of.
    pub(in crate::outbox) available_at: DateTime<Utc>,
    /// That instant, or when it was written down where that came later.
    pub(in crate::outbox) told_at: DateTime<Utc>,
    pub(in crate::outbox) about: Value,
}

/// Takes up to `limit` due events, the oldest first, until the transaction ends. What another node has is passed over.
pub(in crate::outbox) async fn lock_due_events(
    transaction: &mut PgConnection,
    limit: i64,
) -> Result<Vec<DueEvent>, sqlx::Error> {
    sqlx::query_as!(
        DueEvent,
        r#"select id, kind, subject_id, available_at, greatest(available_at, created_at) as "told_at!", about
             from cms.outbox_event
            where delivered_at is null and available_at <= now() and (retry_at is null or retry_at <= now())
            order by available_at, id limit $1 for update skip locked"#,
        limit,
    )
    .fetch_all(transaction)
    .await
}

/// Notes that events were fanned out.
pub(in crate::outbox) async fn mark_fanned_out(
    transaction: &mut PgConnection,
    ids: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.outbox_event set delivered_at = clock_timestamp(), attempts = attempts + 1 where id = any ($1)",
        ids,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Lets events wait whose consequences failed: longer each time, an hour at most.
pub(in crate::outbox) async fn postpone_events(
    transaction: &mut PgConnection,
    ids: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.outbox_event
            set attempts = attempts + 1,
                retry_at = clock_timestamp() + least(interval '5 seconds' * (2 ^ least(attempts, 10)), interval '1 hour')
          where id = any ($1)",
        ids,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
