//! How long inquiries are kept, and the end of what was kept long enough. A form says its days; a rule says others for
//! where an inquiry stands: spam goes after a month. Refuses to erase what is held, and to erase anything unseen: each
//! erasure has its audit row and its tombstone.

pub(super) mod policy;
mod queries;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub use policy::{RetentionAnswer, RetentionInput, RetentionPolicy, RetentionRule, RetentionRuleInput};
pub use queries::{DueInquiries, count_due};

use super::{
    erasure::{self, Reason, Tombstone, TombstoneLog},
    requests,
    standing::By,
};
use crate::{audit::Trail, clock::Clock, db::StaffDb, http::ApiError};

/// Inquiries that go in one transaction.
const BATCH: i64 = 100;
/// Batches of one round: a flood is erased over several rounds.
const BATCHES: u32 = 200;
/// Answers to repeated posts that go in one transaction.
const ANSWERS: i64 = 1_000;
/// From one round to the next.
const PAUSE: Duration = Duration::from_hours(1);
/// How far back a round looks for tombstones that other nodes wrote.
const LOOK_BACK: chrono::TimeDelta = chrono::TimeDelta::hours(3);

/// Erases every hour what was kept long enough, until the program stops.
pub async fn purge_hourly(database: StaffDb, log: TombstoneLog, trail: Trail, clock: Clock) {
    loop {
        match purge(&database, &log, &trail, clock.now(), |_| ()).await {
            Ok(0) => {}
            Ok(inquiries) => tracing::info!(inquiries, "inquiries were kept as long as they have to be and are erased"),
            Err(error) => tracing::warn!(%error, "what is due cannot be erased; trying again in an hour"),
        }
        if let Err(error) = erasure::reconcile(&database, &log, &trail, clock.now() - LOOK_BACK).await {
            tracing::warn!(%error, "the file of tombstones cannot be compared; trying again in an hour");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round: erases the inquiries that are due at `now`, in transactions of at most 100, and what is over beside them.
/// Answers how many inquiries went; `told` hears of each batch. Several nodes share the work.
///
/// # Errors
/// Those of the database. What was erased by then stays erased.
pub async fn purge(
    database: &StaffDb,
    log: &TombstoneLog,
    trail: &Trail,
    now: DateTime<Utc>,
    told: impl Fn(usize),
) -> Result<usize, ApiError> {
    let mut erased = 0;
    for _ in 0..BATCHES {
        let gone = purge_batch(database, trail, now).await?;
        let count = gone.len();
        log.keep(gone).await;
        erased += count;
        told(count);
        if i64::try_from(count).is_ok_and(|count| count < BATCH) {
            break;
        }
    }
    clear_answers(database, now).await?;
    requests::clear_contacts(database, now).await?;
    Ok(erased)
}

async fn purge_batch(database: &StaffDb, trail: &Trail, now: DateTime<Utc>) -> Result<Vec<Tombstone>, ApiError> {
    let trail = trail.clone();
    database
        .transact(async move |transaction| {
            let due = queries::lock_due(transaction, now, BATCH).await?;
            erasure::erase(transaction, By::Program(&trail), &due, (Reason::Retention, now)).await
        })
        .await
}

async fn clear_answers(database: &StaffDb, now: DateTime<Utc>) -> Result<(), ApiError> {
    loop {
        let gone = database.transact(async move |transaction| {
            Ok::<_, ApiError>(erasure::clear_expired_answers(transaction, now, ANSWERS).await?)
        });
        if i64::try_from(gone.await?).is_ok_and(|gone| gone < ANSWERS) {
            return Ok(());
        }
    }
}
