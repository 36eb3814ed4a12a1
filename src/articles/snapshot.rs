//! The whole public site as it stood at an instant, article by article. Refuses to guess: what the records do not keep is
//! named and not made up.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    answers::{Article, ArticleAnswer, Format},
    queries::snapshot::{self, PurgedRow},
};
use crate::http::ApiError;

/// Articles that are read at once.
const BATCH: i64 = 100;

/// What a snapshot cannot tell, for whoever relies on it.
pub const NOT_RECORDED: [&str; 5] = [
    "The clinic's details, its locations, services and providers are kept without a history and are not in here.",
    "Names of categories, tags, conditions, services, authors and providers, and which disclosures an article carries, are as they are now.",
    "Whether search engines were asked to stay away because a review was overdue is not in here: that setting has no history.",
    "related holds what editors chose; what the site computed beside it is not in here. stale is false throughout.",
    "Articles that were purged since are listed by their hashes; their words are gone.",
];

/// An article that stood.
#[derive(Debug)]
pub struct Standing {
    /// In its public shape, with HTML.
    pub article: ArticleAnswer,
    /// Of what it said, in hexadecimal.
    pub content_hash: String,
    /// Whose sign-off held; null where there was none.
    pub approved_by: Option<Value>,
}

/// What an index says of an article.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndexEntry {
    /// Below the folder.
    pub file: String,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    /// Of the article.
    pub id: Uuid,
    /// BCP 47.
    pub locale: String,
    /// Unique in its language at that instant.
    pub slug: String,
    /// Where it stood on the clinic's site.
    pub path: String,
    /// As it stood.
    pub title: String,
    /// The number of the revision that was shown.
    pub revision: i32,
    /// SHA-256 of what it said, in hexadecimal.
    pub content_hash: String,
    /// When the public first saw the article.
    pub published_at: DateTime<Utc>,
    /// Since when it said this.
    pub since: DateTime<Utc>,
    /// Whose sign-off held; null where there was none.
    pub approved_by: Option<Value>,
}

impl Standing {
    /// The line of the index for this article, whose file is `file` with this hash.
    pub fn entry(&self, file: String, sha256: String) -> IndexEntry {
        let article = &self.article.data;
        IndexEntry {
            file,
            sha256,
            id: article.summary.id,
            locale: article.summary.locale.clone(),
            slug: article.summary.slug.clone(),
            path: article.summary.path.clone(),
            title: article.summary.title.clone(),
            revision: article.version,
            content_hash: self.content_hash.clone(),
            published_at: article.summary.published_at,
            since: article.summary.updated_at,
            approved_by: self.approved_by.clone(),
        }
    }
}

/// Hands every article that stood at `at` to `take`, some at a time.
///
/// # Errors
/// Those of the database and of `take`.
pub async fn walk<E: From<ApiError>>(
    connection: &mut PgConnection,
    at: DateTime<Utc>,
    site_url: Option<&str>,
    mut take: impl FnMut(Standing) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = None;
    loop {
        let rows = snapshot::list_standing(connection, at, after, BATCH).await.map_err(ApiError::from)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for row in rows {
            let shown = serde_json::from_value(row.shown).map_err(|error| {
                tracing::error!(%error, "what stood is not in the shape of an article");
                ApiError::Internal
            })?;
            let data = Article::from_row(shown, Format::Html, site_url)?;
            let (content_hash, approved_by) = (row.content_hash, row.approved_by.filter(|by| !by.is_null()));
            take(Standing { article: ArticleAnswer { data }, content_hash, approved_by })?;
        }
    }
}

/// Articles that stood at `at` and were purged since.
///
/// # Errors
/// Those of the database.
pub async fn list_purged(connection: &mut PgConnection, at: DateTime<Utc>) -> Result<Vec<PurgedRow>, ApiError> {
    Ok(snapshot::list_purged(connection, at).await?)
}
