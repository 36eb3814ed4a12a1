//! What editors do with authors.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StaffAuthor, StaffAuthorAnswer, StaffAuthorPage, input::AuthorInput};
use crate::{
    accounts::{ArticleReader, Editor},
    articles::queries::author_records::{self, AuthorKey, AuthorRow, Record},
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, JsonBody, MergePatch, PageRequest, Paging, QueryReader, Site, created_answer,
        no_content, no_parameters, path_id, private_answer, slug_of, staff_answer,
    },
};

/// Lists authors, by name.
#[utoipa::path(get, path = "/v1/admin/authors", operation_id = "list_staff_authors", tag = "staff: articles",
    security(("bearer" = [])),
    params(("q" = Option<String>, Query, description = "Part of the name", min_length = 1, max_length = 200),
        ("trashed" = Option<bool>, Query, description = "The trash instead"), Paging),
    responses((status = 200, description = "A page of authors", body = StaffAuthorPage)))]
pub async fn list_staff_authors(
    request: HttpRequest,
    reader: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let (q, trashed) = (query.text("q"), query.boolean("trashed").unwrap_or(false));
    let question = format!("authors {q:?} {trashed}");
    let page = PageRequest::<AuthorKey>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            reader.staff.record(connection, "author.list", "author", None, &[]).await?;
            let total = wanted.total(author_records::count(connection, q.as_deref(), trashed)).await?;
            Ok::<_, ApiError>((author_records::list(connection, q.as_deref(), trashed, &wanted).await?, total))
        })
        .await?;
    let about = site.question(&request, &question);
    let key = |row: &AuthorRow| AuthorKey { name: row.shown.name.clone(), id: row.id };
    let (meta, links) = page.complete(&mut rows, total, key, &about);
    let data = rows.into_iter().map(StaffAuthor::from).collect();
    Ok(private_answer(StatusCode::OK, &StaffAuthorPage { data, meta, links }))
}

