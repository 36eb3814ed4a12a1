//! What the public may read of articles and their terms, as lines of an export.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    answers::{Article, Format, PublicTerm},
    changes::{WholeArticle, cursor_behind},
    queries::{
        published_changes::find_latest_change,
        published_details::find_published_after,
        published_exports::{find_today, list_all_published_terms},
    },
};
use crate::{
    db::PublicDb,
    delivery::write_record,
    http::{ApiError, Site},
};

/// Articles that are read at once: at half a megabyte of text each they still fit.
const PART: i64 = 32;

/// Where the public articles stand: as long as it is the same, so are they.
///
/// # Errors
/// Those of the database.
pub async fn find_position(database: &PublicDb, site: &Site) -> Result<Position, ApiError> {
    let (latest, today) = database
        .read(async |connection| {
            Ok::<_, ApiError>((find_latest_change(connection).await?, find_today(connection).await?))
        })
        .await?;
    let next_cursor = cursor_behind(site, latest).ok_or(ApiError::Internal)?;
    Ok(Position { next_cursor, today: today.unwrap_or_default() })
}

/// Where the public articles stand.
#[derive(Clone, Debug)]
pub struct Position {
    /// Leads on in `/v1/changes`.
    pub next_cursor: String,
    /// What day it is for the clinic: a review is overdue from the morning on.
    pub today: String,
}

/// The terms that visible articles carry, one line each: their type is their kind.
///
/// # Errors
/// Those of the database.
pub async fn export_terms(database: &PublicDb, lines: &mut Vec<u8>) -> Result<(), ApiError> {
    let rows = database.read(async |connection| Ok::<_, ApiError>(list_all_published_terms(connection).await?)).await?;
    // A term is counted once for each language.
    let mut terms: BTreeMap<(String, Uuid), PublicTerm> = BTreeMap::new();
    for row in rows {
        let term = PublicTerm {
            id: row.id,
            slug: row.slug,
            name: row.name,
            description: row.description,
            parent: row.parent.map(|parent| parent.0),
            aliases: row.aliases,
            codes: row.codes.0,
            articles: 0,
            articles_below: 0,
        };
        let term = terms.entry((row.kind, row.id)).or_insert(term);
        term.articles += row.articles;
        term.articles_below += row.articles_below;
    }
    terms.iter().try_for_each(|((kind, _), term)| write_record(kind, term, lines))
}

/// The next visible articles after an id, one line each. Answers the last id, none where there are no more.
///
/// # Errors
/// Those of the database.
pub async fn export_articles(
    database: &PublicDb,
    site_url: Option<&str>,
    after: Uuid,
    lines: &mut Vec<u8>,
) -> Result<Option<Uuid>, ApiError> {
    let rows = database
        .read(async move |connection| Ok::<_, ApiError>(find_published_after(connection, after, PART).await?))
        .await?;
    let last = rows.last().map(|row| row.id);
    for row in rows {
        let article = WholeArticle::from(Article::from_row(row, Format::Html, site_url)?);
        write_record("article", &article, lines)?;
    }
    Ok(last)
}
