//! Erasure: an inquiry's data key and everything beside it that tells of the person goes, and a row that names nobody
//! stays. What is erased cannot be brought back from this database, nor from a backup that is restored: the start
//! applies the erasure again, from a file that no restore of the database touches.
//!
//! Refuses to erase what is held for a reason of law.

pub(super) mod admin;
mod log;
mod queries;
mod reconciling;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

pub use log::{TombstoneLog, UnreadLog};
pub use queries::clear_expired_answers;
pub use reconciling::{ReconcileError, Reconciled, reconcile};

use super::standing::By;
use crate::http::ApiError;

/// Why something was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was kept as long as it has to be.
    Retention,
    /// The person asked for it.
    Request,
    /// Somebody who may decided so.
    Staff,
}

impl Reason {
    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::Request => "request",
            Self::Staff => "staff",
        }
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Retention, Self::Request, Self::Staff].into_iter().find(|reason| reason.name() == name)
    }
}

/// That an inquiry was erased. It names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The inquiry.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// When it went.
    pub erased_at: DateTime<Utc>,
    /// Why.
    pub reason: Reason,
}

/// Erases those of the inquiries that are there and not held, each with an audit row in the caller's transaction. Once
/// that is committed, the answer goes to [`TombstoneLog::keep`].
///
/// # Errors
/// Those of the database; the caller's transaction is then lost, and nothing was erased.
pub async fn erase(
    transaction: &mut PgConnection,
    by: By<'_>,
    ids: &[Uuid],
    (reason, now): (Reason, DateTime<Utc>),
) -> Result<Vec<Tombstone>, ApiError> {
    let going = queries::lock_erasable(transaction, ids).await?;
    let tombstones: Vec<Tombstone> =
        going.into_iter().map(|(id, received_at)| Tombstone { id, received_at, erased_at: now, reason }).collect();
    apply(transaction, by, &tombstones, &[reason.name().to_owned()]).await?;
    Ok(tombstones)
}

/// Erases rows that this transaction holds. `fields` stand in their audit rows.
async fn apply(
    transaction: &mut PgConnection,
    by: By<'_>,
    tombstones: &[Tombstone],
    fields: &[String],
) -> Result<(), ApiError> {
    if tombstones.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = tombstones.iter().map(|tombstone| tombstone.id).collect();
    queries::erase_rows(transaction, tombstones, by.account()).await?;
    queries::forget_beside(transaction, &ids).await?;
    queries::insert_tombstones(transaction, tombstones).await?;
    for id in ids {
        by.record(transaction, "inquiry.erase", ("inquiry", id), fields).await?;
    }
    Ok(())
}
