//! The organisation, read and changed by staff.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    accounts::{ClinicEditor, ClinicReader},
    audit::Change,
    clinic::{
        clinic::StaffClinic,
        editing::source,
        input::{ClinicInput, ClinicPatch},
        queries,
    },
    db::StaffDb,
    http::{Answer, ApiError, Expected, MergePatch, changed, no_parameters, patched, staff_answer},
    outbox::{self, About, EventKind, Shown},
};

/// The organisation as staff read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffClinicAnswer {
    data: StaffClinic,
}

fn answer(clinic: StaffClinic) -> HttpResponse {
    staff_answer(StatusCode::OK, clinic.version, &StaffClinicAnswer { data: clinic })
}

/// The organisation as it was written.
#[utoipa::path(get, path = "/v1/admin/clinic", operation_id = "get_staff_clinic", tag = "staff: clinic",
    security(("bearer" = [])),
    responses((status = 200, description = "The organisation", body = StaffClinicAnswer)))]
pub async fn get_staff_clinic(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let found = database
        .transact(async move |connection| {
            let found = queries::find_clinic_for_staff(connection).await?.ok_or(ApiError::NotFound)?;
            permit.staff.record(connection, "clinic.read", "clinic", Some(found.id), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?;
    Ok(answer(found))
}

/// Changes the organisation by a merge patch (RFC 7396).
#[utoipa::path(patch, path = "/v1/admin/clinic", operation_id = "update_clinic", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((ClinicPatch = "application/merge-patch+json"), (ClinicPatch = "application/json"))),
    responses((status = 200, description = "The organisation, changed", body = StaffClinicAnswer)))]
pub async fn update_clinic(
    request: HttpRequest,
    permit: ClinicEditor,
    database: Data<StaffDb>,
    expected: Expected,
    body: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let clinic = database
        .transact(async move |connection| {
            queries::lock_clinic(connection).await?;
            let before = queries::find_clinic_for_staff(connection).await?.ok_or(ApiError::NotFound)?;
            if !expected.accepts(before.version) {
                let changed = json!({"at": before.updated_at, "by": before.updated_by});
                return Err(ApiError::Stale { current: before.version, changed });
            }
            let stored = source(&before, &ClinicInput::FIELDS)?;
            let input = ClinicInput::parse(&patched(stored.clone(), &body.0))?;
            queries::update_clinic(connection, &input, Some(permit.staff.id)).await?;
            let after = queries::find_clinic_for_staff(connection).await?.ok_or(ApiError::Internal)?;
            let written = source(&after, &ClinicInput::FIELDS)?;
            let fields = changed(&stored, &written);
            let change = Change::of(Some(&stored), &written, &fields);
            permit.staff.record_change(connection, "clinic.update", ("clinic", after.id), &fields, &change).await?;
            let shown = Shown { record: "clinic", version: Some(after.version), ..Shown::default() };
            let about = About::shown(&shown, &["clinic".to_owned()]);
            outbox::record_about(connection, &permit.staff.clock, EventKind::ClinicChanged, after.id, &about).await?;
            Ok::<_, ApiError>(after)
        })
        .await?;
    Ok(answer(clinic))
}
