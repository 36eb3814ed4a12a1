//! Facts that come from elsewhere: an imported page, the demo. Refuses to overwrite what somebody wrote: a name is
//! taken while the record still has the one that it began with, and a location is known again by its address.

use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    editing::{add_location, add_provider, add_service, source},
    input::{ClinicInput, LocationInput, ProviderInput, ServiceInput},
    queries::{self, UNNAMED},
};
use crate::{
    clock::Clock,
    http::ApiError,
    outbox::{self, EventKind},
};

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was written, to the record of this id.
    Changed(Uuid),
    /// It is there already.
    Same,
    /// The record says something else, which somebody wrote and which stays.
    Kept,
}

/// Takes over the organisation's name.
///
/// # Errors
/// 422 for a name that cannot be one; those of the database.
pub async fn import_name(connection: &mut PgConnection, clock: &Clock, name: &str) -> Result<Imported, ApiError> {
    queries::lock_clinic(connection).await?;
    let stored = queries::find_clinic_for_staff(connection).await?.ok_or(ApiError::NotFound)?;
    if stored.name == name {
        return Ok(Imported::Same);
    }
    if stored.name != UNNAMED {
        return Ok(Imported::Kept);
    }
    let mut fields = source(&stored, &ClinicInput::FIELDS)?;
    fields.as_object_mut().and_then(|fields| fields.insert("name".to_owned(), json!(name)));
    queries::update_clinic(connection, &ClinicInput::parse(&fields)?, None).await?;
    outbox::record(connection, clock, EventKind::ClinicChanged, stored.id).await?;
    Ok(Imported::Changed(stored.id))
}

/// Takes over a location, in the form that staff would send, unless one stands at its address.
///
/// # Errors
/// As [`import_name`].
pub async fn import_location(
    connection: &mut PgConnection,
    clock: &Clock,
    location: &Value,
) -> Result<Imported, ApiError> {
    let input = LocationInput::parse(location)?;
    if queries::has_location_at(connection, &input.address.line1, &input.address.postal_code).await? {
        return Ok(Imported::Same);
    }
    let id = clock.new_id();
    add_location(connection, id, &input, None).await?;
    outbox::record(connection, clock, EventKind::ClinicChanged, id).await?;
    Ok(Imported::Changed(id))
}

/// Writes the whole organisation, in the form that staff would send.
///
/// # Errors
/// As [`import_name`].
pub async fn seed_clinic(connection: &mut PgConnection, clinic: &Value) -> Result<(), ApiError> {
    Ok(queries::update_clinic(connection, &ClinicInput::parse(clinic)?, None).await?)
}

/// Adds a provider, in the form that staff would send.
///
/// # Errors
/// 422 for what staff could not send either; those of the database.
pub async fn seed_provider(connection: &mut PgConnection, clock: &Clock, provider: &Value) -> Result<(), ApiError> {
    let id = clock.new_id();
    add_provider(connection, id, &ProviderInput::parse(provider)?, None).await?;
    Ok(outbox::record(connection, clock, EventKind::ClinicChanged, id).await?)
}

/// Adds a service, in the form that staff would send.
///
/// # Errors
/// As [`seed_provider`].
pub async fn seed_service(connection: &mut PgConnection, clock: &Clock, service: &Value) -> Result<(), ApiError> {
    let id = clock.new_id();
    add_service(connection, id, &ServiceInput::parse(service)?, None).await?;
    Ok(outbox::record(connection, clock, EventKind::ClinicChanged, id).await?)
}
