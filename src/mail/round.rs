//! The rounds on which waiting letters are carried out. A round leases letters, carries them with no transaction open,
//! and notes how each one ended. Several nodes share the work. A node that dies between carrying and noting leaves a
//! letter that is carried again when its lease ends, under the same `Message-ID`: at least once, never silently never.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use super::{
    carrier::{Carrier, Refusal},
    postbox::Postbox,
    queries::{self, Leased},
    wording::word,
};
use crate::{
    crypto::random,
    db::{DbError, StaffDb},
    outbox::{Backoff, PATIENCE},
};

/// When a letter that did not leave is tried again. It is given up after some days (RFC 5321 §4.5.4.1).
const BACKOFF: Backoff = Backoff { first: 30, longest: 6 * 3600 };
/// How many letters are carried at once.
const BATCH: i64 = 8;
/// How long a letter is a node's own: longer than a conversation with a mail server may take.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// How often the letters are looked for.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of the letters of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// They left.
    pub sent: usize,
    /// They are tried again later.
    pub postponed: usize,
    /// They were given up.
    pub failed: usize,
}

impl Round {
    /// Whether there was nothing to do.
    pub fn is_idle(self) -> bool {
        self == Self::default()
    }
}

/// Carries letters out until the program stops.
pub async fn deliver(database: StaffDb, postbox: Postbox, carrier: Carrier) {
    loop {
        match deliver_due(&database, &postbox, &carrier, postbox.clock().now()).await {
            Ok(round) if !round.is_idle() => {}
            Ok(_) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::warn!(%error, "the letters cannot be read; trying again");
                tokio::time::sleep(PAUSE * 5).await;
            }
        }
    }
}

/// One round: carries up to eight of the letters that are due at `now`.
///
/// # Errors
/// Those of the database. Letters that are leased by then come back when their lease ends.
pub async fn deliver_due(
    database: &StaffDb,
    postbox: &Postbox,
    carrier: &Carrier,
    now: DateTime<Utc>,
) -> Result<Round, DbError> {
    let lease = now + LEASE;
    let (clinic, leased) = database
        .transact(async move |tx| {
            let leased = queries::lease_due(tx, now, lease, BATCH).await?;
            let clinic = if leased.is_empty() { None } else { queries::find_clinic_name(tx).await? };
            Ok::<_, DbError>((clinic, leased))
        })
        .await?;
    let clinic = clinic.unwrap_or_else(|| postbox.links().clinic_name.clone());
    let trip = Trip { database, postbox, carrier, clinic: &clinic, now, lease };
    let ends = join_all(leased.into_iter().map(|letter| trip.make(letter))).await;
    ends.into_iter().try_fold(Round::default(), |round, end| {
        Ok(match end? {
            End::Sent => Round { sent: round.sent + 1, ..round },
            End::Postponed => Round { postponed: round.postponed + 1, ..round },
            End::Failed => Round { failed: round.failed + 1, ..round },
        })
    })
}

/// What the letters of a round share.
struct Trip<'a> {
    database: &'a StaffDb,
    postbox: &'a Postbox,
    carrier: &'a Carrier,
    clinic: &'a str,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
}

enum End {
    Sent,
    Postponed,
    Failed,
}

impl Trip<'_> {
    async fn make(&self, letter: Leased) -> Result<End, DbError> {
        match self.carry(&letter).await {
            Ok(()) => self.note_sent(&letter).await,
            Err(refusal) => match self.next(&letter, &refusal) {
                Some(next) => self.note_postponed(&letter, refusal, next).await,
                None => self.note_failed(&letter, refusal).await,
            },
        }
    }

    async fn carry(&self, letter: &Leased) -> Result<(), Refusal> {
        // A node of a newer version, or one with the right keys, may still read it.
        let addressed = self.postbox.open(letter.id, &letter.sealed).map_err(|_| Refusal::passing("unreadable"))?;
        if addressed.letter.expires_at().is_some_and(|expires_at| expires_at <= self.now) {
            return Err(Refusal::lasting("expired"));
        }
        let wording = word(&addressed.letter, &addressed.to, self.clinic, self.postbox.links());
        let wording = wording.map_err(|_| Refusal::lasting("template"))?;
        self.carrier.carry(letter, &addressed, self.clinic, wording).await
    }

    /// When the letter is tried again; none where it is given up.
    fn next(&self, letter: &Leased, refusal: &Refusal) -> Option<DateTime<Utc>> {
        let roll = random::bytes::<1>().map_or(128, |[roll]| roll);
        BACKOFF.next_attempt(letter.created_at + PATIENCE, self.now, letter.attempts, roll).filter(|_| !refusal.is_final)
    }

    async fn note_sent(&self, letter: &Leased) -> Result<End, DbError> {
        let (id, now) = (letter.id, self.now);
        self.database.transact(async move |tx| Ok::<_, DbError>(queries::mark_sent(tx, id, now).await?)).await?;
        tracing::info!(mail = %id, kind = letter.kind, "a letter was sent");
        Ok(End::Sent)
    }

    async fn note_postponed(&self, letter: &Leased, why: Refusal, next: DateTime<Utc>) -> Result<End, DbError> {
        let (id, lease) = (letter.id, self.lease);
        tracing::warn!(mail = %id, kind = letter.kind, code = why.code, "a letter did not leave; it is tried again");
        self.database
            .transact(async move |tx| Ok::<_, DbError>(queries::postpone(tx, id, lease, next, &why.code).await?))
            .await?;
        Ok(End::Postponed)
    }

    async fn note_failed(&self, letter: &Leased, why: Refusal) -> Result<End, DbError> {
        let (id, lease, now) = (letter.id, self.lease, self.now);
        tracing::error!(mail = %id, kind = letter.kind, code = why.code, "a letter was given up");
        self.database
            .transact(async move |tx| Ok::<_, DbError>(queries::mark_failed(tx, id, lease, now, &why.code).await?))
            .await?;
        Ok(End::Failed)
    }
}
