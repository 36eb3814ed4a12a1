//! Sign-ins that still owe a step.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A half sign-in before it is stored.
#[derive(Clone, Copy, Debug)]
pub struct NewHalf<'a> {
    /// Whose it is.
    pub account: Uuid,
    /// The account's credentials as they were.
    pub version: i32,
    /// `factor` or `enrolment`.
    pub step: &'a str,
    /// What was shown.
    pub methods: &'a [String],
    /// When it ends.
    pub ends: DateTime<Utc>,
}

/// A half sign-in that is still good.
#[derive(Clone, Debug)]
pub struct Half {
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// Whose it is.
    pub account_id: Uuid,
    /// The account's credentials as they were.
    pub credential_version: i32,
    /// What was shown.
    pub methods: Vec<String>,
}

/// Keeps the hash of a half sign-in's token.
pub async fn insert_half(
    connection: &mut PgConnection,
    hash: &[u8],
    half: &NewHalf<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.half_sign_in (hash, account_id, credential_version, step, methods, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        hash,
        half.account,
        half.version,
        half.step,
        half.methods,
        now,
        half.ends,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The half sign-in of a token, for its own step and while its account is what it was. Nothing is left to enrol by a
/// password alone once the account has a factor.
pub async fn find_half(
    connection: &mut PgConnection,
    hash: &[u8],
    step: &str,
    now: DateTime<Utc>,
) -> Result<Option<Half>, sqlx::Error> {
    sqlx::query_as!(
        Half,
        "select h.hash, h.account_id, h.credential_version, h.methods
           from cms.half_sign_in h join cms.account a on a.id = h.account_id
          where h.hash = $1 and h.step = $2 and h.used_at is null and h.expires_at > $3
            and a.status = 'active' and a.credential_version = h.credential_version
            and (h.step <> 'enrolment'
                 or not exists (select from cms.totp t where t.account_id = a.id and t.confirmed_at is not null)
                    and not exists (select from cms.passkey p where p.account_id = a.id))",
        hash,
        step,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// The same, counting one attempt. The sixth finds nothing.
pub async fn try_half(
    connection: &mut PgConnection,
    hash: &[u8],
    step: &str,
    now: DateTime<Utc>,
) -> Result<Option<Half>, sqlx::Error> {
    sqlx::query_as!(
        Half,
        "update cms.half_sign_in h set attempts = attempts + 1 from cms.account a
          where h.hash = $1 and h.step = $2 and h.used_at is null and h.expires_at > $3 and h.attempts < 5
            and a.id = h.account_id and a.status = 'active' and a.credential_version = h.credential_version
        returning h.hash, h.account_id, h.credential_version, h.methods",
        hash,
        step,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Spends a half sign-in, in one conditional UPDATE: while its time and its account are still what they were.
pub async fn spend_half(connection: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.half_sign_in h set used_at = $2 from cms.account a
          where h.hash = $1 and h.used_at is null and h.expires_at > $2
            and a.id = h.account_id and a.status = 'active' and a.credential_version = h.credential_version",
        hash,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Voids every half sign-in of an account.
pub async fn void_halves(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.half_sign_in set used_at = $2 where account_id = $1 and used_at is null", account, now)
        .execute(connection)
        .await?;
    Ok(())
}
