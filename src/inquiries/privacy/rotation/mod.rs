//! The wrapping of data keys anew, when another key-encryption key takes their place. The sealed fields stay as they are:
//! a data key keeps its bytes and changes its wrapper, a batch of rows in each transaction, beside everything else that
//! the service does.
//!
//! Refuses to count a row as done that did not open, and to hold rows longer than a batch: rows that somebody is at work
//! on are passed over and come in a later batch. A rotation that was killed goes on where it stopped.

mod queries;

use sqlx::PgConnection;
use uuid::Uuid;

pub use queries::{Node, WrappedRows, count_by_key, count_left, forget_node, list_nodes, meet_node};

use crate::crypto::{KeyRing, SealError, WrappedKey};

/// Rows of one transaction.
const BATCH: i64 = 200;

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Rewrapped {
    /// Rows whose data key stands under the current key now.
    pub rows: usize,
    /// Rows whose data key did not open: altered, moved, or under a key that is missing. They stay as they are.
    pub refused: Vec<Uuid>,
}

/// Wraps the data keys of up to 200 rows with the current key of the ring. `besides` are rows that did not open before.
///
/// # Errors
/// Those of the database; the caller's transaction is then lost, and nothing of the batch was kept.
pub async fn rewrap_batch(
    transaction: &mut PgConnection,
    ring: &KeyRing,
    besides: &[Uuid],
) -> Result<Rewrapped, sqlx::Error> {
    let rows = queries::lock_rows_under_other_keys(transaction, &ring.current_encryption_id(), besides, BATCH).await?;
    let (mut done, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
    for (id, wrapped) in rows {
        match ring.rewrap_key(&wrapped, id) {
            Ok(anew) => done.push((id, anew)),
            Err(error) => {
                tell(id, &wrapped, &error);
                refused.push(id);
            }
        }
    }
    queries::update_wrapped_keys(transaction, &done).await?;
    Ok(Rewrapped { rows: done.len(), refused })
}

fn tell(inquiry: Uuid, wrapped: &WrappedKey, error: &SealError) {
    tracing::error!(%inquiry, key = wrapped.key_id, %error, "a data key does not open and is not wrapped anew");
}
