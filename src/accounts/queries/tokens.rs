//! Tokens that work once, each for one purpose.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Keeps the hash of a one-time token and voids the earlier ones of its purpose.
pub async fn replace_one_time_token(
    connection: &mut PgConnection,
    purpose: &str,
    hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.one_time_token set used_at = $2 where purpose = $1 and used_at is null", purpose, now)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into cms.one_time_token (hash, purpose, created_at, expires_at) values ($1, $2, $3, $4)",
        hash,
        purpose,
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Spends a one-time token for its purpose, in one conditional UPDATE: of fifty at once, one wins.
pub async fn spend_one_time_token(
    connection: &mut PgConnection,
    purpose: &str,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.one_time_token set used_at = $3 where hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
        hash,
        purpose,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a token would still open its door. Asked before the costly hash of a password, never instead of spending.
pub async fn has_one_time_token(
    connection: &mut PgConnection,
    purpose: &str,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(
        r#"select exists (select 1 from cms.one_time_token
                           where hash = $1 and purpose = $2 and used_at is null and expires_at > $3) as "live!""#,
        hash,
        purpose,
        now,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.live)
}
