//! Articles as staff see them: drafts, revisions, everything.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{
        answers::{Author, Person, StaffListedArticle},
        article::{Citation, Faq, Image, Manuscript, Seo},
        body::{Heading, Warning},
    },
    http::{COUNTED, PageRequest, Reference},
};

/// An article with one of its revisions.
#[derive(Clone, Debug)]
pub struct StaffRow {
    pub id: Uuid,
    pub version: i32,
    pub revision: i32,
    pub status: String,
    pub kind: String,
    pub locale: String,
    pub slug: String,
    pub title: String,
    pub summary: Option<String>,
    pub body_markdown: String,
    pub headings: Json<Vec<Heading>>,
    pub excerpt: String,
    pub reading_minutes: i32,
    pub warnings: Json<Vec<Warning>>,
    pub category: Option<Json<Reference>>,
    pub tags: Json<Vec<Reference>>,
    pub conditions: Json<Vec<Reference>>,
    pub author: Option<Json<Author>>,
    pub sources: Json<Vec<Citation>>,
    pub faqs: Json<Vec<Faq>>,
    pub seo: Json<Seo>,
    pub cover: Option<Json<Image>>,
    pub published_revision: Option<i32>,
    pub published_at: Option<DateTime<Utc>>,
    pub publish_at: Option<DateTime<Utc>>,
    pub unpublish_at: Option<DateTime<Utc>>,
    pub publication_revision: Option<i32>,
    pub created_by: Option<Json<Person>>,
    pub created_at: DateTime<Utc>,
    pub updated_by: Option<Json<Person>>,
    pub updated_at: DateTime<Utc>,
    pub trashed_at: Option<DateTime<Utc>>,
}

/// An article with its latest revision, or with the one of that number.
pub async fn find_article(
    connection: &mut PgConnection,
    id: Uuid,
    revision: Option<i32>,
) -> Result<Option<StaffRow>, sqlx::Error> {
    sqlx::query_as!(
        StaffRow,
        r#"select a.id, a.version, r.number as revision, s.status as "status!", r.kind, r.locale, r.slug, r.title, r.summary,
                  r.body_markdown, r.headings as "headings: Json<Vec<Heading>>", r.excerpt, r.reading_minutes,
                  r.warnings as "warnings: Json<Vec<Warning>>",
                  (select json_build_object('id', t.id, 'slug', t.slug, 'name', t.name)
                     from cms.term t where t.id = r.category_id) as "category: Json<Reference>",
                  (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by x.position), '[]')
                     from cms.revision_term x join cms.term t on t.id = x.term_id
                    where x.revision_id = r.id and t.kind = 'tag') as "tags!: Json<Vec<Reference>>",
                  (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by x.position), '[]')
                     from cms.revision_term x join cms.term t on t.id = x.term_id
                    where x.revision_id = r.id and t.kind = 'condition') as "conditions!: Json<Vec<Reference>>",
                  (select json_build_object('id', w.id, 'slug', w.slug, 'name', w.name, 'type', 'person')
                     from cms.author w where w.id = r.author_id) as "author: Json<Author>",
                  r.sources as "sources: Json<Vec<Citation>>", r.faqs as "faqs: Json<Vec<Faq>>", r.seo as "seo: Json<Seo>",
                  r.cover as "cover: Json<Image>",
                  s.live_revision as published_revision, s.published_at,
                  coalesce(s.planned_from, s.live_from) as publish_at,
                  case when s.planned_from is null then s.live_until else s.planned_until end as unpublish_at,
                  coalesce(s.planned_revision, s.live_revision) as publication_revision,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = a.created_by)
                    as "created_by: Json<Person>",
                  a.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = a.updated_by)
                    as "updated_by: Json<Person>",
                  a.updated_at, a.trashed_at
             from cms.article a
             join cms.revision r on r.article_id = a.id and r.number = coalesce($2, a.latest_revision)
             join cms.article_status s on s.article_id = a.id
            where a.id = $1"#,
        id,
        revision,
    )
    .fetch_optional(connection)
    .await
}

/// The filters of staff's list.
#[derive(Clone, Debug, Default)]
pub struct StaffFilter {
    pub status: Option<Vec<String>>,
    pub author: Option<Vec<String>>,
    pub q: Option<String>,
    pub trashed: bool,
}

/// The place of a row in staff's list.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct StaffKey {
    pub updated_at: DateTime<Utc>,
    pub id: Uuid,
}

/// A page of staff's list.
#[derive(Debug)]
pub struct StaffRows {
    pub items: Json<Vec<StaffListedArticle>>,
    pub total: Option<i64>,
}

/// A page of staff's list, last edited first. `q` is looked for in the title, as it stands.
pub async fn list_articles(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    page: &PageRequest<StaffKey>,
) -> Result<StaffRows, sqlx::Error> {
    sqlx::query_as!(
        StaffRows,
        r#"with matching as not materialized (
             select a.id, r.kind, r.slug, r.locale, r.title, s.status, a.version, r.number as revision,
                    s.live_revision as published_revision, s.published_at,
                    (select json_build_object('id', w.id, 'slug', w.slug, 'name', w.name, 'type', 'person')
                       from cms.author w where w.id = r.author_id) as author,
                    a.created_at, a.updated_at
               from cms.article a
               join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
               join cms.article_status s on s.article_id = a.id
              where (a.trashed_at is not null) = $1
                and ($2::text[] is null or s.status = any ($2))
                and ($3::text[] is null or exists (select 1 from cms.author w where w.id = r.author_id
                                                      and (w.slug = any ($3) or w.id::text = any ($3))))
                and ($4::text is null or position(lower($4) in lower(r.title)) > 0))
           select (select coalesce(json_agg(x), '[]')
                     from (select * from matching m
                            where $5::timestamptz is null or (m.updated_at, m.id) < ($5, $6::uuid)
                            order by m.updated_at desc, m.id desc limit $7 offset $8) x) as "items!: Json<Vec<StaffListedArticle>>",
                  case when $5::timestamptz is null
                       then (select count(*) from (select 1 from matching limit $9) counted) end as total"#,
        filter.trashed,
        filter.status.as_deref(),
        filter.author.as_deref(),
        filter.q,
        page.after().map(|key| key.updated_at),
        page.after().map(|key| key.id),
        page.fetch(),
        page.offset(),
        COUNTED,
    )
    .fetch_one(connection)
    .await
}

