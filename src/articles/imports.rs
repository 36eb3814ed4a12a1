//! What an import brings into the room: drafts of articles with the terms and the authors that they need. Refuses to
//! publish, and to write over what anybody else has touched.

use std::collections::BTreeSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    article::Manuscript,
    category_tree, editing,
    medical_code::code,
    queries::{
        imports::{self, ImportedTerm, Origin},
        revisions::Relations,
    },
};
use crate::{
    clock::Clock,
    http::{ApiError, slug_of},
};

/// An article to be stored. Its slug stands in the relations.
#[derive(Debug)]
pub struct Arrival<'a> {
    /// Of its source.
    pub origin: Origin<'a>,
    /// The text.
    pub manuscript: &'a Manuscript,
    /// By id.
    pub relations: Relations,
    /// Where another article has the slug, a number is added: not for what comes out of an export, whose slugs stay.
    pub keeps_slug: bool,
    /// The article that the same source made before, with its latest revision.
    pub renews: Option<(Uuid, i32)>,
    /// The id that it gets where it is new.
    pub id: Uuid,
}

/// What was stored.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Of the article.
    pub id: Uuid,
    /// Whether its slug had to be another.
    pub slug_changed: bool,
}

/// Stores a set of articles of one language, each with a revision, and answers in their order.
///
/// # Errors
/// Those of the database.
pub async fn store(
    connection: &mut PgConnection,
    clock: &Clock,
    locale: &str,
    arrivals: Vec<Arrival<'_>>,
) -> Result<Vec<Arrived>, ApiError> {
    let mut taken = taken_slugs(connection, locale, &arrivals).await?;
    let mut arrived = Vec::with_capacity(arrivals.len());
    for mut arrival in arrivals {
        let wanted = arrival.relations.slug.clone();
        if !arrival.keeps_slug {
            arrival.relations.slug = free_slug(&wanted, &taken, arrival.id);
        }
        taken.insert(arrival.relations.slug.clone());
        let slug_changed = arrival.relations.slug != wanted;
        arrived.push(Arrived { id: store_one(connection, clock, &arrival).await?, slug_changed });
    }
    Ok(arrived)
}

async fn store_one(connection: &mut PgConnection, clock: &Clock, arrival: &Arrival<'_>) -> Result<Uuid, ApiError> {
    let (id, number) = match arrival.renews {
        Some((id, latest)) => (id, latest.saturating_add(1)),
        None => (arrival.id, 1),
    };
    if arrival.renews.is_none() {
        imports::insert_article(connection, id, &arrival.origin).await?;
    }
    editing::write(connection, clock, (id, number), arrival.manuscript, &arrival.relations, false, None).await?;
    if arrival.renews.is_some() {
        imports::renew_article(connection, id, number, &arrival.origin).await?;
    }
    Ok(id)
}

/// The wanted slugs that are taken, and their numbered forms that are.
async fn taken_slugs(
    connection: &mut PgConnection,
    locale: &str,
    arrivals: &[Arrival<'_>],
) -> Result<BTreeSet<String>, sqlx::Error> {
    let wanted = arrivals.iter().filter(|arrival| !arrival.keeps_slug).map(|arrival| &arrival.relations.slug);
    let forms: Vec<String> = wanted.flat_map(|slug| candidates(slug).take(TRIED)).collect();
    if forms.is_empty() {
        return Ok(BTreeSet::new());
    }
    let own: Vec<Uuid> = arrivals.iter().filter_map(|arrival| arrival.renews).map(|(id, _)| id).collect();
    Ok(imports::list_taken_slugs(connection, locale, &forms, &own).await?.into_iter().collect())
}

/// How many numbers are tried before the slug gets an end that nobody has.
const TRIED: usize = 40;

fn candidates(stem: &str) -> impl Iterator<Item = String> {
    let shortened: String = stem.chars().take(90).collect();
    let shortened = shortened.trim_end_matches('-').to_owned();
    std::iter::once(stem.to_owned()).chain((2_u32..).map(move |number| format!("{shortened}-{number}")))
}

fn free_slug(wanted: &str, taken: &BTreeSet<String>, id: Uuid) -> String {
    let is_known_free = candidates(wanted).take(TRIED).find(|slug| !taken.contains(slug));
    is_known_free.unwrap_or_else(|| {
        let stem: String = wanted.chars().take(60).collect();
        format!("{}-{}", stem.trim_end_matches('-'), id.simple())
    })
}

/// A term that an import needs.
#[derive(Clone, Copy, Debug)]
pub struct StoredTerm {
    /// Of the term.
    pub id: Uuid,
    /// Whether it was made.
    pub is_new: bool,
    /// Whether it could not stand below the category that the source names: the tree would be too deep.
    pub lost_parent: bool,
}

/// The term of that slug or name, made where there is none.
///
/// # Errors
/// Those of the database.
pub async fn find_or_store_term(
    connection: &mut PgConnection,
    clock: &Clock,
    mut term: ImportedTerm,
) -> Result<StoredTerm, ApiError> {
    if let Some(id) = imports::find_term(connection, term.kind, &term.slug, &term.name).await? {
        return Ok(StoredTerm { id, is_new: false, lost_parent: false });
    }
    let id = clock.new_id();
    let wanted = term.parent.map(|parent| parent.to_string());
    term.parent = match category_tree::place(connection, id, wanted.as_deref()).await {
        Ok(parent) => parent,
        Err(ApiError::Invalid(_)) => None,
        Err(error) => return Err(error),
    };
    // A code that is none would be shown to programs that take it at its word.
    let codes = term.codes.as_array().map_or(&[][..], Vec::as_slice);
    let valid: Vec<_> = codes.iter().take(20).filter_map(|value| code(value, String::new()).ok()).collect();
    term.codes = serde_json::to_value(valid).map_err(|_| ApiError::Internal)?;
    imports::insert_term(connection, id, &term).await?;
    Ok(StoredTerm { id, is_new: true, lost_parent: wanted.is_some() && term.parent.is_none() })
}

/// The author of that slug or name, made where there is none: a name alone, no account. Tells whether it was made.
///
/// # Errors
/// Those of the database.
pub async fn find_or_store_author(
    connection: &mut PgConnection,
    clock: &Clock,
    slug: Option<&str>,
    name: &str,
    credentials: &[String],
    biography: Option<&str>,
) -> Result<(Uuid, bool), ApiError> {
    let made = slug_of(name, "author");
    let slug = slug.unwrap_or(&made);
    if let Some(id) = imports::find_author(connection, slug, name).await? {
        return Ok((id, false));
    }
    let id = clock.new_id();
    imports::insert_author(connection, id, slug, name, credentials, biography).await?;
    Ok((id, true))
}

/// Lets old paths lead to an article, and answers those that lead elsewhere.
///
/// # Errors
/// Those of the database.
pub async fn add_redirects(
    connection: &mut PgConnection,
    clock: &Clock,
    article: Uuid,
    paths: &[String],
) -> Result<Vec<String>, ApiError> {
    let mut elsewhere = Vec::new();
    for path in paths {
        if !imports::insert_redirect(connection, clock.new_id(), path, article).await? {
            elsewhere.push(path.clone());
        }
    }
    Ok(elsewhere)
}
