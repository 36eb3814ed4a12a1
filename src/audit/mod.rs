//! Who did or saw what. A row is written in the transaction that it tells of: where it cannot be written, the
//! read or the change fails. Refuses values: ids and field names only, and nothing here can be changed or removed.

use std::sync::Arc;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    clock::Clock,
    crypto::{KeyRing, TagKey},
};

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person who signed in.
    Account(Uuid),
    /// An API key.
    ApiKey(Uuid),
    /// The command line, or the program itself.
    System,
    /// Somebody who did not sign in, such as a refused sign-in.
    Public,
}

impl Actor {
    /// The account behind the action, where there is one.
    pub fn account(self) -> Option<Uuid> {
        match self {
            Self::Account(id) | Self::ApiKey(id) => Some(id),
            Self::System | Self::Public => None,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::ApiKey(_) => "api_key",
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
        sqlx::query!(
            "insert into cms.audit_event (id, actor_kind, actor_id, action, subject_type, subject_id, fields, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.clock.new_id(),
            entry.actor.kind(),
            entry.actor.account(),
            entry.action,
            entry.subject,
            entry.subject_id,
            entry.fields,
            entry.request_id,
        )
        .execute(transaction)
        .await?;
        Ok(())
    }
}
