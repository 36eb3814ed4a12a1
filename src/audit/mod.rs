//! Who did or saw what. A row is written in the transaction that it tells of: where it cannot be written, the
//! read or the change fails. Refuses values: ids and field names only, and nothing here can be changed or removed
//! unseen. What a record of the clinic said before and after stands beside its row, where it can be erased.
//!
//! | file | holds |
//! |---|---|
//! | `row` | a row as bytes, and its HMAC |
//! | `chain` | how a row is sealed to the one before, and how a place in the chain is signed |
//! | `sealing` | the one sealer |
//! | `anchors` | where signed places are kept outside the database |
//! | `verify` | names the first row that was altered, removed, inserted or moved |
//! | `pruning` | the removal of what is older than the retention asks for |
//! | `settings` | which settings changed since the last start |
//! | `queries` | all SQL of the room |

pub mod anchors;
pub mod chain;
mod pruning;
mod queries;
mod row;
mod sealing;
mod settings;
pub mod verify;

use std::sync::Arc;

use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

pub use anchors::Anchors;
pub use chain::{Chain, Head};
pub use pruning::{LEAST_RETENTION_DAYS, Pruned, PruningError};
pub use sealing::{Batch, SealingError, Signing};
pub use settings::record_changed_settings;
pub use verify::{Problem, Report, VerifyError};

use crate::{
    clock::Clock,
    crypto::{KeyRing, TagKey},
};
use row::Facts;

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person who signed in.
    Account(Uuid),
    /// A program with an API key; the id is the key's.
    ApiKey(Uuid),
    /// A connection to another service that brings inquiries; the id is the connection's.
    Integration(Uuid),
    /// The command line, or the program itself.
    System,
    /// Somebody who did not sign in, such as a refused sign-in.
    Public,
}

impl Actor {
    /// Every kind, as it is stored.
    pub const KINDS: [&'static str; 5] = ["account", "api_key", "integration", "public", "system"];

    /// The account behind the action, where there is one.
    pub fn account(self) -> Option<Uuid> {
        match self {
            Self::Account(id) => Some(id),
            Self::ApiKey(_) | Self::Integration(_) | Self::System | Self::Public => None,
        }
    }

    /// The id of an account, a key or a connection.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::Account(id) | Self::ApiKey(id) | Self::Integration(id) => Some(id),
            Self::System | Self::Public => None,
        }
    }

    /// One of [`Actor::KINDS`].
    pub fn kind(self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::ApiKey(_) => "api_key",
            Self::Integration(_) => "integration",
            Self::System => "system",
            Self::Public => "public",
        }
    }
}

/// One row of the trail.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Who acted.
    pub actor: Actor,
    /// `noun.verb`, such as `article.publish` or `inquiry.read`.
    pub action: &'static str,
    /// The kind of record.
    pub subject: &'static str,
    /// The record; none for a list.
    pub subject_id: Option<Uuid>,
    /// Names of the fields that were changed or shown.
    pub fields: &'a [String],
    /// The request that did it; none for the command line.
    pub request_id: Option<&'a str>,
}

/// What a record said before and after a change: objects of the fields that were changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// None where there was no record before.
    pub before: Option<Map<String, Value>>,
    /// As it stands now.
    pub after: Map<String, Value>,
}

impl Change {
    /// The named fields of a record, as they were and as they are.
    pub fn of(before: Option<&Value>, after: &Value, fields: &[String]) -> Self {
        let part = |record: &Value| -> Map<String, Value> {
            let value = |name: &String| (name.clone(), record.get(name).cloned().unwrap_or_default());
            fields.iter().map(value).collect()
        };
        Self { before: before.map(part), after: part(after) }
    }
}

/// The way into the trail. Holds the key of the rows' HMAC, which the database never sees. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Trail {
    key: Arc<TagKey>,
    clock: Clock,
}

impl Trail {
    /// The trail of the installation whose keys these are.
    pub fn new(ring: &KeyRing, clock: Clock) -> Self {
        Self { key: Arc::new(ring.tag_key("audit")), clock }
    }

    /// The clock that dates the rows.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Writes a row in the caller's transaction.
    ///
    /// # Errors
    /// Those of the database; the caller's transaction is then lost, as it should be.
    pub async fn record(&self, transaction: &mut PgConnection, entry: Entry<'_>) -> Result<(), sqlx::Error> {
        let facts = facts(&entry, self.clock.new_id(), self.clock.now());
        queries::insert_event(transaction, &facts, &facts.mac(&self.key)).await
    }

    /// Writes a row for each of many records, of which the same is told, in one statement.
    ///
    /// # Errors
    /// As [`Trail::record`].
    pub async fn record_each(
        &self,
        transaction: &mut PgConnection,
        entry: Entry<'_>,
        subjects: &[Uuid],
    ) -> Result<(), sqlx::Error> {
        let like = facts(&entry, self.clock.new_id(), self.clock.now());
        let ids: Vec<Uuid> = subjects.iter().map(|_| self.clock.new_id()).collect();
        let rows = ids.iter().zip(subjects).map(|(id, subject)| {
            let row = facts(&Entry { subject_id: Some(*subject), ..entry }, *id, like.at);
            row.mac(&self.key).to_vec()
        });
        let macs: Vec<Vec<u8>> = rows.collect();
        queries::insert_events(transaction, &like, &ids, subjects, &macs).await
    }

    /// Writes a row, and beside it what the record said before and after. The values are no part of the row or its HMAC,
    /// so that they can be erased.
    ///
    /// # Errors
    /// As [`Trail::record`].
    pub async fn record_change(
        &self,
        transaction: &mut PgConnection,
        entry: Entry<'_>,
        change: &Change,
    ) -> Result<(), sqlx::Error> {
        let facts = facts(&entry, self.clock.new_id(), self.clock.now());
        queries::insert_event(transaction, &facts, &facts.mac(&self.key)).await?;
        queries::insert_change(transaction, facts.id, change).await
    }

    /// The HMAC of a row that a function of the database writes, with this id and instant.
    pub fn mac(&self, entry: &Entry<'_>, id: Uuid, at: chrono::DateTime<chrono::Utc>) -> [u8; 32] {
        facts(entry, id, at).mac(&self.key)
    }
}

fn facts<'a>(entry: &Entry<'a>, id: Uuid, at: chrono::DateTime<chrono::Utc>) -> Facts<'a> {
    Facts {
        id,
        at,
        actor_kind: entry.actor.kind(),
        actor_id: entry.actor.id(),
        action: entry.action,
        subject_type: entry.subject,
        subject_id: entry.subject_id,
        fields: entry.fields,
        request_id: entry.request_id,
    }
}
