//! The organisation and its locations: who they are, how they are reached and when they are open. What staff write
//! here is public at once. Refuses what a patient could be sent astray by: a number that cannot be dialled, an
//! address that leads nowhere, hours that contradict themselves.

mod admin;
#[expect(clippy::module_inception, reason = "the organisation itself, beside its locations")]
mod clinic;
mod country;
pub mod editing;
pub mod hours;
mod imported;
pub mod input;
mod location;
mod public;
pub mod queries;
mod staff_location;
mod values;

use actix_web::web::ServiceConfig;
use sqlx::PgConnection;
use utoipa::OpenApi;
use uuid::Uuid;

pub use clinic::{ChangedBy, Clinic, LegalNotice, ListedPhone, Notice, SocialLink, StaffClinic, StoredClinic};
pub use country::CountryCode;
pub use imported::{Imported, import_location, import_name, seed_clinic};
pub use input::{ClinicInput, LocationInput};
pub use location::{
    Address, Geo, Location, LocationInShort, LocationStatus, StatusCode, StoredLocation, Unreadable, Viewpoint,
};
pub use staff_location::StaffLocation;
pub use values::{Npi, TaxId, TimeZone, WebAddress};

use crate::http::Endpoint;

/// Makes the organisation's row where there is none: `New clinic`, English, UTC. Only the owner of the tables may,
/// so the program asks for it beside the migrations.
///
/// # Errors
/// Those of the database.
pub async fn ensure(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    queries::insert_clinic_if_missing(connection, id).await
}

/// Mounts `/v1/clinic` and `/v1/locations`.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/clinic").get(public::get_clinic).mount(config);
    Endpoint::at("/v1/locations").get(public::list_locations).mount(config);
    Endpoint::at("/v1/locations/{slug}").get(public::get_location).mount(config);
    Endpoint::at("/v1/locations/{slug}/hours").get(public::get_location_hours).mount(config);
}

/// Mounts the staff's addresses in the scope `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/clinic").get(admin::get_staff_clinic).patch(admin::update_clinic).mount(config);
    Endpoint::at("/locations").get(admin::list_staff_locations).post(admin::create_location).mount(config);
    Endpoint::at("/locations/{id}")
        .get(admin::get_staff_location)
        .patch(admin::update_location)
        .delete(admin::delete_location)
        .mount(config);
    Endpoint::at("/locations/{id}/restore").post(admin::restore_location).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    public::get_clinic,
    public::list_locations,
    public::get_location,
    public::get_location_hours,
    admin::get_staff_clinic,
    admin::update_clinic,
    admin::list_staff_locations,
    admin::create_location,
    admin::get_staff_location,
    admin::update_location,
    admin::delete_location,
    admin::restore_location
))]
#[derive(Debug)]
pub struct Docs;
