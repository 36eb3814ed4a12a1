//! What an import came to: everything is counted, a few of each kind are named, so that the report of ten thousand
//! articles can be read and fits into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    body::Warning,
    import::{
        record::Article,
        why::{Finding, Why},
    },
};

/// How many of a kind are named in JSON, and to people.
const NAMED: usize = 20;
const SHOWN: usize = 3;
/// How many addresses of pictures and files are listed.
const LISTED: usize = 10_000;
/// What the sanitiser did that took nothing from what readers see.
const HARMLESS: [&str; 4] = ["attribute_removed", "image_without_alt", "footnote_unused", "code_changed"];

/// What was done with an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    Created,
    /// The source has moved on, and nobody has touched the article.
    Updated,
    Unchanged,
    /// The source has moved on, and so has the article: an editor's work stays.
    Kept,
    /// Nothing was changed: a dry run.
    WouldImport,
    /// It cannot be an article.
    Refused,
}

/// Each of them with its name.
pub(super) const ALL: [(Done, &str); 6] = [
    (Done::Created, "created"),
    (Done::Updated, "updated"),
    (Done::Unchanged, "unchanged"),
    (Done::Kept, "kept"),
    (Done::WouldImport, "would_import"),
    (Done::Refused, "refused"),
];

/// A number of things of one kind, with the names of the first.
#[derive(Clone, Debug, Default)]
struct Counted {
    count: usize,
    named: Vec<String>,
}

impl Counted {
    fn add(&mut self, count: usize, name: &str) {
        self.count += count;
        if self.named.len() < NAMED {
            self.named.push(name.to_owned());
        }
    }
}

/// The report.
#[derive(Clone, Debug, Default)]
pub struct Report {
    source: &'static str,
    from: String,
    dry_run: bool,
    forms: BTreeMap<String, usize>,
    statuses: BTreeMap<String, usize>,
    done: BTreeMap<Done, usize>,
    made: BTreeMap<&'static str, [usize; 2]>,
    findings: BTreeMap<Why, Counted>,
    removed: BTreeMap<String, (String, Counted)>,
    refused: Vec<Value>,
    kept: Counted,
    media: BTreeSet<String>,
    unlisted: usize,
    stopped: Option<String>,
}

impl Report {
    /// The report of an import that begins.
    pub fn new(source: &'static str, from: String, dry_run: bool) -> Self {
        Self { source, from, dry_run, ..Self::default() }
    }

    /// An article of the source was met.
    pub fn meet(&mut self, form: &str, status: Option<&str>, media: &[String]) {
        *self.forms.entry(form.to_owned()).or_default() += 1;
        if let Some(status) = status
            && (self.statuses.len() < 50 || self.statuses.contains_key(status))
        {
            *self.statuses.entry(status.to_owned()).or_default() += 1;
        }
        for address in media {
            if self.media.len() < LISTED {
                self.media.insert(address.clone());
            } else if !self.media.contains(address) {
                self.unlisted += 1;
            }
        }
    }

    /// Something was done with an article.
    pub fn done(&mut self, done: Done, label: &str) {
        *self.done.entry(done).or_default() += 1;
        if done == Done::Kept {
            self.kept.add(1, label);
        }
    }

    /// An article cannot be taken.
    pub fn refuse(&mut self, label: &str, reasons: &[String]) {
        self.done(Done::Refused, label);
        if self.refused.len() < NAMED * 5 {
            let what = Finding::new(Why::NoTitle, label).what;
            self.refused.push(json!({"what": what, "reasons": reasons}));
        }
    }

    /// Something was left or changed.
    pub fn find(&mut self, finding: &Finding) {
        self.findings.entry(finding.why).or_default().add(1 + finding.more, &finding.what);
    }

    /// What was left of an article or changed in it, by the reader and by the sanitiser.
    pub fn note(&mut self, article: &Article, warnings: &[Warning]) {
        for finding in &article.findings {
            self.find(finding);
        }
        let label = article.label();
        for warning in warnings {
            self.remove(&warning.code, &warning.message, warning.element.as_deref(), &label);
        }
    }

    /// The sanitiser removed something from an article, or has something to say about it.
    fn remove(&mut self, code: &str, sentence: &str, element: Option<&str>, label: &str) {
        let (_, counted) =
            self.removed.entry(code.to_owned()).or_insert_with(|| (sentence.to_owned(), Counted::default()));
        let what = element.map_or_else(|| label.to_owned(), |element| format!("{element} in {label}"));
        counted.add(1, &Finding::new(Why::NoTitle, what).what);
    }

    /// A term, an author or a redirect was made, or was there.
    pub fn make(&mut self, what: &'static str, is_new: bool) {
        let [new, known] = self.made.entry(what).or_default();
        *(if is_new { new } else { known }) += 1;
    }

    /// The source ended before its end.
    pub fn stop(&mut self, sentence: String) {
        self.stopped = Some(sentence);
    }

