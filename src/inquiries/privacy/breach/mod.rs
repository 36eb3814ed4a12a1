//! The breach report: whose inquiries somebody saw, which fields of them, between which times, out of the audit trail
//! (45 CFR 164.404: the individuals, 164.408: the Secretary). The part of the trail that it is made from is verified first,
//! and the report says what was found.
//!
//! Refuses to guess in the clinic's favour: a list does not say who was on the page, so everybody who could have been on
//! it is counted as possibly affected, and an action that is not known here as one that shows everything.

pub(super) mod admin;
mod csv;
mod exposure;
mod queries;
mod report;

pub use self::csv::as_csv;
pub use admin::BreachReportAnswer;
pub use exposure::{Exposure, exposure};
pub use report::{BreachActor, BreachInquiry, BreachQuestion, BreachReport, BreachTrail, Suspect, make};
