//! The one sealer. Several nodes run it, and a lock lets one of them work at a time. Refuses a row whose HMAC is not
//! ours: it is remembered and told loudly, and the rows after it are sealed all the same. A lock that never comes free
//! is told as loudly: whoever holds it and does not seal keeps the trail open.

use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    anchors::Anchors,
    chain::{Chain, Head, LEGACY, ROW, Tip},
    queries::{self, NewSeal, Waiting},
};
use crate::{
    crypto::{KeyError, RecordKey, SigningKeys},
    db::{DbError, StaffDb},
};

/// Rows that are sealed in one transaction.
const BATCH: usize = 500;
/// How often the sealer looks.
const PAUSE: Duration = Duration::from_secs(1);
/// A busy chain is signed this often: a head covers everything before it.
const SIGN_EVERY: chrono::Duration = chrono::Duration::seconds(5);

/// A sealer holds the lock for a moment. One that finds it held this often in a row, a second apart, tells so.
const HELD_TOO_OFTEN: u32 = 60;

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// Another session holds the sealer's lock and does not let go of it.
    #[error("another session of the database holds the sealer's lock")]
    Held,
    /// The database is away, or refused.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The ring cannot sign.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl From<sqlx::Error> for SealingError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

/// When a head is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// Where the last head is old enough.
    WhenDue,
    /// Wherever the chain has gone on since the last head: this program is about to end.
    Now,
}

/// What one round of the sealer did.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows that were sealed.
    pub sealed: usize,
    /// Rows that were refused.
    pub refused: usize,
    /// Whether more rows wait.
    pub more: bool,
    /// Whether another sealer was at work, so that nothing was done.
    pub is_held: bool,
    /// The head that was signed.
    pub head: Option<Head>,
}

impl Chain {
    /// Seals what waits until the program stops, and keeps each head outside the database.
    pub async fn run(self, database: StaffDb, anchors: Anchors) {
        let sealer = async {
            let mut held = 0;
            loop {
                match self.seal(&database, Signing::WhenDue).await {
                    Ok(batch) => {
                        held = tell_if_held(batch.is_held, held);
                        if let Some(head) = &batch.head {
                            anchors.keep(head).await;
                        }
                        if !batch.more {
                            tokio::time::sleep(PAUSE).await;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the audit trail cannot be sealed; trying again");
                        tokio::time::sleep(PAUSE * 5).await;
                    }
                }
            }
        };
        tokio::join!(sealer, anchors.post_newest());
    }

    /// Seals everything that waits now, and signs where the chain stands. Waits two seconds for its turn where another
    /// sealer is at work. Answers how many rows were sealed.
    ///
    /// # Errors
    /// [`SealingError`].
    pub async fn seal_everything(&self, database: &StaffDb, anchors: &Anchors) -> Result<usize, SealingError> {
        let mut sealed = 0;
        loop {
            let batch = self.seal(database, Signing::Now).await?;
            sealed += batch.sealed;
            if let Some(head) = &batch.head {
                anchors.keep(head).await;
            }
            if !batch.more {
                return Ok(sealed);
            }
        }
    }

    async fn seal(&self, database: &StaffDb, signing: Signing) -> Result<Batch, SealingError> {
        let chain = self.clone();
        database.transact(async move |transaction| chain.seal_batch(transaction, signing).await).await
    }

    /// Seals up to 500 waiting rows in the caller's transaction. Where another sealer is at work it does nothing
    /// ([`Signing::WhenDue`]), or waits for its turn ([`Signing::Now`]).
    ///
    /// # Errors
    /// [`SealingError`]; the caller's transaction is then lost.
    pub async fn seal_batch(&self, transaction: &mut PgConnection, signing: Signing) -> Result<Batch, SealingError> {
        match signing {
            Signing::WhenDue if !queries::lock_chain(transaction).await? => {
                return Ok(Batch { is_held: true, ..Batch::default() });
            }
            Signing::Now if !queries::wait_briefly_for_chain(transaction).await? => return Err(SealingError::Held),
            Signing::WhenDue | Signing::Now => {}
        }
        let (mut tip, mut begun) = self.tip(transaction).await?;
        let waiting = queries::list_waiting(transaction, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        let (mut seals, mut refused) = (Vec::new(), 0);
        for waits in &waiting {
            match self.judge(waits, begun) {
                Verdict::Settled => {}
                Verdict::Seal(kind, row) => {
                    tip = tip.then(kind, row);
                    begun |= kind == ROW;
                    seals.push(NewSeal { tip, event_id: waits.event_id, kind });
                }
                Verdict::Refuse(reason) => {
                    refused += 1;
                    self.refuse(transaction, waits.event_id, reason).await?;
                }
            }
        }
        if !waiting.is_empty() {
            queries::insert_seals(transaction, &seals).await?;
            let done: Vec<Uuid> = waiting.iter().map(|waits| waits.event_id).collect();
            queries::delete_waiting(transaction, &done).await?;
        }
        let head = self.sign_if_due(transaction, &tip, signing).await?;
        Ok(Batch { sealed: seals.len(), refused, more: waiting.len() == BATCH, is_held: false, head })
    }

    /// Where the chain stands, and whether a row with an HMAC was sealed already. A head of ours beyond the last seal
    /// says that seals were removed: the chain goes on from the head, so that the gap stays visible for ever.
    async fn tip(&self, transaction: &mut PgConnection) -> Result<(Tip, bool), SealingError> {
        let last = queries::find_last_seal(transaction).await?;
        let (seal, kind) = last.unwrap_or_else(|| (Tip::default(), LEGACY.to_owned()));
        let from = seal.position.saturating_add(1);
        let Some(head) = queries::find_last_head(transaction, from, i64::MAX).await? else {
            return Ok((seal, kind == ROW));
        };
        if self.record_key(transaction, &head.kid).await?.is_some_and(|key| head.is_signed_by(&key)) {
            tracing::error!(
                from,
                to = head.position,
                "seals of the audit trail were removed; run clinic-cms audit verify"
            );
            return Ok((Tip { position: head.position, hash: head.hash }, true));
        }
        tracing::error!(position = head.position, "a head of the audit trail is not ours; run clinic-cms audit verify");
        Ok((seal, kind == ROW))
    }

    /// What checks the heads of a key: the ring's word comes first, then that of the database, which keeps the public
    /// halves of retired keys.
    async fn record_key(&self, transaction: &mut PgConnection, kid: &str) -> Result<Option<RecordKey>, SealingError> {
        if let Some(key) = self.ring.record_key(kid) {
            return Ok(Some(key));
        }
        let kept = queries::find_signing_key(transaction, kid).await?;
        Ok(kept.and_then(|(public_key, mac)| self.kept_key(kid, &public_key, &mac)))
    }

    fn judge<'a>(&self, waits: &'a Waiting, begun: bool) -> Verdict<'a> {
        match &waits.row {
            _ if waits.is_settled => Verdict::Settled,
            None => Verdict::Refuse("vanished"),
            Some(row) if row.is_genuine(self.key()) => Verdict::Seal(ROW, row),
            Some(row) if row.may_be_legacy() && waits.is_legacy && !begun => Verdict::Seal(LEGACY, row),
            Some(row) if row.mac.is_none() => Verdict::Refuse("mac_missing"),
            Some(_) => Verdict::Refuse("mac_wrong"),
        }
    }

