//! How a provider comes to be and changes, inside the caller's transaction.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    relations::{named_by_id, refuse, resolve},
    slug_base, source,
};
use crate::{
    clinic::{
        input::ProviderInput,
        queries::{self, Related},
        staff_provider::StaffProvider,
    },
    db::DbError,
    http::{ApiError, Reference},
};

/// Stores a new provider under `id`. The slug is made from the given and the family name where the input has none.
/// `by` is the account; none for the program itself.
///
/// # Errors
/// 422 at `/slug` or `/npi` where another provider has it, and at each location that is none; those of the database.
pub async fn add_provider(
    connection: &mut PgConnection,
    id: Uuid,
    input: &ProviderInput,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let locations = locations(connection, input, &[]).await?;
    let slug = choose_slug(connection, id, input).await?;
    queries::insert_provider(connection, id, &slug, input, by).await.map_err(refused)?;
    Ok(queries::replace_provider_locations(connection, id, &locations).await?)
}

/// Writes a provider anew.
///
/// # Errors
/// As [`add_provider`].
pub async fn change_provider(
    connection: &mut PgConnection,
    before: &StaffProvider,
    input: &ProviderInput,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let id = before.id;
    let locations = locations(connection, input, &before.locations).await?;
    let slug = choose_slug(connection, id, input).await?;
    queries::update_provider(connection, id, &slug, input, by).await.map_err(refused)?;
    Ok(queries::replace_provider_locations(connection, id, &locations).await?)
}

/// A provider as staff would write one.
pub(in crate::clinic) fn provider_source(provider: &StaffProvider) -> Result<Value, ApiError> {
    let mut written = source(provider, &ProviderInput::FIELDS)?;
    named_by_id(&mut written, &["locations"]);
    Ok(written)
}

async fn locations(
    connection: &mut PgConnection,
    input: &ProviderInput,
    before: &[Reference],
) -> Result<Vec<Uuid>, ApiError> {
    let mut mistakes = Vec::new();
    let locations = resolve(connection, Related::Location, &input.locations, before, &mut mistakes).await?;
    refuse(mistakes)?;
    Ok(locations)
}

async fn choose_slug(connection: &mut PgConnection, id: Uuid, input: &ProviderInput) -> Result<String, ApiError> {
    if let Some(slug) = &input.slug {
        return Ok(slug.clone());
    }
    let parts: Vec<&str> = input.name.given.iter().chain([&input.name.family]).map(String::as_str).collect();
    let free = queries::find_free_provider_slug(connection, &slug_base(&parts.join(" "), "provider"), id).await?;
    free.ok_or_else(|| ApiError::field("/slug", "taken", "another provider has it"))
}

fn refused(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "provider_slug_key" => {
            ApiError::field("/slug", "taken", "another provider has it")
        }
        DbError::Constraint(name) if name == "provider_npi_key" => {
            ApiError::field("/npi", "taken", "another provider has it")
        }
        other => other.into(),
    }
}
