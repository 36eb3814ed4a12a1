//! All SQL about the organisation and its locations. The names say who sees the row.

mod locations;
mod organisation;
mod published;

pub use locations::{
    find_free_slug, find_location_for_staff, find_locations_for_staff, has_location_at, insert_location, lock_location,
    update_location, update_location_trashed,
};
pub use organisation::{UNNAMED, find_clinic_for_staff, insert_clinic_if_missing, lock_clinic, update_clinic};
pub use published::{Listed, Part, Place, find_published_clinic, find_published_location, find_published_locations};
