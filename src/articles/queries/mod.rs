//! All SQL about articles, and nothing else. The file's name says who may see the rows.

pub mod authors;
pub mod claims;
pub mod comments;
pub mod disclosures;
pub mod exports;
pub mod gate;
pub mod history;
pub mod imports;
pub mod publications;
pub mod published;
pub mod published_addresses;
pub mod published_changes;
pub mod published_details;
pub mod published_exports;
pub mod published_graph;
pub mod published_review;
pub mod published_sitemap;
pub mod redirects;
pub mod relations;
pub mod reviews;
pub mod revisions;
pub mod signoffs;
pub mod staff;
pub mod terms;
