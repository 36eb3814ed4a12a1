//! The organisation, its locations, providers and services: who they are, how they are reached, when they are open and
//! what is done there. What staff write here is public at once. Refuses what a patient could be sent astray by: a number
//! that cannot be dialled, an address that leads nowhere, hours that contradict themselves, an NPI that is nobody's.

mod admin;
#[expect(clippy::module_inception, reason = "the organisation itself, beside its locations")]
mod clinic;
mod codes;
mod compliance;
pub mod consistency;
mod counted_hours;
mod country;
mod department;
pub mod editing;
mod exported;
mod faqs;
pub mod fhir;
mod holidays;
pub mod hours;
mod imported;
pub mod input;
mod legal_notices;
mod listed;
mod location;
mod notices;
mod provider;
mod public;
pub mod queries;
mod seeded;
mod service;
mod service_names;
mod staff_location;
mod staff_provider;
mod staff_service;
mod structured_data;
mod testimonials;
mod values;
mod wording;

use actix_web::web::ServiceConfig;
use sqlx::PgConnection;
use utoipa::OpenApi;
use uuid::Uuid;

pub use clinic::{ChangedBy, Clinic, ListedPhone, SocialLink, StaffClinic, StoredClinic};
pub use compliance::{Keeping, RequiredNotice, check_required_notices};
pub use counted_hours::{due_after, reopening};
pub use country::CountryCode;
pub use department::{Department, ShownDepartment};
pub use exported::{export_clinic, export_locations, export_providers, export_services};
pub use imported::{Imported, import_location, import_name, seed_clinic, seed_provider, seed_service};
pub use input::{ClinicInput, LocationInput, ProviderInput, ServiceInput};
pub use listed::{Listed, ListingSource, import_listed_location, import_listed_provider};
pub use location::{
    Address, Geo, Location, LocationInShort, LocationStatus, StatusCode, StoredLocation, Unreadable, Viewpoint,
};
pub use provider::{Licence, Provider, ProviderName, ProviderSummary, ShownLicence, Specialty};
pub use queries::Place;
pub use seeded::{seed_faq, seed_legal_notice, seed_notice, seed_testimonial};
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

/// Mounts the public reads.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/clinic").get(public::get_clinic).mount(config);
    Endpoint::at("/v1/locations").get(public::list_locations).mount(config);
    Endpoint::at("/v1/locations/{slug}").get(public::get_location).mount(config);
    Endpoint::at("/v1/locations/{slug}/hours").get(public::get_location_hours).mount(config);
    Endpoint::at("/v1/providers").get(public::list_providers).mount(config);
    Endpoint::at("/v1/providers/{slug}").get(public::get_provider).mount(config);
    Endpoint::at("/v1/services").get(public::list_services).mount(config);
    Endpoint::at("/v1/services/{slug}").get(public::get_service).mount(config);
    Endpoint::at("/v1/clinic/jsonld").get(structured_data::get_clinic_jsonld).mount(config);
    Endpoint::at("/v1/locations/{slug}/jsonld").get(structured_data::get_location_jsonld).mount(config);
    Endpoint::at("/v1/providers/{slug}/jsonld").get(structured_data::get_provider_jsonld).mount(config);
    Endpoint::at("/v1/services/{slug}/jsonld").get(structured_data::get_service_jsonld).mount(config);
    Endpoint::at("/v1/notices").get(public::list_notices).mount(config);
    Endpoint::at("/v1/faqs").get(public::list_faqs).mount(config);
    Endpoint::at("/v1/testimonials").get(public::list_testimonials).mount(config);
    Endpoint::at("/v1/legal-notices").get(public::list_legal_notices).mount(config);
    Endpoint::at("/v1/legal-notices/{slug}").get(public::get_legal_notice).mount(config);
    fhir::routes(config);
}

