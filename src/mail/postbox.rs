//! Where letters are dropped in. Seals each one before the database sees it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    letter::{Letter, Recipient},
    queries,
    reply::Replies,
};
use crate::{
    clock::Clock,
    crypto::{KeyRing, Place, PurposeSeal, SealError},
    db::DbError,
};

/// Why a letter was not taken or cannot be read again. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The database refused it.
    #[error(transparent)]
    Database(#[from] DbError),
    /// It could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It opens and is no letter that this version knows.
    #[error("a letter does not have a form that this version knows")]
    Form,
}

impl From<sqlx::Error> for MailError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// What letters say about the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLinks {
    /// The configured address of the API, named at the foot of each letter.
    pub public_url: String,
    /// The clinic's name where its record has none yet.
    pub clinic_name: String,
}

/// The way in for letters. Cheap to clone; `Debug` shows no key.
#[derive(Clone)]
pub struct Postbox {
    seal: Arc<PurposeSeal>,
    clock: Clock,
    links: Arc<MailLinks>,
    replies: Option<Replies>,
}

/// A letter with its address, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Addressed {
    pub(super) to: Recipient,
    pub(super) letter: Letter,
}

impl Postbox {
    /// The postbox of the installation whose keys these are.
    pub fn new(ring: &KeyRing, clock: Clock, links: MailLinks) -> Self {
        Self { seal: Arc::new(ring.purpose_seal("mail")), clock, links: Arc::new(links), replies: None }
    }

    /// The same, where letters to inquirers can be carried.
    #[must_use]
    pub fn with_replies(self, replies: Replies) -> Self {
        Self { replies: Some(replies), ..self }
    }

    pub(super) fn replies(&self) -> Option<&Replies> {
        self.replies.as_ref()
    }

    /// Takes a letter in the caller's transaction: it leaves when that is committed, and never was when it is not.
    ///
    /// # Errors
    /// [`MailError::Database`], [`MailError::Seal`]; the caller's transaction is then lost.
    pub async fn post(&self, tx: &mut PgConnection, to: &Recipient, letter: Letter) -> Result<(), MailError> {
        let (id, kind) = (self.clock.new_id(), letter.kind());
        let sealed = self.seal(id, &Addressed { to: to.clone(), letter })?;
        Ok(queries::insert_message(tx, id, kind, &sealed, self.clock.now()).await?)
    }

    /// The clock that dates the letters.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn links(&self) -> &MailLinks {
        &self.links
    }

    fn seal(&self, id: Uuid, addressed: &Addressed) -> Result<Vec<u8>, MailError> {
        let bytes = Zeroizing::new(serde_json::to_vec(addressed).map_err(|_| MailError::Form)?);
        Ok(self.seal.seal(place(id), &bytes)?)
    }

    /// The letter that was sealed for this row.
    pub(super) fn open(&self, id: Uuid, sealed: &[u8]) -> Result<Addressed, MailError> {
        let bytes = self.seal.open(place(id), sealed)?;
        // The cause is left out: it would quote the letter.
        serde_json::from_slice(&bytes).map_err(|_| MailError::Form)
    }
}

fn place(row: Uuid) -> Place<'static> {
    Place { table: "mail_message", column: "sealed", row, version: 1 }
}

impl fmt::Debug for Postbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postbox").field("links", &self.links).finish_non_exhaustive()
    }
}
