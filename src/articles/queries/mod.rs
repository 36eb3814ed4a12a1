//! All SQL about articles, and nothing else. The file's name says who may see the rows.

pub mod authors;
pub mod claims;
pub mod disclosures;
pub mod gate;
pub mod publications;
pub mod published;
pub mod relations;
pub mod revisions;
pub mod staff;
pub mod terms;
