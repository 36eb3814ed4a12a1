//! What came or changed since an instant, for the live inbox. Instants are the database's own: a node's clock may differ.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::Reach;

/// An inquiry that came or changed.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// UUIDv7.
    pub id: Uuid,
    /// Where it stands now.
    pub status: String,
    /// Its version now.
    pub version: i32,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Whose it is.
    pub location_id: Option<Uuid>,
    /// When it came or changed.
    pub updated_at: DateTime<Utc>,
}

/// The database's clock.
///
/// # Errors
/// Those of the database.
pub async fn database_now(transaction: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar!(r#"select statement_timestamp() as "now!""#).fetch_one(transaction).await
}

/// What came or changed at `since` or later, the oldest first.
///
/// # Errors
/// Those of the database.
pub async fn list_changes(
    transaction: &mut PgConnection,
    since: DateTime<Utc>,
    most: i64,
) -> Result<Vec<FeedRow>, sqlx::Error> {
    list_changes_within(transaction, since, most, &Reach::Everywhere).await
}

/// As [`list_changes`], within somebody's reach.
///
/// # Errors
/// Those of the database.
pub async fn list_changes_within(
    transaction: &mut PgConnection,
    since: DateTime<Utc>,
    most: i64,
    reach: &Reach,
) -> Result<Vec<FeedRow>, sqlx::Error> {
    sqlx::query_as!(
        FeedRow,
        "select i.id, i.status, i.version, i.received_at, i.location_id, i.updated_at
           from cms.inquiry i
          where i.updated_at >= $1 and ($3::uuid[] is null or i.location_id = any ($3))
          order by i.updated_at, i.id
          limit $2",
        since,
        most,
        reach.locations(),
    )
    .fetch_all(transaction)
    .await
}
