//! All SQL of the trail and its chain. What the database holds may be forged, so that every instant is read through
//! the bounds that the program writes within, and every list only where it is a plain one: beyond stand `infinity`, years
//! that no calendar here knows, and gaps in lists.

mod pruning;
mod sealing;
mod settings;
mod verifying;
mod writing;

pub(super) use pruning::*;
pub(super) use sealing::*;
pub(super) use settings::*;
pub(super) use verifying::*;
pub(super) use writing::*;

/// A hash out of a column whose length the schema holds.
fn hash(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a hash of another length than 32".into()))
}

/// The hash of a head or a pruning. A forged one may hold anything; a hash that is none is a hash of no seal.
fn hash_or_none(bytes: &[u8]) -> [u8; 32] {
    hash(bytes).unwrap_or_default()
}
