//! What stood on the site at an instant, as far as the records tell: the publications' ranges, the revisions, which never
//! change, the sign-offs that held, and the texts of disclosures as they were. What has no history (the names of terms,
//! people and services) is as it is now.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An article that stood.
#[derive(Debug)]
pub struct StandingRow {
    pub id: Uuid,
    /// In the shape of a visible article.
    pub shown: Value,
    /// Of what it said, in hexadecimal.
    pub content_hash: String,
    /// Whose sign-off held; null where there was none.
    pub approved_by: Option<Value>,
}

/// Articles that stood at `at`, in the order of their ids after `after`.
pub async fn list_standing(
    connection: &mut PgConnection,
    at: DateTime<Utc>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<StandingRow>, sqlx::Error> {
    sqlx::query_as!(
        StandingRow,
        r#"with standing as not materialized (
             select p.article_id as id, d.kind, p.slug, p.path, p.locale, d.title, d.summary, d.cover, d.category, d.tags, d.conditions,
                    d.services, d.author, d.reading_minutes, p.published_at, lower(p.visible) as updated_at, d.revision, d.revision_id,
                    d.body_html as body, d.headings, d.sources, d.faqs, r.seo, d.content_hash,
                    (select json_build_object(
                              'reviewed_by', g.reviewer, 'last_reviewed_on', (g.signed_at at time zone k.timezone)::date,
                              'next_review_due', g.next_review_due,
                              'overdue', coalesce(g.next_review_due < ($1::timestamptz at time zone k.timezone)::date, false))
                       from cms.signoff g, cms.clinic_clock k
                      where g.article_id = p.article_id and g.content_hash = d.content_hash
                        and g.signed_at <= $1 and (g.revoked_at is null or g.revoked_at > $1)
                      order by g.signed_at desc, g.id desc limit 1) as review,
                    (select coalesce(json_agg(json_build_object('locale', o.locale, 'slug', o.slug, 'path', o.path, 'stale', false)
                                              order by o.locale), '[]')
                       from cms.publication o
                      where o.group_id = p.group_id and o.article_id <> p.article_id and o.visible @> $1) as translations,
                    (select coalesce(json_agg(json_build_object('kind', v.kind, 'version', v.version,
                                                'text', coalesce(v.texts->>p.locale, v.texts->>split_part(p.locale, '-', 1),
                                                                 v.texts->>k.default_locale,
                                                                 (select min(x.value) from jsonb_each_text(v.texts) x)))
                                              order by v.kind, c.slug), '[]')
                       from cms.revision_disclosure rd
                       join cms.disclosure c on c.id = rd.disclosure_id and (c.trashed_at is null or c.trashed_at > $1)
                       cross join cms.clinic_clock k
                       cross join lateral (select w.kind, w.version, w.texts from cms.disclosure_version w
                                            where w.disclosure_id = c.id and w.since <= $1
                                            order by w.version desc limit 1) v
                      where rd.revision_id = d.revision_id) as disclosures
               from cms.publication p
               join cms.revision r on r.id = p.revision_id
               join cms.shown_revision d on d.revision_id = p.revision_id
              where p.visible @> $1::timestamptz)
           select s.id as "id!",
                  to_jsonb(s) || jsonb_build_object(
                    'related', (select coalesce(jsonb_agg(to_jsonb(v) - 'body' order by x.position), '[]')
                                  from cms.revision_related x join standing v on v.id = x.article_id
                                 where x.revision_id = s.revision_id),
                    'site_url', (select c.site_url from cms.clinic c limit 1),
                    'valid_for', null) as "shown!",
                  encode(s.content_hash, 'hex') as "content_hash!", (s.review->'reviewed_by')::jsonb as approved_by
             from standing s
            where $2::uuid is null or s.id > $2
            order by s.id limit $3"#,
        at,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// What is left of an article that stood and was purged since.
#[derive(Debug, serde::Serialize)]
pub struct PurgedRow {
    pub id: Uuid,
    pub locale: String,
    pub slug: String,
    pub path: Option<String>,
    /// `{revision, content_hash, from, until, approved_by}`
    pub publication: Value,
}

/// Articles that stood at `at` and were purged since.
pub async fn list_purged(connection: &mut PgConnection, at: DateTime<Utc>) -> Result<Vec<PurgedRow>, sqlx::Error> {
    sqlx::query_as!(
        PurgedRow,
        r#"select t.article_id as id, t.locale, t.slug, t.path, p.value as "publication!"
             from cms.tombstone t
             cross join lateral jsonb_array_elements(t.publications) p
            where (p.value->>'from')::timestamptz <= $1
              and ((p.value->>'until') is null or (p.value->>'until')::timestamptz > $1)
            order by t.article_id"#,
        at,
    )
    .fetch_all(connection)
    .await
}
