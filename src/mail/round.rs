//! The rounds on which waiting letters are carried out. A round leases letters, carries them with no transaction open,
//! and notes how each one ended. Several nodes share the work. A node that dies between carrying and noting leaves a
//! letter that is carried again when its lease ends, under the same `Message-ID`: at least once, never silently never.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    carrier::{Carrier, Refusal},
    letter::Recipient,
    postbox::Postbox,
    queries::{self, Leased},
    reply::{Replies, Unanswered},
    wording::{word, word_reply},
};
use crate::{
    crypto::random,
    db::{DbError, StaffDb},
    outbox::{Backoff, PATIENCE},
};

/// When a letter that did not leave is tried again. It is given up after some days (RFC 5321 §4.5.4.1).
const BACKOFF: Backoff = Backoff { first: 30, longest: 6 * 3600 };
/// An answer that comes a day late is none.
const REPLY_PATIENCE: TimeDelta = TimeDelta::days(1);
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
        match (letter.inquiry_id, &letter.sealed) {
            (Some(inquiry), _) => self.reply(letter, inquiry).await,
            (None, Some(sealed)) => self.carry_sealed(letter, sealed).await,
            (None, None) => Err(Refusal::lasting("empty")),
        }
    }

    async fn carry_sealed(&self, letter: &Leased, sealed: &[u8]) -> Result<(), Refusal> {
        // A node of a newer version, or one with the right keys, may still read it.
        let addressed = self.postbox.open(letter.id, sealed).map_err(|_| Refusal::passing("unreadable"))?;
        if addressed.letter.expires_at().is_some_and(|expires_at| expires_at <= self.now) {
            return Err(Refusal::lasting("expired"));
        }
        let wording = word(&addressed.letter, &addressed.to, self.clinic, self.postbox.links());
        let wording = wording.map_err(|_| Refusal::lasting("template"))?;
        self.carrier.carry(letter, &addressed.to, self.clinic, wording).await
    }

    /// Answers the sender of an inquiry, whose address is known for as long as this takes.
    async fn reply(&self, letter: &Leased, inquiry: Uuid) -> Result<(), Refusal> {
        if !self.carrier.has_server() {
            return Err(Refusal::lasting("no_mail_server"));
        }
        let replies = self.postbox.replies().cloned().ok_or_else(|| Refusal::passing("unreadable"))?;
        let now = self.now;
        let found = self.database.transact(async move |tx| replies.find(tx, inquiry, now).await).await;
        let found = found.map_err(|_| Refusal::passing("unreadable"))?;
        let reply = found.map_err(|why| Refusal::lasting(why.code()))?;
        let wording = word_reply(&reply).map_err(|_| Refusal::lasting("template"))?;
        let to = Recipient { email: reply.email, name: String::new(), language: reply.language };
        self.carrier.carry(letter, &to, self.clinic, wording).await
    }

    /// When the letter is tried again; none where it is given up.
    fn next(&self, letter: &Leased, refusal: &Refusal) -> Option<DateTime<Utc>> {
        let roll = random::bytes::<1>().map_or(128, |[roll]| roll);
        let patience = if letter.inquiry_id.is_some() { REPLY_PATIENCE } else { PATIENCE };
        BACKOFF
            .next_attempt(letter.created_at + patience, self.now, letter.attempts, roll)
            .filter(|_| !refusal.is_final)
    }

    /// Who is told how a letter to an inquirer ended.
    fn told(&self, letter: &Leased) -> Option<(Replies, Uuid)> {
        self.postbox.replies().cloned().zip(letter.inquiry_id)
    }

    async fn note_sent(&self, letter: &Leased) -> Result<End, DbError> {
        let (id, now, told) = (letter.id, self.now, self.told(letter));
        self.database
            .transact(async move |tx| {
                if queries::mark_sent(tx, id, now).await? {
                    tell(tx, told, true).await?;
                }
                Ok::<_, DbError>(())
            })
            .await?;
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
        let (id, lease, now, told) = (letter.id, self.lease, self.now, self.told(letter));
        if why.code == Unanswered::OptedOut.code() {
            tracing::info!(mail = %id, kind = letter.kind, code = why.code, "a letter does not leave");
        } else {
            tracing::error!(mail = %id, kind = letter.kind, code = why.code, "a letter was given up");
        }
        self.database
            .transact(async move |tx| {
                if queries::mark_failed(tx, id, lease, now, &why.code).await? {
                    tell(tx, told, false).await?;
                }
                Ok::<_, DbError>(())
            })
            .await?;
        Ok(End::Failed)
    }
}

async fn tell(tx: &mut PgConnection, told: Option<(Replies, Uuid)>, sent: bool) -> Result<(), DbError> {
    match told {
        Some((replies, inquiry)) => replies.note(tx, inquiry, sent).await,
        None => Ok(()),
    }
}
