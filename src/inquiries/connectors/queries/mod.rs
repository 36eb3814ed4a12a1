//! All SQL about connections. What a delivery writes goes through functions of the schema `site`; what is bound here is
//! sealed already.

mod arrivals;
mod connections;
mod deliveries;

pub use arrivals::{
    Amendment, Found, Kept, Told, amend, find_delivered_key, find_integration, keep_delivery, submit_call,
};
pub use connections::*;
pub use deliveries::*;
