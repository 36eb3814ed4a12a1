//! All SQL of the desk. What tells who somebody is, or what anybody wrote, comes out as it is stored: sealed.

mod changing;
mod feed;
mod history;
mod listing;
mod measuring;
mod reading;

pub use changing::{
    Changed, Reader, Standing, StatusChange, find_location, find_reader, hold_inquiries, insert_routing,
    insert_status_change, insert_status_changes, is_ancestor, lock_duplicates, update_inquiries,
};
pub use feed::{FeedRow, database_now, list_changes, list_changes_within};
pub use history::{
    ContactRow, NewContact, NoteRow, RoutingRow, StatusChangeRow, count_contacts, count_notes, insert_contact,
    insert_note, list_contacts, list_notes, list_routings, list_status_changes,
};
pub use listing::{
    Filters, ListedRow, Named, Place, count_inquiries, find_countries, list_inquiries, plan_for_these_filters, resolve,
    search_inquiries,
};
pub use measuring::{CountRow, Measured, Period, count_by, measure};
pub use reading::{DetailRow, GivenConsent, LinkedRow, find_inquiry, list_duplicates, list_linked};
