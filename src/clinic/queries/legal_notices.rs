//! Legal notices as staff read and write them.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::legal_notices::{LegalNoticeInput, LegalNoticeRow};

/// One legal notice, or those of the trash or outside it by kind: at most 1,000.
pub async fn list_legal_notices(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<LegalNoticeRow>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "notice!: Json<LegalNoticeRow>"
             from (select n.id, n.slug, n.kind, n.effective_on, n.reviewed_on, n.translations,
                          n.version, n.created_at, n.updated_at, n.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = n.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = n.updated_by) as updated_by
                     from cms.legal_notice n
                    where ($1::uuid is null or n.id = $1) and ($2::boolean is null or (n.trashed_at is not null) = $2)
                    order by n.kind, n.slug, n.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Stores a new legal notice.
pub async fn insert_legal_notice(
    connection: &mut PgConnection,
    id: Uuid,
    input: &LegalNoticeInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.legal_notice (id, slug, kind, effective_on, reviewed_on, translations, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        id,
        input.slug(),
        input.kind,
        input.effective_on,
        input.reviewed_on,
        Json(&input.translations) as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a legal notice and raises its version.
pub async fn update_legal_notice(
    connection: &mut PgConnection,
    id: Uuid,
    input: &LegalNoticeInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.legal_notice
            set slug = $2, kind = $3, effective_on = $4, reviewed_on = $5, translations = $6, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $7
          where id = $1",
        id,
        input.slug(),
        input.kind,
        input.effective_on,
        input.reviewed_on,
        Json(&input.translations) as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What decides which notices a clinic has to keep.
#[derive(Debug)]
pub struct Obligations {
    /// What day it is for the clinic.
    pub today: chrono::NaiveDate,
    /// The clinic's own language, and those that its locations speak.
    pub languages: Vec<String>,
    /// The states, as they stand in the addresses.
    pub regions: Vec<String>,
}

/// What decides which notices the clinic has to keep.
pub async fn find_obligations(connection: &mut PgConnection) -> Result<Obligations, sqlx::Error> {
    sqlx::query_as!(
        Obligations,
        r#"select k.today as "today!",
                  array(select distinct tag from (select k.default_locale as tag
                                                   union select unnest(l.languages) from cms.location l where l.trashed_at is null) t
                         order by tag) as "languages!",
                  array(select distinct upper(l.address->>'region') from cms.location l
                         where l.trashed_at is null and l.address->>'country' = 'US' order by 1) as "regions!"
             from cms.clinic_clock k"#
    )
    .fetch_one(connection)
    .await
}
