//! The signed heads against the seals. Whoever rewrites the chain from some row on can compute every hash after it,
//! but cannot sign: the first head that no longer fits shows where.

use sqlx::PgConnection;

use super::{PART, Report, VerifyError, keys::Keys};
use crate::audit::{
    chain::{Head, Tip},
    queries,
};

/// Checks every head after `base`; `tip` is the last place of the chain.
pub(super) async fn check(
    connection: &mut PgConnection,
    keys: &Keys<'_>,
    base: Tip,
    tip: i64,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let (mut last, mut proven) = (base.position, base.position);
    loop {
        let heads = queries::list_heads(connection, last, PART).await?;
        let positions: Vec<i64> = heads.iter().map(|head| head.position).collect();
        let hashes = queries::find_hashes(connection, &positions).await?;
        for head in &heads {
            last = head.position;
            report.heads += 1;
            if !keys.find(&head.kid).is_some_and(|key| head.is_signed_by(&key)) {
                report.add(Some(last), None, "head_forged", "the head here is not signed by us".to_owned());
                continue;
            }
            match hashes.get(&last) {
                Some(hash) if *hash == head.hash => proven = last,
                Some(_) => report.add(Some(proven + 1), None, "chain_rewritten", rewritten(head, "head")),
                None if last > tip => report.add(Some(tip + 1), None, "end_removed", removed(head, tip, "head")),
                // A place within a gap, which the walk has told.
                None => {}
            }
        }
        if i64::try_from(heads.len()).is_ok_and(|seen| seen < PART) {
            return Ok(());
        }
    }
}

/// What is said of a head or an anchor whose place has another hash now.
pub(super) fn rewritten(head: &Head, what: &str) -> String {
    format!(
        "rows from here up to position {} are not those that were signed: the {what} there has another hash",
        head.position
    )
}

/// What is said of a head or an anchor beyond the end of the chain.
pub(super) fn removed(head: &Head, tip: i64, what: &str) -> String {
    let count = head.position.saturating_sub(tip);
    format!("the last {count} rows were removed: a signed {what} stands at position {}", head.position)
}
