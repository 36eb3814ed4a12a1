//! Accounts: who may sign in.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::break_glass::end_emergencies_of;

/// What signing in needs of an account.
#[expect(clippy::struct_excessive_bools, reason = "a row: each stands for itself")]
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account.
    pub id: Uuid,
    /// Its role's name.
    pub role: String,
    /// PHC string; none for people who come from single sign-on alone.
    pub password_hash: Option<String>,
    /// Whether it may sign in at all.
    pub active: bool,
    /// What a new session is bound to.
    pub credential_version: i32,
    /// Whether the password counts beside a second factor alone.
    pub short_password: bool,
    /// Whether an authenticator is enrolled.
    pub has_totp: bool,
    /// Whether a passkey is.
    pub has_passkey: bool,
    /// Whether recovery codes are left.
    pub has_recovery_code: bool,
}

impl Credentials {
    /// The second factors that the person has.
    pub fn methods(&self) -> Vec<&'static str> {
        let has = [("totp", self.has_totp), ("passkey", self.has_passkey), ("recovery_code", self.has_recovery_code)];
        has.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
    }
}

macro_rules! credentials {
    ($where:tt, $key:expr) => {
        sqlx::query_as!(
            Credentials,
            r#"select a.id, a.role, a.password_hash, a.status = 'active' as "active!", a.credential_version, a.short_password,
                      exists (select from cms.totp t where t.account_id = a.id and t.confirmed_at is not null) as "has_totp!",
                      exists (select from cms.passkey p where p.account_id = a.id) as "has_passkey!",
                      exists (select from cms.recovery_code c where c.account_id = a.id and c.used_at is null) as "has_recovery_code!"
                 from cms.account a where "# + $where,
            $key,
        )
    };
}

/// The account of a normalised e-mail address, disabled ones included.
pub async fn find_credentials(connection: &mut PgConnection, email: &str) -> Result<Option<Credentials>, sqlx::Error> {
    credentials!("a.email = $1", email).fetch_optional(connection).await
}

/// The same by the account's id.
pub async fn find_credentials_of(connection: &mut PgConnection, id: Uuid) -> Result<Option<Credentials>, sqlx::Error> {
    credentials!("a.id = $1", id).fetch_optional(connection).await
}

/// Keeps a hash made with newer parameters, unless the password has changed since `version` was read.
pub async fn update_password_hash(
    connection: &mut PgConnection,
    id: Uuid,
    version: i32,
    hash: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.account set password_hash = $3 where id = $1 and credential_version = $2",
        id,
        version,
        hash,
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
    /// PHC string; none for people who come from single sign-on alone.
    pub password_hash: Option<String>,
    /// Whether the password counts beside a second factor alone.
    pub short_password: bool,
    /// Of mail to the person: `en` or `es`.
    pub language: &'static str,
}

/// Stores an account. False where the address already has one.
pub async fn insert_account(connection: &mut PgConnection, account: &NewAccount) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.account (id, email, name, role, password_hash, short_password, language)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (email) do nothing",
        account.id,
        account.email,
        account.name,
        account.role,
        account.password_hash,
        account.short_password,
        account.language,
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

/// Sets a new password and ends every session, by raising the version that they are bound to. Links that wait to set
/// a password end with it.
pub async fn set_password(
    connection: &mut PgConnection,
    account: Uuid,
    hash: &str,
    short: bool,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.account set password_hash = $2, short_password = $3, credential_version = credential_version + 1,
                version = version + 1, updated_at = $4
          where id = $1",
        account,
        hash,
        short,
        now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("update cms.one_time_token set used_at = $2 where account_id = $1 and used_at is null", account, now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps two changes of owners from passing each other: each would find the other still there.
pub async fn lock_owners(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.account where role = 'owner' order by id for update")
        .fetch_all(connection)
        .await?;
    Ok(())
}

/// Keeps two changes of one account from passing each other.
pub async fn lock_account(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.account where id = $1 for update", id).fetch_optional(connection).await?;
    Ok(())
}

/// Whether nobody but this account is an active owner. Asked under [`lock_owners`].
pub async fn is_last_owner(connection: &mut PgConnection, account: Uuid) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(
        r#"select exists (select from cms.account where id = $1 and role = 'owner' and status = 'active')
                  and not exists (select from cms.account where id <> $1 and role = 'owner' and status = 'active') as "last!""#,
        account,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.last)
}

/// Disables an account and ends its sessions.
pub async fn disable_account(
    connection: &mut PgConnection,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.account set status = 'disabled', credential_version = credential_version + 1, version = version + 1,
                updated_at = $2
          where id = $1 and status = 'active'",
        account,
        now,
    )
    .execute(&mut *connection)
    .await?;
    end_emergencies_of(connection, account, now).await
}

/// Whether anybody is an owner yet. The last one cannot go, so this stays true once it is.
pub async fn has_owner(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(r#"select exists (select 1 from cms.account where role = 'owner') as "any!""#)
        .fetch_one(connection)
        .await?;
    Ok(row.any)
}

/// Whom a mail goes to.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// `en` or `es`.
    pub language: String,
}

/// The address of an account.
pub async fn find_addressee(connection: &mut PgConnection, account: Uuid) -> Result<Option<Addressee>, sqlx::Error> {
    sqlx::query_as!(Addressee, "select email, name, language from cms.account where id = $1", account)
        .fetch_optional(connection)
        .await
}

/// The addresses of all active owners.
pub async fn list_owners(connection: &mut PgConnection) -> Result<Vec<Addressee>, sqlx::Error> {
    sqlx::query_as!(
        Addressee,
        "select email, name, language from cms.account where role = 'owner' and status = 'active' order by id"
    )
    .fetch_all(connection)
    .await
}

/// What no password may contain: the words of the clinic's name.
pub async fn find_clinic_name(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select name from cms.clinic").fetch_optional(connection).await
}
