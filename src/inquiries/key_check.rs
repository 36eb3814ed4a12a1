//! Whether the key ring belongs to the database. Refuses to start with another ring: new inquiries would be sealed with
//! keys that nobody backs up with this database, and old ones could not be read.

use sqlx::PgConnection;

use super::queries;
use crate::{crypto::KeyRing, db::DbError};

/// A key ring that does not fit the database.
#[derive(Debug, thiserror::Error)]
pub enum RingMismatch {
    /// The database was written with another key of that name.
    #[error(
        "the key {name} is not the one that this database was written with: restore the key folder that belongs to it"
    )]
    Differs {
        /// As in the folder, without its ending.
        name: String,
    },
    /// Stored inquiries need a key that the ring lacks.
    #[error(
        "inquiries in this database need the key {name}, which the key ring lacks: restore its file from the backup of the keys"
    )]
    Missing {
        /// As in the folder, without its ending.
        name: String,
    },
    /// The fingerprints could not be read or written.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<sqlx::Error> for RingMismatch {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

/// Compares the ring with the keys that the database was written with, and leaves the fingerprints of new ones. For
/// the staff's role, in a transaction: where it fails, nothing is to be kept.
///
/// # Errors
/// [`RingMismatch`], naming the key.
pub async fn register_keys(transaction: &mut PgConnection, ring: &KeyRing) -> Result<(), RingMismatch> {
    let ours = ring.fingerprints();
    let (names, prints): (Vec<String>, Vec<String>) = ours.clone().into_iter().unzip();
    // Written before they are compared: two nodes that start at once with different rings cannot both be the first.
    queries::insert_fingerprints(&mut *transaction, &names, &prints).await?;
    for key in queries::find_known_keys(transaction, &names).await? {
        if ours.get(&key.name).is_some_and(|print| *print != key.fingerprint) {
            return Err(RingMismatch::Differs { name: key.name });
        }
        if key.is_missed {
            return Err(RingMismatch::Missing { name: key.name });
        }
    }
    Ok(())
}
