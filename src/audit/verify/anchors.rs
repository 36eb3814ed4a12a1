//! The anchors against the seals. They left the database when they were made, so they show what heads inside it
//! cannot: that the end of the trail was removed together with its heads.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use sqlx::PgConnection;

use super::{Report, VerifyError, heads, keys::Keys};
use crate::audit::{
    chain::{Hash, Head, Tip},
    queries,
};

/// Lines that are looked at at once.
const PART: usize = 500;
/// A longer line is none of ours.
const LONGEST_LINE: u64 = 4096;

/// The lines that a file of anchors had at a moment.
pub(super) struct Lines(BufReader<io::Take<File>>);

impl Lines {
    /// What is written to the file later is not read.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self(BufReader::new(file.take(length))))
    }
}

/// Checks every line, in any order.
pub(super) async fn check(
    connection: &mut PgConnection,
    keys: &Keys<'_>,
    base: Tip,
    tip: i64,
    mut lines: Lines,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let mut proven = base.position;
    loop {
        let (part, is_last) = read_part(&mut lines, report)?;
        let positions: Vec<i64> = part.iter().map(|head| head.position).collect();
        let hashes = queries::find_hashes(connection, &positions).await?;
        for head in &part {
            report.anchors += 1;
            if keys.find(&head.kid).is_some_and(|key| head.is_signed_by(&key)) {
                proven = weigh(head, hashes.get(&head.position), base, tip, proven, report);
            } else {
                let sentence = "an anchor is not signed by us";
                report.add(Some(head.position), None, "anchor_forged", sentence.to_owned());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Compares an anchor of ours with the hash at its place. Answers up to where the chain is proven by anchors.
fn weigh(head: &Head, hash: Option<&Hash>, base: Tip, tip: i64, proven: i64, report: &mut Report) -> i64 {
    let at = head.position;
    match hash {
        _ if at < base.position => report.anchors_pruned += 1,
        _ if at == base.position && head.hash == base.hash => {}
        Some(hash) if *hash == head.hash => return proven.max(at),
        Some(_) => report.add(Some(at.min(proven + 1)), None, "chain_rewritten", heads::rewritten(head, "anchor")),
        None if at > tip => report.add(Some(tip + 1), None, "end_removed", heads::removed(head, tip, "anchor")),
        // A place within a gap, which the walk has told.
        None => {}
    }
    proven
}

/// The next heads of the file, and whether it is over.
fn read_part(lines: &mut Lines, report: &mut Report) -> Result<(Vec<Head>, bool), VerifyError> {
    let mut part = Vec::new();
    while part.len() < PART {
        let mut line = Vec::new();
        if lines.0.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok((part, true));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(head) => part.push(head),
            Err(_) => report.anchors_unreadable += 1,
        }
    }
    Ok((part, false))
}
