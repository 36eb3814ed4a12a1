//! Disclosures: texts that the law or the clinic demands beside a treatment, written once and shown wherever the
//! treatment is named. Refuses to be chosen or left out by hand: which article carries one follows from what it says.

mod attaching;
mod input;
mod rule;

use std::pin::Pin;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) use attaching::{attach, kinds_of};
pub use input::Texts;
use input::{DisclosureAnswer, DisclosureInput, DisclosureList, StaffDisclosure};

use super::queries::{
    disclosures::{self, DisclosureRow, StoredDisclosure},
    relations::resolve_services,
};
use crate::{
    accounts::{ArticleReader, Editor},
    clock::Clock,
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, JsonBody, MergePatch, QueryReader, Site, changed, created_answer,
        no_content, no_parameters, patched, path_id, private_answer, slug_of, staff_answer,
    },
};

/// What `app` hands to the room of the services: their names decide which article carries what.
pub fn follow_service<'a>(
    connection: &'a mut PgConnection,
    clock: &'a Clock,
    service: Uuid,
) -> Pin<Box<dyn Future<Output = Result<(), ApiError>> + 'a>> {
    Box::pin(attaching::follow_service(connection, clock, service))
}

/// Lists the disclosures by name, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/disclosures", operation_id = "list_disclosures", tag = "staff: articles",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By name", body = DisclosureList)))]
pub async fn list_disclosures(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let trashed = query.boolean("trashed").unwrap_or(false);
    query.finish()?;
    let rows = database
        .transact(async move |connection| {
            reader.staff.record(connection, "disclosure.list", "disclosure", None, &[]).await?;
            Ok::<_, ApiError>(disclosures::list_disclosures(connection, None, Some(trashed)).await?)
        })
        .await?;
    let data = rows.into_iter().map(StaffDisclosure::from).collect();
    Ok(private_answer(StatusCode::OK, &DisclosureList { data }))
}

