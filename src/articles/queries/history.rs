//! What the public saw, and when. Nothing here is about what is to come.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::published::{ListedArticle, PublishedArticle};
use crate::articles::{
    answers::{Author, Disclosure, Person, Review, Translation},
    article::{Citation, Faq, Image, Seo},
    history::{Approval, ShownRevision},
};
use crate::body::Heading;
use crate::http::Reference;

/// The publications of an article that have begun, the newest first, at most 1,000: those that were visible at `at`, or
/// all. Each with the sign-offs of its content that stood at some time of it.
pub async fn list_shown(
    connection: &mut PgConnection,
    article: Uuid,
    at: Option<DateTime<Utc>>,
) -> Result<Vec<ShownRevision>, sqlx::Error> {
    sqlx::query_as!(
        ShownRevision,
        r#"select r.number as revision, p.locale, p.slug, p.path as "path?", lower(p.visible) as "from!",
                  upper(p.visible) as until, encode(r.content_hash, 'hex') as "content_hash!",
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = p.created_by)
                    as "published_by: Json<Person>",
                  (select coalesce(json_agg(json_build_object(
                            'reviewed_by', s.reviewer, 'licence', s.licence, 'signed_at', s.signed_at,
                            'next_review_due', s.next_review_due, 'revoked_at', s.revoked_at) order by s.signed_at, s.id), '[]')
                     from cms.signoff s
                    where s.article_id = p.article_id and s.content_hash = r.content_hash
                      and (upper(p.visible) is null or s.signed_at < upper(p.visible))
                      and (s.revoked_at is null or s.revoked_at > lower(p.visible))) as "approvals!: Json<Vec<Approval>>"
             from cms.publication p join cms.revision r on r.id = p.revision_id
            where p.article_id = $1 and lower(p.visible) <= statement_timestamp()
              and ($2::timestamptz is null or p.visible @> $2)
            order by lower(p.visible) desc limit 1000"#,
        article,
        at,
    )
    .fetch_all(connection)
    .await
}

/// What the public saw of an article at an instant, as far as the records tell: the content of the revision, the
/// disclosures in the version of that day and the review as it stood. Names of people and terms are those of today, and
/// what stood beside it by what articles share is not kept.
pub async fn find_shown(
    connection: &mut PgConnection,
    article: Uuid,
    at: DateTime<Utc>,
) -> Result<Option<PublishedArticle>, sqlx::Error> {
    sqlx::query_as!(
        PublishedArticle,
        r#"select p.article_id as id, r.kind as "kind!", p.slug, p.path, p.locale, r.title as "title!", r.summary,
                  r.cover as "cover: Json<Image>", r.category as "category: Json<Reference>",
                  r.tags as "tags!: Json<Vec<Reference>>", r.conditions as "conditions!: Json<Vec<Reference>>",
                  r.services as "services!: Json<Vec<Reference>>", r.author as "author: Json<Author>",
                  (select json_build_object('reviewed_by', s.reviewer,
                                            'last_reviewed_on', (s.signed_at at time zone k.timezone)::date,
                                            'next_review_due', s.next_review_due,
                                            'overdue', coalesce(s.next_review_due < ($2::timestamptz at time zone k.timezone)::date, false))
                     from cms.signoff s, cms.clinic_clock k
                    where s.article_id = p.article_id and s.content_hash = r.content_hash and s.signed_at <= $2
                      and (s.revoked_at is null or s.revoked_at > $2)
                    order by s.signed_at desc, s.id desc limit 1) as "review: Json<Review>",
                  (select coalesce(json_agg(json_build_object(
                            'locale', o.locale, 'slug', o.slug, 'path', o.path,
                            'stale', coalesce(t.translation_of is not null and s.content_hash <> b.content_hash, false))
                            order by o.locale), '[]')
                     from cms.publication o
                     join cms.revision t on t.id = o.revision_id
                     left join cms.revision b on b.article_id = t.translation_of and b.number = t.source_revision
                     left join cms.publication q on q.article_id = t.translation_of and q.visible @> $2::timestamptz
                     left join cms.revision s on s.id = q.revision_id
                    where o.group_id = p.group_id and o.article_id <> p.article_id and o.visible @> $2::timestamptz)
                    as "translations!: Json<Vec<Translation>>",
                  (select coalesce(json_agg(json_build_object('kind', v.kind, 'version', v.version,
                            'text', coalesce(v.texts->>p.locale, v.texts->>split_part(p.locale, '-', 1),
                                             v.texts->>(select k.default_locale from cms.clinic_clock k),
                                             (select min(x.value) from jsonb_each_text(v.texts) x)))
                            order by v.kind, d.slug), '[]')
                     from cms.revision_disclosure rd join cms.disclosure d on d.id = rd.disclosure_id
                     join lateral (select y.* from cms.disclosure_version y
                                    where y.disclosure_id = d.id and y.since <= $2 order by y.version desc limit 1) v on true
                    where rd.revision_id = p.revision_id and (d.trashed_at is null or d.trashed_at > $2))
                    as "disclosures!: Json<Vec<Disclosure>>",
                  '[]'::json as "related!: Json<Vec<ListedArticle>>",
                  r.reading_minutes as "reading_minutes!", p.published_at, lower(p.visible) as "updated_at!",
                  r.revision as "revision!", r.body_html as "body!", r.headings as "headings!: Json<Vec<Heading>>",
                  r.sources as "sources!: Json<Vec<Citation>>", r.faqs as "faqs!: Json<Vec<Faq>>", r.seo as "seo!: Json<Seo>",
                  (select c.site_url from cms.clinic c) as site_url, null::bigint as valid_for
             from cms.publication p join cms.shown_revision r on r.revision_id = p.revision_id
            where p.article_id = $1 and p.visible @> $2::timestamptz"#,
        article,
        at,
    )
    .fetch_optional(connection)
    .await
}

/// What is left of an article that was purged.
#[derive(Debug)]
pub struct Tombstone {
    pub locale: String,
    pub slug: String,
    pub path: Option<String>,
    /// `[{revision, content_hash, from, until, approved_by}]`
    pub publications: serde_json::Value,
}

/// The tombstone of an article, where there is one.
pub async fn find_tombstone(connection: &mut PgConnection, article: Uuid) -> Result<Option<Tombstone>, sqlx::Error> {
    sqlx::query_as!(
        Tombstone,
        "select locale, slug, path, publications from cms.tombstone where article_id = $1",
        article
    )
    .fetch_optional(connection)
    .await
}

/// Whether there is an article of that id, in the trash or not.
pub async fn is_known(connection: &mut PgConnection, article: Uuid) -> Result<bool, sqlx::Error> {
    let row = sqlx::query!("select id from cms.article where id = $1", article).fetch_optional(connection).await?;
    Ok(row.is_some())
}
