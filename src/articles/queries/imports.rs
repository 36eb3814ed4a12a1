//! What an import asks and writes, in sets where it can: ten thousand articles are no ten thousand questions.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::terms::TermKind;

/// An article that an import made before.
#[derive(Clone, Debug)]
pub struct KnownArticle {
    pub id: Uuid,
    pub source_id: String,
    pub source_hash: Option<Vec<u8>>,
    pub latest_revision: i32,
    /// Somebody wrote, signed, published or trashed it since.
    pub is_touched: bool,
}

/// Which articles of a source are here already.
pub async fn list_known(
    connection: &mut PgConnection,
    source: &str,
    source_ids: &[String],
) -> Result<Vec<KnownArticle>, sqlx::Error> {
    sqlx::query_as!(
        KnownArticle,
        r#"select a.id, a.source_id as "source_id!", a.source_hash, a.latest_revision,
                  (a.trashed_at is not null
                   or exists (select 1 from cms.revision r where r.article_id = a.id and r.created_by is not null)
                   or exists (select 1 from cms.publication p where p.article_id = a.id)
                   or exists (select 1 from cms.signoff s where s.article_id = a.id)) as "is_touched!"
             from cms.article a where a.source = $1 and a.source_id = any ($2)"#,
        source,
        source_ids,
    )
    .fetch_all(connection)
    .await
}

/// What of its source an article keeps.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    pub source: &'a str,
    pub source_id: &'a str,
    pub hash: [u8; 32],
    pub first_published_at: Option<DateTime<Utc>>,
}

/// Stores the identity of an imported article. None of it is public.
pub async fn insert_article(connection: &mut PgConnection, id: Uuid, origin: &Origin<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.article (id, group_id, source, source_id, source_hash, first_published_at)
         values ($1, $1, $2, $3, $4, $5)",
        id,
        origin.source,
        origin.source_id,
        &origin.hash[..],
        origin.first_published_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves an imported article to the newest revision of its source.
pub async fn renew_article(
    connection: &mut PgConnection,
    id: Uuid,
    revision: i32,
    origin: &Origin<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.article set latest_revision = $2, source_hash = $3, first_published_at = $4, version = version + 1,
                updated_at = clock_timestamp()
          where id = $1",
        id,
        revision,
        &origin.hash[..],
        origin.first_published_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Of these slugs of a language, those that other articles have.
pub async fn list_taken_slugs(
    connection: &mut PgConnection,
    locale: &str,
    slugs: &[String],
    except: &[Uuid],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select r.slug as "slug!" from cms.article a
             join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
            where r.locale = $1 and r.slug = any ($2) and a.id <> all ($3)
            union
           select p.slug from cms.publication p
            where p.locale = $1 and p.slug = any ($2) and p.article_id <> all ($3)
              and (upper(p.visible) is null or upper(p.visible) > now())"#,
        locale,
        slugs,
        except,
    )
    .fetch_all(connection)
    .await
}

/// Adds the articles that a revision recommends, which may not have been there when it was written.
pub async fn complete_related(
    connection: &mut PgConnection,
    article: Uuid,
    related: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.revision_related (revision_id, article_id, position)
         select r.id, t.id, t.position
           from cms.revision r cross join unnest($2::uuid[]) with ordinality as t(id, position)
           join cms.article a on a.id = t.id
          where r.article_id = $1 and r.created_by is null and t.id <> $1
            and r.number = (select max(n.number) from cms.revision n where n.article_id = $1 and n.created_by is null)
         on conflict do nothing",
        article,
        related,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The term of that slug, else of that name.
pub async fn find_term(
    connection: &mut PgConnection,
    kind: TermKind,
    slug: &str,
    name: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from cms.term
          where kind = $1 and trashed_at is null and (slug = $2 or lower(name) = lower($3))
          order by slug = $2 desc, id limit 1",
        kind.name(),
        slug,
        name,
    )
    .fetch_optional(connection)
    .await
}

/// A term as an import brings it.
#[derive(Clone, Debug)]
pub struct ImportedTerm {
    pub kind: TermKind,
    pub slug: String,
    pub name: String,
    pub parent: Option<Uuid>,
    pub description: Option<String>,
    pub aliases: Vec<String>,
    pub codes: Value,
}

/// Stores a term with everything that is known of it.
pub async fn insert_term(connection: &mut PgConnection, id: Uuid, term: &ImportedTerm) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.term (id, kind, slug, name, description, parent_id, aliases, codes)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        term.kind.name(),
        term.slug,
        term.name,
        term.description,
        term.parent,
        &term.aliases,
        Json(&term.codes) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The author of that slug, else of that name.
pub async fn find_author(connection: &mut PgConnection, slug: &str, name: &str) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select w.id from cms.author w join cms.shown_author s on s.id = w.id
          where w.slug = $1 or lower(s.name) = lower($2) order by w.slug = $1 desc, w.id limit 1",
        slug,
        name,
    )
    .fetch_optional(connection)
    .await
}

/// Stores an author who is a name alone.
pub async fn insert_author(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    name: &str,
    credentials: &[String],
    biography: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.author (id, slug, name, credentials, biography) values ($1, $2, $3, $4, $5)",
        id,
        slug,
        name,
        credentials,
        biography,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets an old path lead to an article. False where it leads elsewhere already.
pub async fn insert_redirect(
    connection: &mut PgConnection,
    id: Uuid,
    path: &str,
    article: Uuid,
) -> Result<bool, sqlx::Error> {
    let leads_there = sqlx::query_scalar!(
        r#"with made as (insert into cms.redirect (id, from_path, article_id) values ($1, $2, $3)
                         on conflict (from_path) do nothing returning article_id)
           select coalesce((select m.article_id from made m),
                           (select r.article_id from cms.redirect r where r.from_path = $2)) = $3 as "leads_there""#,
        id,
        path,
        article,
    )
    .fetch_one(connection)
    .await?;
    Ok(leads_there.unwrap_or(false))
}
