//! What was found, in words and for programs. Holds ids and counts, so it may be shown and sent.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// Problems that are kept; of more, the first ones and the count.
const KEPT: usize = 100;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The place in the chain, where there is one.
    pub position: Option<i64>,
    /// The row, where it is known.
    pub event_id: Option<Uuid>,
    /// Stable and machine-readable.
    pub code: &'static str,
    /// For people.
    pub sentence: String,
}

impl Problem {
    /// The problem as one line: where, which row, what.
    pub fn line(&self) -> String {
        let position = self.position.map_or_else(|| "outside the chain".to_owned(), |at| format!("position {at}"));
        let event = self.event_id.map(|id| format!(", row {id}")).unwrap_or_default();
        format!("{position}{event}: {} ({})", self.sentence, self.code)
    }
}

/// What `audit verify` found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether nothing is wrong.
    pub intact: bool,
    /// Sealed rows that were checked.
    pub rows: u64,
    /// How many of them are older than the chain: they have no HMAC, and are as they were when the chain began.
    pub legacy: u64,
    /// The last place of the chain.
    pub last_position: i64,
    /// Everything up to here was removed by retention.
    pub pruned_to: Option<i64>,
    /// Signed heads that were checked.
    pub heads: u64,
    /// Anchors that were checked.
    pub anchors: u64,
    /// Anchors that say nothing, since what they covered was removed by retention.
    pub anchors_pruned: u64,
    /// Lines of the file of anchors that cannot be read: a power cut tears one.
    pub anchors_unreadable: u64,
    /// Genuine rows that are not sealed yet.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub waiting_since: Option<DateTime<Utc>>,
    /// How many problems there are.
    pub problem_count: u64,
    /// The first of them, in the order of the chain.
    pub problems: Vec<Problem>,
}

impl Report {
    pub(super) fn add(&mut self, position: Option<i64>, event_id: Option<Uuid>, code: &'static str, sentence: String) {
        self.problem_count += 1;
        self.problems.push(Problem { position, event_id, code, sentence });
        if self.problems.len() >= KEPT * 2 {
            self.order();
        }
    }

    fn order(&mut self) {
        self.problems.sort_by_key(|problem| (problem.position.unwrap_or(i64::MAX), problem.event_id));
        self.problems.truncate(KEPT);
    }

    pub(super) fn settle(&mut self) {
        self.order();
        self.intact = self.problem_count == 0;
    }

    /// The report in sentences, one a line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.problems.iter().map(Problem::line).collect();
        let untold = self.problem_count.saturating_sub(self.problems.len() as u64);
        if untold > 0 {
            lines.push(format!("and {untold} more"));
        }
        lines.push(format!(
            "{} rows sealed up to position {}, {} of them from before the chain; {} heads and {} anchors checked",
            self.rows, self.last_position, self.legacy, self.heads, self.anchors
        ));
        if let Some(position) = self.pruned_to {
            lines.push(format!("everything up to position {position} was removed by retention"));
        }
        if self.anchors_unreadable > 0 {
            lines.push(format!("{} lines of the file of anchors cannot be read", self.anchors_unreadable));
        }
        if let Some(since) = self.waiting_since {
            let since = crate::audit::chain::instant(since);
            lines.push(format!("{} rows wait to be sealed, the oldest since {since}", self.waiting));
        }
        lines.push(match self.problem_count {
            0 => "the audit trail is intact".to_owned(),
            count => format!("the audit trail is NOT intact: {count} problems"),
        });
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_problem_of_the_chain_comes_first_and_all_are_counted() {
        let mut report = Report::default();
        for position in (0..1_000).rev() {
            report.add(Some(position), None, "row_altered", String::new());
        }
        report.add(None, None, "key_forged", String::new());
        report.settle();
        assert_eq!((report.problem_count, report.problems.len(), report.intact), (1_001, KEPT, false));
        assert!(report.problems.iter().map(|problem| problem.position).eq((0..100).map(Some)));
        assert!(report.lines().contains(&"and 901 more".to_owned()));
    }
}
