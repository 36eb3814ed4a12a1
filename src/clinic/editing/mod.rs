//! How a location, a provider or a service comes to be and changes, inside the caller's transaction. The staff's
//! handlers and the demo's content go the same way.

mod providers;
pub(super) mod relations;
mod services;

use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) use self::{providers::provider_source, services::service_source};
pub use self::{
    providers::{add_provider, change_provider},
    services::{add_service, change_service},
};
use super::{input::LocationInput, queries};
use crate::{
    db::DbError,
    http::{ApiError, slug_of},
};

/// Stores a new location under `id`. Its slug is made from its name where the input has none. `by` is the account;
/// none for the program itself.
///
/// # Errors
/// 422 at `/slug` where another location has it; those of the database.
pub async fn add_location(
    connection: &mut PgConnection,
    id: Uuid,
    input: &LocationInput,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let slug = choose_slug(connection, id, input).await?;
    queries::insert_location(connection, id, &slug, input, by).await.map_err(refused_slug)
}

/// Writes a location anew.
///
/// # Errors
/// As [`add_location`].
pub async fn change_location(
    connection: &mut PgConnection,
    id: Uuid,
    input: &LocationInput,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let slug = choose_slug(connection, id, input).await?;
    queries::update_location(connection, id, &slug, input, by).await.map_err(refused_slug)
}

async fn choose_slug(connection: &mut PgConnection, id: Uuid, input: &LocationInput) -> Result<String, ApiError> {
    if let Some(slug) = &input.slug {
        return Ok(slug.clone());
    }
    let free = queries::find_free_slug(connection, &slug_base(&input.name, "location"), id).await?;
    free.ok_or_else(slug_taken)
}

/// A name that is an id makes a slug that would be taken for one.
fn slug_base(name: &str, kind: &str) -> String {
    let slug = slug_of(name, kind);
    if slug.parse::<Uuid>().is_ok() { format!("{kind}-{slug}") } else { slug }
}

fn refused_slug(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "location_slug_key" => slug_taken(),
        other => other.into(),
    }
}

fn slug_taken() -> ApiError {
    ApiError::field("/slug", "taken", "another location has it")
}

/// The fields of a record that staff may write, as they were written: what a merge patch is laid over.
pub(super) fn source<T: Serialize>(record: &T, fields: &[&str]) -> Result<Value, ApiError> {
    let mut source = serde_json::to_value(record).map_err(|_| ApiError::Internal)?;
    if let Some(object) = source.as_object_mut() {
        object.retain(|name, _| fields.contains(&name.as_str()));
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_an_id_makes_a_slug_that_is_none() {
        assert_eq!(slug_base("Boca Ratón — Main", "location"), "boca-raton-main");
        assert_eq!(slug_base("診療所!", "location").parse::<Uuid>().ok(), None);
        let id = "0190b5a0-0000-7000-8000-000000000001";
        assert_eq!(slug_base(id, "location"), format!("location-{id}"));
    }
}
