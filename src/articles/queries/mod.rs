//! All SQL about articles, and nothing else. The file's name says who may see the rows.

pub mod author_records;
pub mod authors;
pub mod bulk;
pub mod category_tree;
pub mod comments;
pub mod history;
pub mod preview_links;
pub mod publications;
pub mod published;
pub mod published_preview;
pub mod published_review;
pub mod relations;
pub mod reviews;
pub mod revisions;
pub mod signoffs;
pub mod snapshot;
pub mod staff;
pub mod terms;
pub mod trash;
