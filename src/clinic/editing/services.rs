//! How a service comes to be and changes, inside the caller's transaction.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    relations::{named_by_id, refuse, resolve},
    slug_base, source,
};
use crate::{
    clinic::{
        input::ServiceInput,
        queries::{self, Related},
        staff_service::StaffService,
    },
    db::DbError,
    http::{ApiError, Reference},
};

/// The ids of what a service names.
struct Named {
    locations: Vec<Uuid>,
    providers: Vec<Uuid>,
    conditions: Vec<Uuid>,
}

/// Stores a new service under `id`. Its slug is made from its name where the input has none. `by` is the account; none
/// for the program itself.
///
/// # Errors
/// 422 at `/slug` where another service has it, and at each name that is none; those of the database.
pub async fn add_service(
    connection: &mut PgConnection,
    id: Uuid,
    input: &ServiceInput,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let named = named(connection, input, [&[], &[], &[]]).await?;
    let slug = choose_slug(connection, id, input).await?;
    queries::insert_service(connection, id, &slug, input, by).await.map_err(refused)?;
    finish(connection, id, &named).await
}

/// Writes a service anew.
///
/// # Errors
/// As [`add_service`].
pub async fn change_service(
    connection: &mut PgConnection,
    before: &StaffService,
    input: &ServiceInput,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let named = named(connection, input, [&before.locations, &before.providers, &before.conditions]).await?;
    let slug = choose_slug(connection, before.id, input).await?;
    queries::update_service(connection, before.id, &slug, input, by).await.map_err(refused)?;
    finish(connection, before.id, &named).await
}

/// A service as staff would write it.
pub(in crate::clinic) fn service_source(service: &StaffService) -> Result<Value, ApiError> {
    let mut written = source(service, &ServiceInput::FIELDS)?;
    named_by_id(&mut written, &["locations", "providers", "conditions"]);
    Ok(written)
}

async fn named(
    connection: &mut PgConnection,
    input: &ServiceInput,
    [locations, providers, conditions]: [&[Reference]; 3],
) -> Result<Named, ApiError> {
    let mut mistakes = Vec::new();
    let named = Named {
        locations: resolve(connection, Related::Location, &input.locations, locations, &mut mistakes).await?,
        providers: resolve(connection, Related::Provider, &input.providers, providers, &mut mistakes).await?,
        conditions: resolve(connection, Related::Condition, &input.conditions, conditions, &mut mistakes).await?,
    };
    refuse(mistakes)?;
    Ok(named)
}

async fn finish(connection: &mut PgConnection, id: Uuid, named: &Named) -> Result<(), ApiError> {
    queries::replace_service_locations(connection, id, &named.locations).await?;
    queries::replace_service_providers(connection, id, &named.providers).await?;
    Ok(queries::replace_service_conditions(connection, id, &named.conditions).await?)
}

async fn choose_slug(connection: &mut PgConnection, id: Uuid, input: &ServiceInput) -> Result<String, ApiError> {
    if let Some(slug) = &input.slug {
        return Ok(slug.clone());
    }
    let free = queries::find_free_service_slug(connection, &slug_base(&input.name, "service"), id).await?;
    free.ok_or_else(|| ApiError::field("/slug", "taken", "another service has it"))
}

fn refused(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "service_slug_key" => {
            ApiError::field("/slug", "taken", "another service has it")
        }
        other => other.into(),
    }
}
