//! How a record comes out of what was taken: through the same inputs as what staff send. What no resource can say (the
//! zone, the parking, a price) stays as it is.

use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{arrival::Arrival, resource::ResourceType};
use crate::{
    clinic::{
        editing::{
            add_location, add_provider, add_service, change_location, change_provider, change_service, provider_source,
            service_source, source,
        },
        input::{ClinicInput, LocationInput, ProviderInput, ServiceInput},
        queries::{self, UNNAMED},
    },
    http::ApiError,
};

/// What became of a record.
pub(super) enum Written {
    /// It was made or changed.
    Record(Uuid),
    /// It is somebody's, and stays as it is.
    Kept,
}

/// Makes the record, or changes the one of that id.
///
/// # Errors
/// 422 for what the record cannot take; those of the database.
pub(super) async fn write(
    connection: &mut PgConnection,
    arrival: &Arrival,
    kind: ResourceType,
    record: Option<Uuid>,
    fields: Map<String, Value>,
) -> Result<Written, ApiError> {
    let id = record.unwrap_or_else(|| arrival.clock.new_id());
    match kind {
        ResourceType::Organization => return write_clinic(connection, record, fields).await,
        ResourceType::Location => write_location(connection, id, record.is_some(), fields).await?,
        ResourceType::Practitioner | ResourceType::PractitionerRole => {
            write_provider(connection, id, record.is_some(), fields).await?;
        }
        ResourceType::HealthcareService => {
            write_service(connection, id, record.is_some(), fields).await?;
            (arrival.names.0)(connection, &arrival.clock, id).await?;
        }
    }
    Ok(Written::Record(id))
}

/// What is taken over lies over what is there.
fn over(mut before: Value, fields: Map<String, Value>) -> Value {
    if let Some(before) = before.as_object_mut() {
        before.extend(fields);
    }
    before
}

/// A clinic that somebody has named is theirs, unless it came by import.
async fn write_clinic(
    connection: &mut PgConnection,
    record: Option<Uuid>,
    fields: Map<String, Value>,
) -> Result<Written, ApiError> {
    queries::lock_clinic(connection).await?;
    let before = queries::find_clinic_for_staff(connection).await?.ok_or(ApiError::NotFound)?;
    if record.is_none() && before.name != UNNAMED {
        return Ok(Written::Kept);
    }
    let whole = over(source(&before, &ClinicInput::FIELDS)?, fields);
    queries::update_clinic(connection, &ClinicInput::parse(&whole)?, None).await?;
    Ok(Written::Record(before.id))
}

async fn write_location(
    connection: &mut PgConnection,
    id: Uuid,
    is_known: bool,
    fields: Map<String, Value>,
) -> Result<(), ApiError> {
    if !is_known {
        return add_location(connection, id, &LocationInput::parse(&Value::Object(fields))?, None).await;
    }
    queries::lock_location(connection, id).await?;
    let before = queries::find_location_for_staff(connection, id).await?.ok_or(ApiError::NotFound)?;
    let whole = over(source(&before, &LocationInput::FIELDS)?, fields);
    change_location(connection, id, &LocationInput::parse(&whole)?, None).await
}

async fn write_provider(
    connection: &mut PgConnection,
    id: Uuid,
    is_known: bool,
    fields: Map<String, Value>,
) -> Result<(), ApiError> {
    if !is_known {
        return add_provider(connection, id, &ProviderInput::parse(&Value::Object(fields))?, None).await;
    }
    queries::lock_provider(connection, id).await?;
    let before = queries::find_provider_for_staff(connection, id).await?.ok_or(ApiError::NotFound)?;
    let whole = over(provider_source(&before)?, fields);
    change_provider(connection, &before, &ProviderInput::parse(&whole)?, None).await
}

async fn write_service(
    connection: &mut PgConnection,
    id: Uuid,
    is_known: bool,
    mut fields: Map<String, Value>,
) -> Result<(), ApiError> {
    if !is_known {
        return add_service(connection, id, &ServiceInput::parse(&Value::Object(fields))?, None).await;
    }
    queries::lock_service(connection, id).await?;
    let before = queries::find_service_for_staff(connection, id).await?.ok_or(ApiError::NotFound)?;
    // Who offers it is said by roles, of which an import may bring some: nobody is taken off.
    let offered = before.providers.iter().map(|provider| json!(provider.id));
    let told = fields.remove("providers");
    let told = told.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let mut providers: Vec<Value> = offered.collect();
    providers.extend(told.into_iter().filter(|id| !providers.contains(id)).collect::<Vec<_>>());
    fields.insert("providers".to_owned(), Value::Array(providers));
    let whole = over(service_source(&before)?, fields);
    change_service(connection, &before, &ServiceInput::parse(&whole)?, None).await
}
