//! Locations and providers out of a listing elsewhere: a table, a Business Profile. One that a listing brought is known
//! again by what the listing calls it, and follows the listing until staff write to it; then it is theirs.

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    editing::{add_location, add_provider, change_location, change_provider},
    input::{LocationInput, ProviderInput},
    queries,
};
use crate::{
    clock::Clock,
    http::ApiError,
    outbox::{self, EventKind},
};

/// Where a listing comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingSource {
    /// A table of locations or providers.
    Table,
    /// A Google Business Profile.
    Google,
}

impl ListingSource {
    /// The name that is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "listings",
            Self::Google => "google",
        }
    }
}

/// What became of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is new here.
    Created(Uuid),
    /// The listing says something else now, and nobody has touched the record.
    Updated(Uuid),
    /// The listing says what it said.
    Same,
    /// Staff have written it, or something of this address or name was there before: theirs stays.
    Kept,
}

/// Takes over a location, in the form that staff would send. `key` is what the source calls it.
///
/// # Errors
/// 422 with every mistake in it; those of the database.
pub async fn import_listed_location(
    connection: &mut PgConnection,
    clock: &Clock,
    source: ListingSource,
    key: &str,
    location: &Value,
) -> Result<Listed, ApiError> {
    let mut input = LocationInput::parse(location)?;
    let said = said(location);
    let listed = match queries::find_listing(connection, "location", source.name(), key).await? {
        Some(known) if known.said == said => return Ok(Listed::Same),
        Some(known) if !known.is_untouched => return Ok(Listed::Kept),
        Some(known) => {
            queries::lock_location(connection, known.id).await?;
            let stored = queries::find_location_for_staff(connection, known.id).await?.ok_or(ApiError::NotFound)?;
            // A new name does not move the page that patients have found.
            input.slug.get_or_insert(stored.slug);
            change_location(connection, known.id, &input, None).await?;
            Listed::Updated(known.id)
        }
        None => {
            let (line1, postal_code) = (&input.address.line1, &input.address.postal_code);
            if queries::has_location_at(connection, line1, postal_code).await? {
                return Ok(Listed::Kept);
            }
            let id = clock.new_id();
            add_location(connection, id, &input, None).await?;
            Listed::Created(id)
        }
    };
    if let Listed::Created(id) | Listed::Updated(id) = listed {
        queries::put_location_origin(connection, source.name(), key, id, &said).await?;
        outbox::record(connection, clock, EventKind::ClinicChanged, id).await?;
    }
    Ok(listed)
}

/// Takes over a provider, in the form that staff would send, whose locations may also be named by what the source calls
/// them, or by their names.
///
/// # Errors
/// As [`import_listed_location`].
pub async fn import_listed_provider(
    connection: &mut PgConnection,
    clock: &Clock,
    source: ListingSource,
    key: &str,
    provider: &Value,
) -> Result<Listed, ApiError> {
    let mut input = ProviderInput::parse(provider)?;
    let said = said(provider);
    let found = queries::find_named_locations(connection, source.name(), &input.locations).await?;
    // A name that says none stays, so that it is refused where it stands.
    let named = input.locations.iter().zip(found);
    input.locations = named.map(|(name, id)| id.map_or_else(|| name.clone(), |id| id.to_string())).collect();
    let listed = match queries::find_listing(connection, "provider", source.name(), key).await? {
        Some(known) if known.said == said => return Ok(Listed::Same),
        Some(known) if !known.is_untouched => return Ok(Listed::Kept),
        Some(known) => {
            queries::lock_provider(connection, known.id).await?;
            let before = queries::find_provider_for_staff(connection, known.id).await?.ok_or(ApiError::NotFound)?;
            input.slug.get_or_insert_with(|| before.slug.clone());
            change_provider(connection, &before, &input, None).await?;
            Listed::Updated(known.id)
        }
        None => {
            let npi = input.npi.as_ref().map(super::Npi::as_str);
            if queries::has_provider_called(connection, npi, &input.name.display()).await? {
                return Ok(Listed::Kept);
            }
            let id = clock.new_id();
            add_provider(connection, id, &input, None).await?;
            Listed::Created(id)
        }
    };
    if let Listed::Created(id) | Listed::Updated(id) = listed {
        queries::put_provider_origin(connection, source.name(), key, id, &said).await?;
        outbox::record(connection, clock, EventKind::ClinicChanged, id).await?;
    }
    Ok(listed)
}

/// SHA-256 of what a listing says, so that the same listing is known to be unchanged.
fn said(record: &Value) -> [u8; 32] {
    Sha256::digest(record.to_string().as_bytes()).into()
}
