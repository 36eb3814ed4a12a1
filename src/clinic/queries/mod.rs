//! All SQL about the organisation, its locations, providers and services, and what it tells everybody. The names say who sees the row.

mod consistency;
mod faqs;
mod fhir_resources;
mod kept;
mod legal_notices;
mod listings;
mod locations;
mod notices;
mod organisation;
mod providers;
mod published;
mod published_care;
mod published_exports;
mod published_fhir;
mod published_texts;
mod relations;
mod services;
mod testimonials;

pub use consistency::{find_own_record, list_written_texts};
pub use faqs::{insert_faq, list_faqs, update_faq};
pub use fhir_resources::{
    KeptResource, NewResource, find_kept_resource, find_named_record, find_record_of_resource, find_resource_of_record,
    find_whole_resources, keep_resource, update_mapped,
};
pub use kept::*;
pub use legal_notices::{Obligations, find_obligations, insert_legal_notice, list_legal_notices, update_legal_notice};
pub use listings::{
    KnownListing, find_listing, find_named_locations, has_provider_called, list_location_keys, put_location_origin,
    put_provider_origin,
};
pub use locations::{
    find_free_slug, find_location_for_staff, find_locations_for_staff, has_location_at, insert_location,
    update_location,
};
pub use notices::{insert_notice, list_notices, update_notice};
pub use organisation::{UNNAMED, find_clinic_for_staff, insert_clinic_if_missing, lock_clinic, update_clinic};
pub use providers::{
    find_free_provider_slug, find_provider_for_staff, find_providers_for_staff, insert_provider, update_provider,
};
pub use published::{
    Listed, Part, Place, PublishedLocation, Publisher, find_published_clinic, find_published_location,
    find_published_locations,
};
pub use published_care::{
    ProviderFilter, PublishedProvider, PublishedService, ServiceFilter, find_published_provider,
    find_published_providers, find_published_service, find_published_services,
};
pub use published_exports::{find_published_providers_after, find_published_services_after};
pub use published_fhir::{
    FhirClinic, FhirPart, FhirRow, find_fhir_clinic, find_fhir_healthcare_services, find_fhir_ids, find_fhir_locations,
    find_fhir_organizations, find_fhir_practitioner_roles, find_fhir_practitioners,
};
pub use published_texts::{
    PublishedTexts, TextFilter, find_published_faqs, find_published_legal_notices, find_published_notices,
    find_published_testimonials,
};
pub use relations::{
    Related, replace_faq_locations, replace_faq_services, replace_notice_locations, replace_provider_locations,
    replace_service_conditions, replace_service_locations, replace_service_providers, replace_testimonial_locations,
    replace_testimonial_services, resolve_related,
};
pub use services::{
    find_free_service_slug, find_service_for_staff, find_services_for_staff, insert_service, update_service,
};
pub use testimonials::{
    insert_authorization, insert_testimonial, list_testimonials, revoke_authorization, touch_testimonial,
    update_testimonial,
};

/// What a list for staff is narrowed to.
#[derive(Clone, Debug)]
pub struct StaffFilter {
    /// Those in the trash, or the others.
    pub trashed: bool,
    /// A piece of the name, in any case.
    pub q: Option<String>,
}
