//! All SQL about the organisation, its locations, providers and services. The names say who sees the row.

mod locations;
mod organisation;
mod providers;
mod published;
mod published_care;
mod published_exports;
mod relations;
mod services;

pub use locations::{
    find_free_slug, find_location_for_staff, find_locations_for_staff, has_location_at, insert_location, lock_location,
    update_location, update_location_trashed,
};
pub use organisation::{UNNAMED, find_clinic_for_staff, insert_clinic_if_missing, lock_clinic, update_clinic};
pub use providers::{
    find_free_provider_slug, find_provider_for_staff, find_providers_for_staff, insert_provider, lock_provider,
    update_provider, update_provider_trashed,
};
pub use published::{Listed, Part, Place, find_published_clinic, find_published_location, find_published_locations};
pub use published_care::{
    ProviderFilter, ServiceFilter, find_published_provider, find_published_providers, find_published_service,
    find_published_services,
};
pub use published_exports::{find_published_providers_after, find_published_services_after};
pub use relations::{
    Related, replace_provider_locations, replace_service_conditions, replace_service_locations,
    replace_service_providers, resolve_related,
};
pub use services::{
    find_free_service_slug, find_service_for_staff, find_services_for_staff, insert_service, lock_service,
    update_service, update_service_trashed,
};

/// What a list for staff is narrowed to.
#[derive(Clone, Debug)]
pub struct StaffFilter {
    /// Those in the trash, or the others.
    pub trashed: bool,
    /// A piece of the name, in any case.
    pub q: Option<String>,
}
