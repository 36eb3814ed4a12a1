//! Whether what let a request in would still let it in: asked once more where it changes something.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Whether a session lives, and its person is what they were.
pub async fn is_session_live(
    connection: &mut PgConnection,
    session: Uuid,
    role: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from cms.session s join cms.account a on a.id = s.account_id
            where s.id = $1 and s.revoked_at is null and s.expires_at > $3
              and a.status = 'active' and a.role = $2 and a.credential_version = s.credential_version) as "live!""#,
        session,
        role,
        now,
    )
    .fetch_one(connection)
    .await
}

/// Whether an API key works, and whoever made it is what they were.
pub async fn is_key_live(
    connection: &mut PgConnection,
    key: Uuid,
    role: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from cms.api_key k join cms.account a on a.id = k.account_id
            where k.id = $1 and k.revoked_at is null and k.expires_at > $3
              and a.status = 'active' and a.role = $2) as "live!""#,
        key,
        role,
        now,
    )
    .fetch_one(connection)
    .await
}

/// The locations of whoever made an API key, where it works and its maker is what they were.
pub async fn find_reach_of_key(
    connection: &mut PgConnection,
    key: Uuid,
    role: &str,
    now: DateTime<Utc>,
) -> Result<Option<Vec<Uuid>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select array(select l.location_id from cms.account_location l where l.account_id = a.id) as "location_ids!"
             from cms.api_key k join cms.account a on a.id = k.account_id
            where k.id = $1 and k.revoked_at is null and k.expires_at > $3 and a.status = 'active' and a.role = $2"#,
        key,
        role,
        now,
    )
    .fetch_optional(connection)
    .await
}
