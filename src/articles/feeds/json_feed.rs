//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Entry, Feed};
use crate::http::ApiError;

/// The newest articles.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JsonFeed {
    /// The address of the format's version.
    #[schema(example = "https://jsonfeed.org/version/1.1")]
    pub version: String,
    pub title: String,
    /// The clinic's site.
    pub home_page_url: String,
    pub description: String,
    /// BCP 47.
    pub language: String,
    /// The newest first.
    pub items: Vec<JsonFeedItem>,
}

/// An article in the feed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JsonFeedItem {
    /// Stays when the address changes.
    pub id: String,
    /// On the clinic's site.
    pub url: String,
    pub title: String,
    /// With absolute addresses.
    pub content_html: String,
    /// Empty where the article says nothing.
    pub summary: String,
    pub date_published: DateTime<Utc>,
    pub date_modified: DateTime<Utc>,
    pub authors: Vec<JsonFeedAuthor>,
    /// Names of its category and its tags.
    pub tags: Vec<String>,
    /// BCP 47.
    pub language: String,
}

/// Who stands as author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JsonFeedAuthor {
    /// With credentials.
    pub name: String,
}

/// The feed as JSON.
pub fn write(feed: &Feed) -> Result<Vec<u8>, ApiError> {
    let whole = JsonFeed {
        version: "https://jsonfeed.org/version/1.1".to_owned(),
        title: feed.title(),
        home_page_url: feed.home.clone(),
        description: feed.description(),
        language: feed.locale.clone(),
        items: feed.entries.iter().map(|entry| item(entry, feed)).collect(),
    };
    serde_json::to_vec(&whole).map_err(|_| ApiError::Internal)
}

fn item(entry: &Entry, feed: &Feed) -> JsonFeedItem {
    JsonFeedItem {
        id: entry.id.clone(),
        url: entry.url.clone(),
        title: entry.title.clone(),
        content_html: entry.content.clone(),
        summary: entry.summary.clone().unwrap_or_default(),
        date_published: entry.published_at,
        date_modified: entry.updated_at,
        authors: entry.author.iter().map(|name| JsonFeedAuthor { name: name.clone() }).collect(),
        tags: entry.subjects.clone(),
        language: feed.locale.clone(),
    }
}
