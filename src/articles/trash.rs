//! Into the trash, back out of it, and for good. Refuses to purge what is not in the trash, and what others are
//! translations of.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    admin::lock,
    editing, input, publication,
    queries::{
        publications,
        relations::has_translations,
        staff::{self, StaffRow},
        trash,
    },
};
use crate::{
    accounts::{Editor, Writer},
    db::{DbError, StaffDb},
    http::{Answer, ApiError, Expected, no_content, no_parameters, path_id},
};

/// Moves a locked article to the trash. A visible one is withdrawn.
///
/// # Errors
/// Those of the database.
pub async fn discard(connection: &mut PgConnection, editor: &Editor, article: Uuid) -> Result<(), ApiError> {
    publication::withdraw(connection, editor, article).await?;
    staff::set_trashed(connection, article, true).await?;
    staff::touch_article(connection, article, None, editor.staff.id).await?;
    editor.staff.record(connection, "article.delete", "article", Some(article), &[]).await
}

/// Brings a locked article back from the trash, as a draft or as withdrawn. Whether its slug is still free is asked when
/// it is published.
///
/// # Errors
/// 409 where it is not in the trash.
pub async fn bring_back(
    connection: &mut PgConnection,
    editor: &Editor,
    writer: &Writer,
    stored: &StaffRow,
) -> Result<(), ApiError> {
    refuse_kept(stored)?;
    staff::set_trashed(connection, stored.id, false).await?;
    // The restored content is a revision of its own, so that the history shows the return.
    let mut manuscript = input::parse_patch(&editing::draft_of(stored)?, &json!({}))?;
    manuscript.message = Some("Restored from the trash".to_owned());
    editing::revise(connection, writer, stored, &manuscript).await?;
    editor.staff.record(connection, "article.restore", "article", Some(stored.id), &[]).await
}

fn refuse_kept(row: &StaffRow) -> Result<(), ApiError> {
    if row.trashed_at.is_some() {
        return Ok(());
    }
    Err(ApiError::Conflict { code: "not_in_trash", detail: "the article is not in the trash" })
}

/// Deletes an article of the trash for good, with its revisions. What is left says where it stood, when, what it said by
/// its hash, and who had approved it.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/purge", operation_id = "purge_article", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "It is gone")))]
pub async fn purge_article(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            refuse_kept(&lock(connection, id, &expected).await?)?;
            if has_translations(connection, id).await? {
                return Err(translated());
            }
            // The content lock: the change feed learns of purges in the order of their stamps.
            let stamp = publications::stamp(connection).await?;
            trash::purge(connection, id, stamp, editor.staff.id).await.map_err(still_named)?;
            editor.staff.record(connection, "article.purge", "article", Some(id), &[]).await
        })
        .await?;
    Ok(no_content())
}

fn translated() -> ApiError {
    let detail = "other articles are, or once were, translations of it; purge them first";
    ApiError::Conflict { code: "has_translations", detail }
}

/// An article that was a translation of this one keeps that in its former revisions.
fn still_named(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "revision_translation_of_fkey" => translated(),
        other => other.into(),
    }
}
