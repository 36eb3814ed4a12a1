//! Emergencies: access to inquiries for a time.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::people::lock_account;

/// A grant before it is stored.
#[derive(Debug)]
pub struct NewGlass {
    /// UUIDv7.
    pub id: Uuid,
    /// Who takes the access.
    pub account: Uuid,
    /// Sealed.
    pub reason: Vec<u8>,
    /// When it begins.
    pub now: DateTime<Utc>,
    /// When it ends by itself.
    pub ends_at: DateTime<Utc>,
}

/// Ends what access to inquiries somebody has by an emergency.
pub async fn end_emergencies_of(
    connection: &mut PgConnection,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.break_glass set ended_at = $2, version = version + 1
          where account_id = $1 and ended_at is null and ends_at > $2",
        account,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a grant, and ends one that the person has.
pub async fn insert_break_glass(connection: &mut PgConnection, glass: &NewGlass) -> Result<(), sqlx::Error> {
    // Of two at once the second ends the first.
    lock_account(connection, glass.account).await?;
    end_emergencies_of(connection, glass.account, glass.now).await?;
    sqlx::query!(
        "insert into cms.break_glass (id, account_id, reason, began_at, ends_at) values ($1, $2, $3, $4, $5)",
        glass.id,
        glass.account,
        glass.reason,
        glass.now,
        glass.ends_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A grant as it is stored.
#[derive(Clone, Debug)]
pub struct Glass {
    /// The grant.
    pub id: Uuid,
    /// Who took the access.
    pub account_id: Uuid,
    /// Their name.
    pub account_name: String,
    /// Sealed.
    pub reason: Vec<u8>,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ends by itself.
    pub ends_at: DateTime<Utc>,
    /// When it was ended before.
    pub ended_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
}

/// Grants, latest first, or the one of that id.
pub async fn list_break_glass(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Glass>, sqlx::Error> {
    sqlx::query_as!(
        Glass,
        "select b.id, b.account_id, a.name as account_name, b.reason, b.began_at, b.ends_at, b.ended_at, b.version
           from cms.break_glass b join cms.account a on a.id = b.account_id
          where ($1::uuid is null or b.id = $1) and ($2::uuid is null or b.id < $2)
          order by b.id desc limit $3 offset $4",
        id,
        after,
        limit,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many there are, counted no further than `most`.
pub async fn count_break_glass(connection: &mut PgConnection, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from (select from cms.break_glass limit $1) x"#, most)
        .fetch_one(connection)
        .await
}

/// Ends a grant before its time.
pub async fn end_break_glass(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.break_glass set ended_at = $2, version = version + 1 where id = $1 and ended_at is null",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
