//! All SQL about articles, and nothing else. The file's name says who may see the rows.

pub mod authors;
pub mod comments;
pub mod exports;
pub mod history;
pub mod imports;
pub mod publications;
pub mod published;
pub mod published_review;
pub mod relations;
pub mod reviews;
pub mod revisions;
pub mod signoffs;
pub mod staff;
pub mod terms;
