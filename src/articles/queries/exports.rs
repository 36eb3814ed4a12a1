//! Everything that editors wrote, for whoever takes it elsewhere: read by staff's role, in an order that depends on the
//! content alone.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{
    article::{Citation, Faq, Image, Seo},
    exports::{ExportedAuthor, ExportedService, ExportedTerm},
};

/// The authors that are shown anywhere, by slug.
pub async fn list_authors(connection: &mut PgConnection) -> Result<Vec<ExportedAuthor>, sqlx::Error> {
    sqlx::query_as!(
        ExportedAuthor,
        r#"select w.slug, s.name as "name!", s.credentials as "credentials!", w.biography
             from cms.author w join cms.shown_author s on s.id = w.id
            where w.trashed_at is null
               or exists (select 1 from cms.revision r join cms.article a on a.id = r.article_id and a.latest_revision = r.number
                           where r.author_id = w.id and a.trashed_at is null)
            order by w.slug collate "C""#,
    )
    .fetch_all(connection)
    .await
}

/// The terms, those above before those below, then by slug.
pub async fn list_terms(connection: &mut PgConnection) -> Result<Vec<ExportedTerm>, sqlx::Error> {
    sqlx::query_as!(
        ExportedTerm,
        r#"select t.kind, t.slug, t.name, p.slug as "parent?", t.description, t.aliases, t.codes as "codes: Json<Value>"
             from cms.term t
             left join cms.term p on p.id = t.parent_id and p.trashed_at is null
            where t.trashed_at is null
            order by t.kind, (select max(c.depth) from cms.category_above c where c.term_id = t.id) nulls first, t.slug collate "C""#,
    )
    .fetch_all(connection)
    .await
}

/// The services that an article names, by slug.
pub async fn list_services(connection: &mut PgConnection) -> Result<Vec<ExportedService>, sqlx::Error> {
    sqlx::query_as!(
        ExportedService,
        r#"select v.slug, v.name, v.aliases, v.summary, v.body_markdown, v.fda_status, v.contraindications, v.risks,
                  v.referral_required, v.walk_ins, v.online_scheduling, v.duration_minutes,
                  v.price_from as "price_from: Json<Value>",
                  array(select t.slug from cms.service_condition x join cms.term t on t.id = x.term_id
                         where x.service_id = v.id and t.trashed_at is null order by x.position) as "conditions!"
             from cms.service v
            where v.trashed_at is null
              and exists (select 1 from cms.revision_service x
                            join cms.revision r on r.id = x.revision_id
                            join cms.article a on a.id = r.article_id and a.latest_revision = r.number
                           where x.service_id = v.id and a.trashed_at is null)
            order by v.slug collate "C""#,
    )
    .fetch_all(connection)
    .await
}

/// An article with its place among those of the same address.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: Uuid,
    pub locale: String,
    pub slug: String,
    /// From 1; drafts may share an address.
    pub number: i64,
}

/// Every article that is not in the trash: originals before their translations, then by language and slug.
pub async fn list_places(connection: &mut PgConnection) -> Result<Vec<Place>, sqlx::Error> {
    sqlx::query_as!(
        Place,
        r#"select x.id, x.locale, x.slug, x.number as "number!"
             from (select a.id, r.locale, r.slug, r.translation_of is not null as is_translation,
                          row_number() over (partition by r.locale, r.slug
                                             order by r.translation_of is not null, r.title collate "C", a.source collate "C", a.source_id collate "C",
                                                      a.first_published_at, octet_length(r.body_markdown), a.id) as number
                     from cms.article a
                     join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                    where a.trashed_at is null) x
            order by x.is_translation, x.locale collate "C", x.slug collate "C", x.number"#,
    )
    .fetch_all(connection)
    .await
}

/// An article's latest revision, relations by slug; other articles still by id.
#[derive(Debug)]
pub struct ExportRow {
    pub id: Uuid,
    pub source: Option<String>,
    pub source_id: Option<String>,
    pub first_published_at: Option<DateTime<Utc>>,
    pub kind: String,
    pub title: String,
    pub slug: String,
    pub locale: String,
    pub summary: Option<String>,
    pub body_markdown: String,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub conditions: Vec<String>,
    pub services: Vec<String>,
    pub author: Option<String>,
    pub sources: Json<Vec<Citation>>,
    pub faqs: Json<Vec<Faq>>,
    pub seo: Json<Seo>,
    pub cover: Option<Json<Image>>,
    pub related: Vec<Uuid>,
    pub translation_of: Option<Uuid>,
    pub redirects: Vec<String>,
}

/// The articles of these ids, in their order. An old path is told of the article that it led to last.
pub async fn list_articles(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<ExportRow>, sqlx::Error> {
    sqlx::query_as!(
        ExportRow,
        r#"select a.id, a.source, a.source_id,
                  coalesce(a.first_published_at,
                           (select min(p.published_at) from cms.publication p
                             where p.article_id = a.id and lower(p.visible) <= now())) as first_published_at,
                  r.kind, r.title, r.slug, r.locale, r.summary, r.body_markdown,
                  (select t.slug from cms.term t where t.id = r.category_id and t.trashed_at is null) as category,
                  array(select t.slug from cms.revision_term x join cms.term t on t.id = x.term_id
                         where x.revision_id = r.id and t.kind = 'tag' and t.trashed_at is null order by x.position) as "tags!",
                  array(select t.slug from cms.revision_term x join cms.term t on t.id = x.term_id
                         where x.revision_id = r.id and t.kind = 'condition' and t.trashed_at is null
                         order by x.position) as "conditions!",
                  array(select v.slug from cms.revision_service x join cms.service v on v.id = x.service_id
                         where x.revision_id = r.id and v.trashed_at is null order by x.position) as "services!",
                  (select w.slug from cms.author w where w.id = r.author_id) as author,
                  r.sources as "sources: Json<Vec<Citation>>", r.faqs as "faqs: Json<Vec<Faq>>", r.seo as "seo: Json<Seo>",
                  r.cover as "cover: Json<Image>",
                  array(select x.article_id from cms.revision_related x where x.revision_id = r.id order by x.position) as "related!",
                  r.translation_of,
                  array(select old.path collate "C" from (
                          select d.from_path as path from cms.redirect d where d.article_id = a.id and d.status = 301
                           union
                          select p.path from cms.publication p
                           where p.article_id = a.id and upper(p.visible) <= now()
                             and not exists (select 1 from cms.redirect d where d.from_path = p.path)
                             and not exists (select 1 from cms.publication later
                                              where later.path = p.path and lower(later.visible) >= upper(p.visible))) old
                         order by 1) as "redirects!"
             from unnest($1::uuid[]) with ordinality as wanted(id, position)
             join cms.article a on a.id = wanted.id
             join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
            order by wanted.position"#,
        ids,
    )
    .fetch_all(connection)
    .await
}
