//! API keys. Whether one counts is decided by one function of the database, which the public door asks as well.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{accounts::api_keys::ShownKey, http::ApiError};

/// A key as it was shown, where, and when.
#[derive(Clone, Debug)]
pub struct Presented {
    /// Its id and the hash of its secret.
    pub key: ShownKey,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Who a good key stands for.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The key.
    pub key_id: Uuid,
    /// Names of its scopes.
    pub scopes: Vec<String>,
    /// Its maker.
    pub account_id: Uuid,
    /// The maker's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role's name, today.
    pub role: String,
    /// Whether they have a second factor.
    pub has_factor: bool,
    /// The locations assigned to them.
    pub location_ids: Vec<Uuid>,
}

/// The maker behind a good key, as they are now; for a refused one, the key that was named. Notes the use.
pub async fn find_key_holder(
    connection: &mut PgConnection,
    presented: &Presented,
) -> Result<Result<Holder, Option<Uuid>>, ApiError> {
    let row = sqlx::query!(
        r#"select c.key_id, c.allowed as "allowed!", c.scopes as "scopes!", a.id as "account_id?", a.name as "name?",
                  a.email as "email?", a.role as "role?",
                  exists (select from cms.totp t where t.account_id = a.id and t.confirmed_at is not null)
                    or exists (select from cms.passkey p where p.account_id = a.id) as "has_factor!",
                  array(select l.location_id from cms.account_location l where l.account_id = a.id) as "location_ids!"
             from site.check_api_key($1, $2, $3::text::inet, $4) c
             left join cms.api_key k on k.id = c.key_id
             left join cms.account a on a.id = k.account_id"#,
        presented.key.public_id,
        presented.key.hash.as_slice(),
        presented.address.map(|address| address.to_string()),
        presented.now,
    )
    .fetch_one(connection)
    .await?;
    let (Some(key_id), Some(account_id), true) = (row.key_id, row.account_id, row.allowed) else {
        return Ok(Err(row.key_id));
    };
    let (Some(name), Some(email), Some(role)) = (row.name, row.email, row.role) else { return Ok(Err(row.key_id)) };
    let (scopes, has_factor, location_ids) = (row.scopes, row.has_factor, row.location_ids);
    Ok(Ok(Holder { key_id, scopes, account_id, name, email, role, has_factor, location_ids }))
}

/// A good key with the names of its scopes; for a refused one, the key that was named. Asked through the public door.
pub async fn check_key(
    connection: &mut PgConnection,
    presented: &Presented,
) -> Result<Result<(Uuid, Vec<String>), Option<Uuid>>, ApiError> {
    let row = sqlx::query!(
        r#"select key_id, allowed as "allowed!", scopes as "scopes!"
             from site.check_api_key($1, $2, $3::text::inet, $4)"#,
        presented.key.public_id,
        presented.key.hash.as_slice(),
        presented.address.map(|address| address.to_string()),
        presented.now,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.key_id.filter(|_| row.allowed).map(|key| (key, row.scopes)).ok_or(row.key_id))
}

/// A key before it is stored.
#[derive(Debug)]
pub struct NewApiKey {
    /// UUIDv7.
    pub id: Uuid,
    /// The part of the key that names it.
    pub public_id: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it is for.
    pub name: String,
    /// Its maker.
    pub account: Uuid,
    /// Names of its scopes.
    pub scopes: Vec<String>,
    /// Networks in CIDR notation.
    pub allowed_addresses: Vec<String>,
    /// When it is made.
    pub now: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Stores a key.
pub async fn insert_api_key(connection: &mut PgConnection, key: &NewApiKey) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.api_key (id, public_id, name, account_id, scopes, allowed_addresses, secret_hash, secret_made_at,
                                  created_at, updated_at, expires_at)
         values ($1, $2, $3, $4, $5, $6::text[]::cidr[], $7, $8, $8, $8, $9)",
        key.id,
        key.public_id,
        key.name,
        key.account,
        &key.scopes,
        &key.allowed_addresses,
        key.hash.as_slice(),
        key.now,
        key.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A key as people see it: without its secret, which nobody has.
#[derive(Clone, Debug)]
pub struct ListedApiKey {
    /// The key.
    pub id: Uuid,
    /// The part of the key that names it.
    pub public_id: String,
    /// What it is for.
    pub name: String,
    /// Its maker.
    pub account_id: Uuid,
    /// Its maker's name.
    pub account_name: String,
    /// Names of its scopes.
    pub scopes: Vec<String>,
    /// Networks in CIDR notation.
    pub allowed_addresses: Vec<String>,
    /// `active`, `expired` or `revoked`.
    pub status: String,
    /// When its present secret was made.
    pub secret_made_at: DateTime<Utc>,
    /// Until when the secret before works as well.
    pub former_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The last use, to within a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Where that came from.
    pub last_used_address: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
}

/// What a list of keys is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ApiKeyFilter {
    /// The one key.
    pub id: Option<Uuid>,
    /// Keys of one maker.
    pub account: Option<Uuid>,
    /// Any of `active`, `expired` and `revoked`.
    pub statuses: Option<Vec<String>>,
}

