//! Questions as staff read and write them.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::faqs::{FaqInput, FaqRow};

/// One question, or those of the trash or outside it in their order: at most 1,000.
pub async fn list_faqs(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<FaqRow>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "faq!: Json<FaqRow>"
             from (select f.id, f.translations, f.position,
                          (select coalesce(json_agg(json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) order by x.position), '[]')
                             from cms.faq_service x join cms.service v on v.id = x.service_id where x.faq_id = f.id) as services,
                          (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                             from cms.faq_location x join cms.location l on l.id = x.location_id where x.faq_id = f.id) as locations,
                          f.version, f.created_at, f.updated_at, f.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = f.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = f.updated_by) as updated_by
                     from cms.faq f
                    where ($1::uuid is null or f.id = $1) and ($2::boolean is null or (f.trashed_at is not null) = $2)
                    order by f.position, f.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Stores a new question.
pub async fn insert_faq(
    connection: &mut PgConnection,
    id: Uuid,
    input: &FaqInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.faq (id, translations, position, created_by, updated_by) values ($1, $2, $3, $4, $4)",
        id,
        Json(&input.translations) as _,
        input.position,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a question and raises its version.
pub async fn update_faq(
    connection: &mut PgConnection,
    id: Uuid,
    input: &FaqInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.faq set translations = $2, position = $3, version = version + 1, updated_at = clock_timestamp(), updated_by = $4
          where id = $1",
        id,
        Json(&input.translations) as _,
        input.position,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
