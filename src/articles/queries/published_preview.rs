//! What a preview link shows, through the one door that the public role has to it.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// The revision behind a token, in the shape of a visible article; none where the token opens nothing of this article.
pub async fn open_preview(
    connection: &mut PgConnection,
    token_hash: &[u8; 32],
    article: Uuid,
    format: &str,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!("select site.open_preview($1, $2, $3)", &token_hash[..], article, format)
        .fetch_one(connection)
        .await
}
