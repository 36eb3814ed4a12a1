//! Authenticator apps and recovery codes. Each code counts once by one conditional UPDATE: of fifty at once, one wins.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// The second factors of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods {
    /// Whether an authenticator app was confirmed.
    pub totp: bool,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

impl Methods {
    /// Whether the account has a second factor. Recovery codes alone are none: they stand in for one that is gone.
    pub fn has_factor(self) -> bool {
        self.totp || self.passkeys > 0
    }

    /// The names of what may be shown as the second factor.
    pub fn names(self) -> Vec<&'static str> {
        let known = [
            ("totp", self.totp),
            ("passkey", self.passkeys > 0),
            ("recovery_code", self.has_factor() && self.recovery_codes > 0),
        ];
        known.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
    }
}

/// What an account may show beside its password.
pub async fn find_methods(connection: &mut PgConnection, account: Uuid) -> Result<Methods, sqlx::Error> {
    sqlx::query_as!(
        Methods,
        r#"select exists (select 1 from cms.totp where account_id = $1 and confirmed_at is not null) as "totp!",
                  (select count(*) from cms.passkey where account_id = $1) as "passkeys!",
                  (select count(*) from cms.recovery_code where account_id = $1 and used_at is null) as "recovery_codes!""#,
        account,
    )
    .fetch_one(connection)
    .await
}

/// Keeps the sealed secret of an app that is being set up, in place of one that never was confirmed. False where a
/// confirmed one stands: it has to be removed first.
pub async fn replace_totp(
    connection: &mut PgConnection,
    account: Uuid,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.totp (account_id, secret, created_at) values ($1, $2, $3)
         on conflict (account_id) do update set secret = excluded.secret, created_at = excluded.created_at
          where cms.totp.confirmed_at is null",
        account,
        sealed,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The stored side of an authenticator app.
#[derive(Clone)]
pub struct StoredTotp {
    /// Sealed for the account.
    pub secret: Vec<u8>,
    /// Whether a first code was shown.
    pub confirmed: bool,
    /// The step of the last accepted code.
    pub last_step: i64,
}

impl std::fmt::Debug for StoredTotp {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("StoredTotp").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// The authenticator app of an account, confirmed or not.
pub async fn find_totp(connection: &mut PgConnection, account: Uuid) -> Result<Option<StoredTotp>, sqlx::Error> {
    sqlx::query_as!(
        StoredTotp,
        r#"select secret, confirmed_at is not null as "confirmed!", last_step from cms.totp where account_id = $1"#,
        account,
    )
    .fetch_optional(connection)
    .await
}

/// Confirms an app by the step of its first code. `sealed` is the secret that the code was checked with: one that was
/// replaced meanwhile is not confirmed. False where there is nothing to confirm.
pub async fn confirm_totp(
    connection: &mut PgConnection,
    account: Uuid,
    sealed: &[u8],
    step: i64,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.totp set confirmed_at = $4, last_step = $3
          where account_id = $1 and secret = $2 and confirmed_at is null",
        account,
        sealed,
        step,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Spends a code by its step. `sealed` is the secret that it was checked with. False where a code of this step or a
/// later one was accepted already.
pub async fn spend_totp_step(
    connection: &mut PgConnection,
    account: Uuid,
    sealed: &[u8],
    step: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.totp set last_step = $3
          where account_id = $1 and secret = $2 and confirmed_at is not null and last_step < $3",
        account,
        sealed,
        step,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes the authenticator app. False where there is none that was confirmed.
pub async fn delete_totp(connection: &mut PgConnection, account: Uuid) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(
        r#"delete from cms.totp where account_id = $1 returning confirmed_at is not null as "confirmed!""#,
        account,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some_and(|row| row.confirmed))
}

/// Keeps the hashes of new recovery codes in place of all earlier ones.
pub async fn replace_recovery_codes(
    connection: &mut PgConnection,
    account: Uuid,
    hashes: &[Vec<u8>],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    // Two at once would otherwise each find the other's codes not there yet, and twenty would count.
    sqlx::query!("select id from cms.account where id = $1 for update", account)
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query!("delete from cms.recovery_code where account_id = $1", account).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into cms.recovery_code (account_id, hash, created_at)
         select $1, hash, $3 from unnest($2::bytea[]) as made (hash)",
        account,
        hashes,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the recovery codes of somebody who has no factor left that they could stand in for.
pub async fn delete_orphaned_recovery_codes(connection: &mut PgConnection, account: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.recovery_code where account_id = $1
            and not exists (select from cms.totp where account_id = $1 and confirmed_at is not null)
            and not exists (select from cms.passkey where account_id = $1)",
        account,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Spends a recovery code. False where it is none of the account's, or was used.
pub async fn spend_recovery_code(
    connection: &mut PgConnection,
    account: Uuid,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.recovery_code set used_at = $3 where account_id = $1 and hash = $2 and used_at is null",
        account,
        hash,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
