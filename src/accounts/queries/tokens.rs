//! Tokens that work once, each for one purpose.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps the hash of a one-time token and voids the earlier ones of its purpose, for its account where it has one.
pub async fn replace_one_time_token(
    connection: &mut PgConnection,
    purpose: &str,
    account: Option<Uuid>,
    hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.one_time_token set used_at = $2
          where purpose = $1 and account_id is not distinct from $3 and used_at is null",
        purpose,
        now,
        account,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.one_time_token (hash, purpose, account_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        hash,
        purpose,
        account,
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

/// Whose password a token may set.
#[derive(Clone, Debug)]
pub struct Resetting {
    /// The account.
    pub id: Uuid,
    /// Where they sign in.
    pub email: String,
    /// What colleagues see.
    pub name: String,
    /// Role's name.
    pub role: String,
    /// Whether they have a second factor.
    pub has_factor: bool,
}

/// The active account that a live reset token is bound to.
pub async fn find_resetting(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Resetting>, sqlx::Error> {
    sqlx::query_as!(
        Resetting,
        r#"select a.id, a.email, a.name, a.role,
                  exists (select from cms.totp t where t.account_id = a.id and t.confirmed_at is not null)
                    or exists (select from cms.passkey p where p.account_id = a.id) as "has_factor!"
             from cms.one_time_token t join cms.account a on a.id = t.account_id
            where t.hash = $1 and t.purpose = 'password_reset' and t.used_at is null and t.expires_at > $2
              and a.status = 'active'"#,
        hash,
        now,
    )
    .fetch_optional(connection)
    .await
}
