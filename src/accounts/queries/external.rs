//! Sign-ins at the identity provider: those on their way, whom they turned out to be, and those being handed over.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Credentials, break_glass::end_emergencies_of, find_credentials_of, set_locations};

/// How long somebody has to sign in at the provider.
const FLOW_MINUTES: i64 = 10;
/// How long the staff front end has to fetch the tokens.
const HANDOVER_SECONDS: i64 = 60;

/// A sign-in that begins.
#[derive(Debug)]
pub struct NewFlow {
    /// UUIDv7; the place of the seal.
    pub id: Uuid,
    /// SHA-256 of the state.
    pub state_hash: [u8; 32],
    /// SHA-256 of the browser's cookie.
    pub binding_hash: [u8; 32],
    /// SHA-256 of the nonce.
    pub nonce_hash: [u8; 32],
    /// The provider's name.
    pub provider: String,
    /// The PKCE verifier.
    pub verifier_sealed: Vec<u8>,
    /// S256 of what the staff front end will show.
    pub challenge: Option<String>,
}

/// Keeps a sign-in that begins, and clears away up to a hundred that are over.
pub async fn insert_flow(connection: &mut PgConnection, flow: &NewFlow, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.oidc_flow where id in
           (select id from cms.oidc_flow where expires_at < $1 order by expires_at limit 100 for update skip locked)",
        now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.oidc_flow
           (id, state_hash, binding_hash, nonce_hash, provider, verifier_sealed, handover_challenge, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        flow.id,
        flow.state_hash.as_slice(),
        flow.binding_hash.as_slice(),
        flow.nonce_hash.as_slice(),
        flow.provider,
        flow.verifier_sealed,
        flow.challenge,
        now,
        now + Duration::minutes(FLOW_MINUTES),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was kept of a sign-in that comes back.
#[derive(Debug)]
pub struct SpentFlow {
    /// The place of the seal.
    pub id: Uuid,
    /// SHA-256 of the nonce.
    pub nonce_hash: Vec<u8>,
    /// The PKCE verifier.
    pub verifier_sealed: Vec<u8>,
    /// S256 of what the staff front end will show.
    pub handover_challenge: Option<String>,
}

/// Spends a sign-in, in one conditional UPDATE: once, in time, for its provider, and in the browser that began it.
pub async fn spend_flow(
    connection: &mut PgConnection,
    provider: &str,
    state_hash: &[u8],
    binding_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<SpentFlow>, sqlx::Error> {
    sqlx::query_as!(
        SpentFlow,
        "update cms.oidc_flow set used_at = $4
          where state_hash = $1 and binding_hash = $2 and provider = $3 and used_at is null and expires_at > $4
      returning id, nonce_hash, verifier_sealed, handover_challenge",
        state_hash,
        binding_hash,
        provider,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Who somebody is at the provider.
#[derive(Clone, Debug)]
pub struct ExternalKey {
    /// The provider's name.
    pub provider: String,
    /// Who signed.
    pub issuer: String,
    /// The provider's id of the person.
    pub subject: String,
}

/// The account that is linked to somebody at the provider, disabled ones included. Notes the use.
pub async fn find_linked_account(
    connection: &mut PgConnection,
    key: &ExternalKey,
    now: DateTime<Utc>,
) -> Result<Option<Credentials>, sqlx::Error> {
    let Some(row) = sqlx::query!(
        "update cms.external_identity set last_used_at = $4
          where provider = $1 and issuer = $2 and subject = $3 returning account_id",
        key.provider,
        key.issuer,
        key.subject,
        now,
    )
    .fetch_optional(&mut *connection)
    .await?
    else {
        return Ok(None);
    };
    find_credentials_of(connection, row.account_id).await
}

/// The active account of an address, if nobody else at the provider is linked to it.
pub async fn find_linkable_account(
    connection: &mut PgConnection,
    key: &ExternalKey,
    email: &str,
) -> Result<Option<Credentials>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select id from cms.account a
          where email = $1 and status = 'active'
            and not exists (select 1 from cms.external_identity e
                             where e.account_id = a.id and e.provider = $2 and e.issuer = $3)",
        email,
        key.provider,
        key.issuer,
    );
    match found.fetch_optional(&mut *connection).await? {
        Some(id) => find_credentials_of(connection, id).await,
        None => Ok(None),
    }
}

/// Links an account. False where a sign-in at the same time linked it, or this person, before.
pub async fn link_account(
    connection: &mut PgConnection,
    key: &ExternalKey,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.external_identity (provider, issuer, subject, account_id, linked_at, last_used_at)
         values ($1, $2, $3, $4, $5, $5) on conflict do nothing",
        key.provider,
        key.issuer,
        key.subject,
        account,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives an account another role and ends its sessions, by raising the version that they are bound to. The account as
/// it is then; none where it is the last active owner's, who keeps the role. What belonged to the former role alone,
/// an emergency and the locations of a front desk, ends with it.
pub async fn change_role(
    connection: &mut PgConnection,
    id: Uuid,
    role: &str,
    now: DateTime<Utc>,
) -> Result<Option<Credentials>, sqlx::Error> {
    // Two owners who become something else at once would otherwise both find one left.
    sqlx::query!("select id from cms.account where role = 'owner' order by id for update")
        .fetch_all(&mut *connection)
        .await?;
    let changed = sqlx::query_scalar!(
        "update cms.account a
              set role = $2, credential_version = credential_version + 1, version = version + 1,
                  updated_at = $3
            where id = $1 and (a.role <> 'owner' or $2 = 'owner' or exists
                    (select 1 from cms.account o where o.role = 'owner' and o.status = 'active' and o.id <> a.id))
        returning id",
        id,
        role,
        now,
    );
    let Some(id) = changed.fetch_optional(&mut *connection).await? else { return Ok(None) };
    end_emergencies_of(connection, id, now).await?;
    set_locations(connection, id, &[]).await?;
    find_credentials_of(connection, id).await
}

/// A finished sign-in that the staff front end will fetch.
#[derive(Debug)]
pub struct NewHandover {
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// The provider's name.
    pub provider: String,
    /// Whose sign-in.
    pub account: Credentials,
    /// S256 of what the front end will show.
    pub challenge: Option<String>,
    /// How the person signed in at the provider.
    pub amr: Vec<String>,
}

/// Keeps a finished sign-in for a minute, and clears away up to a hundred that were never fetched in time.
pub async fn insert_handover(
    connection: &mut PgConnection,
    handover: &NewHandover,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.oidc_handover where code_hash in
           (select code_hash from cms.oidc_handover where expires_at < $1 order by expires_at limit 100
               for update skip locked)",
        now,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.oidc_handover
           (code_hash, provider, account_id, credential_version, challenge, amr, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        handover.code_hash.as_slice(),
        handover.provider,
        handover.account.id,
        handover.account.credential_version,
        handover.challenge,
        &handover.amr,
        now,
        now + Duration::seconds(HANDOVER_SECONDS),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A finished sign-in that was fetched.
#[derive(Debug)]
pub struct SpentHandover {
    /// Whose sign-in.
    pub account: Credentials,
    /// How the person signed in at the provider.
    pub amr: Vec<String>,
}

/// Spends a handover, in one conditional UPDATE: once, within its minute, for its provider, with what its front end
/// kept, and while the account is what it was.
pub async fn spend_handover(
    connection: &mut PgConnection,
    provider: &str,
    code_hash: &[u8],
    challenge: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<SpentHandover>, sqlx::Error> {
    let row = sqlx::query!(
        "update cms.oidc_handover h set used_at = $4
           from cms.account a
          where h.code_hash = $1 and h.provider = $2 and h.challenge is not distinct from $3 and h.used_at is null
            and h.expires_at > $4 and a.id = h.account_id and a.status = 'active'
            and a.credential_version = h.credential_version
        returning a.id, h.amr",
        code_hash,
        provider,
        challenge,
        now,
    );
    let Some(row) = row.fetch_optional(&mut *connection).await? else { return Ok(None) };
    let account = find_credentials_of(connection, row.id).await?;
    Ok(account.map(|account| SpentHandover { account, amr: row.amr }))
}
