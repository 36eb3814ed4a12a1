//! Categories, tags and conditions: three kinds of one thing. A term becomes public with the first visible article
//! that carries it.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
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
    accounts::{ArticleReader, Editor},
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, JsonBody, MergePatch, QueryReader, Reference, Site, created_answer,
        no_content, no_parameters, patched, path_id, private_answer, slug_of, staff_answer,
    },
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Tag => "tag",
            Self::Condition => "condition",
        }
    }

    /// The kind that the request's address names.
    fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        match request.path().split('/').nth(3) {
            Some("categories") => Ok(Self::Category),
            Some("tags") => Ok(Self::Tag),
            Some("conditions") => Ok(Self::Condition),
            _ => Err(ApiError::NotFound),
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

/// Lists the terms of a kind, at most 1,000.
pub async fn list(request: HttpRequest, editor: ArticleReader, database: Data<StaffDb>) -> Answer {
    let kind = TermKind::of(&request)?;
    let mut query = QueryReader::of(&request);
    let trashed = query.boolean("trashed").unwrap_or(false);
    query.finish()?;
    let rows = database
        .transact(async move |connection| {
            editor.staff.record(connection, "term.list", "term", None, &[]).await?;
            Ok::<_, ApiError>(terms::list_terms(connection, kind, trashed).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &StaffTermList { data: rows.into_iter().map(Term::from).collect() }))
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

/// Creates a term.
pub async fn create(
    request: HttpRequest,
    editor: Editor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let kind = TermKind::of(&request)?;
    let input = TermInput::parse(kind, &body.0)?;
    let id = site.clock.new_id();
    let term = database
        .transact(async move |connection| {
            store(connection, id, kind, &input).await?;
            editor.staff.record(connection, "term.create", kind.name(), Some(id), &[]).await?;
            read(connection, kind, id).await
        })
        .await?;
    let address = format!("{}{}/{}", site.public_url, request.path(), term.id);
    Ok(created_answer(&address, term.version, &TermAnswer { data: term }))
}

/// Reads a term.
pub async fn get(request: HttpRequest, editor: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (kind, id) = (TermKind::of(&request)?, path_id(&request)?);
    let term = database
        .transact(async move |connection| {
            editor.staff.record(connection, "term.read", kind.name(), Some(id), &[]).await?;
            read(connection, kind, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, term.version, &TermAnswer { data: term }))
}

/// Changes a term. Visible articles show the new name at once.
pub async fn update(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let (kind, id) = (TermKind::of(&request)?, path_id(&request)?);
    let term = database
        .transact(async move |connection| {
            let mut row = lock(connection, kind, id, &expected).await?;
            let before = written(&row);
            let input = TermInput::parse(kind, &patched(before.clone(), &patch.0))?;
            // Whatever stands above stays there, in the trash as well, until somebody moves this one.
            if input.parent != row.parent_id.map(|parent| parent.to_string()) {
                row.parent_id = category_tree::place(connection, id, input.parent.as_deref()).await?;
            }
            row.slug = input.slug.unwrap_or_else(|| slug_of(&input.name, kind.name()));
            (row.name, row.description) = (input.name, input.description);
            (row.aliases, row.codes.0) = (input.aliases, input.codes);
            terms::update_term(connection, &row).await.map_err(slug_taken)?;
            if written(&row) != before {
                show_carriers_anew(connection, id).await?;
            }
            editor.staff.record(connection, "term.update", kind.name(), Some(id), &[]).await?;
            read(connection, kind, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, term.version, &TermAnswer { data: term }))
}

/// Moves a term to the trash: articles keep it, and nobody sees it.
pub async fn delete(request: HttpRequest, editor: Editor, expected: Expected, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (kind, id) = (TermKind::of(&request)?, path_id(&request)?);
    database
        .transact(async move |connection| {
            let mut row = lock(connection, kind, id, &expected).await?;
            category_tree::refuse_parent(connection, id).await?;
            row.trashed_at = Some(row.trashed_at.unwrap_or_else(|| editor.staff.clock.now()));
            terms::update_term(connection, &row).await?;
            show_carriers_anew(connection, id).await?;
            editor.staff.record(connection, "term.delete", kind.name(), Some(id), &[]).await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(no_content())
}

/// Brings a term back from the trash.
pub async fn restore(request: HttpRequest, editor: Editor, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (kind, id) = (TermKind::of(&request)?, path_id(&request)?);
    let term = database
        .transact(async move |connection| {
            let mut row = lock(connection, kind, id, &Expected::Any).await?;
            if row.trashed_at.take().is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "the term is not in the trash" });
            }
            category_tree::find_place_again(connection, id, row.parent_id).await?;
            terms::update_term(connection, &row).await.map_err(slug_taken)?;
            show_carriers_anew(connection, id).await?;
            editor.staff.record(connection, "term.restore", kind.name(), Some(id), &[]).await?;
            read(connection, kind, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, term.version, &TermAnswer { data: term }))
}

/// As an editor would send it.
fn written(row: &TermRow) -> serde_json::Value {
    json!({
        "name": row.name,
        "slug": row.slug,
        "description": row.description,
        "parent": row.parent_id,
        "aliases": row.aliases,
        "codes": row.codes,
    })
}

async fn read(connection: &mut PgConnection, kind: TermKind, id: Uuid) -> Result<Term, ApiError> {
    Ok(terms::lock_term(connection, kind, id).await?.ok_or(ApiError::NotFound)?.into())
}

async fn lock(
    connection: &mut PgConnection,
    kind: TermKind,
    id: Uuid,
    expected: &Expected,
) -> Result<TermRow, ApiError> {
    let row = terms::lock_term(connection, kind, id).await?.ok_or(ApiError::NotFound)?;
    if expected.accepts(row.version) {
        return Ok(row);
    }
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": null}) })
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
