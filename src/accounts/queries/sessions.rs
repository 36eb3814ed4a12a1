//! Sessions: those that live, those that end, and what is noted of them.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{accounts::gate::Standing, http::ApiError};

/// Seconds after which the use of a session is noted again: a note at each request would be a write at each.
const NOTE_SECONDS: i64 = 15;

/// What the gate needs of a live session.
#[derive(Debug)]
pub struct LiveSession {
    /// The person's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role's name.
    pub role: String,
    /// Authentication method references.
    pub methods: Vec<String>,
    /// When the strongest factor was last shown.
    pub authenticated_at: DateTime<Utc>,
    /// The last staff request, to within some seconds.
    pub last_used_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Whether they have a second factor.
    pub has_factor: bool,
    /// Whether a break-glass grant is running.
    pub in_emergency: bool,
    /// The locations assigned to them.
    pub location_ids: Vec<Uuid>,
}

impl LiveSession {
    /// What decides whether it goes on.
    pub fn standing(&self) -> Standing {
        Standing {
            role: self.role.clone(),
            in_emergency: self.in_emergency,
            methods: self.methods.clone(),
            last_used_at: self.last_used_at,
        }
    }

    /// Whether this use is to be noted.
    pub fn is_due_for_a_note(&self, now: DateTime<Utc>) -> bool {
        now - self.last_used_at > Duration::seconds(NOTE_SECONDS)
    }
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
        r#"select a.name, a.email, a.role, s.methods, s.authenticated_at, s.last_used_at, s.expires_at,
                  exists (select from cms.totp t where t.account_id = a.id and t.confirmed_at is not null)
                    or exists (select from cms.passkey p where p.account_id = a.id) as "has_factor!",
                  exists (select from cms.break_glass b
                           where b.account_id = a.id and b.ended_at is null and b.began_at <= $3 and b.ends_at > $3) as "in_emergency!",
                  array(select l.location_id from cms.account_location l where l.account_id = a.id) as "location_ids!"
             from cms.session s join cms.account a on a.id = s.account_id
            where s.id = $1 and a.id = $2 and s.revoked_at is null and s.expires_at > $3
              and a.status = 'active' and a.credential_version = s.credential_version"#,
        session,
        account,
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Notes that a session is in use.
pub async fn note_use(connection: &mut PgConnection, session: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.session set last_used_at = $2 where id = $1 and last_used_at < $2", session, now)
        .execute(connection)
        .await?;
    Ok(())
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

/// A session before it is stored.
#[derive(Debug)]
pub struct NewSession {
    /// UUIDv7.
    pub id: Uuid,
    /// Its account.
    pub account: Uuid,
    /// What it is bound to.
    pub credential_version: i32,
    /// Authentication method references.
    pub methods: Vec<String>,
    /// What the client says it is.
    pub device: String,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// When it begins.
    pub now: DateTime<Utc>,
    /// When the strongest factor was shown.
    pub authenticated_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session, if the account is still what it was.
///
/// # Errors
/// [`ApiError::Unauthenticated`] where it is disabled or its credentials have changed.
pub async fn insert_session(connection: &mut PgConnection, session: &NewSession) -> Result<(), ApiError> {
    let done = sqlx::query!(
        "insert into cms.session (id, account_id, credential_version, methods, device, address, created_at, last_used_at,
                                  authenticated_at, expires_at)
         select $1, a.id, $3, $4, $5, $6::text::inet, $7, $7, $8, $9
           from cms.account a where a.id = $2 and a.status = 'active' and a.credential_version = $3",
        session.id,
        session.account,
        session.credential_version,
        &session.methods,
        session.device,
        session.address.map(|address| address.to_string()),
        session.now,
        session.authenticated_at,
        session.expires_at,
    )
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(ApiError::Unauthenticated) }
}

/// Whether an account that was in use before is now used with another device.
pub async fn is_new_device(connection: &mut PgConnection, account: Uuid, device: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!(
        r#"select exists (select from cms.session where account_id = $1)
                  and not exists (select from cms.session where account_id = $1 and device = $2) as "new!""#,
        account,
        device,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.new)
}

/// Ends a session. False where it had ended before.
pub async fn revoke_session(
    connection: &mut PgConnection,
    id: Uuid,
    because: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.session set revoked_at = $2, revoked_because = $3 where id = $1 and revoked_at is null",
        id,
        now,
        because,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of an account.
pub async fn revoke_sessions_of(
    connection: &mut PgConnection,
    account: Uuid,
    because: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.session set revoked_at = $2, revoked_because = $3 where account_id = $1 and revoked_at is null",
        account,
        now,
        because,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A session as a list shows it.
#[derive(Clone, Debug)]
pub struct ListedSession {
    /// The session.
    pub id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// Its account's name.
    pub account_name: String,
    /// What the client says it is.
    pub device: String,
    /// Where it was begun.
    pub address: Option<String>,
    /// Authentication method references.
    pub methods: Vec<String>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// The last staff request, to within some seconds.
    pub last_used_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

/// Sessions that live, latest first: of one account, or of everybody; or the one of that id. `after` is the last row
/// of the page before.
pub async fn list_sessions(
    connection: &mut PgConnection,
    account: Option<Uuid>,
    id: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
    offset: i64,
    now: DateTime<Utc>,
) -> Result<Vec<ListedSession>, sqlx::Error> {
    sqlx::query_as!(
        ListedSession,
        r#"select s.id, s.account_id, a.name as account_name, s.device, host(s.address) as address, s.methods, s.created_at,
                  s.last_used_at, s.expires_at
             from cms.session s join cms.account a on a.id = s.account_id
            where s.revoked_at is null and s.expires_at > $1 and a.status = 'active'
              and a.credential_version = s.credential_version
              and ($2::uuid is null or s.account_id = $2) and ($3::uuid is null or s.id = $3)
              and ($4::uuid is null or s.id < $4)
            order by s.id desc limit $5 offset $6"#,
        now,
        account,
        id,
        after,
        limit,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many live, counted no further than `most`.
pub async fn count_sessions(
    connection: &mut PgConnection,
    account: Option<Uuid>,
    most: i64,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from cms.session s join cms.account a on a.id = s.account_id
            where s.revoked_at is null and s.expires_at > $1 and a.status = 'active'
              and a.credential_version = s.credential_version and ($2::uuid is null or s.account_id = $2) limit $3) x"#,
        now,
        account,
        most,
    )
    .fetch_one(connection)
    .await
}