/// Keys, latest first. `after` is the last row of the page before.
pub async fn list_api_keys(
    connection: &mut PgConnection,
    filter: &ApiKeyFilter,
    after: Option<Uuid>,
    limit: i64,
    offset: i64,
    now: DateTime<Utc>,
) -> Result<Vec<ListedApiKey>, sqlx::Error> {
    sqlx::query_as!(
        ListedApiKey,
        r#"select k.id, k.public_id, k.name, k.account_id, a.name as account_name, k.scopes,
                  k.allowed_addresses::text[] as "allowed_addresses!", s.status as "status!", k.secret_made_at,
                  case when k.former_until > $1 and k.expires_at > $1 then k.former_until end as former_until, k.created_at, k.updated_at,
                  k.expires_at, k.last_used_at, host(k.last_used_address) as last_used_address, k.revoked_at, k.version
             from cms.api_key k join cms.account a on a.id = k.account_id,
                  lateral (select case when k.revoked_at is not null then 'revoked' when k.expires_at <= $1 then 'expired'
                                       else 'active' end as status) s
            where ($2::uuid is null or k.id = $2) and ($3::uuid is null or k.account_id = $3)
              and ($4::text[] is null or s.status = any ($4)) and ($5::uuid is null or k.id < $5)
            order by k.id desc limit $6 offset $7"#,
        now,
        filter.id,
        filter.account,
        filter.statuses.as_deref(),
        after,
        limit,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many there are, counted no further than `most`.
pub async fn count_api_keys(
    connection: &mut PgConnection,
    filter: &ApiKeyFilter,
    most: i64,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from cms.api_key k,
                    lateral (select case when k.revoked_at is not null then 'revoked' when k.expires_at <= $1 then 'expired'
                                         else 'active' end as status) s
              where ($2::uuid is null or k.account_id = $2) and ($3::text[] is null or s.status = any ($3)) limit $4) x"#,
        now,
        filter.account,
        filter.statuses.as_deref(),
        most,
    )
    .fetch_one(connection)
    .await
}

/// Keeps two changes of one key from passing each other.
pub async fn lock_api_key(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.api_key where id = $1 for update", id).fetch_optional(connection).await?;
    Ok(())
}

/// What a key becomes.
#[derive(Debug)]
pub struct ApiKeyChange {
    /// What it is for.
    pub name: String,
    /// Names of its scopes.
    pub scopes: Vec<String>,
    /// Networks in CIDR notation.
    pub allowed_addresses: Vec<String>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Changes a key.
pub async fn update_api_key(
    connection: &mut PgConnection,
    id: Uuid,
    change: &ApiKeyChange,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.api_key set name = $2, scopes = $3, allowed_addresses = $4::text[]::cidr[], expires_at = $5,
                updated_at = $6, version = version + 1
          where id = $1",
        id,
        change.name,
        &change.scopes,
        &change.allowed_addresses,
        change.expires_at,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a key a new secret. The present one becomes the former until `former_until`; an older one ends.
pub async fn rotate_api_key(
    connection: &mut PgConnection,
    id: Uuid,
    hash: &[u8],
    former_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.api_key
            set former_hash = case when $3::timestamptz is null then null else secret_hash end, former_until = $3,
                secret_hash = $2, secret_made_at = $4, updated_at = $4, version = version + 1
          where id = $1",
        id,
        hash,
        former_until,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the former secret of a key.
pub async fn end_former_secret(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.api_key set former_hash = null, former_until = null, updated_at = $2, version = version + 1 where id = $1",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a key for good, with both of its secrets.
pub async fn revoke_api_key(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.api_key set revoked_at = $2, former_hash = null, former_until = null, updated_at = $2,
                version = version + 1
          where id = $1 and revoked_at is null",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
