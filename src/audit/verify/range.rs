//! A part of the chain, checked by itself: for whoever bases a report on the rows of some weeks, and does not want to walk
//! through years first. The part ends at the first signed head behind it, so that nobody who rewrote it goes unseen.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Report, VerifyError, keys::Keys, walk};
use crate::audit::{
    chain::{Chain, Tip},
    queries,
};

impl Chain {
    /// Checks the rows that were written from `from` on and before `until`, their order, and the first signed head behind
    /// them, in the caller's transaction. What is wrong with them stands in the report; so do rows that are not sealed yet.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify_range(
        &self,
        connection: &mut PgConnection,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Report, VerifyError> {
        let mut report = Report::default();
        let keys = Keys::load(self, connection, &mut report).await?;
        let range = queries::find_range(connection, from, until).await?;
        report.waiting = u64::try_from(range.unsealed).unwrap_or(0);
        if let Some((first, last)) = range.positions {
            let base = self.before(connection, first).await?;
            let head = queries::find_first_head(connection, last).await?;
            let end = head.as_ref().map_or(last, |head| head.position);
            walk::walk_to(self, connection, &keys, (base, end), &mut report).await?;
            if let Some(head) = head {
                let hashes = queries::find_hashes(connection, &[head.position]).await?;
                let is_ours = keys.find(&head.kid).is_some_and(|key| head.is_signed_by(&key));
                report.heads = 1;
                if !is_ours || hashes.get(&head.position) != Some(&head.hash) {
                    let sentence = "the signed head behind these rows does not fit them".to_owned();
                    report.add(Some(head.position), None, "chain_rewritten", sentence);
                }
            }
        }
        report.settle();
        Ok(report)
    }

    /// The place before a position, as it is stored: the walk says whether what follows fits.
    async fn before(&self, connection: &mut PgConnection, position: i64) -> Result<Tip, VerifyError> {
        let before = position.saturating_sub(1);
        let hashes = queries::find_hashes(connection, &[before]).await?;
        if let Some(hash) = hashes.get(&before) {
            return Ok(Tip { position: before, hash: *hash });
        }
        let pruned = queries::find_pruned(connection).await?.filter(|(at, _)| *at == before);
        Ok(pruned
            .map_or(Tip { position: before, hash: Tip::default().hash }, |(position, hash)| Tip { position, hash }))
    }
}
