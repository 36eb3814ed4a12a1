//! The removal of deliveries that ended long ago, and of events that nobody waits for any more.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::queries;
use crate::{
    clock::Clock,
    db::{DbError, StaffDb},
};

/// From one round to the next.
const PAUSE: Duration = Duration::from_hours(24);
/// How long what arrived stays in the log of its endpoint.
const DELIVERED_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a dead letter can be sent again, and an event is kept.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Rows that go in one transaction.
const BATCH: i64 = 1_000;
/// Batches in one round.
const BATCHES: u32 = 100;

/// Clears once a day until the program stops.
pub async fn clear_daily(database: StaffDb, clock: Clock) {
    loop {
        match clear_old(&database, clock.now()).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "old deliveries and events were cleared"),
            Err(error) => tracing::warn!(%error, "old deliveries cannot be cleared; trying again in a day"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round: clears what is old at `now`, and answers how many rows went.
///
/// # Errors
/// Those of the database. What was cleared by then stays cleared.
pub async fn clear_old(database: &StaffDb, now: DateTime<Utc>) -> Result<u64, DbError> {
    let (delivered, all) = (now - DELIVERED_KEPT, now - KEPT);
    let mut rows = 0;
    for _ in 0..BATCHES {
        let gone = database
            .transact(async move |tx| Ok::<_, DbError>(queries::clear(tx, delivered, all, BATCH).await?))
            .await?;
        rows += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(rows)
}
