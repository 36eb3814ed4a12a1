//! What an import of listings came to, by row and column: everything is counted, a few of each kind are named.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde_json::{Value, json};

use super::super::report::{ALL, Done};
use crate::{
    clinic::ListingSource,
    import::listings::{Kind, Mapping},
};

/// How many refused rows, and how many rows of each other kind, are named in JSON, and to people.
const NAMED: usize = 1_000;
const SHOWN: usize = 20;

/// Why a row was refused, or something of it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// The column; empty where it is of the row as a whole, or of a field that no column is taken for.
    pub(super) column: String,
    /// JSON pointer of the field.
    pub(super) field: String,
    pub(super) code: String,
    pub(super) message: String,
}

impl Reason {
    /// A reason that is of the row as a whole.
    pub(super) fn of_row(code: &str, message: &str) -> Self {
        Self { column: String::new(), field: String::new(), code: code.to_owned(), message: message.to_owned() }
    }
}

/// Something that was left of several rows.
#[derive(Clone, Debug, Default)]
struct Left {
    message: String,
    count: usize,
    rows: Vec<String>,
}

/// The report.
#[derive(Clone, Debug)]
pub(super) struct Report {
    source: ListingSource,
    from: String,
    dry_run: bool,
    kind: Kind,
    rows: usize,
    done: BTreeMap<Done, usize>,
    taken: Vec<(String, String)>,
    unmapped: Vec<String>,
    refused: Vec<(String, Vec<Reason>)>,
    kept: Vec<String>,
    left: BTreeMap<(String, String), Left>,
    stopped: Option<String>,
}

impl Report {
    /// The report of an import that begins.
    pub(super) fn new(source: ListingSource, from: &Path, dry_run: bool, kind: Kind) -> Self {
        Self {
            source,
            from: from.display().to_string(),
            dry_run,
            kind,
            rows: 0,
            done: BTreeMap::new(),
            taken: Vec::new(),
            unmapped: Vec::new(),
            refused: Vec::new(),
            kept: Vec::new(),
            left: BTreeMap::new(),
            stopped: None,
        }
    }

    /// Which columns are taken for what.
    pub(super) fn take(&mut self, mapping: &Mapping) {
        let taken = mapping.taken().into_iter();
        self.taken = taken.map(|(field, column)| (field.to_owned(), column.to_owned())).collect();
        self.unmapped = mapping.left().into_iter().map(str::to_owned).collect();
    }

    /// From where.
    pub(super) fn source(&self) -> ListingSource {
        self.source
    }

    /// Whether nothing is changed.
    pub(super) fn is_dry(&self) -> bool {
        self.dry_run
    }

    /// Something was done with a row.
    pub(super) fn done(&mut self, done: Done, place: &str) {
        self.rows += 1;
        *self.done.entry(done).or_default() += 1;
        if done == Done::Kept && self.kept.len() < NAMED {
            self.kept.push(place.to_owned());
        }
    }

    /// A row cannot be taken.
    pub(super) fn refuse(&mut self, place: &str, reasons: Vec<Reason>) {
        self.done(Done::Refused, place);
        if self.refused.len() < NAMED {
            self.refused.push((place.to_owned(), reasons));
        }
    }

    /// Something of a row was left.
    pub(super) fn leave(&mut self, place: &str, column: &str, code: &str, message: &str) {
        let left = self.left.entry((column.to_owned(), code.to_owned())).or_default();
        left.count += 1;
        if left.message.is_empty() {
            message.clone_into(&mut left.message);
        }
        if left.rows.len() < SHOWN {
            left.rows.push(place.to_owned());
        }
    }

    /// The source ended before its end.
    pub(super) fn stop(&mut self, sentence: String) {
        self.stopped = Some(sentence);
    }

    /// How many things of the source are not here now.
    pub(super) fn dropped(&self) -> usize {
        let left: usize = self.left.values().map(|left| left.count).sum();
        let rows = self.number(Done::Refused) + self.number(Done::Kept);
        left + rows + self.unmapped.len() + usize::from(self.stopped.is_some())
    }

    fn number(&self, done: Done) -> usize {
        self.done.get(&done).copied().unwrap_or(0)
    }

    /// The report for programs: every key is always there.
    pub(super) fn to_json(&self) -> Value {
        let done = ALL.iter().map(|(done, name)| ((*name).to_owned(), json!(self.number(*done))));
        let reasons = |reasons: &[Reason]| -> Vec<Value> {
            let told = reasons.iter().map(|reason| {
                let column = (!reason.column.is_empty()).then_some(&reason.column);
                let field = (!reason.field.is_empty()).then_some(&reason.field);
                json!({"column": column, "field": field, "code": reason.code, "message": reason.message})
            });
            told.collect()
        };
        json!({
            "source": self.source.name(),
            "from": self.from,
            "dry_run": self.dry_run,
            "kind": self.kind.name(),
            "rows": self.rows,
            "done": done.collect::<serde_json::Map<_, _>>(),
            "columns": {
                "taken": self.taken.iter().map(|(field, column)| json!({"field": field, "column": column})).collect::<Vec<_>>(),
                "left": self.unmapped,
            },
            "refused": self.refused.iter().map(|(place, why)| json!({"row": place, "reasons": reasons(why)})).collect::<Vec<_>>(),
            "kept": self.kept,
            "left": self.left.iter().map(|((column, code), left)| {
                json!({"column": column, "code": code, "message": left.message, "count": left.count, "rows": left.rows})
            }).collect::<Vec<_>>(),
            "dropped": self.dropped(),
            "stopped": self.stopped,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dry = if self.dry_run { " (dry run: nothing was changed)" } else { "" };
        writeln!(f, "{}{dry}", self.from)?;
        let done = ALL.iter().map(|(done, name)| (self.number(*done), name.replace('_', " ")));
        let done: Vec<String> =
            done.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
        let done = if done.is_empty() { "none".to_owned() } else { done.join(", ") };
        writeln!(f, "  {:<10} {} read: {done}", self.kind.name(), self.rows)?;
        for (field, column) in &self.taken {
            writeln!(f, "  taken      “{column}” for {field}")?;
        }
        for column in &self.unmapped {
            writeln!(
                f,
                "  left       “{column}”: no field is known for it; name one in a mapping, or ignore it there"
            )?;
        }
        for (place, reasons) in self.refused.iter().take(SHOWN) {
            for Reason { column, field, code, message } in reasons {
                let at = if column.is_empty() { field.clone() } else { format!("“{column}”") };
                let at = if at.is_empty() { place.clone() } else { format!("{place}, {at}") };
                writeln!(f, "  refused    {at}: {message} ({code})")?;
            }
        }
        if self.refused.len() > SHOWN {
            writeln!(f, "  refused    {} more; --json names them", self.number(Done::Refused) - SHOWN)?;
        }
        for place in self.kept.iter().take(SHOWN) {
            writeln!(f, "  kept       {place}: staff have written it, or it was here before; theirs stays")?;
        }
        for ((column, code), left) in &self.left {
            let more = if left.count > left.rows.len() { " …" } else { "" };
            writeln!(f, "  left       “{column}” of {}{more}: {} ({code})", left.rows.join(", "), left.message)?;
        }
        if let Some(stopped) = &self.stopped {
            writeln!(f, "  stopped    {stopped}; what stands before it was imported")?;
        }
        write!(f, "  dropped    {}", self.dropped())
    }
}
