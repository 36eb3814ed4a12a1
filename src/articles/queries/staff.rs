//! Articles as staff see them: drafts, revisions, everything.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{
        answers::{Author, Disclosure, Person, Review, Translation},
        article::{Citation, Faq, Image, Seo},
        review::answers::ReviewRequest,
        staff_answers::StaffListedArticle,
    },
    body::{Heading, Warning},
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
    pub services: Json<Vec<Reference>>,
    pub related: Json<Vec<Reference>>,
    pub translation_of: Option<Json<Reference>>,
    pub source_revision: Option<i32>,
    pub translations: Json<Vec<Translation>>,
    pub disclosures: Json<Vec<Disclosure>>,
    pub review_request: Option<Json<ReviewRequest>>,
    /// The sign-off that holds for this content.
    pub signoff: Option<Json<Review>>,
    pub content_hash: String,
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
    /// Where it stands, else where it would stand.
    pub path: String,
}

/// An article with its latest revision, or with the one of that number.
pub async fn find_article(
    connection: &mut PgConnection,
    id: Uuid,
    revision: Option<i32>,
) -> Result<Option<StaffRow>, sqlx::Error> {
    Ok(find_articles(connection, &[id], revision).await?.pop())
}

/// Articles with their latest revisions, or with those of that number.
pub async fn find_articles(
    connection: &mut PgConnection,
    ids: &[Uuid],
    revision: Option<i32>,
) -> Result<Vec<StaffRow>, sqlx::Error> {
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
                  (select coalesce(json_agg(json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) order by x.position), '[]')
                     from cms.revision_service x join cms.service v on v.id = x.service_id
                    where x.revision_id = r.id) as "services!: Json<Vec<Reference>>",
                  (select coalesce(json_agg(json_build_object('id', o.id, 'slug', n.slug, 'name', n.title) order by x.position), '[]')
                     from cms.revision_related x join cms.article o on o.id = x.article_id
                     join cms.revision n on n.article_id = o.id and n.number = o.latest_revision
                    where x.revision_id = r.id) as "related!: Json<Vec<Reference>>",
                  (select json_build_object('id', o.id, 'slug', n.slug, 'name', n.title)
                     from cms.article o join cms.revision n on n.article_id = o.id and n.number = o.latest_revision
                    where o.id = r.translation_of) as "translation_of: Json<Reference>",
                  r.source_revision,
                  (select coalesce(json_agg(json_build_object('locale', n.locale, 'slug', n.slug, 'path', null, 'stale',
                                     coalesce(n.translation_of is not null and h.content_hash <> b.content_hash, false)) order by n.locale), '[]')
                     from cms.article o
                     join cms.revision n on n.article_id = o.id and n.number = o.latest_revision
                     left join cms.article g on g.id = n.translation_of
                     left join cms.revision h on h.article_id = g.id and h.number = g.latest_revision
                     left join cms.revision b on b.article_id = g.id and b.number = n.source_revision
                    where o.group_id = a.group_id and o.id <> a.id and o.trashed_at is null) as "translations!: Json<Vec<Translation>>",
                  (select json_build_object('requested_at', q.requested_at,
                                            'requested_by', json_build_object('id', b.id, 'name', b.name),
                                            'reviewer', case when c.id is not null then json_build_object('id', c.id, 'name', c.name) end,
                                            'note', q.note, 'revision', n.number)
                     from cms.review_request q join cms.revision n on n.id = q.revision_id
                     join cms.account b on b.id = q.requested_by left join cms.account c on c.id = q.reviewer_id
                    where q.article_id = a.id) as "review_request: Json<ReviewRequest>",
                  d.disclosures as "disclosures!: Json<Vec<Disclosure>>", d.review as "signoff: Json<Review>",
                  encode(r.content_hash, 'hex') as "content_hash!",
                  (select w.shown from cms.shown_author w where w.id = r.author_id) as "author: Json<Author>",
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
                  a.updated_at, a.trashed_at,
                  coalesce((select p.path from cms.publication p where p.article_id = a.id and p.visible @> statement_timestamp()),
                           (select q.path from cms.revision_path q where q.revision_id = r.id)) as "path!"
             from cms.article a
             join cms.revision r on r.article_id = a.id and r.number = coalesce($2, a.latest_revision)
             join cms.shown_revision d on d.revision_id = r.id
             join cms.article_status s on s.article_id = a.id
            where a.id = any ($1)"#,
        ids,
        revision,
    )
    .fetch_all(connection)
    .await
}

