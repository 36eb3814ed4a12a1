//! The redirects that staff keep, and the settings' rules of where articles stand.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{
        addresses::{PathRule, Redirect},
        answers::Person,
    },
    http::{COUNTED, PageRequest, Reference},
};

/// Writes down the rules of where articles will stand, where they are others than before.
///
/// # Errors
/// Those of the database.
pub async fn keep_rules(connection: &mut PgConnection, rules: &[PathRule]) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.article_paths set templates = $1 where templates <> $1", Json(rules) as _)
        .execute(connection)
        .await?;
    Ok(())
}

/// A redirect that is kept.
#[derive(Clone, Debug)]
pub struct RedirectRow {
    pub id: Uuid,
    pub from: String,
    pub to: Option<String>,
    pub article: Option<Json<Reference>>,
    pub status: i16,
    pub note: Option<String>,
    pub version: i32,
    pub created_at: chrono::DateTime<chrono::Utc>,
    pub created_by: Option<Json<Person>>,
    pub updated_at: chrono::DateTime<chrono::Utc>,
    pub updated_by: Option<Json<Person>>,
}

/// One redirect, locked for a change.
pub async fn lock_redirect(connection: &mut PgConnection, id: Uuid) -> Result<Option<RedirectRow>, sqlx::Error> {
    sqlx::query_as!(
        RedirectRow,
        r#"select d.id, d.from_path as "from", d.to_address as "to",
                  (select json_build_object('id', a.id, 'slug', r.slug, 'name', r.title)
                     from cms.article a join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                    where a.id = d.article_id) as "article: Json<Reference>",
                  d.status, d.note, d.version, d.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = d.created_by)
                    as "created_by: Json<Person>",
                  d.updated_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = d.updated_by)
                    as "updated_by: Json<Person>"
             from cms.redirect d where d.id = $1 for update of d"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// A page of redirects, and how many there are.
#[derive(Debug)]
pub struct RedirectRows {
    pub items: Json<Vec<Redirect>>,
    pub total: Option<i64>,
}

/// A page of redirects, by path. `q` is looked for in both addresses, as it stands.
pub async fn list_kept(
    connection: &mut PgConnection,
    q: Option<&str>,
    page: &PageRequest<String>,
) -> Result<RedirectRows, sqlx::Error> {
    sqlx::query_as!(
        RedirectRows,
        r#"with matching as not materialized (
             select d.* from cms.redirect d
              where $1::text is null or position(lower($1) in lower(d.from_path)) > 0
                 or position(lower($1) in lower(coalesce(d.to_address, ''))) > 0)
           select (select coalesce(json_agg(x), '[]')
                     from (select m.id, m.from_path as "from", m.to_address as "to",
                                  (select json_build_object('id', a.id, 'slug', r.slug, 'name', r.title)
                                     from cms.article a join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                                    where a.id = m.article_id) as article,
                                  m.status, m.note, m.version, m.created_at,
                                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = m.created_by) as created_by,
                                  m.updated_at,
                                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = m.updated_by) as updated_by
                             from matching m
                            where $2::text is null or m.from_path > $2
                            order by m.from_path limit $3 offset $4) x) as "items!: Json<Vec<Redirect>>",
                  case when $2::text is null
                       then (select count(*) from (select 1 from matching limit $5) counted) end as total"#,
        q,
        page.after(),
        page.fetch(),
        page.offset(),
        COUNTED,
    )
    .fetch_one(connection)
    .await
}

/// A redirect to be written.
#[derive(Clone, Debug)]
pub struct NewRedirect<'a> {
    pub from: &'a str,
    pub to: Option<&'a str>,
    pub article: Option<Uuid>,
    pub status: i16,
    pub note: Option<&'a str>,
}

/// Stores a new redirect.
pub async fn insert_redirect(
    connection: &mut PgConnection,
    id: Uuid,
    new: &NewRedirect<'_>,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.redirect (id, from_path, to_address, article_id, status, note, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        id,
        new.from,
        new.to,
        new.article,
        new.status,
        new.note,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a changed redirect.
pub async fn update_redirect(
    connection: &mut PgConnection,
    id: Uuid,
    new: &NewRedirect<'_>,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.redirect set from_path = $2, to_address = $3, article_id = $4, status = $5, note = $6,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $7
          where id = $1",
        id,
        new.from,
        new.to,
        new.article,
        new.status,
        new.note,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes a redirect for good.
pub async fn delete_redirect(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.redirect where id = $1", id).execute(connection).await?;
    Ok(())
}

/// Whether an article stands at a path now.
pub async fn is_live(connection: &mut PgConnection, path: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.publication p
                           where p.path = $1 and p.visible @> clock_timestamp()) as "live!""#,
        path
    )
    .fetch_one(connection)
    .await
}

/// The addresses under which the clinic's site is known, by the clinic's own record.
pub async fn find_site_url(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let url = sqlx::query_scalar!("select site_url from cms.clinic").fetch_optional(connection).await?;
    Ok(url.flatten())
}
