//! What colleagues say of a revision, and whether it is settled. Refuses to change what was said: an answer is a comment
//! of its own.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::{Comment, CommentAnswer, CommentList},
    path_uuid,
};
use crate::{
    accounts::{ArticleReader, Commenter},
    articles::{
        queries::{
            comments::{self, NewComment},
            staff,
        },
        revisions::path_number,
    },
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, Fields, JsonBody, QueryReader, Site, created_answer, no_parameters, path_id,
        private_answer, staff_answer,
    },
};

/// A comment on a revision.
#[derive(Debug, Default, ToSchema)]
pub struct CommentInput {
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    body: String,
    /// JSON Pointer (RFC 6901) of the field that it speaks of.
    #[schema(max_length = 200, pattern = "^(/([^/~]|~[01])*)+$", example = "/references/0")]
    pointer: Option<String>,
    /// The words that it speaks of.
    #[schema(min_length = 1, max_length = 500)]
    quote: Option<String>,
}

impl CommentInput {
    fn parse(given: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(given, "");
        let body = fields.text("body", 5000);
        let body = fields.require("body", body);
        let (pointer, quote) = (fields.parsed("pointer", check_pointer), fields.text("quote", 500));
        fields.finish()?;
        Ok(Self { body: body.unwrap_or_default(), pointer, quote })
    }
}

/// RFC 6901 section 3: tokens behind slashes, in which a tilde begins `~0` or `~1`.
fn check_pointer(text: &str) -> Result<String, (&'static str, String)> {
    let text = crate::http::check_line(text, 200)?;
    let escaped = |rest: &str| rest.starts_with(['0', '1']);
    if text.starts_with('/') && text.split('~').skip(1).all(escaped) {
        Ok(text)
    } else {
        Err(("bad_pointer", "must be a JSON Pointer such as /references/0".to_owned()))
    }
}

/// Lists the comments of an article, the oldest first, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/comments", operation_id = "list_comments", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"),
        ("resolved" = Option<bool>, Query, description = "Those that are settled, or those that are open")),
    responses((status = 200, description = "The comments", body = CommentList)))]
pub async fn list_comments(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let resolved = query.boolean("resolved");
    query.finish()?;
    list(reader, database, id, None, resolved).await
}

/// Lists the comments on a revision, the oldest first, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/revisions/{number}/comments", operation_id = "list_revision_comments",
    tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("number" = i32, Path, description = "From 1", minimum = 1)),
    responses((status = 200, description = "The comments", body = CommentList)))]
pub async fn list_revision_comments(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (id, number) = (path_id(&request)?, path_number(&request)?);
    list(reader, database, id, Some(number), None).await
}

async fn list(
    reader: ArticleReader,
    database: Data<StaffDb>,
    id: Uuid,
    revision: Option<i32>,
    resolved: Option<bool>,
) -> Answer {
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "comment.list", "article", Some(id), &[]).await?;
            comments::find_revision(connection, id, revision.unwrap_or(1)).await?.ok_or(ApiError::NotFound)?;
            Ok::<_, ApiError>(comments::list_comments(connection, id, revision, resolved).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &CommentList { data }))
}

/// Comments on a revision.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/revisions/{number}/comments", operation_id = "create_comment",
    tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("number" = i32, Path, description = "From 1", minimum = 1)),
    request_body = CommentInput,
    responses((status = 201, description = "The comment", body = CommentAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_comment(
    request: HttpRequest,
    commenter: Commenter,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let (article, number) = (path_id(&request)?, path_number(&request)?);
    let input = CommentInput::parse(&body.0)?;
    let data = database
        .transact(async move |connection| {
            // Held, so that a purge cannot take the revision away meanwhile.
            staff::lock_article(connection, article).await?;
            let revision = comments::find_revision(connection, article, number).await?.ok_or(ApiError::NotFound)?;
            let (person, id) = (&commenter.staff, commenter.staff.clock.new_id());
            let new = NewComment {
                id,
                revision_id: revision,
                article,
                pointer: input.pointer.as_deref(),
                quote: input.quote.as_deref(),
                body: &input.body,
                by: person.id,
            };
            comments::insert_comment(connection, &new).await?;
            person.record(connection, "comment.create", "article", Some(article), &[]).await?;
            comments::find_comment(connection, article, id).await?.ok_or(ApiError::Internal)
        })
        .await?;
    let address = format!("{}/v1/admin/articles/{article}/comments/{}", site.public_url, data.id);
    Ok(created_answer(&address, data.version, &CommentAnswer { data }))
}

/// Reads a comment.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/comments/{comment}", operation_id = "get_comment", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("comment" = Uuid, Path, description = "The comment")),
    responses((status = 200, description = "The comment", body = CommentAnswer, headers(("ETag" = String)))))]
