//! The walk along the chain, seal by seal.

use sqlx::PgConnection;

use super::{PART, Report, VerifyError, keys::Keys};
use crate::audit::{
    chain::{Chain, Hash, LEGACY, ROW, Tip},
    queries::{self, Link},
    row::Row,
};

/// Where the walk is.
struct Walk {
    /// The last place that was seen.
    position: i64,
    /// What the hash before may have been. After an altered row it is what is stored, after an altered seal it is what
    /// was computed; both are tried, so that one alteration is told once. None after a gap: then any hash is taken.
    before: Option<Vec<Hash>>,
    /// Whether a row with an HMAC was passed: after it, no row without one is let through.
    begun: bool,
}

/// Walks from `base` to the end, which is answered.
pub(super) async fn walk(
    chain: &Chain,
    connection: &mut PgConnection,
    keys: &Keys<'_>,
    base: Tip,
    report: &mut Report,
) -> Result<i64, VerifyError> {
    walk_to(chain, connection, keys, (base, i64::MAX), report).await
}

/// As [`walk`], no further than the place `end`.
pub(super) async fn walk_to(
    chain: &Chain,
    connection: &mut PgConnection,
    keys: &Keys<'_>,
    (base, end): (Tip, i64),
    report: &mut Report,
) -> Result<i64, VerifyError> {
    let mut walk = Walk { position: base.position, before: Some(vec![base.hash]), begun: false };
    loop {
        let links = queries::list_links(connection, walk.position, PART).await?;
        for link in links.iter().filter(|link| link.position <= end) {
            if link.position != walk.position.saturating_add(1) {
                cross_gap(connection, keys, &mut walk, link, report).await?;
            }
            walk.step(chain, link, report);
        }
        let is_last = i64::try_from(links.len()).is_ok_and(|seen| seen < PART);
        if is_last || links.last().is_some_and(|link| link.position >= end) {
            report.last_position = walk.position;
            return Ok(walk.position);
        }
    }
}

/// Seals are missing. Where a head of ours stands at the end of the gap, the chain is followed from its hash.
async fn cross_gap(
    connection: &mut PgConnection,
    keys: &Keys<'_>,
    walk: &mut Walk,
    link: &Link,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let (from, to) = (walk.position.saturating_add(1), link.position.saturating_sub(1));
    let sentence = match to - from {
        0 => "a row was removed with its seal".to_owned(),
        more => format!("{} rows were removed with their seals, up to position {to}", more.saturating_add(1)),
    };
    report.add(Some(from), None, "rows_removed", sentence);
    let head = queries::find_last_head(connection, to, to).await?;
    let signed = head.filter(|head| keys.find(&head.kid).is_some_and(|key| head.is_signed_by(&key)));
    walk.before = signed.map(|head| vec![head.hash]);
    Ok(())
}

impl Walk {
    fn step(&mut self, chain: &Chain, link: &Link, report: &mut Report) {
        let (position, event) = (Some(link.position), Some(link.event_id));
        report.rows += 1;
        report.legacy += u64::from(link.kind == LEGACY);
        let place = link.position.saturating_sub(1);
        self.position = link.position;
        self.begun |= link.kind == ROW;
        let Some(row) = &link.row else {
            report.add(position, event, "row_removed", "the row was removed; its seal is still there".to_owned());
            self.before = Some(vec![link.hash]);
            return;
        };
        let computed: Option<Vec<Hash>> = self.before.take().map(|before| {
            before.into_iter().map(|hash| Tip { position: place, hash }.then(&link.kind, row).hash).collect()
        });
        let fits = computed.as_ref().is_none_or(|computed| computed.contains(&link.hash));
        if let Some((code, sentence)) = wrong(self.is_genuine(chain, link, row), fits) {
            report.add(position, event, code, sentence.to_owned());
        }
        self.before = Some(vec![link.hash]);
        if let (false, Some(before), Some(computed)) = (fits, self.before.as_mut(), computed) {
            before.extend(computed);
            before.truncate(4);
        }
    }

    fn is_genuine(&self, chain: &Chain, link: &Link, row: &Row) -> bool {
        if link.kind == ROW {
            return row.is_genuine(chain.key());
        }
        link.kind == LEGACY && link.is_legacy && row.may_be_legacy() && !self.begun
    }
}

/// What is said of a row by whether its HMAC and its seal fit.
fn wrong(is_genuine: bool, fits: bool) -> Option<(&'static str, &'static str)> {
    match (is_genuine, fits) {
        (true, true) => None,
        (false, true) => Some(("row_forged", "the row was forged: its HMAC is not made with our key")),
        (false, false) => Some(("row_altered", "the row was altered: neither its HMAC nor its seal fits")),
        (true, false) => {
            Some(("seal_altered", "the row stands at another place than it was sealed at, or its seal was altered"))
        }
    }
}
