//! Ledger against database: what was promised, and what is there. Pure; whoever gathers is elsewhere.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use uuid::Uuid;

use super::{
    ledger::{Answer, Entry},
    post::Content,
};

/// So many examples of each finding are kept.
const KEPT: usize = 5;

/// What the installation holds.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Every inquiry by its id, with the hash of what staff read.
    pub rows: Vec<(Uuid, Content)>,
    /// The subjects of all `inquiry.received` events.
    pub events: Vec<Uuid>,
    /// The subjects of all `inquiry.submit` rows of the audit trail.
    pub audited: Vec<Uuid>,
    /// What `audit verify` complains of.
    pub audit_problems: u64,
}

/// A kind of broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Answered 201, and no row reads like it.
    Lost,
    /// More than one row reads like it, or one post was answered several ids.
    Doubled,
    /// The row of the answered id reads like something else.
    Altered,
    /// Answered 4xx, and a row reads like it.
    KeptThoughRefused,
    /// Answered 4xx and 201.
    Contradicted,
    /// No definite answer, although it was asked again.
    Unresolved,
    /// A row that no client sent.
    Stray,
    /// A row without its event in the outbox.
    WithoutEvent,
    /// A row with several events.
    SeveralEvents,
    /// An event of a row that is not there.
    EventAlone,
    /// A row without its audit row.
    WithoutAudit,
    /// A row with several audit rows.
    SeveralAudits,
    /// An audit row of an inquiry that is not there.
    AuditAlone,
    /// `audit verify` complains.
    AuditBroken,
}

/// What the comparison came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    /// How many of each kind; none where all is as promised.
    pub findings: BTreeMap<Finding, u64>,
    /// The first of each, in words.
    pub examples: Vec<String>,
}

impl Verdict {
    /// How many of a kind.
    pub fn count(&self, finding: Finding) -> u64 {
        self.findings.get(&finding).copied().unwrap_or_default()
    }

    fn find(&mut self, finding: Finding, what: impl FnOnce() -> String) {
        let count = self.findings.entry(finding).or_default();
        *count += 1;
        if usize::try_from(*count).is_ok_and(|count| count <= KEPT) {
            self.examples.push(format!("{finding:?}: {}", what()));
        }
    }
}

/// Compares. ok → exactly one equal row, with one event and one audit row; 4xx → none; unknown → it has to be asked
/// again until it is one of both.
pub fn reconcile(entries: &[Entry], stored: &Stored) -> Verdict {
    let mut verdict = Verdict::default();
    let mut by_content: HashMap<Content, Vec<Uuid>> = HashMap::new();
    let by_id: HashMap<Uuid, Content> = stored.rows.iter().copied().collect();
    for (id, content) in &stored.rows {
        by_content.entry(*content).or_default().push(*id);
    }
    for entry in entries {
        let rows = by_content.remove(&entry.post.content).unwrap_or_default();
        promise(&mut verdict, entry, &rows, &by_id);
    }
    // Of an altered row the id was answered, and it is no stray.
    let answered: HashSet<Uuid> =
        entries.iter().filter_map(|entry| if let Answer::Ok(id) = entry.answer { Some(id) } else { None }).collect();
    for id in by_content.into_values().flatten().filter(|id| !answered.contains(id)) {
        verdict.find(Finding::Stray, || format!("inquiry {id} was sent by nobody"));
    }
    let events = [Finding::WithoutEvent, Finding::SeveralEvents, Finding::EventAlone];
    beside(&mut verdict, &by_id, &stored.events, events);
    let audits = [Finding::WithoutAudit, Finding::SeveralAudits, Finding::AuditAlone];
    beside(&mut verdict, &by_id, &stored.audited, audits);
    for _ in 0..stored.audit_problems {
        verdict.find(Finding::AuditBroken, || "see clinic-cms audit verify".to_owned());
    }
    verdict
}

fn promise(verdict: &mut Verdict, entry: &Entry, rows: &[Uuid], by_id: &HashMap<Uuid, Content>) {
    let key = &entry.post.key;
    if entry.contradicted {
        verdict.find(Finding::Contradicted, || format!("{key} was answered in two ways"));
    }
    if rows.len() > 1 || !entry.other_ids.is_empty() {
        verdict.find(Finding::Doubled, || format!("{key} is {} rows, and was sent {} times", rows.len(), entry.sent));
    }
    match entry.answer {
        Answer::Ok(id) if rows.contains(&id) => {}
        Answer::Ok(id) if by_id.contains_key(&id) => {
            verdict.find(Finding::Altered, || format!("{key} reads like something else in {id}"));
        }
        Answer::Ok(id) => verdict.find(Finding::Lost, || format!("{key} was answered {id}")),
        Answer::Fail(status) if !rows.is_empty() => {
            verdict.find(Finding::KeptThoughRefused, || format!("{key} was answered {status}"));
        }
        Answer::Fail(_) => {}
        Answer::Unknown => verdict.find(Finding::Unresolved, || format!("{key} was sent {} times", entry.sent)),
    }
}

/// Every row has exactly one of `subjects`, and none has no row.
fn beside(
    verdict: &mut Verdict,
    rows: &HashMap<Uuid, Content>,
    subjects: &[Uuid],
    [none, several, alone]: [Finding; 3],
) {
    let mut counts: HashMap<Uuid, u64> = HashMap::new();
    for subject in subjects {
        *counts.entry(*subject).or_default() += 1;
    }
    for id in rows.keys() {
        match counts.remove(id).unwrap_or_default() {
            0 => verdict.find(none, || format!("inquiry {id}")),
            1 => {}
            count => verdict.find(several, || format!("inquiry {id} has {count}")),
        }
    }
    for id in counts.into_keys() {
        verdict.find(alone, || format!("inquiry {id} is not there"));
    }
}
