//! Disclosures, and what each version of them said.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{articles::answers::Person, http::Reference, records::Texts};

/// A disclosure as staff see it.
#[derive(Clone, Debug)]
pub struct DisclosureRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub kind: String,
    pub texts: Json<Texts>,
    pub applies_to: String,
    pub treatments: Vec<String>,
    pub services: Json<Vec<Reference>>,
    pub text_version: i32,
    /// How many visible articles show it.
    pub articles: i64,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Json<Person>>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Json<Person>>,
    pub trashed_at: Option<DateTime<Utc>>,
}

/// One disclosure, or those of the trash or outside it by name: at most 1,000.
pub async fn list_disclosures(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<DisclosureRow>, sqlx::Error> {
    sqlx::query_as!(
        DisclosureRow,
        r#"select d.id, d.slug, d.name, d.kind, d.texts as "texts: Json<Texts>", d.applies_to, d.treatments,
                  (select coalesce(json_agg(json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) order by v.name, v.id), '[]')
                     from cms.disclosure_service x join cms.service v on v.id = x.service_id
                    where x.disclosure_id = d.id and v.trashed_at is null) as "services!: Json<Vec<Reference>>",
                  d.text_version,
                  (select count(*) from cms.revision_disclosure x join cms.publication p on p.revision_id = x.revision_id
                    where x.disclosure_id = d.id and d.trashed_at is null and p.visible @> statement_timestamp()) as "articles!",
                  d.version, d.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = d.created_by)
                    as "created_by: Json<Person>",
                  d.updated_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = d.updated_by)
                    as "updated_by: Json<Person>",
                  d.trashed_at
             from cms.disclosure d
            where ($1::uuid is null or d.id = $1) and ($2::boolean is null or (d.trashed_at is not null) = $2)
            order by d.name, d.id limit 1000"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await
}

/// Keeps everybody else from writing the disclosure until the transaction ends. Whoever publishes holds the content lock
/// and refers to the row meanwhile, which this lock lets them.
pub async fn lock_disclosure(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.disclosure where id = $1 for no key update", id)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// What is stored of a disclosure.
#[derive(Debug)]
pub struct StoredDisclosure<'a> {
    pub id: Uuid,
    pub slug: String,
    pub name: &'a str,
    pub kind: &'a str,
    pub texts: &'a Texts,
    pub applies_to: &'a str,
    pub treatments: &'a [String],
    pub services: &'a [Uuid],
    pub text_version: i32,
    pub by: Uuid,
}

/// Stores a new disclosure.
pub async fn insert_disclosure(connection: &mut PgConnection, new: &StoredDisclosure<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.disclosure (id, slug, name, kind, texts, applies_to, treatments, text_version, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        new.id,
        new.slug,
        new.name,
        new.kind,
        Json(new.texts) as _,
        new.applies_to,
        new.treatments,
        new.text_version,
        new.by,
    )
    .execute(&mut *connection)
    .await?;
    set_services(connection, new).await
}

/// Stores a changed disclosure.
pub async fn update_disclosure(connection: &mut PgConnection, row: &StoredDisclosure<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.disclosure set slug = $2, name = $3, kind = $4, texts = $5, applies_to = $6, treatments = $7,
                text_version = $8, version = version + 1, updated_at = clock_timestamp(), updated_by = $9
          where id = $1",
        row.id,
        row.slug,
        row.name,
        row.kind,
        Json(row.texts) as _,
        row.applies_to,
        row.treatments,
        row.text_version,
        row.by,
    )
    .execute(&mut *connection)
    .await?;
    set_services(connection, row).await
}

async fn set_services(connection: &mut PgConnection, row: &StoredDisclosure<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.disclosure_service where disclosure_id = $1", row.id)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into cms.disclosure_service (disclosure_id, service_id) select $1, n.id from unnest($2::uuid[]) as n(id)",
        row.id,
        row.services,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps what a disclosure says from `since` on.
pub async fn insert_version(
    connection: &mut PgConnection,
    row: &StoredDisclosure<'_>,
    since: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.disclosure_version (disclosure_id, version, kind, texts, since) values ($1, $2, $3, $4, $5)",
        row.id,
        row.text_version,
        row.kind,
        Json(row.texts) as _,
        since,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves a disclosure to the trash or back.
pub async fn set_disclosure_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.disclosure set trashed_at = case when $2 then coalesce(trashed_at, clock_timestamp()) end,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
