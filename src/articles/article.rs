//! What an article is, apart from how it is stored or sent. Refuses to exist half-checked: a [`Draft`] is made by
//! `input` alone, and every value in it is valid.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::body::Body;

/// How strictly the publish gate looks at an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// News, directions, a new colleague.
    General,
    /// Says something about health.
    Clinical,
}

impl Kind {
    /// As it is written.
    pub const NAMES: [&'static str; 2] = ["general", "clinical"];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Clinical => "clinical",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::General, Self::Clinical].into_iter().find(|kind| kind.name() == name)
    }
}

/// Where an article stands. The order of the variants is that of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never published.
    Draft,
    /// Colleagues are asked to look at it.
    InReview,
    /// What it says now was signed off, and never published.
    Signed,
    /// Planned, and nothing of it visible yet.
    Scheduled,
    /// Visible as it was last edited.
    Published,
    /// Visible, and edited since.
    PublishedWithChanges,
    /// Was visible and is not.
    Withdrawn,
    /// In the trash.
    Archived,
}

impl Status {
    /// As they are written.
    pub const NAMES: [&'static str; 8] =
        ["draft", "in_review", "signed", "scheduled", "published", "published_with_changes", "withdrawn", "archived"];
}

/// A picture by its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Absolute http(s) address.
    #[schema(max_length = 2000, example = "https://clinic.example/images/waiting-room.jpg")]
    pub url: String,
    /// What the picture shows, for who cannot see it.
    #[schema(required, max_length = 300)]
    pub alt: Option<String>,
    /// In pixels.
    #[schema(required, minimum = 1, maximum = 20000)]
    pub width: Option<u32>,
    /// In pixels.
    #[schema(required, minimum = 1, maximum = 20000)]
    pub height: Option<u32>,
    /// What stands below it.
    #[schema(required, max_length = 500)]
    pub caption: Option<String>,
    /// Shows nothing that the text does not say: `alt` may be missing.
    pub decorative: bool,
}

/// A source that the article relies on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// Title of the work.
    #[schema(max_length = 500)]
    pub title: String,
    /// As they sign it.
    pub authors: Vec<String>,
    /// Journal, publisher or site.
    #[schema(required, max_length = 300)]
    pub source: Option<String>,
    /// Year of publication.
    #[schema(required, minimum = 1500, maximum = 2200)]
    pub year: Option<u16>,
    /// Digital Object Identifier, `10.…/…`.
    #[schema(required, max_length = 300)]
    pub doi: Option<String>,
    /// PubMed id, digits.
    #[schema(required, max_length = 20)]
    pub pmid: Option<String>,
    /// Absolute http(s) address.
    #[schema(required, max_length = 2000)]
    pub url: Option<String>,
    /// How strong the evidence is, in the clinic's own words.
    #[schema(required, max_length = 100)]
    pub evidence_level: Option<String>,
    /// When it was last looked at.
    #[schema(required)]
    pub accessed_on: Option<chrono::NaiveDate>,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Faq {
    /// At most 300 characters.
    #[schema(max_length = 300)]
    pub question: String,
    /// Plain text, at most 3,000 characters.
    #[schema(max_length = 3000)]
    pub answer: String,
}

/// What editors say for search engines; null falls back to the article's own fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seo {
    /// At most 200 characters.
    #[schema(required, max_length = 200)]
    pub title: Option<String>,
    /// At most 500 characters.
    #[schema(required, max_length = 500)]
    pub description: Option<String>,
    /// Absolute http(s) address, where the original stands elsewhere.
    #[schema(required, max_length = 2000)]
    pub canonical_url: Option<String>,
    /// Absolute http(s) address of a picture.
    #[schema(required, max_length = 2000)]
    pub image: Option<String>,
    /// Asks search engines to stay away.
    pub noindex: bool,
}

/// A valid article before it is stored. Its JSON is what an editor sends, with null for what is absent: a merge
/// patch is applied to this form. Relations are still names; the database resolves them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Draft {
    /// Decides how the gate looks at it.
    pub kind: Kind,
    /// At most 200 characters.
    pub title: String,
    /// Null until the title has made one.
    pub slug: Option<String>,
    /// BCP 47; null is the clinic's.
    pub locale: Option<String>,
    /// At most 500 characters.
    pub summary: Option<String>,
    /// Cleaned.
    pub body_markdown: String,
    /// Slug or id.
    pub category: Option<String>,
    /// Slugs or ids.
    pub tags: Vec<String>,
    /// Slugs or ids.
    pub conditions: Vec<String>,
    /// Slugs or ids.
    pub services: Vec<String>,
    /// Slugs or ids of articles to read on with, in the order shown.
    pub related: Vec<String>,
    /// Slug or id of the article that this one says in another language.
    pub translation_of: Option<String>,
    /// The revision of it that was translated; null is its newest.
    pub source_revision: Option<i32>,
    /// Slug or id; null is who writes.
    pub author: Option<String>,
    /// In the order of citation.
    pub references: Vec<Citation>,
    /// In the order shown.
    pub faqs: Vec<Faq>,
    /// For search engines.
    pub seo: Seo,
    /// The picture on top.
    pub cover: Option<Image>,
}

impl Draft {
    /// SHA-256 over the JSON of everything that is shown of it. The field order is that of the type, so equal content
    /// has equal hashes. Of a draft whose relations are resolved this is what a sign-off is bound to; of one as it was
    /// sent it tells whether an import brings anything new. What a translation was made from is not shown: to look at
    /// the original again and find nothing to change voids no sign-off.
    pub fn content_hash(&self) -> [u8; 32] {
        let shown = Self { translation_of: None, source_revision: None, ..self.clone() };
        Sha256::digest(serde_json::to_vec(&shown).unwrap_or_default()).into()
    }
}

/// A draft with its rendered body: what a revision is made from.
#[derive(Clone, Debug)]
pub struct Manuscript {
    /// The valid fields.
    pub draft: Draft,
    /// HTML, text, headings, made once.
    pub body: Body,
    /// Why this revision was made, for colleagues.
    pub message: Option<String>,
}
