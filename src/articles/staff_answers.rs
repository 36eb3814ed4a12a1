//! What the API tells staff of an article: its source form, and where it stands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::{Author, Disclosure, Person, Review, Translation},
    article::{Citation, Faq, Image, Kind, Seo, Status},
    queries::{revisions::RevisionSummary, staff::StaffRow},
    review::answers::{ReviewDue, ReviewRequest},
};
use crate::body::{Heading, Warning};
use crate::http::{ApiError, PageLinks, PageMeta, Reference};

/// An article in staff's list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffListedArticle {
    pub id: Uuid,
    pub kind: Kind,
    pub slug: String,
    pub locale: String,
    pub title: String,
    pub status: Status,
    pub version: i32,
    pub revision: i32,
    pub published_revision: Option<i32>,
    pub published_at: Option<DateTime<Utc>>,
    pub author: Option<Author>,
    pub review: ReviewDue,
    /// The article that this one says in another language.
    pub translation_of: Option<Reference>,
    /// Of a translation: its original says something else now than what was translated.
    pub stale: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A page of staff's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffArticlePage {
    pub data: Vec<StaffListedArticle>,
    pub meta: PageMeta,
    pub links: PageLinks,
}

/// The publication that is live, or the next one that is planned.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Publication {
    /// When it begins or began.
    pub publish_at: DateTime<Utc>,
    /// When it ends by itself; null never.
    pub unpublish_at: Option<DateTime<Utc>>,
    /// What it shows.
    pub revision: i32,
}

/// An article as staff see it, in its source form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffArticle {
    pub id: Uuid,
    pub version: i32,
    pub status: Status,
    pub revision: i32,
    pub published_revision: Option<i32>,
    pub publication: Option<Publication>,
    /// Colleagues are asked to look at it; null where nobody is.
    pub review_request: Option<ReviewRequest>,
    /// The sign-off that holds for this content; null where there is none.
    pub signoff: Option<Review>,
    /// SHA-256 of this content, in hexadecimal: what a sign-off is bound to.
    pub content_hash: String,
    pub kind: Kind,
    pub slug: String,
    /// Where it stands on the clinic's site; where it is not visible, where it would stand.
    pub path: String,
    pub locale: String,
    pub title: String,
    pub summary: Option<String>,
    pub body_markdown: String,
    pub headings: Vec<Heading>,
    /// The beginning of the text, which stands in for a missing summary.
    pub excerpt: String,
    pub reading_minutes: i32,
    pub category: Option<Reference>,
    pub tags: Vec<Reference>,
    pub conditions: Vec<Reference>,
    pub services: Vec<Reference>,
    pub author: Option<Author>,
    pub references: Vec<Citation>,
    pub disclosures: Vec<Disclosure>,
    pub faqs: Vec<Faq>,
    pub seo: Seo,
    pub cover: Option<Image>,
    /// What the editors chose; the public sees those that are visible, and others by what they share.
    pub related: Vec<Reference>,
    pub translations: Vec<Translation>,
    /// The article that this one says in another language.
    pub translation_of: Option<Reference>,
    /// The revision of it that was translated.
    pub source_revision: Option<i32>,
    /// Everything that sanitising removed from the body as it was sent.
    pub warnings: Vec<Warning>,
    pub published_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Person>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Person>,
    pub trashed_at: Option<DateTime<Utc>>,
}

impl TryFrom<StaffRow> for StaffArticle {
    type Error = ApiError;

    fn try_from(row: StaffRow) -> Result<Self, ApiError> {
        let publication = row.publish_at.zip(row.publication_revision).map(|(publish_at, revision)| Publication {
            publish_at,
            unpublish_at: row.unpublish_at,
            revision,
        });
        let status = serde_json::from_value(row.status.into()).map_err(|_| ApiError::Internal)?;
        Ok(Self {
            id: row.id,
            version: row.version,
            status,
            revision: row.revision,
            published_revision: row.published_revision,
            publication,
            review_request: row.review_request.map(|asked| asked.0),
            signoff: row.signoff.map(|signoff| signoff.0),
            content_hash: row.content_hash,
            kind: Kind::named(&row.kind).ok_or(ApiError::Internal)?,
            path: row.path,
            slug: row.slug,
            locale: row.locale,
            title: row.title,
            summary: row.summary,
            body_markdown: row.body_markdown,
            headings: row.headings.0,
            excerpt: row.excerpt,
            reading_minutes: row.reading_minutes,
            category: row.category.map(|category| category.0),
            tags: row.tags.0,
            conditions: row.conditions.0,
            services: row.services.0,
            author: row.author.map(|author| author.0),
            references: row.sources.0,
            disclosures: row.disclosures.0,
            faqs: row.faqs.0,
            seo: row.seo.0,
            cover: row.cover.map(|cover| cover.0),
            related: row.related.0,
            translations: row.translations.0,
            translation_of: row.translation_of.map(|original| original.0),
            source_revision: row.source_revision,
            warnings: row.warnings.0,
            published_at: row.published_at,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.0),
            updated_at: row.updated_at,
            updated_by: row.updated_by.map(|person| person.0),
            trashed_at: row.trashed_at,
        })
    }
}

/// One article, for staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffArticleAnswer {
    pub data: StaffArticle,
}

/// A page of an article's revisions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionPage {
    pub data: Vec<RevisionSummary>,
    pub meta: PageMeta,
    pub links: PageLinks,
}
