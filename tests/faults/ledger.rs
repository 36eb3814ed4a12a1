//! What the clients know: for each post its key, the hash of its content, how often it was sent, and what was answered.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use serde::Serialize;
use uuid::Uuid;

use super::post::Post;

/// What a client was told of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "answer", content = "said")]
pub enum Answer {
    /// 201, with this id.
    Ok(Uuid),
    /// Another 4xx than one that says to ask again.
    Fail(u16),
    /// Nothing, half an answer, or one that says to ask again.
    Unknown,
}

/// One line.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What was sent.
    #[serde(flatten)]
    pub post: Post,
    /// Times.
    pub sent: u32,
    /// The last definite one.
    #[serde(flatten)]
    pub answer: Answer,
    /// Further ids that the same post was answered: there may be none.
    pub other_ids: Vec<Uuid>,
    /// An answer came back, and after it another kind of answer.
    pub contradicted: bool,
}

/// Every line of a run, written by many clients at once.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<BTreeMap<u64, Entry>>,
    next: AtomicU64,
    accepted: AtomicUsize,
}

impl Ledger {
    /// A number for one more post.
    pub fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// How many posts were answered 201.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Writes down that a post leaves. Before it does: a client that ends in between must not have sent unwritten.
    pub fn send(&self, post: &Post) {
        let fresh = || Entry {
            post: post.clone(),
            sent: 0,
            answer: Answer::Unknown,
            other_ids: Vec::new(),
            contradicted: false,
        };
        self.lock().entry(post.number).or_insert_with(fresh).sent += 1;
    }

    /// Writes down what was answered. Nothing takes a definite answer back.
    pub fn answer(&self, number: u64, answer: &Answer) {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(&number) else { return };
        match (&entry.answer, answer) {
            (Answer::Unknown, definite) if !matches!(definite, Answer::Unknown) => {
                entry.answer = definite.clone();
                if matches!(definite, Answer::Ok(_)) {
                    self.accepted.fetch_add(1, Ordering::Relaxed);
                }
            }
            (Answer::Ok(known), Answer::Ok(id)) => entry.other_ids.extend((known != id).then_some(*id)),
            (_, Answer::Unknown) | (Answer::Fail(_), Answer::Fail(_)) => {}
            _ => entry.contradicted = true,
        }
    }

    /// What was answered so far.
    pub fn of(&self, number: u64) -> Option<Answer> {
        self.lock().get(&number).map(|entry| entry.answer.clone())
    }

    /// Every line, in the order of the numbers.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
