//! What the API says of addresses.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    articles::answers::Person,
    http::{PageLinks, PageMeta, Reference},
};

/// What an address of the clinic's site leads to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Resolution {
    /// 200: it stands here; 301: it stands at `to`; 410: it has left, and `to` took its place where that is given; 404:
    /// nothing is known of the address.
    #[schema(minimum = 200, maximum = 410)]
    pub status: i32,
    /// `article`; null where an address leads to something that is kept elsewhere, or to nothing.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Of the article that stands here, or that `to` leads to.
    pub id: Option<Uuid>,
    /// Of the same.
    pub slug: Option<String>,
    /// Of the same, BCP 47.
    pub locale: Option<String>,
    /// Where the article stands, in its one spelling.
    pub path: Option<String>,
    /// Where to go: a path of the site or an absolute address, with every step between already taken.
    pub to: Option<String>,
    /// Seconds until what is visible changes by itself.
    #[serde(skip)]
    pub valid_for: Option<i64>,
}

impl Resolution {
    /// Nothing is known of the address.
    pub fn of_nothing() -> Self {
        Self { status: 404, kind: None, id: None, slug: None, locale: None, path: None, to: None, valid_for: None }
    }

    /// As a 410 tells of what took an article's place.
    pub fn as_successor(&self) -> Value {
        json!({"type": self.kind, "id": self.id, "slug": self.slug, "locale": self.locale, "path": self.path, "to": self.to})
    }
}

/// What an address leads to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolutionAnswer {
    pub data: Resolution,
}

/// An address that leads elsewhere, with every step between already taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublicRedirect {
    /// A path of the site.
    pub from: String,
    /// A path of the site or an absolute address; null where something has left and nothing took its place.
    pub to: Option<String>,
    /// 301: moved; 410: gone.
    #[schema(minimum = 301, maximum = 410)]
    pub status: i32,
}

/// What the table tells of itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RedirectTableMeta {
    /// Rows in `data`.
    pub total: usize,
    /// False where the table has more than 50,000 addresses and the rest was left out; `/v1/resolve` knows all of them.
    pub complete: bool,
}

/// Every address that leads elsewhere, by path. No `to` is the `from` of another row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedirectTable {
    pub data: Vec<PublicRedirect>,
    pub meta: RedirectTableMeta,
}

/// A redirect as staff keep it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Redirect {
    /// UUIDv7.
    pub id: Uuid,
    /// A path of the site, in one spelling.
    pub from: String,
    /// A path of the site or an absolute address; null where an article or nothing is named.
    pub to: Option<String>,
    /// Followed wherever it stands.
    pub article: Option<Reference>,
    /// 301: moved; 410: gone, with `to` or `article` in its place.
    #[schema(minimum = 301, maximum = 410)]
    pub status: i16,
    /// For colleagues.
    pub note: Option<String>,
    /// Goes up with every change.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom; null for an import.
    pub created_by: Option<Person>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: Option<Person>,
}

/// One redirect, for staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedirectAnswer {
    pub data: Redirect,
}

/// A page of redirects, for staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedirectPage {
    pub data: Vec<Redirect>,
    pub meta: PageMeta,
    pub links: PageLinks,
}
