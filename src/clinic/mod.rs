//! The organisation, its locations, providers and services: who they are, how they are reached, when they are open and
//! what is done there. What staff write here is public at once. Refuses what a patient could be sent astray by: a number
//! that cannot be dialled, an address that leads nowhere, hours that contradict themselves, an NPI that is nobody's.

mod admin;
#[expect(clippy::module_inception, reason = "the organisation itself, beside its locations")]
mod clinic;
mod codes;
mod country;
pub mod editing;
mod exported;
pub mod hours;
mod imported;
pub mod input;
mod location;
mod provider;
mod public;
pub mod queries;
mod service;
mod service_names;
mod staff_location;
mod staff_provider;
mod staff_service;
mod values;

use actix_web::web::ServiceConfig;
use sqlx::PgConnection;
use utoipa::OpenApi;
use uuid::Uuid;

pub use clinic::{ChangedBy, Clinic, LegalNotice, ListedPhone, Notice, SocialLink, StaffClinic, StoredClinic};
pub use country::CountryCode;
pub use exported::{export_clinic, export_locations, export_providers, export_services};
pub use imported::{Imported, import_location, import_name, seed_clinic, seed_provider, seed_service};
pub use input::{ClinicInput, LocationInput, ProviderInput, ServiceInput};
pub use location::{
    Address, Geo, Location, LocationInShort, LocationStatus, StatusCode, StoredLocation, Unreadable, Viewpoint,
};
pub use provider::{Licence, Provider, ProviderName, ProviderSummary, ShownLicence, Specialty};
pub use service::{FdaStatus, Price, Service, ServiceBody, ServiceSummary};
pub use service_names::{Following, ServiceNames};
pub use staff_location::StaffLocation;
pub use staff_provider::StaffProvider;
pub use staff_service::StaffService;
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

/// Mounts `/v1/clinic`, `/v1/locations`, `/v1/providers` and `/v1/services`.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/clinic").get(public::get_clinic).mount(config);
    Endpoint::at("/v1/locations").get(public::list_locations).mount(config);
    Endpoint::at("/v1/locations/{slug}").get(public::get_location).mount(config);
    Endpoint::at("/v1/locations/{slug}/hours").get(public::get_location_hours).mount(config);
    Endpoint::at("/v1/providers").get(public::list_providers).mount(config);
    Endpoint::at("/v1/providers/{slug}").get(public::get_provider).mount(config);
    Endpoint::at("/v1/services").get(public::list_services).mount(config);
    Endpoint::at("/v1/services/{slug}").get(public::get_service).mount(config);
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
    Endpoint::at("/providers").get(admin::list_staff_providers).post(admin::create_provider).mount(config);
    Endpoint::at("/providers/{id}")
        .get(admin::get_staff_provider)
        .patch(admin::update_provider)
        .delete(admin::delete_provider)
        .mount(config);
    Endpoint::at("/providers/{id}/restore").post(admin::restore_provider).mount(config);
    Endpoint::at("/services").get(admin::list_staff_services).post(admin::create_service).mount(config);
    Endpoint::at("/services/{id}")
        .get(admin::get_staff_service)
        .patch(admin::update_service)
        .delete(admin::delete_service)
        .mount(config);
    Endpoint::at("/services/{id}/restore").post(admin::restore_service).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    public::get_clinic,
    public::list_locations,
    public::get_location,
    public::get_location_hours,
    public::list_providers,
    public::get_provider,
    public::list_services,
    public::get_service,
    admin::get_staff_clinic,
    admin::update_clinic,
    admin::list_staff_locations,
    admin::create_location,
    admin::get_staff_location,
    admin::update_location,
    admin::delete_location,
    admin::restore_location,
    admin::list_staff_providers,
    admin::create_provider,
    admin::get_staff_provider,
    admin::update_provider,
    admin::delete_provider,
    admin::restore_provider,
    admin::list_staff_services,
    admin::create_service,
    admin::get_staff_service,
    admin::update_service,
    admin::delete_service,
    admin::restore_service
))]
#[derive(Debug)]
pub struct Docs;