/// Creates a disclosure. The articles that name its treatments carry it at once, the visible ones included.
#[utoipa::path(post, path = "/v1/admin/disclosures", operation_id = "create_disclosure", tag = "staff: articles",
    security(("bearer" = [])), request_body = DisclosureInput,
    responses((status = 201, description = "Created", body = DisclosureAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_disclosure(
    request: HttpRequest,
    editor: Editor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = DisclosureInput::parse(&body.0)?;
    let id = site.clock.new_id();
    let made = database
        .transact(async move |connection| {
            let services = resolved(connection, &input.services).await?;
            let slug = slug_given(&input);
            let new = stored(id, &input, &slug, &services, 1, editor.staff.id);
            let write = async |connection: &mut PgConnection, stamp| {
                disclosures::insert_disclosure(connection, &new).await.map_err(slug_taken)?;
                Ok(disclosures::insert_version(connection, &new, stamp).await?)
            };
            attaching::spread(connection, &editor.staff.clock, id, true, write).await?;
            editor.staff.record(connection, "disclosure.create", "disclosure", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    let address = format!("{}/v1/admin/disclosures/{}", site.public_url, made.id);
    Ok(created_answer(&address, made.version, &DisclosureAnswer { data: made }))
}

/// Reads a disclosure.
#[utoipa::path(get, path = "/v1/admin/disclosures/{id}", operation_id = "get_disclosure", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The disclosure")),
    responses((status = 200, description = "The disclosure", body = DisclosureAnswer, headers(("ETag" = String)))))]
pub async fn get_disclosure(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let found = database
        .transact(async move |connection| {
            reader.staff.record(connection, "disclosure.read", "disclosure", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, found.version, &DisclosureAnswer { data: found }))
}

/// Changes a disclosure. Visible articles show it at once, under a new version where its texts or its kind changed.
#[utoipa::path(patch, path = "/v1/admin/disclosures/{id}", operation_id = "update_disclosure", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The disclosure"), ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body(content = DisclosureInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed disclosure", body = DisclosureAnswer, headers(("ETag" = String)))))]
pub async fn update_disclosure(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let done = database
        .transact(async move |connection| {
            let row = lock(connection, id, &expected).await?;
            refuse_trashed(&row)?;
            let before = DisclosureInput::stored(&row);
            let after = patched(before.clone(), &patch.0);
            let input = DisclosureInput::parse(&after)?;
            change(connection, &editor, &row, &input).await?;
            let fields = changed(&before, &after);
            editor.staff.record(connection, "disclosure.update", "disclosure", Some(id), &fields).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, done.version, &DisclosureAnswer { data: done }))
}

/// Moves a disclosure to the trash: no article shows it any more, and the gate asks for another.
#[utoipa::path(delete, path = "/v1/admin/disclosures/{id}", operation_id = "delete_disclosure", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The disclosure"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_disclosure(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            lock(connection, id, &expected).await?;
            set_trashed(connection, &editor, id, true).await?;
            editor.staff.record(connection, "disclosure.delete", "disclosure", Some(id), &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings a disclosure back from the trash.
#[utoipa::path(post, path = "/v1/admin/disclosures/{id}/restore", operation_id = "restore_disclosure", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The disclosure")),
    responses((status = 200, description = "The disclosure", body = DisclosureAnswer, headers(("ETag" = String)))))]
pub async fn restore_disclosure(request: HttpRequest, editor: Editor, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let back = database
        .transact(async move |connection| {
            let row = lock(connection, id, &Expected::Any).await?;
            if row.trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "the disclosure is not in the trash" });
            }
            set_trashed(connection, &editor, id, false).await?;
            editor.staff.record(connection, "disclosure.restore", "disclosure", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, back.version, &DisclosureAnswer { data: back }))
}

async fn change(
    connection: &mut PgConnection,
    editor: &Editor,
    row: &DisclosureRow,
    input: &DisclosureInput,
) -> Result<(), ApiError> {
    let services = resolved(connection, &input.services).await?;
    let slug = slug_given(input);
    let rewritten = row.kind != input.kind || row.texts.0 != input.texts;
    let text_version = row.text_version + i32::from(rewritten);
    let new = stored(row.id, input, &slug, &services, text_version, editor.staff.id);
    let write = async |connection: &mut PgConnection, stamp| {
        disclosures::update_disclosure(connection, &new).await.map_err(slug_taken)?;
        if rewritten {
            disclosures::insert_version(connection, &new, stamp).await?;
        }
        Ok(())
    };
    attaching::spread(connection, &editor.staff.clock, row.id, rewritten, write).await
}

async fn set_trashed(connection: &mut PgConnection, editor: &Editor, id: Uuid, trashed: bool) -> Result<(), ApiError> {
    let by = editor.staff.id;
    let write = async |connection: &mut PgConnection, _| {
        disclosures::set_disclosure_trashed(connection, id, trashed, by).await.map_err(slug_taken)
    };
    attaching::spread(connection, &editor.staff.clock, id, false, write).await
}

fn slug_given(input: &DisclosureInput) -> String {
    input.slug.clone().unwrap_or_else(|| slug_of(&input.name, "disclosure"))
}

fn stored<'a>(
    id: Uuid,
    input: &'a DisclosureInput,
    slug: &'a str,
    services: &'a [Uuid],
    text_version: i32,
    by: Uuid,
) -> StoredDisclosure<'a> {
    StoredDisclosure {
        id,
        slug,
        name: &input.name,
        kind: &input.kind,
        texts: &input.texts,
        applies_to: &input.applies_to,
        treatments: &input.treatments,
        services,
        text_version,
        by,
    }
}

/// The ids of services, each once.
async fn resolved(connection: &mut PgConnection, names: &[String]) -> Result<Vec<Uuid>, ApiError> {
    let found = resolve_services(connection, names, None).await?;
    let unknown =
        |index| FieldError::at(format!("/services/{index}"), "unknown_reference", "names nothing that exists");
    let errors: Vec<_> =
        found.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(index, _)| unknown(index)).collect();
    if !errors.is_empty() {
        return Err(ApiError::Invalid(errors));
    }
    let mut ids: Vec<_> = found.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

async fn read(connection: &mut PgConnection, id: Uuid) -> Result<StaffDisclosure, ApiError> {
    let rows = disclosures::list_disclosures(connection, Some(id), None).await?;
    rows.into_iter().next().map(StaffDisclosure::from).ok_or(ApiError::NotFound)
}

async fn lock(connection: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<DisclosureRow, ApiError> {
    if !disclosures::lock_disclosure(connection, id).await? {
        return Err(ApiError::NotFound);
    }
    let rows = disclosures::list_disclosures(connection, Some(id), None).await?;
    let row = rows.into_iter().next().ok_or(ApiError::NotFound)?;
    if expected.accepts(row.version) {
        return Ok(row);
    }
    let by = row.updated_by.map(|person| person.0);
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": by}) })
}

fn refuse_trashed(row: &DisclosureRow) -> Result<(), ApiError> {
    if row.trashed_at.is_none() {
        return Ok(());
    }
    Err(ApiError::Conflict { code: "in_trash", detail: "the disclosure is in the trash; restore it first" })
}

fn slug_taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "disclosure_slug_key" => {
            ApiError::field("/slug", "taken", "another one has this slug")
        }
        other => other.into(),
    }
}
