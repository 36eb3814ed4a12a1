//! Legal hold: while a lawsuit or an investigation asks for an inquiry, nobody erases it, the retention included. Each
//! hold has a written reason, sealed under the inquiry's own key, and stays on record after it is released.

mod queries;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing::{self, Standing};
use crate::{
    accounts::{PrivacyOfficer, PrivacyReader},
    crypto::Personal,
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, Fields, JsonBody, Site, Then, no_parameters, path_id, staff_answer, version_tag,
    },
    inquiries::{door::Door, sealing::Opener},
};

/// Why an inquiry is kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct LegalHoldInput {
    /// For colleagues and courts.
    #[schema(min_length = 1, max_length = 2000)]
    #[expect(dead_code, reason = "it is read field by field")]
    reason: String,
}

/// A hold.
#[derive(Serialize, ToSchema)]
pub struct LegalHold {
    id: Uuid,
    /// As it was written.
    reason: String,
    held_at: DateTime<Utc>,
    held_by: HoldingPerson,
    /// Null while it holds.
    released_at: Option<DateTime<Utc>>,
    released_by: Option<HoldingPerson>,
}

/// Who held or released.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoldingPerson {
    /// UUIDv7.
    pub id: Uuid,
    /// As they are shown.
    pub name: String,
}

/// Whether an inquiry is held, and every hold that it had.
#[derive(Serialize, ToSchema)]
pub struct LegalHolds {
    held: bool,
    /// The latest first.
    holds: Vec<LegalHold>,
    /// The inquiry's, for `If-Match`.
    version: i32,
}

/// The holds of an inquiry.
#[derive(Serialize, ToSchema)]
pub struct LegalHoldAnswer {
    data: LegalHolds,
}

/// Why something is held may name people.
impl std::fmt::Debug for LegalHold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LegalHold").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LegalHolds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LegalHolds").field("held", &self.held).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LegalHoldAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.data.fmt(f)
    }
}

const TABLE: &str = "cms.legal_hold";

fn shown(row: queries::Hold, key: &Opener) -> Result<LegalHold, ApiError> {
    let reason = row.sealed_reason.map(|sealed| key.beside(TABLE, "sealed_reason", row.id, &sealed));
    let person = |(id, name)| HoldingPerson { id, name };
    Ok(LegalHold {
        id: row.id,
        reason: reason.transpose()?.map(Personal::into_revealed).unwrap_or_default(),
        held_at: row.held_at,
        held_by: person((row.held_by, row.held_by_name)),
        released_at: row.released_at,
        released_by: row.released_by.zip(row.released_by_name).map(person),
    })
}

fn answer(standing: &Standing, rows: Vec<queries::Hold>, door: &Data<Door>) -> Answer {
    let key = standing.open(door)?;
    let holds: Vec<LegalHold> = rows.into_iter().map(|row| shown(row, &key)).collect::<Result<_, _>>()?;
    let held = holds.iter().any(|hold| hold.released_at.is_none());
    let data = LegalHolds { held, holds, version: standing.version };
    Ok(staff_answer(StatusCode::OK, standing.version, &LegalHoldAnswer { data }))
}

/// Whether an inquiry is held, with every hold that it had.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/legal-hold", operation_id = "get_legal_hold", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The inquiry")),
    responses((status = 200, description = "The latest hold first", body = LegalHoldAnswer)),
    security(("bearer" = [])))]
pub async fn get_legal_hold(
    request: HttpRequest,
    permit: PrivacyReader,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let (standing, rows) = database
        .transact(async move |transaction| {
            let standing = standing::lock(transaction, id, &permit.staff).await?;
            let rows = queries::list_holds(transaction, id).await?;
            permit.staff.record(transaction, "legal_hold.list", "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>((standing, rows))
        })
        .await?;
    answer(&standing, rows, &door)
}

/// Holds an inquiry: neither a request nor the retention erases it until it is released.
#[utoipa::path(put, path = "/v1/admin/inquiries/{id}/legal-hold", operation_id = "put_legal_hold", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag of the inquiry as it was read, or `*`")),
    request_body = LegalHoldInput,
    responses((status = 200, description = "It is held", body = LegalHoldAnswer)),
    security(("bearer" = [])))]
pub async fn put_legal_hold(
    request: HttpRequest,
    Then(permit, Then(expected, body)): Then<PrivacyOfficer, Then<Expected, JsonBody>>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, reason) = (path_id(&request)?, read_reason(&body.0)?);
    let (hold, now, with) = (site.clock.new_id(), site.clock.now(), Data::clone(&door));
    let (standing, rows) = database
        .transact(async move |transaction| {
            let mut standing = standing::lock(transaction, id, &permit.staff).await?;
            standing.check(&expected)?;
            if standing.legal_hold {
                let detail = "it is held already; release that hold first, or leave it";
                return Err(ApiError::Conflict { code: "legal_hold", detail });
            }
            let sealed = standing.open(&with)?.seal_beside(TABLE, "sealed_reason", hold, &reason)?;
            queries::insert_hold(transaction, (hold, id), &sealed, (permit.staff.id, now)).await?;
            standing.version = queries::update_held(transaction, id, true, permit.staff.id).await?;
            permit.staff.record(transaction, "legal_hold.create", "inquiry", Some(id), &[]).await?;
            let rows = queries::list_holds(transaction, id).await?;
            Ok::<_, ApiError>((standing, rows))
        })
        .await?;
    answer(&standing, rows, &door)
}

/// Releases an inquiry: from here on it may be erased, and the retention that has ended meanwhile does so.
#[utoipa::path(delete, path = "/v1/admin/inquiries/{id}/legal-hold", operation_id = "delete_legal_hold",
    tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag of the inquiry as it was read, or `*`")),
    responses((status = 204, description = "Released")),
    security(("bearer" = [])))]
pub async fn delete_legal_hold(
    request: HttpRequest,
    permit: PrivacyOfficer,
    expected: Expected,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    let version = database
        .transact(async move |transaction| {
            let standing = standing::lock(transaction, id, &permit.staff).await?;
            standing.check(&expected)?;
            if !standing.legal_hold {
                return Err(ApiError::NotFound);
            }
            queries::release_hold(transaction, id, (permit.staff.id, now)).await?;
            let version = queries::update_held(transaction, id, false, permit.staff.id).await?;
            permit.staff.record(transaction, "legal_hold.delete", "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>(version)
        })
        .await?;
    let mut answer = crate::http::no_content();
    let (name, value) = version_tag(version);
    if let Ok(value) = actix_web::http::header::HeaderValue::from_str(&value) {
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

fn read_reason(body: &Value) -> Result<Personal<String>, ApiError> {
    let mut fields = Fields::of(body, "");
    let reason = fields.text("reason", 2000);
    let reason = fields.require("reason", reason);
    fields.finish()?;
    reason.map(Personal::new).ok_or(ApiError::Internal)
}
