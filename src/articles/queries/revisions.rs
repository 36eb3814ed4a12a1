//! Revisions: written once, listed, never changed.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{answers::Person, article::Manuscript},
    http::{COUNTED, PageRequest},
};

/// The relations of a revision, resolved.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    pub locale: String,
    pub slug: String,
    pub category: Option<Uuid>,
    pub author: Option<Uuid>,
    pub tags: Vec<Uuid>,
    pub conditions: Vec<Uuid>,
    pub services: Vec<Uuid>,
    pub related: Vec<Uuid>,
    /// The original, and the revision of it that was translated.
    pub translation_of: Option<(Uuid, i32)>,
}

/// A revision to be written.
#[derive(Debug)]
pub struct NewRevision<'a> {
    pub id: Uuid,
    pub article: Uuid,
    pub number: i32,
    pub manuscript: &'a Manuscript,
    pub relations: &'a Relations,
    /// Of the content with its relations resolved.
    pub content_hash: [u8; 32],
    pub autosave: bool,
    pub by: Option<Uuid>,
}

/// Stores a revision with its relations. An import may recommend an article that it has yet to store; it completes that.
pub async fn insert_revision(connection: &mut PgConnection, new: &NewRevision<'_>) -> Result<(), sqlx::Error> {
    let (relations, draft, body) = (new.relations, &new.manuscript.draft, &new.manuscript.body);
    sqlx::query!(
        "insert into cms.revision (id, article_id, number, kind, locale, slug, title, summary, body_markdown, body_html,
                                   body_text, headings, excerpt, reading_minutes, warnings, category_id, author_id, cover,
                                   sources, faqs, seo, content_hash, message, created_by, translation_of, source_revision, autosave)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                 $25, $26, $27)",
        new.id,
        new.article,
        new.number,
        draft.kind.name(),
        relations.locale,
        relations.slug,
        draft.title,
        draft.summary,
        body.markdown,
        body.html,
        body.text,
        Json(&body.headings) as _,
        body.excerpt,
        i32::try_from(body.reading_minutes).unwrap_or(i32::MAX),
        Json(&body.warnings) as _,
        relations.category,
        relations.author,
        draft.cover.as_ref().map(Json) as _,
        Json(&draft.references) as _,
        Json(&draft.faqs) as _,
        Json(&draft.seo) as _,
        &new.content_hash[..],
        new.manuscript.message,
        new.by,
        relations.translation_of.map(|(original, _)| original),
        relations.translation_of.map(|(_, revision)| revision),
        new.autosave,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "with terms as (insert into cms.revision_term (revision_id, term_id, position)
                        select $1, t.id, t.position from unnest($2::uuid[]) with ordinality as t(id, position)),
              services as (insert into cms.revision_service (revision_id, service_id, position)
                           select $1, t.id, t.position from unnest($3::uuid[]) with ordinality as t(id, position))
         insert into cms.revision_related (revision_id, article_id, position)
         select $1, t.id, t.position from unnest($4::uuid[]) with ordinality as t(id, position)
           join cms.article known on known.id = t.id",
        new.id,
        &[relations.tags.as_slice(), relations.conditions.as_slice()].concat(),
        &relations.services,
        &relations.related,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Slugs of other articles that begin with `stem`: what a made slug has to keep clear of.
pub async fn list_slugs_like(
    connection: &mut PgConnection,
    stem: &str,
    locale: &str,
    except: Uuid,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select r.slug from cms.article a join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
            where a.id <> $3 and r.locale = $2 and starts_with(r.slug, $1)
            union
           select p.slug from cms.publication p
            where p.article_id <> $3 and p.locale = $2 and starts_with(p.slug, $1) and (upper(p.visible) is null or upper(p.visible) > now())"#,
        stem,
        locale,
        except,
    )
    .fetch_all(connection)
    .await
    .map(|slugs| slugs.into_iter().flatten().collect())
}

/// One revision in the list of an article's revisions.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RevisionSummary {
    /// From 1.
    pub number: i32,
    /// As it stood.
    pub title: String,
    /// As it stood.
    pub slug: String,
    /// Why it was made.
    pub message: Option<String>,
    /// Written by an editor's program between two saves; the next such write may take its place.
    pub autosave: bool,
    /// SHA-256 of the content, in hexadecimal.
    pub content_hash: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    #[schema(value_type = Option<Person>)]
    pub created_by: Option<Json<Person>>,
}

/// The place of a revision in the list.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct RevisionKey {
    pub number: i32,
}

/// A page of an article's revisions, newest first.
pub async fn list_revisions(
    connection: &mut PgConnection,
    article: Uuid,
    page: &PageRequest<RevisionKey>,
) -> Result<Vec<RevisionSummary>, sqlx::Error> {
    sqlx::query_as!(
        RevisionSummary,
        r#"select r.number, r.title, r.slug, r.message, r.autosave, encode(r.content_hash, 'hex') as "content_hash!", r.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = r.created_by)
                    as "created_by: Json<Person>"
             from cms.revision r where r.article_id = $1 and ($2::int is null or r.number < $2)
            order by r.number desc limit $3 offset $4"#,
        article,
        page.after().map(|key| key.number),
        page.fetch(),
        page.offset(),
    )
    .fetch_all(connection)
    .await
}

/// How many revisions an article has, counted up to [`COUNTED`]; none where there is no article.
pub async fn count_revisions(connection: &mut PgConnection, article: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select 1 from cms.revision r where r.article_id = $1 limit $2) counted"#,
        article,
        COUNTED,
    )
    .fetch_one(connection)
    .await
}

/// Removes the newest revision where it is an autosave by this person, at most a quarter hour old, and nothing refers to
/// it. Answers whether it did.
pub async fn fold_autosave(
    connection: &mut PgConnection,
    article: Uuid,
    newest: i32,
    by: Uuid,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select cms.fold_revision($1, $2, $3) as "folded!""#, article, newest, by)
        .fetch_one(connection)
        .await
}
