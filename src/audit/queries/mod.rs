//! All SQL of the trail and its chain.

mod pruning;
mod sealing;
mod verifying;
mod writing;

pub(super) use pruning::*;
pub(super) use sealing::*;
pub(super) use verifying::*;
pub(super) use writing::*;

/// A hash out of a column whose length the schema holds.
fn hash(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a hash of another length than 32".into()))
}
