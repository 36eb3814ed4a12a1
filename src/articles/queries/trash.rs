//! The end of an article.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Deletes an article of the trash and leaves its tombstone. Answers whether there was one.
pub async fn purge(
    connection: &mut PgConnection,
    article: Uuid,
    stamp: DateTime<Utc>,
    by: Uuid,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select cms.purge_article($1, $2, $3) as "purged!""#, article, stamp, by)
        .fetch_one(connection)
        .await
}
