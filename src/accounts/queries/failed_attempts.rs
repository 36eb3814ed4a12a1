//! Failed attempts and known places. Keys are keyed hashes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A count that runs.
#[derive(Debug)]
pub struct Failures {
    /// What was counted by.
    pub key: Vec<u8>,
    /// How many failed.
    pub count: i32,
    /// When the count starts again.
    pub window_ends_at: DateTime<Utc>,
}

/// The counts that run under these keys.
pub async fn find_failures(
    connection: &mut PgConnection,
    keys: &[Vec<u8>],
    now: DateTime<Utc>,
) -> Result<Vec<Failures>, sqlx::Error> {
    sqlx::query_as!(
        Failures,
        "select key, failures as count, window_ends_at from cms.failed_attempt where key = any ($1) and window_ends_at > $2",
        keys,
        now,
    )
    .fetch_all(connection)
    .await
}

/// Counts one failure under each key, in the order of the keys so that two cannot wait for each other. A window that
/// runs keeps its end. Windows that are over are swept.
pub async fn count_failure(
    connection: &mut PgConnection,
    keys: &[Vec<u8>],
    now: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.failed_attempt as f (key, failures, window_ends_at)
         select key, 1, $3 from unnest($1::bytea[]) as key order by key
             on conflict (key) do update
            set failures = case when f.window_ends_at > $2 then least(f.failures + 1, 1000000) else 1 end,
                window_ends_at = case when f.window_ends_at > $2 then f.window_ends_at else $3 end",
        keys,
        now,
        ends,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from cms.failed_attempt where key in
            (select key from cms.failed_attempt where window_ends_at < $1 order by window_ends_at limit 10 for update skip locked)",
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets a count.
pub async fn forget_failures(connection: &mut PgConnection, key: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.failed_attempt where key = $1", key).execute(connection).await?;
    Ok(())
}

/// Whether the account was signed in from the place since then.
pub async fn is_known_place(
    connection: &mut PgConnection,
    account: Option<Uuid>,
    place: &[u8],
    since: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(
        r#"select exists (select from cms.known_place where account_id = $1 and key = $2 and last_seen_at > $3) as "known!""#,
        account,
        place,
        since,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.known)
}

/// Notes that the account was signed in from the place.
pub async fn note_place(
    connection: &mut PgConnection,
    account: Uuid,
    place: &[u8],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.known_place (account_id, key, last_seen_at) values ($1, $2, $3)
             on conflict (account_id, key) do update set last_seen_at = $3",
        account,
        place,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
