//! Categories, tags and conditions.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{
        answers::PublicTerm,
        medical_code::TermCode,
        terms::{TermInput, TermKind},
    },
    http::Reference,
};

/// A term as staff see it.
#[derive(Clone, Debug)]
pub struct TermRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub parent_id: Option<Uuid>,
    pub parent: Option<Json<Reference>>,
    pub aliases: Vec<String>,
    pub codes: Json<Vec<TermCode>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub trashed_at: Option<DateTime<Utc>>,
}

/// The terms that visible articles carry, with their count: one round trip.
#[derive(Debug)]
pub struct PublishedTerms {
    pub items: Json<Vec<PublicTerm>>,
    pub valid_for: Option<i64>,
}

/// The visible terms of a kind in a locale, by name.
pub async fn list_published_terms(
    connection: &mut PgConnection,
    kind: TermKind,
    locale: Option<&str>,
) -> Result<PublishedTerms, sqlx::Error> {
    sqlx::query_as!(
        PublishedTerms,
        r#"select (select coalesce(json_agg(x), '[]')
                     from (select t.id, t.slug, t.name, t.description, t.parent, t.aliases, t.codes, t.articles, t.articles_below from site.term t
                            where t.kind = $1 and t.locale = coalesce($2, (select default_locale from site.clinic), 'en')
                            order by t.name, t.id) x) as "items!: Json<Vec<PublicTerm>>",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for"#,
        kind.name(),
        locale,
    )
    .fetch_one(connection)
    .await
}

/// Staff's list of a kind, by name: at most 1,000.
pub async fn list_terms(
    connection: &mut PgConnection,
    kind: TermKind,
    trashed: bool,
) -> Result<Vec<TermRow>, sqlx::Error> {
    sqlx::query_as!(
        TermRow,
        r#"select t.id, t.slug, t.name, t.description, t.parent_id,
                  (select json_build_object('id', p.id, 'slug', p.slug, 'name', p.name) from cms.term p where p.id = t.parent_id)
                    as "parent: Json<Reference>",
                  t.aliases, t.codes as "codes: Json<Vec<TermCode>>", t.version, t.created_at, t.updated_at, t.trashed_at
             from cms.term t
            where t.kind = $1 and (t.trashed_at is not null) = $2 order by t.name, t.id limit 1000"#,
        kind.name(),
        trashed,
    )
    .fetch_all(connection)
    .await
}

/// Keeps everybody else from writing the term until the transaction ends. Whoever publishes an article that carries it is
/// not kept waiting: no key changes, and the two locks of a renaming (the term, the content lock) would be taken in the
/// other order there.
pub async fn lock_term(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.term where id = $1 for no key update", id).fetch_optional(connection).await?;
    Ok(())
}

/// One term of a kind, in the trash or not.
pub async fn find_term(
    connection: &mut PgConnection,
    kind: TermKind,
    id: Uuid,
) -> Result<Option<TermRow>, sqlx::Error> {
    sqlx::query_as!(
        TermRow,
        r#"select t.id, t.slug, t.name, t.description, t.parent_id,
                  (select json_build_object('id', p.id, 'slug', p.slug, 'name', p.name) from cms.term p where p.id = t.parent_id)
                    as "parent: Json<Reference>",
                  t.aliases, t.codes as "codes: Json<Vec<TermCode>>", t.version, t.created_at, t.updated_at, t.trashed_at
             from cms.term t
            where t.kind = $1 and t.id = $2"#,
        kind.name(),
        id,
    )
    .fetch_optional(connection)
    .await
}

/// A term to be stored.
#[derive(Debug)]
pub struct NewTerm<'a> {
    pub id: Uuid,
    pub kind: TermKind,
    pub slug: &'a str,
    pub input: &'a TermInput,
    pub parent: Option<Uuid>,
}

/// Stores a new term.
pub async fn insert_term(connection: &mut PgConnection, new: &NewTerm<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.term (id, kind, slug, name, description, parent_id, aliases, codes)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id,
        new.kind.name(),
        new.slug,
        new.input.name,
        new.input.description,
        new.parent,
        &new.input.aliases,
        Json(&new.input.codes) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a changed term, its place in the trash included.
pub async fn update_term(connection: &mut PgConnection, term: &TermRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.term set slug = $2, name = $3, description = $4, parent_id = $5, aliases = $6, codes = $7, trashed_at = $8,
                version = version + 1, updated_at = clock_timestamp()
          where id = $1",
        term.id,
        term.slug,
        term.name,
        term.description,
        term.parent_id,
        &term.aliases,
        Json(&term.codes.0) as _,
        term.trashed_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that the articles which carry a term are shown anew, those that are visible at the stamp.
pub async fn touch_carriers(
    connection: &mut PgConnection,
    term: Uuid,
    stamp: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.article_touch (article_id, at)
         select p.article_id, $2
           from cms.publication_term x join cms.publication p on p.id = x.publication_id
          where x.term_id = $1 and p.visible @> $2::timestamptz
             on conflict (article_id) do update set at = greatest(cms.article_touch.at, excluded.at)",
        term,
        stamp,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The ids of `names` (slugs or ids) of a kind, in their order; none where one is unknown. What is in the trash is known
/// by its id to the article that has it already: an edit of something else is not refused for it.
pub async fn resolve_terms(
    connection: &mut PgConnection,
    kind: TermKind,
    names: &[String],
    article: Option<Uuid>,
) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select (select t.id from cms.term t
                    where t.kind = $1 and (t.slug = n.name or t.id::text = n.name)
                      and (t.trashed_at is null
                           or t.id::text = n.name and exists (
                                select 1 from cms.article a
                                  join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                                 where a.id = $3
                                   and (r.category_id = t.id or exists (select 1 from cms.revision_term x
                                                                         where x.revision_id = r.id and x.term_id = t.id))))
                    order by t.trashed_at is not null limit 1)
             from unnest($2::text[]) with ordinality as n(name, position) order by n.position"#,
        kind.name(),
        names,
        article,
    )
    .fetch_all(connection)
    .await
}
