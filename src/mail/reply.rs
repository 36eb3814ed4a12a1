//! A letter to somebody who wrote to the clinic. Its row holds the inquiry's id and nothing else: this room does not know
//! inquiries, so whoever does is asked for address and words while the letter is carried, and told how it ended.

use std::{fmt, pin::Pin, sync::Arc};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    letter::Language,
    postbox::{MailError, Postbox},
    queries,
};
use crate::db::DbError;

/// The word for such a letter in the database and in the log.
pub(super) const KIND: &str = "autoresponse";

/// What is written to an inquirer. Its `Debug` shows nothing.
pub struct Reply {
    /// One bare address.
    pub email: String,
    /// What it is written in.
    pub language: Language,
    /// One line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub text: String,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply([personal])")
    }
}

/// Why an inquirer is not written to, now or ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// There is nobody any more, or nothing to say.
    Nobody,
    /// The address does not want to be written to.
    OptedOut,
}

impl Unanswered {
    /// As it stands with the letter.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::OptedOut => "opted_out",
        }
    }
}

/// Address and words being looked up.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Result<Result<Reply, Unanswered>, DbError>> + 'a>>;
/// The end of a letter being written down.
pub type Noting<'a> = Pin<Box<dyn Future<Output = Result<(), DbError>> + 'a>>;
type Find = dyn for<'a> Fn(&'a mut PgConnection, Uuid, DateTime<Utc>) -> Finding<'a> + Send + Sync;
type Note = dyn for<'a> Fn(&'a mut PgConnection, Uuid, bool) -> Noting<'a> + Send + Sync;

/// Who knows inquirers. Cheap to clone.
#[derive(Clone)]
pub struct Replies {
    find: Arc<Find>,
    note: Arc<Note>,
}

impl Replies {
    /// `find` is asked for an inquiry at an instant; `note` is told, in the transaction that notes it, whether a letter
    /// left or was given up.
    pub fn of(
        find: impl for<'a> Fn(&'a mut PgConnection, Uuid, DateTime<Utc>) -> Finding<'a> + Send + Sync + 'static,
        note: impl for<'a> Fn(&'a mut PgConnection, Uuid, bool) -> Noting<'a> + Send + Sync + 'static,
    ) -> Self {
        Self { find: Arc::new(find), note: Arc::new(note) }
    }

    pub(super) async fn find(
        &self,
        tx: &mut PgConnection,
        inquiry: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Result<Reply, Unanswered>, DbError> {
        (self.find)(tx, inquiry, now).await
    }

    pub(super) async fn note(&self, tx: &mut PgConnection, inquiry: Uuid, sent: bool) -> Result<(), DbError> {
        (self.note)(tx, inquiry, sent).await
    }
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replies")
    }
}

impl Postbox {
    /// Takes a letter to the sender of an inquiry, in the caller's transaction.
    ///
    /// # Errors
    /// [`MailError::Database`].
    pub async fn post_reply(&self, tx: &mut PgConnection, inquiry: Uuid) -> Result<(), MailError> {
        Ok(queries::insert_reply(tx, self.clock().new_id(), KIND, inquiry, self.clock().now()).await?)
    }
}
