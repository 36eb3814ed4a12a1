//! All SQL about events and their deliveries. Whether an event is due is said by the database's clock, by which ranges of
//! publications begin and end; deliveries follow the program's.

mod deliveries;
mod events;

pub use deliveries::find_trouble;
pub(super) use deliveries::{
    Ending, LeasedDelivery, NewDelivery, Subscriber, clear, disable_gone, end_attempt, give_up_old, insert_deliveries,
    lease_due, list_subscribers,
};
pub(super) use events::{
    DueEvent, delete_planned, insert_event, insert_events, lock_due_events, mark_fanned_out, postpone_events,
};
