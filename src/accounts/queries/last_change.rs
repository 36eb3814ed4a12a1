//! Who changed a record last, as the audit trail tells.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// When a record was last changed, and by whom where a person did it.
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