/// The filters of staff's list.
#[derive(Clone, Debug, Default)]
pub struct StaffFilter {
    pub status: Option<Vec<String>>,
    pub author: Option<Vec<String>>,
    pub q: Option<String>,
    pub locale: Option<String>,
    /// Slugs or ids of originals.
    pub translation_of: Option<Vec<String>>,
    /// Whether the original says something else now than what was translated.
    pub stale: Option<bool>,
    pub trashed: bool,
    /// Whether the review of what is visible, else of the newest content, is overdue.
    pub overdue: Option<bool>,
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
                    (select w.shown from cms.shown_author w where w.id = r.author_id) as author,
                    json_build_object('next_review_due', g.next_review_due, 'overdue', g.overdue) as review,
                    a.created_at, a.updated_at,
                    case when o.id is not null then json_build_object('id', o.id, 'slug', n.slug, 'name', n.title) end as translation_of,
                    coalesce(n.content_hash <> b.content_hash, false) as stale
               from cms.article a
               join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
               join cms.article_status s on s.article_id = a.id
               join cms.revision shown on shown.article_id = a.id and shown.number = coalesce(s.live_revision, a.latest_revision)
               left join cms.article o on o.id = r.translation_of
               left join cms.revision n on n.article_id = o.id and n.number = o.latest_revision
               left join cms.revision b on b.article_id = o.id and b.number = r.source_revision
               cross join lateral (
                 select x.next_review_due,
                        coalesce(x.next_review_due < (select k.today from cms.clinic_clock k), false) as overdue
                   from (select (select o.next_review_due from cms.live_signoff o
                                  where o.article_id = a.id and o.content_hash = shown.content_hash) as next_review_due) x) g
              where (a.trashed_at is not null) = $1
                and ($2::text[] is null or s.status = any ($2))
                and ($3::text[] is null or exists (select 1 from cms.author w where w.id = r.author_id
                                                      and (w.slug = any ($3) or w.id::text = any ($3))))
                and ($4::text is null or position(lower($4) in lower(r.title)) > 0)
                and ($10::bool is null or g.overdue = $10)
                and ($11::text is null or r.locale = $11)
                and ($12::text[] is null or n.slug = any ($12) or o.id::text = any ($12))
                and ($13::boolean is null or coalesce(n.content_hash <> b.content_hash, false) = $13))
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
        filter.overdue,
        filter.locale,
        filter.translation_of.as_deref(),
        filter.stale,
    )
    .fetch_one(connection)
    .await
}

/// Locks an article for a change. None where there is none. Whoever names it meanwhile, as further reading or as an
/// original, does not wait.
pub async fn lock_article(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!("select id from cms.article where id = $1 for no key update", id)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Where an import found an article.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "they are the names of the columns")]
pub struct Source<'a> {
    pub source: &'a str,
    pub source_id: &'a str,
    /// Of what was taken.
    pub hash: [u8; 32],
}

/// Stores the identity of an article. None of it is public.
pub async fn insert_article(
    connection: &mut PgConnection,
    id: Uuid,
    source: Option<&Source<'_>>,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.article (id, group_id, source, source_id, source_hash, created_by, updated_by)
         values ($1, $1, $2, $3, $4, $5, $5)",
        id,
        source.map(|source| source.source),
        source.map(|source| source.source_id),
        source.map(|source| &source.hash[..]),
        by,
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

/// Puts an article among the translations of an original, or on its own.
pub async fn place_in_group(
    connection: &mut PgConnection,
    id: Uuid,
    original: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.article set group_id = coalesce($2, id) where id = $1 and group_id <> coalesce($2, id)",
        id,
        original,
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

/// The article that an import made of a source, with the hash of what was taken.
pub async fn find_by_source(
    connection: &mut PgConnection,
    source: &str,
    source_id: &str,
) -> Result<Option<(Uuid, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select a.id, a.source_hash as "source_hash!" from cms.article a where a.source = $1 and a.source_id = $2"#,
        source,
        source_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.source_hash)))
}

/// The clinic's default locale.
pub async fn default_locale(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let locale = sqlx::query_scalar!("select default_locale from cms.clinic").fetch_optional(connection).await?;
    Ok(locale.unwrap_or_else(|| "en".to_owned()))
}
