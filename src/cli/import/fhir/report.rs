//! What an import of a directory came to: every resource is counted, every element that a record could not take is named.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::{Value, json};

use crate::clinic::fhir::{Arrived, Left, Outcome, ResourceType, Step};

/// How many of a kind are named in JSON, and to people.
const NAMED: usize = 1000;
const SHOWN: usize = 20;

/// What was done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    Created,
    Updated,
    Unchanged,
    /// Somebody changed the record here since: it stays.
    Kept,
    /// It is kept as a resource, and is no record.
    Stored,
    /// Nothing was changed: a dry run.
    WouldImport,
    /// It cannot be taken.
    Refused,
}

const ALL: [(Done, &str); 7] = [
    (Done::Created, "created"),
    (Done::Updated, "updated"),
    (Done::Unchanged, "unchanged"),
    (Done::Kept, "kept"),
    (Done::Stored, "stored"),
    (Done::WouldImport, "would_import"),
    (Done::Refused, "refused"),
];

/// The report.
#[derive(Clone, Debug, Default)]
pub struct Report {
    from: String,
    dry_run: bool,
    clinic: Option<String>,
    organizations: usize,
    done: BTreeMap<(ResourceType, Done), usize>,
    left: Vec<Value>,
    left_count: usize,
    refused: Vec<Value>,
    refused_count: usize,
    kept: Vec<String>,
    kept_count: usize,
}

impl Report {
    /// The report of an import that begins.
    pub fn new(from: String, dry_run: bool) -> Self {
        Self { from, dry_run, ..Self::default() }
    }

    /// Which organisation becomes the clinic.
    pub fn choose_clinic(&mut self, steps: &[Step]) {
        let organizations = steps.iter().filter(|step| step.resource.kind == ResourceType::Organization);
        for step in organizations {
            self.organizations += 1;
            if step.makes_a_record() {
                self.clinic = Some(step.resource.id.clone());
            }
        }
    }

    /// Counts a resource.
    pub fn count(&mut self, kind: ResourceType, done: Done) {
        *self.done.entry((kind, done)).or_default() += 1;
    }

    /// Something cannot be taken.
    pub fn refuse(&mut self, what: &str, why: &str) {
        self.refused_count += 1;
        if self.refused.len() < NAMED {
            self.refused.push(json!({"what": what, "reason": why}));
        }
    }

    /// What a step would come to.
    pub fn would_take(&mut self, step: &Step) {
        for resource in std::iter::once(&step.resource).chain(&step.role) {
            self.count(resource.kind, Done::WouldImport);
        }
        self.leave(step, step.left());
    }

    /// What a step came to.
    pub fn took(&mut self, step: &Step, outcome: Outcome) {
        for (kind, id, arrived) in outcome.done {
            let done = match arrived {
                Arrived::Created => Done::Created,
                Arrived::Updated => Done::Updated,
                Arrived::Unchanged => Done::Unchanged,
                Arrived::Kept => Done::Kept,
                Arrived::Stored => Done::Stored,
            };
            self.count(kind, done);
            if done == Done::Kept {
                self.kept_count += 1;
                if self.kept.len() < NAMED {
                    self.kept.push(format!("{}/{id}", kind.name()));
                }
            }
        }
        self.leave(step, step.left().into_iter().chain(outcome.left).collect());
    }

    fn leave(&mut self, step: &Step, left: Vec<Left>) {
        let resource = step.resource.label();
        for Left { element, code, sentence } in left {
            self.left_count += 1;
            if self.left.len() < NAMED {
                self.left.push(json!({"resource": resource, "element": element, "code": code, "sentence": sentence}));
            }
        }
    }

    /// How many things of the source the record does not have now.
    pub fn dropped(&self) -> usize {
        self.left_count + self.refused_count + self.kept_count
    }

    /// The report for programs: every key is always there.
    pub fn to_json(&self) -> Value {
        let of_kind = |kind: ResourceType| {
            let counts = ALL.map(|(done, name)| (name.to_owned(), json!(self.number(kind, done))));
            (kind.name().to_owned(), Value::Object(counts.into_iter().collect()))
        };
        json!({
            "source": "fhir",
            "from": self.from,
            "dry_run": self.dry_run,
            "clinic": self.clinic,
            "resources": Value::Object(ResourceType::ALL.map(of_kind).into_iter().collect()),
            "left": self.left,
            "refused": self.refused,
            "kept": self.kept,
            "dropped": self.dropped(),
        })
    }

    fn number(&self, kind: ResourceType, done: Done) -> usize {
        self.done.get(&(kind, done)).copied().unwrap_or(0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}{}", self.from, if self.dry_run { " (dry run: nothing was changed)" } else { "" })?;
        for kind in ResourceType::ALL {
            let counts = ALL.iter().map(|(done, name)| (self.number(kind, *done), name));
            let counts: Vec<String> = counts
                .filter(|(number, _)| *number > 0)
                .map(|(number, name)| format!("{number} {}", name.replace('_', " ")))
                .collect();
            if !counts.is_empty() {
                writeln!(out, "  {:<18} {}", kind.name(), counts.join(", "))?;
            }
        }
        match &self.clinic {
            Some(id) => writeln!(out, "  Organization/{id} is the clinic")?,
            None if self.organizations > 1 => {
                writeln!(
                    out,
                    "  none of the {} organisations became the clinic: name one with --organization",
                    self.organizations
                )?;
            }
            None => {}
        }
        let lines = [
            ("left: the resource keeps it, the record has it not", &self.left, self.left_count),
            ("refused", &self.refused, self.refused_count),
        ];
        for (title, entries, count) in lines.into_iter().filter(|(_, _, count)| *count > 0) {
            writeln!(out, "{count} {title}")?;
            entries.iter().take(SHOWN).try_for_each(|entry| writeln!(out, "  {}", line(entry)))?;
            if count > SHOWN {
                writeln!(out, "  and {} more", count - SHOWN)?;
            }
        }
        if self.kept_count > 0 {
            writeln!(out, "{} kept: somebody changed it here since", self.kept_count)?;
            self.kept.iter().take(SHOWN).try_for_each(|name| writeln!(out, "  {name}"))?;
        }
        Ok(())
    }
}

fn line(entry: &Value) -> String {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if entry.get("resource").is_some() {
        format!("{} {} ({}): {}", text("resource"), text("element"), text("code"), text("sentence"))
    } else {
        format!("{}: {}", text("what"), text("reason"))
    }
}
