//! What releasing and marking an inquiry reads and writes.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::Reach;

/// Where an inquiry stands, and what its due time is counted from.
#[derive(Debug)]
pub struct StandingRow {
    /// See [`crate::inquiries::InquiryStatus`].
    pub status: String,
    /// For `If-Match`.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it: `{id, name}`; null for nobody.
    pub updated_by: Option<Value>,
    /// Minutes of opening until the first answer is due.
    pub response_minutes: i32,
    /// The hours of its location, or of the clinic's first.
    pub hours: Option<Value>,
}

/// One inquiry within somebody's reach, which nobody else changes until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_inquiry(
    transaction: &mut PgConnection,
    id: Uuid,
    reach: &Reach,
) -> Result<Option<StandingRow>, sqlx::Error> {
    sqlx::query_as!(
        StandingRow,
        r#"select i.status, i.version, i.updated_at, f.response_minutes,
                  (select jsonb_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = i.updated_by) as updated_by,
                  (select jsonb_build_object('timezone', h.timezone, 'hours', h.hours, 'special_hours', h.special_hours,
                                             'holidays', h.holidays, 'closures', h.closures, 'status_code', h.status_code,
                                             'status_until', h.status_until)
                     from site.location h
                    order by h.id = coalesce(i.location_id, f.location_id) desc nulls last, h.position, h.name, h.id
                    limit 1) as hours
             from cms.inquiry i
             join cms.form f on f.id = i.form_id
            where i.id = $1 and i.erased_at is null and ($2::uuid[] is null or i.location_id = any ($2))
              for no key update of i"#,
        id,
        reach.locations(),
    )
    .fetch_optional(transaction)
    .await
}

/// Writes a status with its reason and, where one is given, the instant by which somebody answers. Answers the new version.
///
/// # Errors
/// Those of the database.
pub async fn update_status(
    transaction: &mut PgConnection,
    id: Uuid,
    (status, reason): (&str, Option<&str>),
    due_at: Option<DateTime<Utc>>,
    by: Uuid,
) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        "update cms.inquiry
            set status = $2, close_reason = $5, first_response_due_at = coalesce($3, first_response_due_at), version = version + 1,
                updated_at = clock_timestamp(), updated_by = $4
          where id = $1
        returning version",
        id,
        status,
        due_at,
        by,
        reason,
    )
    .fetch_one(transaction)
    .await
}

/// Whether staff were told of the inquiry already: an emergency is told of while it is held, and what was marked by
/// mistake was told of before.
///
/// # Errors
/// Those of the database.
pub async fn was_told_of(transaction: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from cms.outbox_event e where e.kind = 'inquiry.received' and e.subject_id = $1) as "told!""#,
        id,
    )
    .fetch_one(transaction)
    .await
}
