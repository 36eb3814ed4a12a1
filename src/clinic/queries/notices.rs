//! Notices as staff read and write them, and as everybody reads the live ones.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::notices::{NoticeInput, StaffNotice};

/// One notice, or those of the trash or outside it, the latest beginning first: at most 1,000.
pub async fn list_notices(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<StaffNotice>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "notice!: Json<StaffNotice>"
             from (select n.id, n.severity, n.texts, n.closes, n.starts_at, n.ends_at,
                          (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                             from cms.notice_location x join cms.location l on l.id = x.location_id where x.notice_id = n.id) as locations,
                          n.version, n.created_at, n.updated_at, n.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = n.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = n.updated_by) as updated_by
                     from cms.notice n
                    where ($1::uuid is null or n.id = $1) and ($2::boolean is null or (n.trashed_at is not null) = $2)
                    order by n.starts_at desc, n.id desc limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Stores a new notice.
pub async fn insert_notice(
    connection: &mut PgConnection,
    id: Uuid,
    input: &NoticeInput,
    starts_at: DateTime<Utc>,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.notice (id, severity, texts, closes, starts_at, ends_at, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        id,
        input.severity,
        Json(&input.texts) as _,
        input.closes,
        starts_at,
        input.ends_at,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a notice and raises its version.
pub async fn update_notice(
    connection: &mut PgConnection,
    id: Uuid,
    input: &NoticeInput,
    starts_at: DateTime<Utc>,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.notice
            set severity = $2, texts = $3, closes = $4, starts_at = $5, ends_at = $6, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $7
          where id = $1",
        id,
        input.severity,
        Json(&input.texts) as _,
        input.closes,
        starts_at,
        input.ends_at,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
