//! The rows of the trail that a report is made from, and the people behind inquiries.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A row of the trail.
#[derive(Debug)]
pub struct Seen {
    /// Its id, and its place in the order.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// `account`, `api_key`, `public` or `system`.
    pub actor_kind: String,
    /// The account or the key.
    pub actor_id: Option<Uuid>,
    /// `noun.verb`.
    pub action: String,
    /// The kind of record.
    pub subject_type: String,
    /// The record.
    pub subject_id: Option<Uuid>,
}

/// The rows of people and keys from `from` on and before `until`, of one actor or of all, in their order, after a place.
///
/// # Errors
/// Those of the database.
pub async fn list_seen(
    connection: &mut PgConnection,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    actor: Option<Uuid>,
    (after_at, after_id): (DateTime<Utc>, Uuid),
    most: i64,
) -> Result<Vec<Seen>, sqlx::Error> {
    sqlx::query_as!(
        Seen,
        "select id, at, actor_kind, actor_id, action, subject_type, subject_id from cms.audit_event
          where at >= $1 and at < $2 and actor_kind in ('account', 'api_key') and ($3::uuid is null or actor_id = $3)
            and (at, id) > ($4, $5::uuid)
          order by at, id limit $6",
        from,
        until,
        actor,
        after_at,
        after_id,
        most,
    )
    .fetch_all(connection)
    .await
}

/// Whose session it is, and between which instants it could be used.
///
/// # Errors
/// Those of the database.
pub async fn find_session(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<(Uuid, DateTime<Utc>, DateTime<Utc>)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select account_id, created_at, least(revoked_at, expires_at) as "ended_at!" from cms.session where id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.account_id, row.created_at, row.ended_at)))
}

/// The inquiries that were there at some time between the two instants, at most so many, and how many there are.
///
/// # Errors
/// Those of the database.
pub async fn list_there(
    connection: &mut PgConnection,
    (first, last): (DateTime<Utc>, DateTime<Utc>),
    most: i64,
) -> Result<(Vec<Uuid>, i64), sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "select id from cms.inquiry where received_at <= $2 and (erased_at is null or erased_at >= $1) order by id limit $3",
        first,
        last,
        most,
    )
    .fetch_all(&mut *connection)
    .await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from cms.inquiry where received_at <= $2 and (erased_at is null or erased_at >= $1)"#,
        first,
        last,
    )
    .fetch_one(connection)
    .await?;
    Ok((ids, count))
}

/// How many people are behind inquiries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// By their address, else their number.
    pub contacts: i64,
    /// Inquiries that are erased by now: nobody knows whose they were, and each may be a person of its own.
    pub erased: i64,
}

/// The people behind these inquiries.
///
/// # Errors
/// Those of the database.
pub async fn count_people(connection: &mut PgConnection, ids: &[Uuid]) -> Result<People, sqlx::Error> {
    sqlx::query_as!(
        People,
        r#"select count(distinct coalesce(email_index, phone_index)) as "contacts!",
                  count(*) filter (where erased_at is not null) as "erased!"
             from cms.inquiry where id = any ($1)"#,
        ids,
    )
    .fetch_one(connection)
    .await
}

/// The people behind all inquiries that were there at some time between the two instants.
///
/// # Errors
/// Those of the database.
pub async fn count_people_there(
    connection: &mut PgConnection,
    (first, last): (DateTime<Utc>, DateTime<Utc>),
) -> Result<People, sqlx::Error> {
    sqlx::query_as!(
        People,
        r#"select count(distinct coalesce(email_index, phone_index)) as "contacts!",
                  count(*) filter (where erased_at is not null) as "erased!"
             from cms.inquiry where received_at <= $2 and (erased_at is null or erased_at >= $1)"#,
        first,
        last,
    )
    .fetch_one(connection)
    .await
}
