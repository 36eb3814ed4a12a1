//! The clearing of what is over: spent and expired tokens, counts whose window has passed, places nobody was seen at for
//! long, and sessions with their refresh tokens a month after their end. Refuses to touch the audit trail, anything that
//! still opens a door, and anything that a stolen token is recognised by: the refresh tokens of a session stay longer
//! than the session can live. The last session of an account stays as well, since the next one is compared with it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::queries;
use crate::{
    clock::Clock,
    db::{DbError, StaffDb},
};

/// Rows that go in one transaction.
const BATCH: u32 = 1_000;
/// Batches of one kind in one round: a flood of rows is cleared over several rounds.
const BATCHES: u32 = 100;
/// From one round to the next.
const PAUSE: Duration = Duration::from_hours(1);
/// What lives for minutes stays so long after its end: the clocks of nodes differ.
const GRACE: TimeDelta = TimeDelta::days(1);
/// How long an ended session is kept.
const SESSION_KEPT: TimeDelta = TimeDelta::days(30);
/// A place that nobody was seen at for so long is not known any more.
const PLACE_KEPT: TimeDelta = TimeDelta::days(90);

/// What is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleared {
    /// Sign-ins that owed a step.
    HalfSignIns,
    /// The tokens of ended sessions. They go before their sessions.
    RefreshTokens,
    /// Ended sessions.
    Sessions,
    /// Resets of passwords, and the set-up link.
    OneTimeTokens,
    /// Places that accounts were signed in from.
    KnownPlaces,
    /// Counts of failures.
    FailedAttempts,
    /// Challenges for passkeys.
    PasskeyCeremonies,
    /// Sign-ins on their way to the identity provider.
    OidcFlows,
    /// Sign-ins on their way back to the staff front end.
    OidcHandovers,
}

impl Cleared {
    /// Every kind, in the order in which they go.
    pub const ALL: [Self; 9] = [
        Self::HalfSignIns,
        Self::RefreshTokens,
        Self::Sessions,
        Self::OneTimeTokens,
        Self::KnownPlaces,
        Self::FailedAttempts,
        Self::PasskeyCeremonies,
        Self::OidcFlows,
        Self::OidcHandovers,
    ];

    /// What ended before this instant is cleared.
    fn horizon(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::RefreshTokens | Self::Sessions => now - SESSION_KEPT,
            Self::KnownPlaces => now - PLACE_KEPT,
            Self::FailedAttempts => now,
            Self::HalfSignIns
            | Self::OneTimeTokens
            | Self::PasskeyCeremonies
            | Self::OidcFlows
            | Self::OidcHandovers => now - GRACE,
        }
    }
}

/// Clears every hour until the program stops.
pub async fn clear_hourly(database: StaffDb, clock: Clock) {
    loop {
        match clear_old(&database, clock.now()).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "what was over for long was cleared"),
            Err(error) => tracing::warn!(%error, "what is over cannot be cleared; trying again in an hour"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round: clears what is over at `now`, in transactions of at most 1,000 rows. Answers how many rows went. Several
/// nodes share the work: where another clears, this one leaves it to it.
///
/// # Errors
/// Those of the database. What was cleared by then stays cleared.
pub async fn clear_old(database: &StaffDb, now: DateTime<Utc>) -> Result<u64, DbError> {
    let mut rows = 0;
    for kind in Cleared::ALL {
        for _ in 0..BATCHES {
            let gone = database.transact(async move |tx| clear_batch(tx, kind, now).await).await?;
            rows += gone;
            if gone < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(rows)
}

async fn clear_batch(transaction: &mut sqlx::PgConnection, kind: Cleared, now: DateTime<Utc>) -> Result<u64, DbError> {
    if !queries::lease_clearing(transaction).await? {
        return Ok(0);
    }
    Ok(queries::clear(transaction, kind, kind.horizon(now), BATCH.into()).await?)
}
