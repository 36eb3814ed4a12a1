//! The removal of what is older than the retention asks for: six years at least (45 CFR 164.316(b)(2)(i)). Works as
//! the owner of the tables, whom alone the database lets remove rows, and only rows that a signed word covers. Refuses
//! to touch a trail in which anything is wrong: it would remove the evidence.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use super::{
    Actor, Entry,
    chain::{Chain, Tip},
    queries,
};
use crate::{crypto::KeyError, db::DbError};

/// Six years, two leap days in them.
pub const LEAST_RETENTION_DAYS: u32 = 2_192;
/// Rows that are removed in one transaction.
const BATCH: i64 = 5_000;

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum PruningError {
    /// The database is away, or refused.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The ring cannot sign.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl From<sqlx::Error> for PruningError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

/// What was removed, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Whether it was only looked at.
    pub dry_run: bool,
    /// Everything removed is older.
    pub before: DateTime<Utc>,
    /// The last place that is removed; none where nothing is old enough.
    pub position: Option<i64>,
    /// How many rows.
    pub rows: u64,
}

impl Chain {
    /// Removes sealed rows that are older than `retention_days`, never less than six years. The caller has verified
    /// the chain before.
    ///
    /// # Errors
    /// [`PruningError`]. A run that was cut short is completed by the next.
    pub async fn prune(
        &self,
        owner: &mut PgConnection,
        retention_days: u32,
        dry_run: bool,
    ) -> Result<Pruned, PruningError> {
        let days = retention_days.max(LEAST_RETENTION_DAYS);
        let before = self.trail().clock().now() - Duration::days(i64::from(days));
        let end = queries::find_end_of_old(owner, before).await?;
        // What an earlier run signed and did not come to remove.
        let left = queries::find_pruned(owner).await?.map(|(position, hash)| Tip { position, hash });
        let Some(end) = end.or(left) else { return Ok(Pruned { dry_run, before, position: None, rows: 0 }) };
        let mut rows = u64::try_from(queries::count_seals(owner, end.position).await?).unwrap_or(0);
        if !dry_run && rows > 0 {
            self.announce(owner, &end, before).await?;
            rows = remove(owner, end.position).await?;
        }
        let position = (rows > 0).then_some(end.position);
        Ok(Pruned { dry_run, before, position, rows })
    }

    /// The signed word, and the row that tells of it, before anything goes.
    async fn announce(&self, owner: &mut PgConnection, end: &Tip, before: DateTime<Utc>) -> Result<(), PruningError> {
        let mut transaction = owner.begin().await?;
        queries::wait_for_chain(&mut transaction).await?;
        let keys = self.ring.signing();
        self.keep_key(&mut transaction, &keys).await?;
        queries::insert_pruning(&mut transaction, &self.sign_pruning(&keys, end, before)?).await?;
        let entry = Entry {
            actor: Actor::System,
            action: "audit.prune",
            subject: "audit",
            subject_id: None,
            fields: &[],
            request_id: None,
        };
        self.trail().record(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }
}

async fn remove(owner: &mut PgConnection, position: i64) -> Result<u64, PruningError> {
    let mut rows = 0;
    loop {
        let mut transaction = owner.begin().await?;
        let gone = queries::delete_sealed(&mut transaction, position, BATCH).await?;
        if gone == 0 {
            queries::delete_heads(&mut transaction, position).await?;
        }
        transaction.commit().await?;
        if gone == 0 {
            return Ok(rows);
        }
        rows += gone;
    }
}
