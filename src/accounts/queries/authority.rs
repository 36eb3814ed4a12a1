//! Whether what let a request in would still let it in: asked once more where it changes something. And who changed a
//! record last.

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

/// When a record was last changed, and by whom where a person did it, as the audit trail tells.
pub async fn find_last_change(
    connection: &mut PgConnection,
    subject: &str,
    id: Uuid,
) -> Result<Option<(DateTime<Utc>, Option<(Uuid, String)>)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select e.at, a.id as "id?", a.name as "name?"
             from cms.audit_event e left join cms.account a on a.id = e.actor_id
            where e.subject_type = $1 and e.subject_id = $2 and e.action like $1 || '.%'
              and split_part(e.action, '.', 2) not in ('read', 'list', 'refuse')
            order by e.at desc limit 1"#,
        subject,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.at, row.id.zip(row.name))))
}
