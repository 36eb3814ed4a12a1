//! What static builds follow: which articles changed, and when. Only the schema `site` is named here. Both functions
//! wait for whoever has stamped a change and has not committed it, so that no place in the feed is passed too early.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// An article at its latest change.
#[derive(Clone, Debug)]
pub struct ChangedArticle {
    pub id: Uuid,
    pub changed_at: DateTime<Utc>,
    pub locale: String,
    pub slug: String,
    /// Null for what was purged before addresses were kept.
    pub path: Option<String>,
}

/// Articles in the order of their latest change, after a place; from the first where it is none.
pub async fn list_changes(
    connection: &mut PgConnection,
    after: Option<(DateTime<Utc>, Uuid)>,
    fetch: i32,
) -> Result<Vec<ChangedArticle>, sqlx::Error> {
    let (at, id) = after.unwrap_or((DateTime::UNIX_EPOCH, Uuid::nil()));
    sqlx::query_as!(
        ChangedArticle,
        r#"select article_id as "id!", changed_at as "changed_at!", locale as "locale!", slug as "slug!", path
             from site.list_changes($1, $2, $3)"#,
        at,
        id,
        fetch,
    )
    .fetch_all(connection)
    .await
}

/// The instant of the latest change of all; none before the first.
pub async fn find_latest_change(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!("select site.latest_change()").fetch_one(connection).await
}
