//! `audit verify`: walks the whole chain, the heads and the anchors in constant memory, and names what was altered,
//! removed, inserted or moved. Reads one moment of the database, so that rows which are sealed meanwhile confuse
//! nothing, and believes nothing that the database says by itself: a row counts by its HMAC, a place by a signature.

mod anchors;
mod heads;
mod keys;
mod range;
mod report;
mod strays;
mod walk;

use std::{io, path::Path};

use sqlx::{Connection, PgConnection};

pub use report::{Problem, Report};

use super::{
    chain::{Chain, Tip},
    queries,
};
use crate::db::DbError;
use keys::Keys;

/// Rows that are looked at at once.
const PART: i64 = 1_000;

/// Why nothing could be said about the trail.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database is away, or refused.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The file of anchors cannot be read.
    #[error("the anchors cannot be read: {0}")]
    Anchors(#[from] io::Error),
}

impl From<sqlx::Error> for VerifyError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

impl Chain {
    /// Checks everything, and puts rows that somebody took off the sealer's queue back on it.
    ///
    /// The caller has sealed what waits ([`Chain::seal_everything`]). So a row of ours that still waits a minute after it
    /// was written is told as a problem: its queue was emptied, or the sealer's lock is held by somebody who does not
    /// seal. A service that was stopped or killed is not accused: what it left waiting was sealed by the caller.
    ///
    /// # Errors
    /// [`VerifyError`]; what is wrong with the trail is no error but stands in the report.
    pub async fn verify(&self, connection: &mut PgConnection, anchors: Option<&Path>) -> Result<Report, VerifyError> {
        // Before the moment that is looked at: a line that is written meanwhile tells of rows beyond it.
        let anchors = anchors.map(anchors::Lines::open).transpose()?;
        let mut transaction = connection.begin().await?;
        queries::hold_still(&mut transaction).await?;
        let mut report = Report::default();
        let keys = Keys::load(self, &mut transaction, &mut report).await?;
        let base = self.base(&mut transaction, &keys, &mut report).await?;
        let tip = walk::walk(self, &mut transaction, &keys, base, &mut report).await?;
        heads::check(&mut transaction, &keys, base, tip, &mut report).await?;
        if let Some(lines) = anchors {
            anchors::check(&mut transaction, &keys, base, tip, lines, &mut report).await?;
        }
        let lost = strays::find(self, &mut transaction, &mut report).await?;
        transaction.commit().await?;
        queries::requeue(connection, &lost).await?;
        report.settle();
        Ok(report)
    }

    /// Where the chain begins: after the newest pruning that we signed.
    async fn base(
        &self,
        connection: &mut PgConnection,
        keys: &Keys<'_>,
        report: &mut Report,
    ) -> Result<Tip, VerifyError> {
        let mut base = Tip::default();
        for pruning in queries::list_prunings(connection).await? {
            if keys.find(&pruning.kid).is_some_and(|key| pruning.is_signed_by(&key)) {
                base = Tip { position: pruning.position, hash: pruning.hash };
                report.pruned_to = Some(pruning.position);
            } else {
                let sentence = "the word that everything up to here was removed by retention is not signed by us";
                report.add(Some(pruning.position), None, "pruning_forged", sentence.to_owned());
            }
        }
        Ok(base)
    }
}
