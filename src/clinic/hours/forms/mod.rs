//! The hours in the forms of others: OpenStreetMap's `opening_hours`, schema.org, FHIR, Google Business Profile, and what
//! people write on a door. Pure: no request and no table is known here.
//!
//! A writer answers the form and what it could not say. A reader answers rows and what it could not take, each piece with
//! its place: nothing is guessed, and nothing goes missing in silence.
//!
//! | file | reads and writes |
//! |---|---|
//! | `osm` | OpenStreetMap's `opening_hours` |
//! | `schema_org` | `OpeningHoursSpecification` |
//! | `fhir` | `Location.hoursOfOperation`, `HealthcareService.availableTime` |
//! | `google` | `regularHours`, `specialHours`, `moreHours` and `openInfo` of a Business Profile |
//! | `plain` | what people write; read only |
//! | `normal` | the one form of rows that open at the same instants |
//! | `reading` | what a reader and a writer answer |

pub mod fhir;
pub mod google;
mod normal;
pub mod osm;
mod parts;
pub mod plain;
mod reading;
pub mod schema_org;

#[cfg(test)]
mod tests;

pub use normal::{normal, replaced};
pub use reading::{Hours, LeftOut, Reading, Written};
