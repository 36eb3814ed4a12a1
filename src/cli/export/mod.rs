//! `export`: what is here goes elsewhere, so that nobody is held by it.

mod articles;
mod fhir;

pub use articles::articles;
pub use fhir::fhir;
