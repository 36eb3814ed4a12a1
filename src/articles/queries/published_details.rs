//! Visible articles in detail, many at once: for builds, feeds and exports. Only views of the schema `site` are named
//! here. Further reading is left out: it changes with other articles, and `GET /v1/articles/{slug}` has it.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::published::{ListedArticle, PublishedArticle};
use crate::{
    articles::{
        answers::{Author, Disclosure, Review, Translation},
        article::{Citation, Faq, Image, Seo},
    },
    body::Heading,
    http::Reference,
};

/// One query for each choice of articles: the text differs in what is chosen and in the order, nothing else.
macro_rules! details {
    ($connection:expr, $choice:literal, $($value:expr),*) => {
        sqlx::query_as!(
            PublishedArticle,
            r#"select a.id as "id!", a.kind as "kind!", a.slug as "slug!", a.path as "path!", a.locale as "locale!",
                      a.title as "title!", a.summary, a.cover as "cover: Json<Image>", a.category as "category: Json<Reference>",
                      a.tags as "tags!: Json<Vec<Reference>>", a.conditions as "conditions!: Json<Vec<Reference>>",
                      a.services as "services!: Json<Vec<Reference>>", a.review as "review: Json<Review>",
                      a.translations as "translations!: Json<Vec<Translation>>", a.disclosures as "disclosures!: Json<Vec<Disclosure>>",
                      '[]'::json as "related!: Json<Vec<ListedArticle>>",
                      a.author as "author: Json<Author>", a.reading_minutes as "reading_minutes!",
                      a.published_at as "published_at!", a.updated_at as "updated_at!", a.revision as "revision!",
                      a.body_html as "body!",
                      a.headings as "headings!: Json<Vec<Heading>>", a.sources as "sources!: Json<Vec<Citation>>",
                      a.faqs as "faqs!: Json<Vec<Faq>>", a.seo as "seo!: Json<Seo>",
                      (select c.site_url from site.clinic c) as site_url,
                      null::bigint as valid_for
                 from site.article a "# + $choice,
            $($value),*
        )
        .fetch_all($connection)
        .await
    };
}

/// The visible ones among these, in no order.
pub async fn find_published_many(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<PublishedArticle>, sqlx::Error> {
    details!(connection, "where a.id = any ($1)", ids)
}

/// The visible ones after an id, in the order of the ids.
pub async fn find_published_after(
    connection: &mut PgConnection,
    after: Uuid,
    fetch: i64,
) -> Result<Vec<PublishedArticle>, sqlx::Error> {
    details!(connection, "where a.id > $1 order by a.id limit $2", after, fetch)
}

/// What a feed is narrowed to. A list of names means any of them.
#[derive(Clone, Debug, Default)]
pub struct FeedFilter {
    pub locale: Option<String>,
    pub category: Option<Vec<String>>,
    pub tag: Option<Vec<String>>,
}

/// The newest in a language.
pub async fn find_published_newest(
    connection: &mut PgConnection,
    filter: &FeedFilter,
    fetch: i64,
) -> Result<Vec<PublishedArticle>, sqlx::Error> {
    details!(
        connection,
        r"where a.locale = coalesce($1, (select default_locale from site.clinic), 'en')
            and ($2::text[] is null or exists (
                  select 1 from site.article_term t join site.category_above c on c.term_id = t.term_id
                   where t.article_id = a.id and t.kind = 'category' and (c.slug = any ($2) or c.above_id::text = any ($2))))
            and ($3::text[] is null or exists (
                  select 1 from site.article_term t
                   where t.article_id = a.id and t.kind = 'tag' and (t.slug = any ($3) or t.term_id::text = any ($3))))
          order by a.published_at desc, a.id desc limit $4",
        filter.locale,
        filter.category.as_deref(),
        filter.tag.as_deref(),
        fetch
    )
}

/// The clinic, as far as its feeds and its structured data name it.
#[derive(Clone, Debug)]
pub struct Publisher {
    pub name: String,
    pub legal_name: Option<String>,
    pub tagline: Option<String>,
    pub site_url: Option<String>,
    pub default_locale: String,
    pub updated_at: chrono::DateTime<chrono::Utc>,
    /// Seconds until what is visible changes by itself.
    pub valid_for: Option<i64>,
}

/// The clinic.
pub async fn find_publisher(connection: &mut PgConnection) -> Result<Option<Publisher>, sqlx::Error> {
    sqlx::query_as!(
        Publisher,
        r#"select name as "name!", legal_name, tagline, site_url, default_locale as "default_locale!", updated_at as "updated_at!",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for
             from site.clinic"#
    )
    .fetch_optional(connection)
    .await
}