    async fn refuse(
        &self,
        transaction: &mut PgConnection,
        event: Uuid,
        reason: &'static str,
    ) -> Result<(), SealingError> {
        tracing::error!(%event, reason, "a row of the audit trail was not written by this program and is not sealed");
        Ok(queries::insert_refusal(transaction, event, self.trail.clock().now(), reason).await?)
    }

    async fn sign_if_due(
        &self,
        transaction: &mut PgConnection,
        tip: &Tip,
        signing: Signing,
    ) -> Result<Option<Head>, SealingError> {
        let last = queries::find_last_head(transaction, 0, tip.position).await?;
        let now = self.trail.clock().now();
        // A clock that was put back must not keep the chain unsigned until it has caught up.
        let is_recent = |head: &Head| now >= head.at && now - head.at < SIGN_EVERY;
        let due = match &last {
            None => tip.position > 0,
            Some(head) => head.position < tip.position && (signing == Signing::Now || !is_recent(head)),
        };
        if !due {
            return Ok(None);
        }
        let keys = self.ring.signing();
        let head = self.sign(&keys, tip)?;
        self.keep_key(transaction, &keys).await?;
        queries::insert_head(transaction, &head).await?;
        Ok(Some(head))
    }

    /// Keeps the public half of the current one of these keys, with which what it signs can be checked when it is
    /// retired.
    pub(super) async fn keep_key(&self, transaction: &mut PgConnection, keys: &SigningKeys) -> Result<(), sqlx::Error> {
        let kid = keys.current_id();
        let Some(key) = keys.record_key(kid) else { return Ok(()) };
        queries::insert_signing_key(transaction, kid, &key.0, &self.mac_of_key(kid, &key.0)).await
    }
}

/// Counts how often in a row the lock was held, and tells of it in the log once a minute.
fn tell_if_held(is_held: bool, times: u32) -> u32 {
    if !is_held {
        return 0;
    }
    let times = times.saturating_add(1);
    if times.is_multiple_of(HELD_TOO_OFTEN) {
        tracing::error!(
            times,
            "another session of the database holds the sealer's lock; the audit trail is not sealed meanwhile"
        );
    }
    times
}

/// What is done about a waiting row.
enum Verdict<'a> {
    /// Nothing: it was queued twice.
    Settled,
    /// It is chained.
    Seal(&'static str, &'a super::row::Row),
    /// It is not, for this reason.
    Refuse(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_for_a_moment_is_forgotten_and_one_that_stays_is_counted() {
        let busy = (0..HELD_TOO_OFTEN).fold(0, |held, _| tell_if_held(true, held));
        assert_eq!(busy, HELD_TOO_OFTEN);
        assert_eq!((tell_if_held(false, busy), tell_if_held(true, 0), tell_if_held(true, u32::MAX)), (0, 1, u32::MAX));
    }
}