/// Mounts the staff's addresses in the scope `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/clinic").get(admin::get_staff_clinic).patch(admin::update_clinic).mount(config);
    Endpoint::at("/clinic/consistency").get(consistency::get_clinic_consistency).mount(config);
    Endpoint::at("/hours/readings").post(admin::create_hours_reading).mount(config);
    Endpoint::at("/locations").get(admin::list_staff_locations).post(admin::create_location).mount(config);
    Endpoint::at("/locations/bulk").post(admin::update_locations).mount(config);
    Endpoint::at("/locations/{id}")
        .get(admin::get_staff_location)
        .patch(admin::update_location)
        .delete(admin::delete_location)
        .mount(config);
    Endpoint::at("/locations/{id}/restore").post(admin::restore_location).mount(config);
    Endpoint::at("/providers").get(admin::list_staff_providers).post(admin::create_provider).mount(config);
    Endpoint::at("/providers/bulk").post(admin::update_providers).mount(config);
    Endpoint::at("/providers/{id}")
        .get(admin::get_staff_provider)
        .patch(admin::update_provider)
        .delete(admin::delete_provider)
        .mount(config);
    Endpoint::at("/providers/{id}/restore").post(admin::restore_provider).mount(config);
    Endpoint::at("/services").get(admin::list_staff_services).post(admin::create_service).mount(config);
    Endpoint::at("/services/bulk").post(admin::update_services).mount(config);
    Endpoint::at("/services/{id}")
        .get(admin::get_staff_service)
        .patch(admin::update_service)
        .delete(admin::delete_service)
        .mount(config);
    Endpoint::at("/services/{id}/restore").post(admin::restore_service).mount(config);
    Endpoint::at("/notices").get(notices::list_staff_notices).post(notices::create_notice).mount(config);
    Endpoint::at("/notices/bulk").post(notices::update_notices).mount(config);
    Endpoint::at("/notices/{id}")
        .get(notices::get_staff_notice)
        .patch(notices::update_notice)
        .delete(notices::delete_notice)
        .mount(config);
    Endpoint::at("/notices/{id}/restore").post(notices::restore_notice).mount(config);
    Endpoint::at("/faqs").get(faqs::list_staff_faqs).post(faqs::create_faq).mount(config);
    Endpoint::at("/faqs/bulk").post(faqs::update_faqs).mount(config);
    Endpoint::at("/faqs/{id}").get(faqs::get_staff_faq).patch(faqs::update_faq).delete(faqs::delete_faq).mount(config);
    Endpoint::at("/faqs/{id}/restore").post(faqs::restore_faq).mount(config);
    Endpoint::at("/testimonials")
        .get(testimonials::list_staff_testimonials)
        .post(testimonials::create_testimonial)
        .mount(config);
    Endpoint::at("/testimonials/bulk").post(testimonials::update_testimonials).mount(config);
    Endpoint::at("/testimonials/{id}")
        .get(testimonials::get_staff_testimonial)
        .patch(testimonials::update_testimonial)
        .delete(testimonials::delete_testimonial)
        .mount(config);
    Endpoint::at("/testimonials/{id}/restore").post(testimonials::restore_testimonial).mount(config);
    Endpoint::at("/testimonials/{id}/authorizations").post(testimonials::create_authorization).mount(config);
    Endpoint::at("/testimonials/{id}/authorizations/{authorization}")
        .delete(testimonials::delete_authorization)
        .mount(config);
    Endpoint::at("/legal-notices")
        .get(legal_notices::list_staff_legal_notices)
        .post(legal_notices::create_legal_notice)
        .mount(config);
    Endpoint::at("/legal-notices/bulk").post(legal_notices::update_legal_notices).mount(config);
    Endpoint::at("/legal-notices/{id}")
        .get(legal_notices::get_staff_legal_notice)
        .patch(legal_notices::update_legal_notice)
        .delete(legal_notices::delete_legal_notice)
        .mount(config);
    Endpoint::at("/legal-notices/{id}/restore").post(legal_notices::restore_legal_notice).mount(config);
    Endpoint::at("/holidays").get(holidays::list_holidays).mount(config);
    Endpoint::at("/compliance/notices").get(compliance::list_required_notices).mount(config);
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
    structured_data::get_clinic_jsonld,
    structured_data::get_location_jsonld,
    structured_data::get_provider_jsonld,
    structured_data::get_service_jsonld,
    public::list_notices,
    public::list_faqs,
    public::list_testimonials,
    public::list_legal_notices,
    public::get_legal_notice,
    admin::get_staff_clinic,
    admin::update_clinic,
    admin::create_hours_reading,
    admin::list_staff_locations,
    admin::create_location,
    admin::get_staff_location,
    admin::update_location,
    admin::delete_location,
    admin::restore_location,
    admin::update_locations,
    admin::list_staff_providers,
    admin::create_provider,
    admin::get_staff_provider,
    admin::update_provider,
    admin::delete_provider,
    admin::restore_provider,
    admin::update_providers,
    admin::list_staff_services,
    admin::create_service,
    admin::get_staff_service,
    admin::update_service,
    admin::delete_service,
    admin::restore_service,
    admin::update_services,
    notices::list_staff_notices,
    notices::create_notice,
    notices::get_staff_notice,
    notices::update_notice,
    notices::delete_notice,
    notices::restore_notice,
    notices::update_notices,
    faqs::list_staff_faqs,
    faqs::create_faq,
    faqs::get_staff_faq,
    faqs::update_faq,
    faqs::delete_faq,
    faqs::restore_faq,
    faqs::update_faqs,
    testimonials::list_staff_testimonials,
    testimonials::create_testimonial,
    testimonials::get_staff_testimonial,
    testimonials::update_testimonial,
    testimonials::delete_testimonial,
    testimonials::restore_testimonial,
    testimonials::update_testimonials,
    testimonials::create_authorization,
    testimonials::delete_authorization,
    legal_notices::list_staff_legal_notices,
    legal_notices::create_legal_notice,
    legal_notices::get_staff_legal_notice,
    legal_notices::update_legal_notice,
    legal_notices::delete_legal_notice,
    legal_notices::restore_legal_notice,
    legal_notices::update_legal_notices,
    compliance::list_required_notices,
    holidays::list_holidays,
    consistency::get_clinic_consistency
))]
#[derive(Debug)]
pub struct Docs;
