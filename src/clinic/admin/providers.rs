//! Providers, read and written by staff.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{announce, check_not_in_trash, check_version, given, staff_filter};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    clinic::{
        editing::{add_provider, change_provider, changed, provider_source},
        input::{ProviderInput, ProviderPatch},
        queries::{self, Part, Place},
        staff_provider::StaffProvider,
    },
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, JsonBody, MergePatch, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site,
        created_answer, no_content, no_parameters, patched, path_id, private_answer, staff_answer,
    },
};

/// A provider as staff read one.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffProviderAnswer {
    data: StaffProvider,
}

/// A part of the providers as staff read them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffProviderPage {
    data: Vec<StaffProvider>,
    meta: PageMeta,
    links: PageLinks,
}

fn answer(provider: StaffProvider) -> HttpResponse {
    staff_answer(StatusCode::OK, provider.version, &StaffProviderAnswer { data: provider })
}

/// The providers in the order of their names, or those in the trash.
#[utoipa::path(get, path = "/v1/admin/providers", operation_id = "list_staff_providers", tag = "staff: clinic",
    security(("bearer" = [])),
    params(
        ("trashed" = Option<bool>, Query, description = "True for the trash alone; false where it is absent"),
        ("q" = Option<String>, Query, min_length = 1, max_length = 500, description = "A piece of the name, in any case, or the whole NPI"),
        Paging),
    responses((status = 200, description = "A page of providers", body = StaffProviderPage)))]
pub async fn list_staff_providers(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = staff_filter(&mut query);
    let list = format!("providers of staff {filter:?}");
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, &list);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .transact(async move |connection| {
            permit.staff.record(connection, "provider.list", "provider", None, &[]).await?;
            Ok::<_, ApiError>(queries::find_providers_for_staff(connection, &filter, &part).await?)
        })
        .await?;
    let question = site.question(&request, &list);
    let place = |provider: &StaffProvider| (provider.display_name.clone(), provider.id);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, place, &question);
    Ok(private_answer(StatusCode::OK, &StaffProviderPage { data: listed.rows, meta, links }))
}

/// Makes a provider, public at once.
#[utoipa::path(post, path = "/v1/admin/providers", operation_id = "create_provider", tag = "staff: clinic",
    security(("bearer" = [])), request_body = ProviderInput,
    responses((status = 201, description = "The provider", body = StaffProviderAnswer,
        headers(("Location" = String, description = "The address of the provider for staff"),
            ("ETag" = String, description = "The version, for If-Match")))))]
pub async fn create_provider(
    request: HttpRequest,
    permit: ClinicEditor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = ProviderInput::parse(&body.0)?;
    let fields = given(&body.0);
    let id = site.clock.new_id();
    let provider = database
        .transact(async move |connection| {
            let provider = add_provider(connection, id, &input, Some(permit.staff.id)).await?;
            announce(connection, &permit.staff, ("provider.create", "provider"), id, &fields).await?;
            Ok::<_, ApiError>(provider)
        })
        .await?;
    let address = format!("{}/v1/admin/providers/{id}", site.public_url);
    Ok(created_answer(&address, provider.version, &StaffProviderAnswer { data: provider }))
}

/// A provider as it was written, in the trash or not.
#[utoipa::path(get, path = "/v1/admin/providers/{id}", operation_id = "get_staff_provider", tag = "staff: clinic",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The provider")),
    responses((status = 200, description = "The provider", body = StaffProviderAnswer)))]
pub async fn get_staff_provider(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let found = database
        .transact(async move |connection| {
            let found = queries::find_provider_for_staff(connection, id).await?.ok_or(ApiError::NotFound)?;
            permit.staff.record(connection, "provider.read", "provider", Some(id), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?;
    Ok(answer(found))
}

/// Changes a provider by a merge patch (RFC 7396). The change is public at once.
#[utoipa::path(patch, path = "/v1/admin/providers/{id}", operation_id = "update_provider", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The provider"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((ProviderPatch = "application/merge-patch+json"), (ProviderPatch = "application/json"))),
    responses((status = 200, description = "The provider, changed", body = StaffProviderAnswer)))]
pub async fn update_provider(
    request: HttpRequest,
    permit: ClinicEditor,
    database: Data<StaffDb>,
    expected: Expected,
    body: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let provider = database
        .transact(async move |connection| {
            let before = lock(connection, id).await?;
            check(&expected, &before)?;
            let stored = provider_source(&before)?;
            let input = ProviderInput::parse(&patched(stored.clone(), &body.0))?;
            let after = change_provider(connection, &before, &input, Some(permit.staff.id)).await?;
            let fields = changed(&stored, &provider_source(&after)?, &ProviderInput::FIELDS);
            announce(connection, &permit.staff, ("provider.update", "provider"), id, &fields).await?;
            Ok::<_, ApiError>(after)
        })
        .await?;
    Ok(answer(provider))
}

/// Puts a provider into the trash, out of the public's sight.
#[utoipa::path(delete, path = "/v1/admin/providers/{id}", operation_id = "delete_provider", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The provider"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_provider(
    request: HttpRequest,
    permit: ClinicEditor,
    database: Data<StaffDb>,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            check(&expected, &lock(connection, id).await?)?;
            queries::update_provider_trashed(connection, id, true, permit.staff.id).await?;
            announce(connection, &permit.staff, ("provider.delete", "provider"), id, &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings a provider back from the trash.
#[utoipa::path(post, path = "/v1/admin/providers/{id}/restore", operation_id = "restore_provider", tag = "staff: clinic",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The provider")),
    responses((status = 200, description = "The provider, public again", body = StaffProviderAnswer)))]
pub async fn restore_provider(request: HttpRequest, permit: ClinicEditor, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let provider = database
        .transact(async move |connection| {
            if lock(connection, id).await?.trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "it is not in the trash" });
            }
            queries::update_provider_trashed(connection, id, false, permit.staff.id).await.map_err(refused_restore)?;
            announce(connection, &permit.staff, ("provider.restore", "provider"), id, &[]).await?;
            queries::find_provider_for_staff(connection, id).await?.ok_or(ApiError::Internal)
        })
        .await?;
    Ok(answer(provider))
}

async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<StaffProvider, ApiError> {
    queries::lock_provider(connection, id).await?;
    queries::find_provider_for_staff(connection, id).await?.ok_or(ApiError::NotFound)
}

fn check(expected: &Expected, provider: &StaffProvider) -> Result<(), ApiError> {
    check_version(expected, provider.version, provider.updated_at, provider.updated_by.as_ref())?;
    check_not_in_trash(provider.trashed_at)
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "provider_slug_key" => ApiError::Conflict {
            code: "slug_taken",
            detail: "another provider has the slug now; rename that one first",
        },
        DbError::Constraint(name) if name == "provider_npi_key" => ApiError::Conflict {
            code: "npi_taken",
            detail: "another provider has the NPI now; it is one person's alone",
        },
        other => other.into(),
    }
}
