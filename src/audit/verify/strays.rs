//! Rows that are in the trail and not in the chain: those that wait, which is well for a minute, and those that were
//! never ours.

use chrono::Duration;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{PART, Report, VerifyError};
use crate::audit::{chain::Chain, queries};

/// Rows that are put back on the queue at most in one run; the next run finds the rest.
const REQUEUED: usize = 10_000;

/// The sealer looks every second, and a row is committed within five of being written.
const LONGEST_WAIT: Duration = Duration::seconds(60);

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
    let is_ours = row.is_genuine(chain.key());
    // Before the first row with an HMAC is sealed, those from before the chain wait as well.
    let waits = is_ours || (row.may_be_legacy() && is_legacy && report.rows == report.legacy);
    let Some(at) = row.at.filter(|_| waits) else {
        let sentence = "a row that was not written by this program was inserted past the sealer";
        report.add(None, Some(id), "row_forged", sentence.to_owned());
        return Ok(false);
    };
    report.waiting += 1;
    report.waiting_since = Some(report.waiting_since.map_or(at, |since| since.min(at)));
    if is_ours && chain.trail().clock().now() - at > LONGEST_WAIT {
        let when = crate::audit::chain::instant(at);
        let sentence = format!(
            "the row was written at {when} and is not sealed yet: somebody keeps the sealer from its work, or took the \
             row off its queue"
        );
        report.add(None, Some(id), "row_unsealed", sentence);
    }
    Ok(true)
}

async fn tell_refusals(connection: &mut PgConnection, report: &mut Report) -> Result<(), VerifyError> {
    let mut last = Uuid::nil();
    loop {
        let refusals = queries::list_refusals(connection, last, PART).await?;
        for (event, at, reason) in &refusals {
            last = *event;
            let when = at.map_or_else(|| "an instant that is none".to_owned(), crate::audit::chain::instant);
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
