//! Accounts: who may sign in.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

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

/// As [`find_credentials`], by the account.
pub async fn find_credentials_of(connection: &mut PgConnection, id: Uuid) -> Result<Option<Credentials>, sqlx::Error> {
    sqlx::query_as!(
        Credentials,
        r#"select id, role, password_hash, status = 'active' as "active!", credential_version
             from cms.account where id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Keeps a hash made with newer parameters.
pub async fn update_password_hash(connection: &mut PgConnection, id: Uuid, hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.account set password_hash = $2 where id = $1", id, hash).execute(connection).await?;
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
