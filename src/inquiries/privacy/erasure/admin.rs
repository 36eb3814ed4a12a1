//! The erasure of one inquiry by somebody who may.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Reason, TombstoneLog, erase};
use crate::{
    accounts::PrivacyOfficer,
    db::StaffDb,
    http::{Answer, ApiError, Expected, NoBody, Site, Then, no_parameters, path_id, private_answer},
    inquiries::privacy::standing::{self, By},
};

/// That an inquiry is gone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Erasure {
    /// The inquiry.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// When it went.
    pub erased_at: DateTime<Utc>,
    /// `retention`, `request` or `staff`.
    #[schema(example = "staff")]
    pub reason: &'static str,
}

/// An erasure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasureAnswer {
    data: Erasure,
}

/// Erases an inquiry for good: its data key, everything under it, and what stands beside it. Nothing brings it back. There is
/// no body, or an empty object.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/erasure", operation_id = "create_erasure", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag of the inquiry as it was read, or `*`")),
    responses((status = 200, description = "It is gone", body = ErasureAnswer)),
    security(("bearer" = [])))]
pub async fn create_erasure(
    request: HttpRequest,
    Then(permit, Then(expected, NoBody)): Then<PrivacyOfficer, Then<Expected, NoBody>>,
    site: Data<Site>,
    log: Data<TombstoneLog>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    let erased = database
        .transact(async move |transaction| {
            let standing = standing::lock(transaction, id, &permit.staff).await?;
            standing.check(&expected)?;
            if standing.legal_hold {
                let detail = "it is held for a reason of law; release the hold first";
                return Err(ApiError::Conflict { code: "legal_hold", detail });
            }
            erase(transaction, By::Staff(&permit.staff), &[id], (Reason::Staff, now)).await
        })
        .await?;
    log.keep(erased.clone()).await;
    let gone = erased.first().ok_or(ApiError::NotFound)?;
    let data =
        Erasure { id: gone.id, received_at: gone.received_at, erased_at: gone.erased_at, reason: gone.reason.name() };
    Ok(private_answer(StatusCode::OK, &ErasureAnswer { data }))
}
