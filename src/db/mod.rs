//! The database: two doors with two roles, the migrations behind them, and the server that the program brings
//! along. Refuses a pool without a role of its own, and a server that would lose what it was told to keep.

pub mod embedded;
mod error;
mod pools;

pub use error::DbError;
pub use pools::{PublicDb, StaffDb};