/// Locks an article for a change. None where there is none.
pub async fn lock_article(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    let row =
        sqlx::query!("select id from cms.article where id = $1 for update", id).fetch_optional(connection).await?;
    Ok(row.is_some())
}

/// Stores the identity of an article. None of it is public.
pub async fn insert_article(
    connection: &mut PgConnection,
    id: Uuid,
    source: Option<(&str, &str)>,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.article (id, source, source_id, created_by, updated_by) values ($1, $2, $3, $4, $4)",
        id,
        source.map(|(source, _)| source),
        source.map(|(_, id)| id),
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The relations of a revision, resolved.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    pub locale: String,
    pub slug: String,
    pub category: Option<Uuid>,
    pub author: Option<Uuid>,
    /// Tags, then conditions.
    pub terms: Vec<Uuid>,
}

/// Stores a revision with its terms.
pub async fn insert_revision(
    connection: &mut PgConnection,
    id: Uuid,
    article: Uuid,
    number: i32,
    manuscript: &Manuscript,
    relations: &Relations,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    let (draft, body) = (&manuscript.draft, &manuscript.body);
    sqlx::query!(
        "insert into cms.revision (id, article_id, number, kind, locale, slug, title, summary, body_markdown, body_html,
                                   body_text, headings, excerpt, reading_minutes, warnings, category_id, author_id, cover,
                                   sources, faqs, seo, content_hash, message, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)",
        id,
        article,
        number,
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
        &draft.content_hash()[..],
        manuscript.message,
        by,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.revision_term (revision_id, term_id, position)
         select $1, t.id, t.position from unnest($2::uuid[]) with ordinality as t(id, position)",
        id,
        &relations.terms,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves an article to a new version, and to its newest revision where one was written.
pub async fn touch_article(
    connection: &mut PgConnection,
    id: Uuid,
    latest_revision: Option<i32>,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.article set version = version + 1, latest_revision = coalesce($2, latest_revision),
                updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        latest_revision,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves an article to the trash or back.
pub async fn set_trashed(connection: &mut PgConnection, id: Uuid, trashed: bool) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.article set trashed_at = case when $2 then clock_timestamp() end where id = $1",
        id,
        trashed
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The article that an import made of a source, with the hash of its latest content and its number.
pub async fn find_by_source(
    connection: &mut PgConnection,
    source: &str,
    source_id: &str,
) -> Result<Option<(Uuid, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!(
        "select a.id, r.content_hash from cms.article a
           join cms.revision r on r.article_id = a.id and r.number = 1
          where a.source = $1 and a.source_id = $2",
        source,
        source_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.content_hash)))
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

/// The clinic's default locale.
pub async fn default_locale(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let locale = sqlx::query_scalar!("select default_locale from cms.clinic").fetch_optional(connection).await?;
    Ok(locale.unwrap_or_else(|| "en".to_owned()))
}

/// The id of an author, by slug or id.
pub async fn find_author(connection: &mut PgConnection, name: &str) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from cms.author where slug = $1 or id::text = $1", name)
        .fetch_optional(connection)
        .await
}

/// The author that an account stands as, made at its first article; without an account, the author of that slug.
pub async fn find_or_insert_author(
    connection: &mut PgConnection,
    id: Uuid,
    account: Option<Uuid>,
    slug: &str,
    name: &str,
) -> Result<Uuid, sqlx::Error> {
    let known = sqlx::query_scalar!(
        "select id from cms.author where account_id = $1 or ($1::uuid is null and account_id is null and slug = $2)",
        account,
        slug,
    );
    if let Some(id) = known.fetch_optional(&mut *connection).await? {
        return Ok(id);
    }
    // A namesake has the plain slug already, or takes it at this moment.
    let stored = sqlx::query_scalar!(
        "insert into cms.author (id, slug, name, account_id)
         values ($1, case when exists (select 1 from cms.author where slug = $2) then $2 || '-' || right($5, 12) else $2 end, $3, $4)
         on conflict (account_id) do update set name = cms.author.name
         returning id",
        id,
        slug,
        name,
        account,
        id.to_string(),
    );
    stored.fetch_one(connection).await
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
    /// SHA-256 of the content, in hexadecimal.
    pub content_hash: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    #[schema(value_type = Option<Person>)]
    pub created_by: Option<Json<Person>>,
}

/// The revisions of an article, newest first; at most 100 below `before`.
pub async fn list_revisions(connection: &mut PgConnection, article: Uuid) -> Result<Vec<RevisionSummary>, sqlx::Error> {
    sqlx::query_as!(
        RevisionSummary,
        r#"select r.number, r.title, r.slug, r.message, encode(r.content_hash, 'hex') as "content_hash!", r.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = r.created_by)
                    as "created_by: Json<Person>"
             from cms.revision r where r.article_id = $1 order by r.number desc limit 1000"#,
        article,
    )
    .fetch_all(connection)
    .await
}
