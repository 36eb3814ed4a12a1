//! The letters to a sender, as staff see them: that one left, waits or could not leave. What it said is the form's.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries;
use crate::{
    accounts::InquiryReader,
    db::StaffDb,
    http::{Answer, ApiError, no_parameters, path_id, private_answer},
};

/// A letter to the sender of an inquiry.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InquiryLetter {
    /// UUIDv7.
    pub id: Uuid,
    /// `autoresponse`.
    pub kind: String,
    /// `waiting`, `sent` or `not_sent`.
    #[schema(example = "sent")]
    pub status: String,
    /// Why it has not left, as a code: `no_mail_server`, `opted_out`, `smtp_550`, `nobody` … Null where nothing went wrong.
    #[schema(required)]
    pub reason: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it left or was given up.
    #[schema(required)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// The letters to the sender of an inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryLetterList {
    data: Vec<InquiryLetter>,
}

/// Lists the letters that were written to the sender of an inquiry, the newest first, at most 100.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/letters", operation_id = "list_inquiry_letters",
    tag = "staff: inquiries", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The inquiry")),
    responses((status = 200, description = "The newest first", body = InquiryLetterList)))]
pub async fn list_inquiry_letters(request: HttpRequest, permit: InquiryReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let data = database
        .transact(async move |connection| {
            let found = queries::is_in_reach(connection, id, permit.staff.reach.locations()).await?;
            // What is out of somebody's reach is not there for them, and that they asked is written down.
            let action = if found { "inquiry.list_letters" } else { "inquiry.refuse" };
            permit.staff.record(connection, action, "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>(if found { Some(queries::list_letters(connection, id).await?) } else { None })
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(private_answer(StatusCode::OK, &InquiryLetterList { data }))
}
