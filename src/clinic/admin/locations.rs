//! Locations, read and written by staff.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{announce, check_not_in_trash, check_version, given};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    clinic::{
        editing::{add_location, change_location, changed, is_slug_taken, source},
        input::{LocationInput, LocationPatch},
        queries::{self, Part, Place},
        staff_location::StaffLocation,
    },
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, JsonBody, MergePatch, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site,
        created_answer, no_content, no_parameters, patched, path_id, private_answer, staff_answer,
    },
};

/// A location as staff read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffLocationAnswer {
    data: StaffLocation,
}

/// A part of the locations as staff read them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffLocationPage {
    data: Vec<StaffLocation>,
    meta: PageMeta,
    links: PageLinks,
}

fn answer(location: StaffLocation) -> HttpResponse {
    staff_answer(StatusCode::OK, location.version, &StaffLocationAnswer { data: location })
}

/// The locations in the order of their names, or those in the trash.
#[utoipa::path(get, path = "/v1/admin/locations", operation_id = "list_staff_locations", tag = "staff: clinic",
    security(("bearer" = [])),
    params(
        ("trashed" = Option<bool>, Query, description = "True for the trash alone; false where it is absent"),
        Paging),
    responses((status = 200, description = "A page of locations", body = StaffLocationPage)))]
pub async fn list_staff_locations(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let trashed = query.one_of("trashed", &["true", "false"]) == Some("true");
    let list = if trashed { "locations in the trash by name" } else { "locations of staff by name" };
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, list);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .transact(async move |connection| {
            permit.staff.record(connection, "location.list", "location", None, &[]).await?;
            Ok::<_, ApiError>(queries::find_locations_for_staff(connection, trashed, &part).await?)
        })
        .await?;
    let question = site.question(&request, list);
    let place = |location: &StaffLocation| (location.name.clone(), location.id);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, place, &question);
    Ok(private_answer(StatusCode::OK, &StaffLocationPage { data: listed.rows, meta, links }))
}

/// Makes a location. It is public at once.
#[utoipa::path(post, path = "/v1/admin/locations", operation_id = "create_location", tag = "staff: clinic",
    security(("bearer" = [])), request_body = LocationInput,
    responses((status = 201, description = "The location", body = StaffLocationAnswer,
        headers(("Location" = String, description = "The address of the location for staff"),
            ("ETag" = String, description = "The version, for If-Match")))))]
pub async fn create_location(
    request: HttpRequest,
    permit: ClinicEditor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = LocationInput::parse(&body.0)?;
    let fields = given(&body.0);
    let id = site.clock.new_id();
    let location = database
        .transact(async move |connection| {
            let location = add_location(connection, id, &input, Some(permit.staff.id)).await?;
            announce(connection, &permit.staff, ("location.create", "location"), id, &fields).await?;
            Ok::<_, ApiError>(location)
        })
        .await?;
    let address = format!("{}/v1/admin/locations/{id}", site.public_url);
    Ok(created_answer(&address, location.version, &StaffLocationAnswer { data: location }))
}

/// A location as it was written, in the trash or not.
#[utoipa::path(get, path = "/v1/admin/locations/{id}", operation_id = "get_staff_location", tag = "staff: clinic",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The location")),
    responses((status = 200, description = "The location", body = StaffLocationAnswer)))]
pub async fn get_staff_location(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let found = database
        .transact(async move |connection| {
            let found = queries::find_location_for_staff(connection, id).await?.ok_or(ApiError::NotFound)?;
            permit.staff.record(connection, "location.read", "location", Some(id), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?;
    Ok(answer(found))
}

/// Changes a location by a merge patch (RFC 7396). The change is public at once.
#[utoipa::path(patch, path = "/v1/admin/locations/{id}", operation_id = "update_location", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The location"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((LocationPatch = "application/merge-patch+json"), (LocationPatch = "application/json"))),
    responses((status = 200, description = "The location, changed", body = StaffLocationAnswer)))]
pub async fn update_location(
    request: HttpRequest,
    permit: ClinicEditor,
    database: Data<StaffDb>,
    expected: Expected,
    body: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let location = database
        .transact(async move |connection| {
            let before = lock(connection, id).await?;
            check(&expected, &before)?;
            let stored = source(&before, &LocationInput::FIELDS)?;
            let input = LocationInput::parse(&patched(stored.clone(), &body.0))?;
            let after = change_location(connection, id, &input, Some(permit.staff.id)).await?;
            let fields = changed(&stored, &source(&after, &LocationInput::FIELDS)?, &LocationInput::FIELDS);
            announce(connection, &permit.staff, ("location.update", "location"), id, &fields).await?;
            Ok::<_, ApiError>(after)
        })
        .await?;
    Ok(answer(location))
}

/// Puts a location into the trash, out of the public's sight.
#[utoipa::path(delete, path = "/v1/admin/locations/{id}", operation_id = "delete_location", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The location"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "It is in the trash")))]
pub async fn delete_location(
    request: HttpRequest,
    permit: ClinicEditor,
    database: Data<StaffDb>,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            let before = lock(connection, id).await?;
            check(&expected, &before)?;
            queries::update_location_trashed(connection, id, true, permit.staff.id).await?;
            announce(connection, &permit.staff, ("location.delete", "location"), id, &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings a location back from the trash.
#[utoipa::path(post, path = "/v1/admin/locations/{id}/restore", operation_id = "restore_location", tag = "staff: clinic",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The location")),
    responses((status = 200, description = "The location, public again", body = StaffLocationAnswer)))]
pub async fn restore_location(request: HttpRequest, permit: ClinicEditor, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let location = database
        .transact(async move |connection| {
            if lock(connection, id).await?.trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "it is not in the trash" });
            }
            queries::update_location_trashed(connection, id, false, permit.staff.id).await.map_err(refused_restore)?;
            announce(connection, &permit.staff, ("location.restore", "location"), id, &[]).await?;
            queries::find_location_for_staff(connection, id).await?.ok_or(ApiError::Internal)
        })
        .await?;
    Ok(answer(location))
}

async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<StaffLocation, ApiError> {
    queries::lock_location(connection, id).await?;
    queries::find_location_for_staff(connection, id).await?.ok_or(ApiError::NotFound)
}

fn check(expected: &Expected, location: &StaffLocation) -> Result<(), ApiError> {
    check_version(expected, location.version, location.updated_at, location.updated_by.as_ref())?;
    check_not_in_trash(location.trashed_at)
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    let error = DbError::from(error);
    if is_slug_taken(&error) {
        return ApiError::Conflict {
            code: "slug_taken",
            detail: "another location has its slug now; rename that one first",
        };
    }
    error.into()
}
