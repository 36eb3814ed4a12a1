//! What the API says of an article. Lists carry summaries without a body; the detail carries everything a page needs.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    article::{Citation, Faq, Image, Kind, Seo},
    medical_code::TermCode,
    queries::{
        published::{ListedArticle, PublishedArticle},
        published_search::FoundArticle,
    },
    search,
};
pub use crate::body::Format;
use crate::body::Heading;
use crate::http::{ApiError, PageLinks, PageMeta, Reference};

/// Who stands as author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// `person`, or `provider` for who treats patients.
    pub r#type: String,
    /// "MD", "RN": set by those who manage people and providers.
    pub credentials: Vec<String>,
    /// The clinic's own record of the same person.
    pub provider: Option<Reference>,
}

/// A colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
}

/// What is known of the medical review. Only a sign-off of what is shown can fill it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    pub reviewed_by: Option<Author>,
    pub last_reviewed_on: Option<NaiveDate>,
    pub next_review_due: Option<NaiveDate>,
    pub overdue: bool,
}

/// The same article in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Translation {
    pub locale: String,
    pub slug: String,
    /// Where it stands on the clinic's site; null where it is not visible.
    pub path: Option<String>,
    /// The original has moved on since.
    pub stale: bool,
}

/// A text that the law or the clinic's rules demand beside a treatment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Disclosure {
    pub kind: String,
    pub text: String,
    pub version: i32,
}

/// An article in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ArticleSummary {
    pub id: Uuid,
    pub kind: Kind,
    pub slug: String,
    /// Where it stands on the clinic's site.
    pub path: String,
    pub locale: String,
    pub title: String,
    /// The editors' own, else the beginning of the text.
    pub summary: Option<String>,
    pub cover: Option<Image>,
    pub category: Option<Reference>,
    pub tags: Vec<Reference>,
    pub conditions: Vec<Reference>,
    pub services: Vec<Reference>,
    pub author: Option<Author>,
    pub reading_minutes: i32,
    pub published_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub review: Review,
    pub translations: Vec<Translation>,
    /// The search hit with `<mark>`; null outside a search.
    pub snippet: Option<String>,
}

impl From<ListedArticle> for ArticleSummary {
    fn from(row: ListedArticle) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            path: row.path,
            slug: row.slug,
            locale: row.locale,
            title: row.title,
            summary: row.summary,
            cover: row.cover,
            category: row.category,
            tags: row.tags,
            conditions: row.conditions,
            services: row.services,
            author: row.author,
            reading_minutes: row.reading_minutes,
            published_at: row.published_at,
            updated_at: row.updated_at,
            review: row.review.unwrap_or_default(),
            translations: row.translations,
            snippet: None,
        }
    }
}

impl From<FoundArticle> for ArticleSummary {
    fn from(row: FoundArticle) -> Self {
        Self { snippet: Some(search::marked(&row.snippet)), ..row.article.into() }
    }
}

/// What a page of articles tells of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticlePageMeta {
    #[serde(flatten)]
    pub page: PageMeta,
    /// What was looked for instead of `q`, where words of it stand in no visible article and others are near; else null.
    pub corrected: Option<String>,
}

/// A page of visible articles.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticlePage {
    pub data: Vec<ArticleSummary>,
    pub meta: ArticlePageMeta,
    pub links: PageLinks,
}

/// The text of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ArticleBody {
    pub format: Format,
    pub value: String,
    /// Their ids stand in the HTML.
    pub headings: Vec<Heading>,
}

/// An article with everything a page needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Article {
    #[serde(flatten)]
    pub summary: ArticleSummary,
    pub body: ArticleBody,
    pub references: Vec<Citation>,
    /// Cannot be switched off by a parameter.
    pub disclosures: Vec<Disclosure>,
    pub faqs: Vec<Faq>,
    /// Resolved: what editors left out falls back to the article's own fields.
    pub seo: Seo,
    pub related: Vec<ArticleSummary>,
    /// The number of the revision that is shown.
    pub version: i32,
}

impl Article {
    /// The public form of a row. `site_url` is the clinic's, from the settings or the record.
    ///
    /// # Errors
    /// [`ApiError::Internal`] for a kind that the program does not know.
    pub fn from_row(row: PublishedArticle, format: Format, site_url: Option<&str>) -> Result<Self, ApiError> {
        let site_url = row.site_url.as_deref().or(site_url).map(|url| url.trim_end_matches('/').to_owned());
        let summary = ArticleSummary::from(ListedArticle {
            id: row.id,
            kind: Kind::named(&row.kind).ok_or(ApiError::Internal)?,
            slug: row.slug,
            path: row.path,
            locale: row.locale,
            title: row.title,
            summary: row.summary,
            cover: row.cover.map(|cover| cover.0),
            category: row.category.map(|category| category.0),
            tags: row.tags.0,
            conditions: row.conditions.0,
            services: row.services.0,
            author: row.author.map(|author| author.0),
            reading_minutes: row.reading_minutes,
            published_at: row.published_at,
            updated_at: row.updated_at,
            review: row.review.map(|review| review.0),
            translations: row.translations.0,
        });
        let seo = resolved(row.seo.0, &summary, site_url.as_deref());
        Ok(Self {
            summary,
            body: ArticleBody { format, value: row.body, headings: row.headings.0 },
            references: row.sources.0,
            disclosures: row.disclosures.0,
            faqs: row.faqs.0,
            seo,
            related: row.related.0.into_iter().map(ArticleSummary::from).collect(),
            version: row.revision,
        })
    }
}

fn resolved(seo: Seo, article: &ArticleSummary, site_url: Option<&str>) -> Seo {
    Seo {
        title: seo.title.or_else(|| Some(article.title.clone())),
        description: seo.description.or_else(|| article.summary.clone()),
        canonical_url: seo.canonical_url.or_else(|| Some(format!("{}{}", site_url?, article.path))),
        image: seo.image.or_else(|| article.cover.as_ref().map(|cover| cover.url.clone())),
        noindex: seo.noindex,
    }
}

/// One visible article.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleAnswer {
    pub data: Article,
}

/// A term that visible articles carry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublicTerm {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    /// The category above; null at the top, and for tags and conditions.
    pub parent: Option<Reference>,
    /// Other names under which people look for it.
    pub aliases: Vec<String>,
    /// Of conditions: the codes by which other systems know it.
    pub codes: Vec<TermCode>,
    /// Visible articles that carry it.
    pub articles: i64,
    /// Visible articles that carry it or, of a category, anything below it: what a filter by it finds.
    pub articles_below: i64,
}

/// The terms of one kind, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermList {
    pub data: Vec<PublicTerm>,
}