    /// Why the source could not be read at all: nothing of it was met.
    pub fn unreadable(&self) -> Option<&str> {
        let is_empty = self.forms.is_empty() && self.findings.is_empty();
        self.stopped.as_deref().filter(|_| is_empty)
    }

    /// How many things of the source are not here now.
    pub fn dropped(&self) -> usize {
        let left: usize = self.findings.iter().filter(|(why, _)| why.is_loss()).map(|(_, counted)| counted.count).sum();
        let removed = self.removed.iter().filter(|(code, _)| !HARMLESS.contains(&code.as_str()));
        let removed: usize = removed.map(|(_, (_, counted))| counted.count).sum();
        left + removed + self.number(Done::Refused) + self.number(Done::Kept) + usize::from(self.stopped.is_some())
    }

    fn number(&self, done: Done) -> usize {
        self.done.get(&done).copied().unwrap_or(0)
    }

    /// The report for programs: every key is always there.
    pub fn to_json(&self) -> Value {
        let done = ALL.iter().map(|(done, name)| ((*name).to_owned(), json!(self.number(*done))));
        let made = |what| {
            let [created, known] = self.made.get(what).copied().unwrap_or_default();
            json!({"created": created, "known": known})
        };
        json!({
            "source": self.source,
            "from": self.from,
            "dry_run": self.dry_run,
            "forms": self.forms,
            "statuses": self.statuses,
            "articles": done.collect::<serde_json::Map<_, _>>(),
            "authors": made("authors"),
            "terms": made("terms"),
            "services": made("services"),
            "redirects": made("redirects"),
            "left": self.reasons(true),
            "changed": self.reasons(false),
            "removed": self.removed.iter().map(|(code, (sentence, counted))| {
                json!({"code": code, "sentence": sentence, "count": counted.count, "named": counted.named})
            }).collect::<Vec<_>>(),
            "refused": self.refused,
            "kept": self.kept.named,
            "media": {"count": self.media.len() + self.unlisted, "listed": self.media.iter().collect::<Vec<_>>()},
            "dropped": self.dropped(),
            "stopped": self.stopped,
        })
    }

    fn reasons(&self, losses: bool) -> Vec<Value> {
        let of_kind = self.findings.iter().filter(|(why, _)| why.is_loss() == losses);
        of_kind
            .map(|(why, counted)| {
                json!({"code": why.code(), "sentence": why.sentence(), "count": counted.count, "named": counted.named})
            })
            .collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dry = if self.dry_run { " (dry run: nothing was changed)" } else { "" };
        writeln!(f, "{}{dry}", self.from)?;
        let forms: Vec<String> = self.forms.iter().map(|(form, count)| format!("{count} {form}")).collect();
        let statuses: Vec<String> = self.statuses.iter().map(|(status, count)| format!("{count} {status}")).collect();
        writeln!(f, "  found      {} ({})", list(&forms), list(&statuses))?;
        let done = ALL.iter().map(|(done, name)| (self.number(*done), name.replace('_', " ")));
        let done: Vec<String> =
            done.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
        writeln!(f, "  articles   {}", list(&done))?;
        for what in ["authors", "terms", "services", "redirects"] {
            let [created, known] = self.made.get(what).copied().unwrap_or_default();
            writeln!(f, "  {what:<10} {created} created, {known} known")?;
        }
        writeln!(f, "  media      {} addresses", self.media.len() + self.unlisted)?;
        for refused in self.refused.iter().take(SHOWN * 3) {
            let reasons: Vec<&str> =
                refused["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            writeln!(f, "  refused    “{}”: {}", refused["what"].as_str().unwrap_or_default(), reasons.join("; "))?;
        }
        for (heading, reasons) in [("left", self.reasons(true)), ("changed", self.reasons(false))] {
            for reason in reasons {
                write_reason(f, heading, &reason)?;
            }
        }
        for (code, (sentence, counted)) in &self.removed {
            let reason = json!({"code": code, "sentence": sentence, "count": counted.count, "named": counted.named});
            write_reason(f, "removed", &reason)?;
        }
        if let Some(stopped) = &self.stopped {
            writeln!(f, "  stopped    {stopped}; what stands before it was imported")?;
        }
        write!(f, "  dropped    {}", self.dropped())
    }
}

fn write_reason(f: &mut fmt::Formatter<'_>, heading: &str, reason: &Value) -> fmt::Result {
    let names: Vec<&str> = reason["named"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("“{name}”")).collect();
    let more = if names.len() > SHOWN { " …" } else { "" };
    let (code, sentence) =
        (reason["code"].as_str().unwrap_or_default(), reason["sentence"].as_str().unwrap_or_default());
    writeln!(f, "  {heading:<10} {code} ({}): {}{more}. {sentence}", reason["count"], shown.join(", "))
}

fn list(parts: &[String]) -> String {
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}
