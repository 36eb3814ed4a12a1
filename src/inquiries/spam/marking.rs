//! What staff decide about the verdict: a held inquiry or one taken for spam is released, one that came through is
//! marked. Releasing is as good as coming in: staff are told, and the time to answer begins then.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::{self, StandingRow};
use crate::{
    accounts::{InquiryDesk, Staff},
    db::StaffDb,
    http::{Answer, ApiError, Expected, no_parameters, path_id, staff_answer},
    inquiries::{door::Door, schema::InquiryStatus},
    outbox::{self, EventKind},
};

/// Where an inquiry stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryStanding {
    id: Uuid,
    #[schema(value_type = InquiryStatus)]
    status: &'static str,
    /// When it should be answered; null where the change leaves that as it was.
    #[schema(required)]
    due_at: Option<DateTime<Utc>>,
    /// Named by the `ETag`, and by `If-Match` of a write.
    version: i32,
}

/// Where an inquiry stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryStandingAnswer {
    data: InquiryStanding,
}

/// Releases an inquiry that is held back or taken for spam: it is new, staff are told of it as of any other, and the time
/// to answer begins now. Why it was doubted stays with it.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/release", operation_id = "release_inquiry", tag = "staff: inquiries",
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 200, description = "Released", body = InquiryStandingAnswer,
        headers(("ETag" = String, description = "The new version")))),
    security(("bearer" = [])))]
pub async fn release_inquiry(
    request: HttpRequest,
    permit: InquiryDesk,
    expected: Expected,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let staff = permit.staff;
    let data = database
        .transact(async move |transaction| {
            let row = held_for_change(transaction, &staff, id, &expected).await?;
            if !["held", "spam"].contains(&row.status.as_str()) {
                return Err(ApiError::Conflict { code: "not_held", detail: "it is neither held nor spam" });
            }
            let minutes = u32::try_from(row.response_minutes).unwrap_or_default();
            let due_at = (door.due_after)(row.hours.as_ref(), staff.clock.now(), minutes);
            let version = queries::update_status(transaction, id, "new", Some(due_at), staff.id).await?;
            if !queries::was_told_of(transaction, id).await? {
                outbox::record(transaction, &staff.clock, EventKind::InquiryReceived, id).await?;
            }
            let fields = ["status".to_owned(), "first_response_due_at".to_owned()];
            staff.record(transaction, "inquiry.release", "inquiry", Some(id), &fields).await?;
            Ok::<_, ApiError>(InquiryStanding { id, status: "new", due_at: Some(due_at), version })
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &InquiryStandingAnswer { data }))
}

/// Marks an inquiry as spam. It stays, apart from the others, and can be released.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/spam", operation_id = "mark_inquiry_spam", tag = "staff: inquiries",
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 200, description = "Marked", body = InquiryStandingAnswer,
        headers(("ETag" = String, description = "The new version")))),
    security(("bearer" = [])))]
pub async fn mark_inquiry_spam(
    request: HttpRequest,
    permit: InquiryDesk,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let staff = permit.staff;
    let data = database
        .transact(async move |transaction| {
            let row = held_for_change(transaction, &staff, id, &expected).await?;
            if row.status == "spam" {
                return Err(ApiError::Conflict { code: "already_spam", detail: "it is marked already" });
            }
            let version = queries::update_status(transaction, id, "spam", None, staff.id).await?;
            staff.record(transaction, "inquiry.mark_spam", "inquiry", Some(id), &["status".to_owned()]).await?;
            Ok::<_, ApiError>(InquiryStanding { id, status: "spam", due_at: None, version })
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &InquiryStandingAnswer { data }))
}

/// What is out of somebody's reach is not there for them.
async fn held_for_change(
    transaction: &mut PgConnection,
    staff: &Staff,
    id: Uuid,
    expected: &Expected,
) -> Result<StandingRow, ApiError> {
    let row = queries::lock_inquiry(transaction, id, &staff.reach).await?.ok_or(ApiError::NotFound)?;
    if expected.accepts(row.version) {
        return Ok(row);
    }
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": row.updated_by}) })
}
