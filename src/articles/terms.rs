//! Categories, tags and conditions: three kinds of one thing. A term becomes public with the first visible article
//! that carries it.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::term_input::TermInput;
use super::{
    category_tree,
    medical_code::TermCode,
    queries::{
        publications::stamp,
        terms::{self, NewTerm, TermRow},
    },
};
use crate::{
    db::DbError,
    http::{ApiError, FieldError, Reference, slug_of},
    records::{Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// The kinds of term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// At most one for an article.
    Category,
    /// As many as an article needs.
    Tag,
    /// What the article is about, medically.
    Condition,
}

impl TermKind {
    /// As it stands in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Tag => "tag",
            Self::Condition => "condition",
        }
    }
}

/// A term as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Term {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    /// The category above; null at the top, and for tags and conditions.
    pub parent: Option<Reference>,
    /// Other names under which people look for it.
    pub aliases: Vec<String>,
    /// Of conditions: the codes by which other systems know it.
    pub codes: Vec<TermCode>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub trashed_at: Option<DateTime<Utc>>,
}

impl From<TermRow> for Term {
    fn from(row: TermRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            description: row.description,
            parent: row.parent.map(|parent| parent.0),
            aliases: row.aliases,
            codes: row.codes.0,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            trashed_at: row.trashed_at,
        }
    }
}

/// One term, for staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermAnswer {
    pub data: Term,
}

/// The terms of one kind, for staff, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffTermList {
    pub data: Vec<Term>,
}

/// Stores a new term of a kind, for whoever answers for its audit row.
///
/// # Errors
/// 422 where the slug is taken, or the category above does not exist.
pub async fn store(connection: &mut PgConnection, id: Uuid, kind: TermKind, input: &TermInput) -> Result<(), ApiError> {
    let slug = input.slug.clone().unwrap_or_else(|| slug_of(&input.name, kind.name()));
    let parent = category_tree::place(connection, id, input.parent.as_deref()).await?;
    let new = NewTerm { id, kind, slug: &slug, input, parent };
    terms::insert_term(connection, &new).await.map_err(slug_taken)
}

/// The terms of one kind.
pub trait Kept: 'static {
    /// Which.
    const KIND: TermKind;
    /// Where staff find them.
    const PATH: &'static str;
}

/// A term that is known to be of one kind.
#[derive(Debug)]
pub struct Of<K> {
    row: TermRow,
    kind: PhantomData<K>,
}

impl<K> From<TermRow> for Of<K> {
    fn from(row: TermRow) -> Self {
        Self { row, kind: PhantomData }
    }
}

impl<K> From<Of<K>> for TermAnswer {
    fn from(term: Of<K>) -> Self {
        Self { data: term.row.into() }
    }
}

impl<K> From<Vec<Of<K>>> for StaffTermList {
    fn from(terms: Vec<Of<K>>) -> Self {
        Self { data: terms.into_iter().map(|term| term.row.into()).collect() }
    }
}

impl<K: Kept> Record for Of<K> {
    const ACTIONS: Actions = actions!("term", K::KIND.name());
    const PATH: &'static str = K::PATH;
    type Input = TermInput;
    type Answer = TermAnswer;

    fn parse(body: &Value) -> Result<TermInput, ApiError> {
        TermInput::parse(K::KIND, body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        let row = &self.row;
        Ok(json!({
            "name": row.name, "slug": row.slug, "description": row.description, "parent": row.parent_id,
            "aliases": row.aliases, "codes": row.codes,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.row.version, self.row.updated_at, &(), self.row.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        terms::lock_term(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(terms::find_term(connection, K::KIND, id).await?.map(Self::from))
    }

    async fn add(connection: &mut PgConnection, _: &Hand, id: Uuid, input: TermInput) -> Result<(), ApiError> {
        store(connection, id, K::KIND, &input).await
    }

    async fn change(connection: &mut PgConnection, _: &Hand, before: Self, input: TermInput) -> Result<(), ApiError> {
        let written = before.written()?;
        let mut term = before;
        let row = &mut term.row;
        // Whatever stands above stays there, in the trash as well, until somebody moves this one.
        if input.parent != row.parent_id.map(|parent| parent.to_string()) {
            row.parent_id = category_tree::place(connection, row.id, input.parent.as_deref()).await?;
        }
        row.slug = input.slug.unwrap_or_else(|| slug_of(&input.name, K::KIND.name()));
        (row.name, row.description) = (input.name, input.description);
        (row.aliases, row.codes.0) = (input.aliases, input.codes);
        terms::update_term(connection, row).await.map_err(slug_taken)?;
        if term.written()? == written {
            return Ok(());
        }
        show_carriers_anew(connection, term.row.id).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        let mut row = before.row;
        if trashed {
            category_tree::refuse_parent(connection, row.id).await?;
        } else {
            category_tree::find_place_again(connection, row.id, row.parent_id).await?;
        }
        row.trashed_at = trashed.then(|| hand.staff.clock.now());
        terms::update_term(connection, &row).await.map_err(slug_taken)?;
        show_carriers_anew(connection, row.id).await
    }
}

impl<K: Kept> ListedRecord for Of<K> {
    type List = StaffTermList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        Ok(terms::list_terms(connection, K::KIND, trashed).await?.into_iter().map(Self::from).collect())
    }
}

/// What static builds follow has to tell of the articles that show the term in another way now.
async fn show_carriers_anew(connection: &mut PgConnection, id: Uuid) -> Result<(), ApiError> {
    let stamp = stamp(connection).await?;
    Ok(terms::touch_carriers(connection, id, stamp).await?)
}

fn slug_taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "term_slug_key" => {
            ApiError::Invalid(vec![FieldError::at("/slug", "taken", "another one has this slug")])
        }
        other => other.into(),
    }
}
