//! Refresh tokens: each is good for one use, and one that comes back after its use tells of a copy (RFC 9700
//! section 4.14.2).

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::gate::Standing;

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
    /// Authentication method references.
    pub methods: Vec<String>,
    /// The last staff request: to stay signed in is not to be at work.
    pub last_used_at: DateTime<Utc>,
    /// Whether a break-glass grant is running.
    pub in_emergency: bool,
}

impl RefreshedSession {
    /// What decides whether it goes on.
    pub fn standing(&self) -> Standing {
        Standing {
            role: self.role.clone(),
            in_emergency: self.in_emergency,
            methods: self.methods.clone(),
            last_used_at: self.last_used_at,
        }
    }
}

/// Spends a refresh token, in one conditional UPDATE. A token spent less than ten seconds ago counts once more
/// while its successors are unused, since the answer may have been lost on its way.
pub async fn spend_refresh_token(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<RefreshedSession>, sqlx::Error> {
    // Two nodes would otherwise each find the other's successor unused.
    sqlx::query!(
        "select s.id from cms.session s
          where s.id = (select session_id from cms.refresh_token where hash = $1) for update",
        hash,
    )
    .fetch_optional(&mut *connection)
    .await?;
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
        returning s.id, s.account_id as "account_id!", a.role, s.expires_at, s.methods, s.last_used_at,
                  exists (select from cms.break_glass b
                           where b.account_id = a.id and b.ended_at is null and b.began_at <= $2 and b.ends_at > $2) as "in_emergency!""#,
        hash,
        now,
        lost_answer_since,
    )
    .fetch_optional(connection)
    .await
}

/// Takes unused successors of a replayed token out of use.
pub async fn supersede_successors(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.refresh_token set superseded_at = $2 where parent_hash = $1 and used_at is null and superseded_at is null",
        hash,
        now,
    )
    .execute(connection)
    .await?;
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
