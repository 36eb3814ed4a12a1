//! Who is invited.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::http::Reference;

/// An invitation before it is stored.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// UUIDv7.
    pub id: Uuid,
    /// SHA-256 of the link's token.
    pub hash: [u8; 32],
    /// Normalised.
    pub email: String,
    /// Role's name.
    pub role: &'static str,
    /// `en` or `es`.
    pub language: &'static str,
    /// The locations that will be assigned.
    pub location_ids: Vec<Uuid>,
    /// Who invites.
    pub invited_by: Uuid,
    /// When.
    pub now: DateTime<Utc>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// Voids the invitation that an address has, and answers the role that it was for. Of two who invite the address at
/// once, the later one waits here.
pub async fn void_invitation_of(
    connection: &mut PgConnection,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", email).fetch_one(&mut *connection).await?;
    sqlx::query_scalar!(
        "update cms.invitation set revoked_at = $2, version = version + 1
          where email = $1 and accepted_at is null and revoked_at is null returning role",
        email,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Stores an invitation. False where the address has an account.
pub async fn insert_invitation(connection: &mut PgConnection, invitation: &NewInvitation) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.invitation (id, hash, email, role, language, location_ids, invited_by, created_at, expires_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9 where not exists (select from cms.account where email = $3)",
        invitation.id,
        &invitation.hash,
        invitation.email,
        invitation.role,
        invitation.language,
        &invitation.location_ids,
        invitation.invited_by,
        invitation.now,
        invitation.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An invitation as it is stored.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub id: Uuid,
    /// Whom.
    pub email: String,
    /// As what.
    pub role: String,
    /// `en` or `es`.
    pub language: String,
    /// The locations that will be assigned.
    pub location_ids: Vec<Uuid>,
    /// The same for people, without those that are gone.
    pub locations: Json<Vec<Reference>>,
    /// By whom.
    pub invited_by: Uuid,
    /// By whom, for people.
    pub inviter: String,
    /// What they are today.
    pub inviter_role: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back or voided.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
}

/// Invitations, latest first, or the one of that id.
pub async fn list_invitations(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Invited>, sqlx::Error> {
    sqlx::query_as!(
        Invited,
        r#"select i.id, i.email, i.role, i.language, i.location_ids, i.invited_by, a.name as inviter, a.role as inviter_role, i.created_at,
                i.expires_at, i.accepted_at, i.revoked_at, i.version,
                (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by l.name), '[]')
                   from cms.location l where l.id = any (i.location_ids)) as "locations!: Json<Vec<Reference>>"
           from cms.invitation i join cms.account a on a.id = i.invited_by
          where ($1::uuid is null or i.id = $1) and ($2::uuid is null or i.id < $2)
          order by i.id desc limit $3 offset $4"#,
        id,
        after,
        limit,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many there are, counted no further than `most`.
pub async fn count_invitations(connection: &mut PgConnection, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from (select from cms.invitation limit $1) x"#, most)
        .fetch_one(connection)
        .await
}

/// The invitation that a live link belongs to, while whoever wrote it may still act.
pub async fn find_open_invitation(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Invited>, sqlx::Error> {
    sqlx::query_as!(
        Invited,
        r#"select i.id, i.email, i.role, i.language, i.location_ids, i.invited_by, a.name as inviter, a.role as inviter_role, i.created_at,
                i.expires_at, i.accepted_at, i.revoked_at, i.version,
                (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by l.name), '[]')
                   from cms.location l where l.id = any (i.location_ids)) as "locations!: Json<Vec<Reference>>"
           from cms.invitation i join cms.account a on a.id = i.invited_by and a.status = 'active'
          where i.hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2"#,
        hash,
        now,
    )
    .fetch_optional(connection)
    .await
}

/// Spends a link, in one conditional UPDATE: of fifty at once, one wins.
pub async fn spend_invitation(
    connection: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.invitation set accepted_at = $2, version = version + 1
          where hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2",
        hash,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an open invitation back.
pub async fn revoke_invitation(
    connection: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.invitation set revoked_at = $2, version = version + 1
          where id = $1 and accepted_at is null and revoked_at is null",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
