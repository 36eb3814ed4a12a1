//! Categories, tags and conditions: three kinds of one thing. A term becomes public with the first visible article
//! that carries it.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::{
    publications::stamp,
    terms::{self, TermRow},
};
use crate::{
    accounts::{ArticleReader, Editor},
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, Fields, JsonBody, MergePatch, QueryReader, Site, check_slug,
        created_answer, no_content, no_parameters, patched, path_id, private_answer, slug_of, staff_answer,
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

/// Body of a new term. A PATCH takes the same fields, all optional.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermInput {
    /// At most 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub name: String,
    /// Made from the name when absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// At most 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub description: Option<String>,
}

impl TermInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.line("name", 100);
        let name = fields.require("name", name);
        let slug = fields.parsed("slug", check_slug);
        let description = fields.text("description", 1000);
        fields.finish()?;
        Ok(Self { name: name.ok_or(ApiError::Internal)?, slug, description })
    }
}

/// A term as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Term {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
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
/// 422 where the slug is taken.
pub async fn store(connection: &mut PgConnection, id: Uuid, kind: TermKind, input: &TermInput) -> Result<(), ApiError> {
    let slug = input.slug.clone().unwrap_or_else(|| slug_of(&input.name, kind.name()));
    let stored = terms::insert_term(connection, id, kind, &slug, &input.name, input.description.as_deref()).await;
    stored.map_err(slug_taken)
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
    let input = TermInput::parse(&body.0)?;
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
            let stored = json!({"name": row.name, "slug": row.slug, "description": row.description});
            let input = TermInput::parse(&patched(stored, &patch.0))?;
            let before = (row.slug.clone(), row.name.clone());
            row.slug = input.slug.unwrap_or_else(|| slug_of(&input.name, kind.name()));
            (row.name, row.description) = (input.name, input.description);
            terms::update_term(connection, &row).await.map_err(slug_taken)?;
            if (&row.slug, &row.name) != (&before.0, &before.1) {
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
            terms::update_term(connection, &row).await.map_err(slug_taken)?;
            show_carriers_anew(connection, id).await?;
            editor.staff.record(connection, "term.restore", kind.name(), Some(id), &[]).await?;
            read(connection, kind, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, term.version, &TermAnswer { data: term }))
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