pub async fn get_comment(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (article, id) = (path_id(&request)?, path_uuid(&request, "comment")?);
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "comment.read", "article", Some(article), &[]).await?;
            comments::find_comment(connection, article, id).await?.ok_or(ApiError::NotFound)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &CommentAnswer { data }))
}

/// Settles a comment. One that is settled stays as it is.
#[utoipa::path(put, path = "/v1/admin/articles/{id}/comments/{comment}/resolution", operation_id = "put_comment_resolution",
    tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("comment" = Uuid, Path, description = "The comment"),
        ("If-Match" = String, Header, description = "The ETag of the comment that was read")),
    responses((status = 200, description = "The comment", body = CommentAnswer, headers(("ETag" = String)))))]
pub async fn put_comment_resolution(
    request: HttpRequest,
    commenter: Commenter,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    resolve(request, commenter, expected, database, true).await
}

/// Opens a settled comment again. One that is open stays as it is.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}/comments/{comment}/resolution",
    operation_id = "delete_comment_resolution", tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("comment" = Uuid, Path, description = "The comment"),
        ("If-Match" = String, Header, description = "The ETag of the comment that was read")),
    responses((status = 200, description = "The comment", body = CommentAnswer, headers(("ETag" = String)))))]
pub async fn delete_comment_resolution(
    request: HttpRequest,
    commenter: Commenter,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    resolve(request, commenter, expected, database, false).await
}

async fn resolve(
    request: HttpRequest,
    commenter: Commenter,
    expected: Expected,
    database: Data<StaffDb>,
    settled: bool,
) -> Answer {
    no_parameters(&request)?;
    let (article, id) = (path_id(&request)?, path_uuid(&request, "comment")?);
    let data = database
        .transact(async move |connection| {
            let comment = lock(connection, article, id, &expected).await?;
            let person = &commenter.staff;
            if comment.resolved_at.is_some() != settled {
                comments::set_resolution(connection, id, settled.then_some(person.id)).await?;
            }
            let action = if settled { "comment.resolve" } else { "comment.reopen" };
            person.record(connection, action, "article", Some(article), &[]).await?;
            comments::find_comment(connection, article, id).await?.ok_or(ApiError::NotFound)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &CommentAnswer { data }))
}

async fn lock(
    connection: &mut PgConnection,
    article: Uuid,
    id: Uuid,
    expected: &Expected,
) -> Result<Comment, ApiError> {
    comments::lock_comment(connection, article, id).await?;
    let comment = comments::find_comment(connection, article, id).await?.ok_or(ApiError::NotFound)?;
    if expected.accepts(comment.version) {
        return Ok(comment);
    }
    // Who opened it again is in the audit trail alone.
    let changed = json!({"at": comment.resolved_at, "by": comment.resolved_by});
    Err(ApiError::Stale { current: comment.version, changed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_one_of_rfc_6901() {
        for good in ["/title", "/references/0", "/a~0b~1c", "/"] {
            assert!(check_pointer(good).is_ok(), "{good}");
        }
        for bad in ["title", "/a~", "/a~2", "", "/a\nb"] {
            assert!(check_pointer(bad).is_err(), "{bad}");
        }
    }
}
