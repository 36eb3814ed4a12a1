//! A review as a resource: PUT asks colleagues to look at an article, DELETE takes it back, a sign-off closes it.
//! Refuses to ask somebody who could not sign.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::{Desk, Permission, Role, Writer, review_requested},
    articles::{
        admin::{lock, read, refuse_trashed},
        queries::{
            reviews::{self, NewRequest},
            staff::touch_article,
        },
        staff_answers::StaffArticleAnswer,
    },
    db::StaffDb,
    http::{Answer, ApiError, Expected, Fields, JsonBody, no_parameters, path_id, staff_answer},
};

/// Who is asked, and what for. Both may be absent.
#[derive(Debug, Default, ToSchema)]
pub struct ReviewRequestInput {
    /// The account of who is asked; absent is whoever may sign.
    reviewer: Option<Uuid>,
    /// What to look at.
    #[schema(min_length = 1, max_length = 1000)]
    note: Option<String>,
}

impl ReviewRequestInput {
    fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let input = Self {
            reviewer: fields.parsed("reviewer", |text| {
                text.parse().map_err(|_| ("unknown_reference", "names nobody who may sign".to_owned()))
            }),
            note: fields.text("note", 1000),
        };
        fields.finish()?;
        Ok(input)
    }
}

/// Asks for a review of the newest revision. A request that is open already gives way to the new one.
/// Who is named gets a mail.
#[utoipa::path(put, path = "/v1/admin/articles/{id}/review", operation_id = "put_review_request", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body = ReviewRequestInput,
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn put_review_request(
    request: HttpRequest,
    writer: Writer,
    expected: Expected,
    desk: Desk,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let input = ReviewRequestInput::parse(&body.0)?;
    let article = database
        .transact(async move |connection| {
            let stored = lock(connection, id, &expected).await?;
            refuse_trashed(&stored)?;
            if let Some(reviewer) = input.reviewer {
                check_reviewer(connection, reviewer).await?;
            }
            let (revision, note) = (stored.revision, input.note.as_deref());
            let new = NewRequest { article: id, revision, by: writer.staff.id, reviewer: input.reviewer, note };
            reviews::put_request(connection, &new).await?;
            if let Some(reviewer) = input.reviewer {
                review_requested(connection, &desk, reviewer, &writer.staff.name, &stored.title).await?;
            }
            touch_article(connection, id, None, writer.staff.id).await?;
            writer.staff.record(connection, "review.request", "article", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// Takes the request for a review back.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}/review", operation_id = "delete_review_request", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn delete_review_request(
    request: HttpRequest,
    writer: Writer,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let article = database
        .transact(async move |connection| {
            lock(connection, id, &expected).await?;
            if !reviews::delete_request(connection, id).await? {
                return Err(ApiError::Conflict { code: "not_in_review", detail: "nobody is asked for a review" });
            }
            touch_article(connection, id, None, writer.staff.id).await?;
            writer.staff.record(connection, "review.take_back", "article", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

async fn check_reviewer(connection: &mut PgConnection, reviewer: Uuid) -> Result<(), ApiError> {
    let role = reviews::find_role(connection, reviewer).await?;
    let may_sign = role.and_then(|role| Role::named(&role)).is_some_and(|role| role.may(Permission::SignArticles));
    if may_sign { Ok(()) } else { Err(ApiError::field("/reviewer", "unknown_reference", "names nobody who may sign")) }
}