/// Creates an author.
#[utoipa::path(post, path = "/v1/admin/authors", operation_id = "create_author", tag = "staff: articles",
    security(("bearer" = [])), request_body = AuthorInput,
    responses((status = 201, description = "Created", body = StaffAuthorAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_author(
    request: HttpRequest,
    editor: Editor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = AuthorInput::parse(&body.0)?;
    let id = site.clock.new_id();
    let author = database
        .transact(async move |connection| {
            add_author(connection, id, input).await?;
            editor.staff.record(connection, "author.create", "author", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    let address = format!("{}/v1/admin/authors/{id}", site.public_url);
    Ok(created_answer(&address, author.version, &StaffAuthorAnswer { data: author }))
}

/// Stores a new author.
///
/// # Errors
/// 422 for what names nothing, and for what another author has.
pub(crate) async fn add_author(connection: &mut PgConnection, id: Uuid, input: AuthorInput) -> Result<(), ApiError> {
    let record = record(connection, id, input, None).await?;
    author_records::insert(connection, &record).await.map_err(taken)
}

/// Reads an author.
#[utoipa::path(get, path = "/v1/admin/authors/{id}", operation_id = "get_author", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The author")),
    responses((status = 200, description = "The author", body = StaffAuthorAnswer, headers(("ETag" = String)))))]
pub async fn get_author(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let author = database
        .transact(async move |connection| {
            reader.staff.record(connection, "author.read", "author", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, author.version, &StaffAuthorAnswer { data: author }))
}

/// Changes an author. Visible articles show it at once.
#[utoipa::path(patch, path = "/v1/admin/authors/{id}", operation_id = "update_author", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The author"), ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body(content = AuthorInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed author", body = StaffAuthorAnswer, headers(("ETag" = String)))))]
pub async fn update_author(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let author = database
        .transact(async move |connection| {
            let stored = lock(connection, id, &expected).await?;
            let input = AuthorInput::parse_patch(&stored, &patch.0)?;
            let record = record(connection, id, input, Some(&stored)).await?;
            author_records::update(connection, &record).await.map_err(taken)?;
            editor.staff.record(connection, "author.update", "author", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, author.version, &StaffAuthorAnswer { data: author }))
}

/// Moves an author to the trash: nobody can be given it any more, and articles that have it keep it.
#[utoipa::path(delete, path = "/v1/admin/authors/{id}", operation_id = "delete_author", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The author"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_author(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            lock(connection, id, &expected).await?;
            author_records::set_trashed(connection, id, true).await?;
            editor.staff.record(connection, "author.delete", "author", Some(id), &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings an author back from the trash.
#[utoipa::path(post, path = "/v1/admin/authors/{id}/restore", operation_id = "restore_author", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The author")),
    responses((status = 200, description = "The author", body = StaffAuthorAnswer, headers(("ETag" = String)))))]
pub async fn restore_author(request: HttpRequest, editor: Editor, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let author = database
        .transact(async move |connection| {
            if lock(connection, id, &Expected::Any).await?.trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "the author is not in the trash" });
            }
            author_records::set_trashed(connection, id, false).await?;
            editor.staff.record(connection, "author.restore", "author", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, author.version, &StaffAuthorAnswer { data: author }))
}

async fn read(connection: &mut PgConnection, id: Uuid) -> Result<StaffAuthor, ApiError> {
    Ok(author_records::lock(connection, id).await?.ok_or(ApiError::NotFound)?.into())
}

async fn lock(connection: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<AuthorRow, ApiError> {
    let row = author_records::lock(connection, id).await?.ok_or(ApiError::NotFound)?;
    if expected.accepts(row.version) {
        return Ok(row);
    }
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": null}) })
}

/// The record that an input asks for. Whoever stands here already may stay, though they could not be chosen any more.
async fn record(
    connection: &mut PgConnection,
    id: Uuid,
    input: AuthorInput,
    stored: Option<&AuthorRow>,
) -> Result<Record, ApiError> {
    let unknown = |pointer| ApiError::field(pointer, "unknown_reference", "names nothing that exists");
    let kept = stored.map(|stored| stored.own_name.clone());
    let account = match input.account {
        None => None,
        Some(id) if stored.is_some_and(|stored| stored.account_id == Some(id)) => Some((id, kept.clone())),
        Some(id) => {
            let name = author_records::find_account(connection, id).await?.ok_or_else(|| unknown("/account"))?;
            Some((id, Some(name)))
        }
    };
    let provider = match input.provider {
        None => None,
        Some(name) => {
            if let Some(id) = stored.and_then(|stored| stored.provider_id).filter(|id| id.to_string() == name) {
                Some((id, kept))
            } else {
                let found = author_records::find_provider(connection, &name).await?;
                found.map(|(id, name)| Some((id, Some(name)))).ok_or_else(|| unknown("/provider"))?
            }
        }
    };
    let profile_name = account.as_ref().or(provider.as_ref()).and_then(|(_, name)| name.clone());
    let name = input.name.or(profile_name).ok_or(ApiError::Internal)?;
    Ok(Record {
        id,
        slug: input.slug.clone().unwrap_or_else(|| slug_of(&name, "author")),
        // A namesake has the plain slug already: a made one steps aside.
        may_step_aside: input.slug.is_none(),
        name: name.chars().take(200).collect(),
        account: account.map(|(id, _)| id),
        provider: provider.map(|(id, _)| id),
        credentials: input.credentials,
        biography: input.biography,
    })
}

fn taken(error: sqlx::Error) -> ApiError {
    let refused = |pointer, message| ApiError::field(pointer, "taken", message);
    match DbError::from(error) {
        DbError::Constraint(name) => match name.as_str() {
            "author_slug_key" => refused("/slug", "another author has this slug"),
            "author_account_id_key" => refused("/account", "this member of staff stands as another author"),
            "author_provider_id_key" => refused("/provider", "this provider stands as another author"),
            _ => DbError::Constraint(name).into(),
        },
        other => other.into(),
    }
}
