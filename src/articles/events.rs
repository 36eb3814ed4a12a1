//! What events tell of an article: where it stands at the instant that they tell of, and what its answers are called in
//! `Cache-Tag`. The ranges of publications are the truth, so an event that waits says today where the article will be.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::queries::publications;
use crate::{
    clock::Clock,
    outbox::{self, About, EventKind, Shown},
};

/// What to tell of an article that an event at `at` is about.
///
/// # Errors
/// Those of the database.
pub async fn about(connection: &mut PgConnection, article: Uuid, at: DateTime<Utc>) -> Result<About, sqlx::Error> {
    let standing = publications::find_standing(connection, article, at).await?;
    let tags = ["articles".to_owned(), format!("article:{article}")];
    let shown = standing.as_ref().map_or_else(Shown::default, |standing| Shown {
        slug: Some(&standing.slug),
        previous_slug: standing.previous_slug.as_deref(),
        path: Some(&standing.path),
        locale: Some(&standing.locale),
        version: Some(standing.revision),
        ..Shown::default()
    });
    Ok(About::shown(&Shown { record: "article", ..shown }, &tags))
}

/// Writes an event about an article that happens at `at`, in the caller's transaction.
///
/// # Errors
/// Those of the database.
pub async fn tell(
    connection: &mut PgConnection,
    clock: &Clock,
    kind: EventKind,
    article: Uuid,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let about = about(connection, article, at).await?;
    outbox::record_about(connection, clock, kind, article, &about).await
}

/// Lets the outbox wait for `events` of an article, and for nothing else after `after`.
///
/// # Errors
/// Those of the database.
pub async fn plan(
    connection: &mut PgConnection,
    clock: &Clock,
    article: Uuid,
    after: DateTime<Utc>,
    events: Vec<(EventKind, DateTime<Utc>)>,
) -> Result<(), sqlx::Error> {
    let mut planned = Vec::with_capacity(events.len());
    for (kind, at) in events {
        planned.push((kind, at, about(connection, article, at).await?));
    }
    outbox::plan(connection, clock, article, after, &planned).await
}
