//! Articles, terms and authors in a form that any instance takes: relations by slug or key, never by id, in an order
//! that depends on the content alone. An export that is imported into an empty instance exports again to the same bytes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    article::{Citation, Faq, Image, Seo},
    queries::exports::{self, ExportRow, Place},
};
use crate::http::ApiError;

/// The source of articles that were written here: an import of an export gives it to them, and it is never told.
pub const OWN_SOURCE: &str = "export";

/// Somebody who writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedAuthor {
    pub slug: String,
    pub name: String,
    pub credentials: Vec<String>,
    pub biography: Option<String>,
}

/// A category, a tag or a condition.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedTerm {
    pub kind: String,
    pub slug: String,
    pub name: String,
    /// Slug of the category above.
    pub parent: Option<String>,
    pub description: Option<String>,
    pub aliases: Vec<String>,
    pub codes: Json<Value>,
}

/// A treatment that articles name, without the locations and the people who offer it.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedService {
    pub slug: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub summary: Option<String>,
    pub body_markdown: String,
    pub fda_status: String,
    pub contraindications: Vec<String>,
    pub risks: Vec<String>,
    pub referral_required: Option<bool>,
    pub walk_ins: Option<bool>,
    pub online_scheduling: Option<bool>,
    pub duration_minutes: Option<i32>,
    pub price_from: Option<Json<Value>>,
    /// Slugs, in order.
    pub conditions: Vec<String>,
}

/// An article with its latest revision.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedArticle {
    /// Language and slug; drafts that share them are numbered.
    pub key: String,
    pub source: Option<String>,
    pub source_id: Option<String>,
    pub kind: String,
    pub title: String,
    pub slug: String,
    pub locale: String,
    pub first_published_at: Option<DateTime<Utc>>,
    pub summary: Option<String>,
    pub author: Option<String>,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub conditions: Vec<String>,
    pub services: Vec<String>,
    pub references: Vec<Citation>,
    pub faqs: Vec<Faq>,
    pub seo: Seo,
    pub cover: Option<Image>,
    /// By key.
    pub related: Vec<String>,
    /// By key.
    pub translation_of: Option<String>,
    /// Paths that lead to it.
    pub redirects: Vec<String>,
    pub body_markdown: String,
}

/// One line of an export.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Exported {
    Author(ExportedAuthor),
    Term(ExportedTerm),
    Service(Box<ExportedService>),
    Article(Box<ExportedArticle>),
}

/// The articles of an export in their order, each with its key.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    keys: BTreeMap<Uuid, String>,
    order: Vec<Uuid>,
}

impl Plan {
    /// Looks at what there is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn make(connection: &mut PgConnection) -> Result<Self, ApiError> {
        let places = exports::list_places(connection).await?;
        let order = places.iter().map(|place| place.id).collect();
        Ok(Self { keys: places.into_iter().map(|place| (place.id, key_of(&place))).collect(), order })
    }

    /// The ids of the articles, in order.
    pub fn order(&self) -> &[Uuid] {
        &self.order
    }

    fn key(&self, id: Uuid) -> Option<String> {
        self.keys.get(&id).cloned()
    }
}

fn key_of(place: &Place) -> String {
    match place.number {
        1 => format!("{}/{}", place.locale, place.slug),
        number => format!("{}/{}~{number}", place.locale, place.slug),
    }
}

/// Authors, then terms, then services: everything that an article names.
///
/// # Errors
/// Those of the database.
pub async fn read_names(connection: &mut PgConnection) -> Result<Vec<Exported>, ApiError> {
    let authors = exports::list_authors(connection).await?.into_iter().map(Exported::Author);
    let terms = exports::list_terms(connection).await?.into_iter().map(Exported::Term);
    let services = exports::list_services(connection).await?.into_iter().map(Box::new).map(Exported::Service);
    Ok(authors.chain(terms).chain(services).collect())
}

/// Some articles of a plan, in their order. One that was purged meanwhile is missing.
///
/// # Errors
/// Those of the database.
pub async fn read_articles(
    connection: &mut PgConnection,
    plan: &Plan,
    ids: &[Uuid],
) -> Result<Vec<ExportedArticle>, ApiError> {
    let rows = exports::list_articles(connection, ids).await?;
    Ok(rows.into_iter().filter_map(|row| exported(row, plan)).collect())
}

fn exported(row: ExportRow, plan: &Plan) -> Option<ExportedArticle> {
    let has_origin = row.source.as_deref().is_some_and(|source| source != OWN_SOURCE);
    Some(ExportedArticle {
        key: plan.key(row.id)?,
        source: row.source.filter(|_| has_origin),
        source_id: row.source_id.filter(|_| has_origin),
        kind: row.kind,
        title: row.title,
        slug: row.slug,
        locale: row.locale,
        first_published_at: row.first_published_at,
        summary: row.summary,
        author: row.author,
        category: row.category,
        tags: row.tags,
        conditions: row.conditions,
        services: row.services,
        references: row.sources.0,
        faqs: row.faqs.0,
        seo: row.seo.0,
        cover: row.cover.map(|cover| cover.0),
        related: row.related.into_iter().filter_map(|id| plan.key(id)).collect(),
        translation_of: row.translation_of.and_then(|id| plan.key(id)),
        redirects: row.redirects,
        body_markdown: row.body_markdown,
    })
}
