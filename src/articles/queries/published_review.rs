//! Who vouches for what the public sees. Only views of the schema `site` are named here.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{
    answers::Author,
    article::{Citation, Faq},
    review::attestation::AttestedLicence,
};

/// The live sign-off of a visible article, with what it shows at the same instant.
#[derive(Debug)]
pub struct PublishedReview {
    pub id: Uuid,
    pub slug: String,
    pub path: String,
    pub locale: String,
    pub title: String,
    pub summary: Option<String>,
    pub body: String,
    pub sources: Json<Vec<Citation>>,
    pub faqs: Json<Vec<Faq>>,
    pub revision: i32,
    pub content_hash: String,
    pub reviewed_by: Json<Author>,
    pub licence: Option<Json<AttestedLicence>>,
    pub signed_at: DateTime<Utc>,
    pub next_review_due: Option<NaiveDate>,
    pub overdue: bool,
    /// Seconds until something visible changes by itself.
    pub valid_for: Option<i64>,
}

/// The live sign-off of the visible article of that slug or id; of a former slug, of the article it belongs to now. A
/// slug is looked up in one locale, an id in all.
pub async fn find_published_review(
    connection: &mut PgConnection,
    slug_or_id: &str,
    locale: Option<&str>,
) -> Result<Option<PublishedReview>, sqlx::Error> {
    sqlx::query_as!(
        PublishedReview,
        r#"with wanted as (select coalesce($2, (select default_locale from site.clinic), 'en') as locale),
                found as (
                  select coalesce(
                    (select a.id from site.article a where a.slug = $1 and a.locale = (select locale from wanted)),
                    (select f.article_id from site.article_former_slug f
                      where f.slug = $1 and f.locale = (select locale from wanted) order by f.left_at desc limit 1),
                    (select a.id from site.article a where a.id = $3)) as id)
           select a.id as "id!", a.slug as "slug!", a.path as "path!", a.locale as "locale!", a.title as "title!", a.summary,
                  a.body_markdown as "body!", a.sources as "sources!: Json<Vec<Citation>>", a.faqs as "faqs!: Json<Vec<Faq>>",
                  a.revision as "revision!", encode(v.content_hash, 'hex') as "content_hash!",
                  v.reviewed_by as "reviewed_by!: Json<Author>", v.licence as "licence: Json<AttestedLicence>",
                  v.signed_at as "signed_at!", v.next_review_due, v.overdue as "overdue!",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for
             from found f
             join site.article a on a.id = f.id
             join site.article_review v on v.article_id = a.id and v.revision = a.revision"#,
        slug_or_id,
        locale,
        slug_or_id.parse::<Uuid>().ok(),
    )
    .fetch_optional(connection)
    .await
}
