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
    http::{Answer, ApiError, Expected, NoBody, Then, no_parameters, path_id, staff_answer},
    inquiries::{
        desk::{StatusChange, insert_status_change, status::Status},
        door::Door,
        schema::InquiryStatus,
    },
    outbox::{self, EventKind},
};

const SPAM: &str = "spam";
/// What nearly all of it is. Who wants another reason gives it with the status.
const USUAL_REASON: &str = "advertising";

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
    Then(permit, Then(expected, NoBody)): Then<InquiryDesk, Then<Expected, NoBody>>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let staff = permit.staff;
    let data = database
        .transact(async move |transaction| {
            let Some(row) = held_for_change(transaction, &staff, id, &expected).await? else { return Ok(None) };
            if !["held", "spam"].contains(&row.status.as_str()) {
                return Err(ApiError::Conflict { code: "not_held", detail: "it is neither held nor spam" });
            }
            let minutes = u32::try_from(row.response_minutes).unwrap_or_default();
            let due_at = (door.due_after)(row.hours.as_ref(), staff.clock.now(), minutes);
            let standing = move_to(transaction, &staff, (id, &row.status), ("new", None), Some(due_at)).await?;
            if !queries::was_told_of(transaction, id).await? {
                outbox::record(transaction, &staff.clock, EventKind::InquiryReceived, id).await?;
            }
            let fields = ["status", "close_reason", "first_response_due_at"].map(str::to_owned);
            staff.record(transaction, "inquiry.release", "inquiry", Some(id), &fields).await?;
            Ok::<_, ApiError>(Some(standing))
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(staff_answer(StatusCode::OK, data.version, &InquiryStandingAnswer { data }))
}

/// Marks an inquiry as spam, for advertising (a PATCH of the status takes another reason). It stays, apart from the others,
/// and can be released.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/spam", operation_id = "mark_inquiry_spam", tag = "staff: inquiries",
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 200, description = "Marked", body = InquiryStandingAnswer,
        headers(("ETag" = String, description = "The new version")))),
    security(("bearer" = [])))]
pub async fn mark_inquiry_spam(
    request: HttpRequest,
    Then(permit, Then(expected, NoBody)): Then<InquiryDesk, Then<Expected, NoBody>>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let staff = permit.staff;
    let data = database
        .transact(async move |transaction| {
            let Some(row) = held_for_change(transaction, &staff, id, &expected).await? else { return Ok(None) };
            if row.status == SPAM {
                return Err(ApiError::Conflict { code: "already_spam", detail: "it is marked already" });
            }
            if !Status::named(&row.status).is_some_and(|status| status.leads_to().contains(&Status::Spam)) {
                return Err(ApiError::Conflict { code: "not_markable", detail: "the clinic has dealt with it by now" });
            }
            let standing = move_to(transaction, &staff, (id, &row.status), (SPAM, Some(USUAL_REASON)), None).await?;
            let fields = ["status", "close_reason"].map(str::to_owned);
            staff.record(transaction, "inquiry.mark_spam", "inquiry", Some(id), &fields).await?;
            Ok::<_, ApiError>(Some(standing))
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(staff_answer(StatusCode::OK, data.version, &InquiryStandingAnswer { data }))
}

/// Writes where an inquiry stands with its line of the history and its event.
async fn move_to(
    transaction: &mut PgConnection,
    staff: &Staff,
    (id, from): (Uuid, &str),
    (to, reason): (&'static str, Option<&str>),
    due_at: Option<DateTime<Utc>>,
) -> Result<InquiryStanding, ApiError> {
    let version = queries::update_status(transaction, id, (to, reason), due_at, staff.id).await?;
    let line = StatusChange {
        id: staff.clock.new_id(),
        inquiry: id,
        at: staff.clock.now(),
        by: Some(staff.id),
        from,
        to,
        reason,
        sealed_note: None,
    };
    insert_status_change(transaction, &line).await?;
    outbox::record(transaction, &staff.clock, EventKind::InquiryStatusChanged, id).await?;
    Ok(InquiryStanding { id, status: to, due_at, version })
}

/// What is out of somebody's reach is not there for them, and that they asked is written down.
async fn held_for_change(
    transaction: &mut PgConnection,
    staff: &Staff,
    id: Uuid,
    expected: &Expected,
) -> Result<Option<StandingRow>, ApiError> {
    let Some(row) = queries::lock_inquiry(transaction, id, &staff.reach).await? else {
        staff.record(transaction, "inquiry.refuse", "inquiry", Some(id), &[]).await?;
        return Ok(None);
    };
    if expected.accepts(row.version) {
        return Ok(Some(row));
    }
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": row.updated_by}) })
}
