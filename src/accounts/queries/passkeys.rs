//! Passkeys and their ceremonies. A ceremony is spent and a counter moved by one conditional UPDATE each.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A ceremony before it is stored.
#[derive(Clone, Copy, Debug)]
pub struct NewCeremony<'a> {
    /// SHA-256 of the ceremony's token.
    pub hash: &'a [u8],
    /// `register`, `assert_sign_in`, `assert_factor` or `assert_reauthentication`.
    pub kind: &'static str,
    /// Whose it is; none for a sign-in.
    pub account: Option<Uuid>,
    /// What the new passkey is to be called.
    pub name: Option<&'a str>,
    /// The state of the library.
    pub state: &'a Value,
    /// When it was begun.
    pub now: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a ceremony for its answer, and clears away a few that ended.
pub async fn begin_ceremony(connection: &mut PgConnection, ceremony: NewCeremony<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.passkey_ceremony where hash in
           (select hash from cms.passkey_ceremony where expires_at < $1 order by expires_at limit 20
              for update skip locked)",
        ceremony.now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.passkey_ceremony (hash, kind, account_id, name, state, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        ceremony.hash,
        ceremony.kind,
        ceremony.account,
        ceremony.name,
        ceremony.state,
        ceremony.now,
        ceremony.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A ceremony whose answer has come.
pub struct SpentCeremony {
    /// As [`NewCeremony::kind`].
    pub kind: String,
    /// Whose it is; none for a sign-in.
    pub account_id: Option<Uuid>,
    /// What the new passkey is to be called.
    pub name: Option<String>,
    /// The state of the library.
    pub state: Value,
}

impl fmt::Debug for SpentCeremony {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SpentCeremony").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Spends a ceremony, whatever its answer is worth.
pub async fn spend_ceremony(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<SpentCeremony>, sqlx::Error> {
    sqlx::query_as!(
        SpentCeremony,
        "update cms.passkey_ceremony set used_at = $2 where hash = $1 and used_at is null and expires_at > $2
         returning kind, account_id, name, state",
        hash,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// A passkey before it is stored.
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// Whose it is.
    pub account: Uuid,
    /// The id that the authenticator gave it.
    pub credential_id: &'a [u8],
    /// What the person calls it.
    pub name: &'a str,
    /// Public key, counter and flags.
    pub credential: &'a Value,
    /// The counter.
    pub sign_count: i64,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// How many passkeys an account may have.
pub const MOST_PASSKEYS: u32 = 25;

/// Stores a passkey. False where the credential is known already, of whichever account, or the account has 25.
pub async fn insert_passkey(connection: &mut PgConnection, passkey: NewPasskey<'_>) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.passkey
           (id, account_id, credential_id, name, credential, sign_count, backup_eligible, backed_up, created_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9
          where (select count(*) from cms.passkey where account_id = $2) < $10
         on conflict (credential_id) do nothing",
        passkey.id,
        passkey.account,
        passkey.credential_id,
        passkey.name,
        passkey.credential,
        passkey.sign_count,
        passkey.backup_eligible,
        passkey.backed_up,
        passkey.created_at,
        i64::from(MOST_PASSKEYS),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What an assertion is checked against.
#[derive(Debug)]
pub struct StoredPasskey {
    /// The passkey.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// Public key, counter and flags.
    pub credential: Value,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
}

/// The passkey of a credential id.
pub async fn find_passkey(
    connection: &mut PgConnection,
    credential_id: &[u8],
) -> Result<Option<StoredPasskey>, sqlx::Error> {
    sqlx::query_as!(
        StoredPasskey,
        "select id, account_id, credential, backup_eligible from cms.passkey where credential_id = $1",
        credential_id,
    )
    .fetch_optional(connection)
    .await
}

/// Keeps what an assertion changed. False where another one was faster: the counter no longer goes up, or the passkey
/// is gone.
pub async fn note_assertion(
    connection: &mut PgConnection,
    id: Uuid,
    credential: &Value,
    sign_count: i64,
    backed_up: bool,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.passkey set credential = $2, sign_count = $3, backed_up = $4, last_used_at = $5
          where id = $1 and (sign_count < $3 or (sign_count = 0 and $3 = 0))",
        id,
        credential,
        sign_count,
        backed_up,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A passkey as its person sees it.
#[derive(Debug)]
pub struct ListedPasskey {
    /// The passkey.
    pub id: Uuid,
    /// What the person calls it.
    pub name: String,
    /// Whether it has been copied to the person's other devices.
    pub backed_up: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last shown.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The passkeys of an account, oldest first; at most 25.
pub async fn list_passkeys(connection: &mut PgConnection, account: Uuid) -> Result<Vec<ListedPasskey>, sqlx::Error> {
    sqlx::query_as!(
        ListedPasskey,
        "select id, name, backed_up, created_at, last_used_at from cms.passkey where account_id = $1
          order by created_at, id",
        account,
    )
    .fetch_all(connection)
    .await
}

/// What an authenticator shows of a person, so that they find the right passkey.
#[derive(Debug)]
pub struct PasskeyUser {
    /// The e-mail address.
    pub email: String,
    /// What colleagues see.
    pub name: String,
}

/// The person that a passkey is made for.
pub async fn find_passkey_user(
    connection: &mut PgConnection,
    account: Uuid,
) -> Result<Option<PasskeyUser>, sqlx::Error> {
    sqlx::query_as!(PasskeyUser, "select email, name from cms.account where id = $1 and status = 'active'", account)
        .fetch_optional(connection)
        .await
}

/// The credential ids of an account's passkeys.
pub async fn list_credential_ids(connection: &mut PgConnection, account: Uuid) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let rows = sqlx::query!("select credential_id from cms.passkey where account_id = $1 order by id", account)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.credential_id).collect())
}

/// Removes a passkey of this account. False where the account has none of this id.
pub async fn delete_passkey(connection: &mut PgConnection, account: Uuid, id: Uuid) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!("delete from cms.passkey where id = $2 and account_id = $1", account, id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes every passkey of an account.
pub async fn delete_passkeys_of(connection: &mut PgConnection, account: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.passkey where account_id = $1", account).execute(connection).await?;
    Ok(())
}
