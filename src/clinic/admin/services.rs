//! Services, read and written by staff.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{announce, check_not_in_trash, check_version, given, staff_filter};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    clinic::{
        ServiceNames,
        editing::{add_service, change_service, changed, service_source},
        input::{ServiceInput, ServicePatch},
        queries::{self, Part, Place},
        staff_service::StaffService,
    },
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, JsonBody, MergePatch, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site,
        created_answer, no_content, no_parameters, patched, path_id, private_answer, staff_answer,
    },
};

/// A service as staff read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffServiceAnswer {
    data: StaffService,
}

/// A part of the services as staff read them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffServicePage {
    data: Vec<StaffService>,
    meta: PageMeta,
    links: PageLinks,
}

fn answer(service: StaffService) -> HttpResponse {
    staff_answer(StatusCode::OK, service.version, &StaffServiceAnswer { data: service })
}

/// The services in the order of their names, or those in the trash.
#[utoipa::path(get, path = "/v1/admin/services", operation_id = "list_staff_services", tag = "staff: clinic",
    security(("bearer" = [])),
    params(
        ("trashed" = Option<bool>, Query, description = "True for the trash alone; false where it is absent"),
        ("q" = Option<String>, Query, min_length = 1, max_length = 500, description = "A piece of the name, or of another name of it, in any case"),
        Paging),
    responses((status = 200, description = "A page of services", body = StaffServicePage)))]
pub async fn list_staff_services(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = staff_filter(&mut query);
    let list = format!("services of staff {filter:?}");
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, &list);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .transact(async move |connection| {
            permit.staff.record(connection, "service.list", "service", None, &[]).await?;
            Ok::<_, ApiError>(queries::find_services_for_staff(connection, &filter, &part).await?)
        })
        .await?;
    let question = site.question(&request, &list);
    let place = |service: &StaffService| (service.name.clone(), service.id);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, place, &question);
    Ok(private_answer(StatusCode::OK, &StaffServicePage { data: listed.rows, meta, links }))
}

/// Makes a service, public at once.
#[utoipa::path(post, path = "/v1/admin/services", operation_id = "create_service", tag = "staff: clinic",
    security(("bearer" = [])), request_body = ServiceInput,
    responses((status = 201, description = "The service", body = StaffServiceAnswer,
        headers(("Location" = String, description = "The address of the service for staff"),
            ("ETag" = String, description = "The version, for If-Match")))))]
pub async fn create_service(
    request: HttpRequest,
    permit: ClinicEditor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = ServiceInput::parse(&body.0)?;
    let fields = given(&body.0);
    let id = site.clock.new_id();
    let service = database
        .transact(async move |connection| {
            let service = add_service(connection, id, &input, Some(permit.staff.id)).await?;
            announce(connection, &permit.staff, ("service.create", "service"), id, &fields).await?;
            Ok::<_, ApiError>(service)
        })
        .await?;
    let address = format!("{}/v1/admin/services/{id}", site.public_url);
    Ok(created_answer(&address, service.version, &StaffServiceAnswer { data: service }))
}

/// A service as it was written, in the trash or not.
#[utoipa::path(get, path = "/v1/admin/services/{id}", operation_id = "get_staff_service", tag = "staff: clinic",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The service")),
    responses((status = 200, description = "The service", body = StaffServiceAnswer)))]
pub async fn get_staff_service(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let found = database
        .transact(async move |connection| {
            let found = queries::find_service_for_staff(connection, id).await?.ok_or(ApiError::NotFound)?;
            permit.staff.record(connection, "service.read", "service", Some(id), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?;
    Ok(answer(found))
}

/// Changes a service by a merge patch (RFC 7396). The change is public at once.
#[utoipa::path(patch, path = "/v1/admin/services/{id}", operation_id = "update_service", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The service"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((ServicePatch = "application/merge-patch+json"), (ServicePatch = "application/json"))),
    responses((status = 200, description = "The service, changed", body = StaffServiceAnswer)))]
pub async fn update_service(
    request: HttpRequest,
    permit: ClinicEditor,
    names: Data<ServiceNames>,
    database: Data<StaffDb>,
    expected: Expected,
    body: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let service = database
        .transact(async move |connection| {
            let before = lock(connection, id).await?;
            check(&expected, &before)?;
            let stored = service_source(&before)?;
            let input = ServiceInput::parse(&patched(stored.clone(), &body.0))?;
            let after = change_service(connection, &before, &input, Some(permit.staff.id)).await?;
            let fields = changed(&stored, &service_source(&after)?, &ServiceInput::FIELDS);
            if fields.iter().any(|field| matches!(field.as_str(), "name" | "aliases")) {
                (names.0)(connection, &permit.staff.clock, id).await?;
            }
            announce(connection, &permit.staff, ("service.update", "service"), id, &fields).await?;
            Ok::<_, ApiError>(after)
        })
        .await?;
    Ok(answer(service))
}

/// Puts a service into the trash, out of the public's sight.
#[utoipa::path(delete, path = "/v1/admin/services/{id}", operation_id = "delete_service", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The service"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_service(
    request: HttpRequest,
    permit: ClinicEditor,
    names: Data<ServiceNames>,
    database: Data<StaffDb>,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            check(&expected, &lock(connection, id).await?)?;
            queries::update_service_trashed(connection, id, true, permit.staff.id).await?;
            (names.0)(connection, &permit.staff.clock, id).await?;
            announce(connection, &permit.staff, ("service.delete", "service"), id, &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings a service back from the trash.
#[utoipa::path(post, path = "/v1/admin/services/{id}/restore", operation_id = "restore_service", tag = "staff: clinic",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The service")),
    responses((status = 200, description = "The service, public again", body = StaffServiceAnswer)))]
pub async fn restore_service(
    request: HttpRequest,
    permit: ClinicEditor,
    names: Data<ServiceNames>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let service = database
        .transact(async move |connection| {
            if lock(connection, id).await?.trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "it is not in the trash" });
            }
            queries::update_service_trashed(connection, id, false, permit.staff.id).await.map_err(refused_restore)?;
            (names.0)(connection, &permit.staff.clock, id).await?;
            announce(connection, &permit.staff, ("service.restore", "service"), id, &[]).await?;
            queries::find_service_for_staff(connection, id).await?.ok_or(ApiError::Internal)
        })
        .await?;
    Ok(answer(service))
}

async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<StaffService, ApiError> {
    queries::lock_service(connection, id).await?;
    queries::find_service_for_staff(connection, id).await?.ok_or(ApiError::NotFound)
}

fn check(expected: &Expected, service: &StaffService) -> Result<(), ApiError> {
    check_version(expected, service.version, service.updated_at, service.updated_by.as_ref())?;
    check_not_in_trash(service.trashed_at)
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "service_slug_key" => {
            ApiError::Conflict { code: "slug_taken", detail: "another service has its slug now; rename that one first" }
        }
        other => other.into(),
    }
}
