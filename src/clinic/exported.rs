//! What the public may read of the organisation, its locations, providers and services, as lines of an export.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    location::Viewpoint,
    queries::{self, Part, Place},
};
use crate::{db::PublicDb, delivery::write_record, http::ApiError};

/// Records that are read at once.
const AT_ONCE: i64 = 100;

/// The organisation as it reads at an instant: one line.
///
/// # Errors
/// Those of the database; 404 where there is no organisation.
pub async fn export_clinic(
    database: &PublicDb,
    site_url: Option<&str>,
    at: DateTime<Utc>,
    lines: &mut Vec<u8>,
) -> Result<(), ApiError> {
    let found =
        database.read(async |connection| Ok::<_, ApiError>(queries::find_published_clinic(connection).await?)).await?;
    let clinic = found.ok_or(ApiError::NotFound)?;
    let locale = clinic.default_locale.clone();
    write_record("clinic", &clinic.shown(&Viewpoint { at, locale: &locale }, site_url)?, lines)
}

/// The next locations after a place as they read at an instant, one line each. Answers the place of the last, none
/// where there are no more.
///
/// # Errors
/// Those of the database.
pub async fn export_locations(
    database: &PublicDb,
    at: DateTime<Utc>,
    after: Option<Place>,
    lines: &mut Vec<u8>,
) -> Result<Option<Place>, ApiError> {
    let part = Part { after, offset: 0, fetch: AT_ONCE };
    let listed = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_locations(connection, &part).await?))
        .await?;
    let seen = Viewpoint { at, locale: &listed.default_locale };
    let last = listed.rows.last().map(|location| (location.position, location.name.clone(), location.id));
    for location in listed.rows {
        write_record("location", &location.shown(&seen)?, lines)?;
    }
    Ok(last)
}

/// The next providers after an id, one line each. Answers the last id, none where there are no more.
///
/// # Errors
/// Those of the database.
pub async fn export_providers(database: &PublicDb, after: Uuid, lines: &mut Vec<u8>) -> Result<Option<Uuid>, ApiError> {
    let rows = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_providers_after(connection, after, AT_ONCE).await?)
        })
        .await?;
    rows.iter().try_for_each(|(_, provider)| write_record("provider", provider, lines))?;
    Ok(rows.last().map(|(id, _)| *id))
}

/// The next services after an id, one line each, their texts in HTML. Answers the last id, none where there are no more.
///
/// # Errors
/// Those of the database.
pub async fn export_services(database: &PublicDb, after: Uuid, lines: &mut Vec<u8>) -> Result<Option<Uuid>, ApiError> {
    let rows = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_services_after(connection, after, AT_ONCE).await?)
        })
        .await?;
    rows.iter().try_for_each(|(_, service)| write_record("service", service, lines))?;
    Ok(rows.last().map(|(id, _)| *id))
}
