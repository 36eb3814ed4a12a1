//! All SQL about accounts, sessions and tokens.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::http::ApiError;

/// What the gate needs of a live session.
#[derive(Debug)]
pub struct LiveSession {
    /// The person's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role's name.
    pub role: String,
}

/// The session, if it lives and its account does: one round trip, at every staff request, so that a revocation
/// counts on every node at once.
pub async fn find_live_session(
    connection: &mut PgConnection,
    session: Uuid,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<LiveSession>, ApiError> {
    let row = sqlx::query_as!(
        LiveSession,
        "select a.name, a.email, a.role
           from cms.session s join cms.account a on a.id = s.account_id
          where s.id = $1 and a.id = $2 and s.revoked_at is null and s.expires_at > $3
            and a.status = 'active' and a.credential_version = s.credential_version",
        session,
        account,
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// What signing in needs of an account.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account.
    pub id: Uuid,
    /// Its role's name.
    pub role: String,
    /// PHC string.
    pub password_hash: String,
    /// Whether it may sign in at all.
    pub active: bool,
    /// What a new session is bound to.
    pub credential_version: i32,
}

/// The account of a normalised e-mail address, disabled ones included.
pub async fn find_credentials(connection: &mut PgConnection, email: &str) -> Result<Option<Credentials>, sqlx::Error> {
    sqlx::query_as!(
        Credentials,
        r#"select id, role, password_hash, status = 'active' as "active!", credential_version
             from cms.account where email = $1"#,
        email,
    )
    .fetch_optional(connection)
    .await
}

/// Keeps a hash made with newer parameters.
pub async fn update_password_hash(connection: &mut PgConnection, id: Uuid, hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.account set password_hash = $2 where id = $1", id, hash).execute(connection).await?;
    Ok(())
}

/// Begins a session.
pub async fn insert_session(
    connection: &mut PgConnection,
    id: Uuid,
    account: &Credentials,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.session (id, account_id, credential_version, created_at, last_used_at, expires_at)
         values ($1, $2, $3, $4, $4, $5)",
        id,
        account.id,
        account.credential_version,
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps the hash of a refresh token. `parent` is the token that it replaces.
pub async fn insert_refresh_token(
    connection: &mut PgConnection,
    hash: &[u8],
    session: Uuid,
    parent: Option<&[u8]>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.refresh_token (hash, session_id, parent_hash, issued_at, expires_at) values ($1, $2, $3, $4, $5)",
        hash,
        session,
        parent,
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A session whose refresh token was just spent.
#[derive(Debug)]
pub struct RefreshedSession {
    /// The session.
    pub id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// The account's role today.
    pub role: String,
    /// When the session ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

/// Spends a refresh token, in one conditional UPDATE. A token spent less than ten seconds ago counts once more
/// while its successors are unused, since the answer may have been lost on its way.
pub async fn spend_refresh_token(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<RefreshedSession>, sqlx::Error> {
    let lost_answer_since = now - Duration::seconds(10);
    sqlx::query_as!(
        RefreshedSession,
        r#"update cms.refresh_token t set used_at = coalesce(t.used_at, $2)
             from cms.session s, cms.account a
            where t.hash = $1 and t.superseded_at is null and t.expires_at > $2
              and (t.used_at is null
                   or (t.used_at > $3 and not exists (select 1 from cms.refresh_token child
                                                       where child.parent_hash = t.hash and child.used_at is not null)))
              and s.id = t.session_id and s.revoked_at is null and s.expires_at > $2
              and a.id = s.account_id and a.status = 'active' and a.credential_version = s.credential_version
        returning s.id, s.account_id as "account_id!", a.role, s.expires_at"#,
        hash,
        now,
        lost_answer_since,
    )
    .fetch_optional(connection)
    .await
}

/// Takes unused successors of a replayed token out of use, and notes that the session is in use.
pub async fn supersede_successors(
    connection: &mut PgConnection,
    hash: &[u8],
    session: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.refresh_token set superseded_at = $2 where parent_hash = $1 and used_at is null and superseded_at is null",
        hash,
        now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("update cms.session set last_used_at = $2 where id = $1", session, now).execute(connection).await?;
    Ok(())
}

/// The session of a token that was refused although it once was good: somebody has a copy.
pub async fn find_reused_session(
    connection: &mut PgConnection,
    hash: &[u8],
) -> Result<Option<(Uuid, Uuid)>, sqlx::Error> {
    let row = sqlx::query!(
        "select s.id, s.account_id from cms.refresh_token t join cms.session s on s.id = t.session_id
          where t.hash = $1 and (t.used_at is not null or t.superseded_at is not null) and s.revoked_at is null",
        hash,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.account_id)))
}

/// Ends a session.
pub async fn revoke_session(
    connection: &mut PgConnection,
    id: Uuid,
    because: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.session set revoked_at = $2, revoked_because = $3 where id = $1 and revoked_at is null",
        id,
        now,
        because,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An account before it is stored.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// UUIDv7.
    pub id: Uuid,
    /// Normalised.
    pub email: String,
    /// What colleagues see.
    pub name: String,
    /// Role's name.
    pub role: &'static str,
    /// PHC string.
    pub password_hash: String,
}

/// Stores an account. False where the address already has one.
pub async fn insert_account(connection: &mut PgConnection, account: &NewAccount) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.account (id, email, name, role, password_hash) values ($1, $2, $3, $4, $5)
         on conflict (email) do nothing",
        account.id,
        account.email,
        account.name,
        account.role,
        account.password_hash,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An account as the command line lists it.
#[derive(Debug, serde::Serialize)]
pub struct ListedAccount {
    /// The account.
    pub id: Uuid,
    /// Where they sign in.
    pub email: String,
    /// What colleagues see.
    pub name: String,
    /// Role's name.
    pub role: String,
    /// `active` or `disabled`.
    pub status: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Every account, oldest first.
pub async fn list_accounts(connection: &mut PgConnection) -> Result<Vec<ListedAccount>, sqlx::Error> {
    sqlx::query_as!(ListedAccount, "select id, email, name, role, status, created_at from cms.account order by id")
        .fetch_all(connection)
        .await
}

/// Sets a new password and ends every session, by raising the version that they are bound to. None: no such account.
pub async fn reset_password(
    connection: &mut PgConnection,
    email: &str,
    hash: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    let row = sqlx::query!(
        "update cms.account set password_hash = $2, credential_version = credential_version + 1, version = version + 1,
                updated_at = clock_timestamp()
          where email = $1 returning id",
        email,
        hash,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.id))
}

/// How [`disable_account`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disabled {
    /// The account is disabled, now or before.
    Done(Uuid),
    /// Nobody would be left to let anybody in.
    LastOwner,
    /// No account has the address.
    Unknown,
}

/// Disables an account and ends its sessions. The last active owner cannot be disabled.
pub async fn disable_account(connection: &mut PgConnection, email: &str) -> Result<Disabled, sqlx::Error> {
    // Two owners disabling each other at once would otherwise both find one left.
    sqlx::query!("select id from cms.account where role = 'owner' order by id for update")
        .fetch_all(&mut *connection)
        .await?;
    let Some(account) = sqlx::query!(
        r#"select id, role = 'owner' and status = 'active' and
                  not exists (select 1 from cms.account o where o.role = 'owner' and o.status = 'active' and o.id <> a.id) as "last!"
             from cms.account a where email = $1"#,
        email,
    )
    .fetch_optional(&mut *connection)
    .await?
    else {
        return Ok(Disabled::Unknown);
    };
    if account.last {
        return Ok(Disabled::LastOwner);
    }
    sqlx::query!(
        "update cms.account set status = 'disabled', credential_version = credential_version + 1, version = version + 1,
                updated_at = clock_timestamp()
          where id = $1 and status = 'active'",
        account.id,
    )
    .execute(connection)
    .await?;
    Ok(Disabled::Done(account.id))
}

/// Whether anybody has an account yet.
pub async fn has_accounts(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(r#"select exists (select 1 from cms.account) as "any!""#).fetch_one(connection).await?;
    Ok(row.any)
}

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
