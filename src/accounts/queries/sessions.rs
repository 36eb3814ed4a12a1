//! Sessions and the refresh tokens in them.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Credentials;
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

/// Begins a session.
pub async fn insert_session(
    connection: &mut PgConnection,
    id: Uuid,
    account: &Credentials,
    methods: &[String],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.session
           (id, account_id, credential_version, created_at, last_used_at, expires_at, methods, authenticated_at)
         values ($1, $2, $3, $4, $4, $5, $6, $4)",
        id,
        account.id,
        account.credential_version,
        now,
        expires_at,
        methods,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// When the person of a session last showed who they are.
pub async fn find_authentication(
    connection: &mut PgConnection,
    session: Uuid,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let row = sqlx::query!("select authenticated_at from cms.session where id = $1", session)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.authenticated_at))
}

/// Notes that the strongest factor was shown again. `methods` are added to those of the session.
pub async fn note_authentication(
    connection: &mut PgConnection,
    session: Uuid,
    methods: &[String],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.session set authenticated_at = $3, last_used_at = $3,
                methods = (select array_agg(distinct method) from unnest(methods || $2::text[]) as method)
          where id = $1",
        session,
        methods,
        now,
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
    /// What was shown in it.
    pub methods: Vec<String>,
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
        returning s.id, s.account_id as "account_id!", a.role, s.methods, s.expires_at"#,
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
