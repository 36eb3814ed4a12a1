//! Rows that are in the trail and not in the chain: those that wait, which is well, and those that were never ours.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{PART, Report, VerifyError};
use crate::audit::{chain::Chain, queries};

/// Rows that are put back on the queue at most in one run; the next run finds the rest.
const REQUEUED: usize = 10_000;

/// Tells of every row without a seal, and answers the genuine ones.
pub(super) async fn find(
    chain: &Chain,
    connection: &mut PgConnection,
    report: &mut Report,
) -> Result<Vec<Uuid>, VerifyError> {
    tell_refusals(connection, report).await?;
    let (mut waiting, mut last) = (Vec::new(), Uuid::nil());
    loop {
        let fates = queries::list_fates(connection, last, PART).await?;
        for fate in fates.iter().filter(|fate| !fate.is_sealed && !fate.is_refused) {
            if look_at(chain, connection, fate.id, report).await? && waiting.len() < REQUEUED {
                waiting.push(fate.id);
            }
        }
        last = fates.last().map_or(last, |fate| fate.id);
        if i64::try_from(fates.len()).is_ok_and(|seen| seen < PART) {
            return Ok(waiting);
        }
    }
}

/// Whether a row without a seal is ours and waits.
async fn look_at(
    chain: &Chain,
    connection: &mut PgConnection,
    id: Uuid,
    report: &mut Report,
) -> Result<bool, VerifyError> {
    let Some((row, is_legacy)) = queries::find_unsealed(connection, id).await? else { return Ok(false) };
    // Before the first row with an HMAC is sealed, those from before the chain wait as well.
    let waits = row.is_genuine(chain.key()) || (row.mac.is_none() && is_legacy && report.rows == report.legacy);
    if waits {
        report.waiting += 1;
        report.waiting_since = Some(report.waiting_since.map_or(row.at, |since| since.min(row.at)));
    } else {
        let sentence = "a row that was not written by this program was inserted past the sealer";
        report.add(None, Some(id), "row_forged", sentence.to_owned());
    }
    Ok(waits)
}

async fn tell_refusals(connection: &mut PgConnection, report: &mut Report) -> Result<(), VerifyError> {
    let mut last = Uuid::nil();
    loop {
        let refusals = queries::list_refusals(connection, last, PART).await?;
        for (event, at, reason) in &refusals {
            last = *event;
            let when = crate::audit::chain::instant(*at);
            let (code, what) = match reason.as_str() {
                "vanished" => ("row_removed", "the row was removed before it was sealed"),
                "mac_missing" => ("row_forged", "the row was forged: it has no HMAC"),
                _ => ("row_forged", "the row was forged: its HMAC is not made with our key"),
            };
            report.add(None, Some(*event), code, format!("{what}; the sealer refused it at {when}"));
        }
        if i64::try_from(refusals.len()).is_ok_and(|seen| seen < PART) {
            return Ok(());
        }
    }
}
