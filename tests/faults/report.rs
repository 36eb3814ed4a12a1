//! What came of a run, for people and for programs.

use std::{
    fmt::{Display, Write as _},
    time::Duration,
};

use serde::Serialize;

use super::reconcile::Verdict;

/// What came of one scenario.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// Names and values, in the order that they were told.
    pub figures: Vec<(String, String)>,
    /// Demands that were not met.
    pub failures: Vec<String>,
}

impl Outcome {
    /// Notes a figure.
    pub fn tell(&mut self, name: &str, value: impl Display) {
        self.figures.push((name.to_owned(), value.to_string()));
    }

    /// Notes a failure where something does not hold.
    pub fn demand(&mut self, holds: bool, failure: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(failure());
        }
    }

    /// Every finding is a failure.
    pub fn judge(&mut self, verdict: &Verdict) {
        self.tell("lost", verdict.count(super::reconcile::Finding::Lost));
        self.tell("doubled", verdict.count(super::reconcile::Finding::Doubled));
        for (finding, count) in &verdict.findings {
            self.failures.push(format!("{finding:?}: {count}"));
        }
        self.failures.extend(verdict.examples.iter().map(|example| format!("  {example}")));
    }
}

/// A line of the report.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What was run.
    pub title: String,
    /// Whether it came out as it has to; of a control that is red.
    pub good: bool,
    /// The rest.
    pub outcome: Outcome,
}

/// The report as Markdown.
pub fn table(lines: &[Line]) -> String {
    let mut text = String::from("| | outcome | figures |\n|---|---|---|\n");
    for line in lines {
        let figures: Vec<_> = line.outcome.figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let outcome = if line.good { "as promised" } else { "**FAILED**" };
        let _ = writeln!(text, "| {} | {outcome} | {} |", line.title, figures.join("; "));
    }
    for line in lines.iter().filter(|line| !line.outcome.failures.is_empty()) {
        let _ = writeln!(text, "\n{}:", line.title);
        for failure in &line.outcome.failures {
            let _ = writeln!(text, "- {failure}");
        }
    }
    text
}

/// With two decimals.
pub fn seconds(length: Duration) -> String {
    format!("{:.2} s", length.as_secs_f64())
}
