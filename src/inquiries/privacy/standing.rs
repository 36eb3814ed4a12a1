//! Where an inquiry stands for whoever holds, corrects or erases it: its version, whether it is held, and its data key.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::queries;
use crate::{
    accounts::Staff,
    audit::{Actor, Entry, Trail},
    crypto::WrappedKey,
    http::{ApiError, Expected},
    inquiries::{door::Door, sealing::Opener},
};

/// An inquiry that is not erased, kept from other writers until the transaction ends.
#[derive(Debug)]
pub struct Standing {
    /// UUIDv7.
    pub id: Uuid,
    /// Whether it must not be erased.
    pub legal_hold: bool,
    /// For the `ETag`.
    pub version: i32,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Its data key.
    pub key: WrappedKey,
}

/// Finds and locks an inquiry. What is out of somebody's reach is not there for them.
///
/// # Errors
/// [`ApiError::NotFound`]; those of the database.
pub async fn lock(connection: &mut PgConnection, id: Uuid, staff: &Staff) -> Result<Standing, ApiError> {
    queries::find_and_lock(connection, id, &staff.reach).await?.ok_or(ApiError::NotFound)
}

impl Standing {
    /// Opens the data key.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn open(&self, door: &Data<Door>) -> Result<Opener, ApiError> {
        Opener::of(&door.ring, self.id, &self.key)
    }

    /// Refuses a change that was made against another version than the present one.
    ///
    /// # Errors
    /// [`ApiError::Stale`].
    pub fn check(&self, expected: &Expected) -> Result<(), ApiError> {
        if expected.accepts(self.version) {
            return Ok(());
        }
        Err(ApiError::Stale { current: self.version, changed: json!({"at": self.updated_at, "by": null}) })
    }
}

/// Who does it: a person, or the program by itself.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// Somebody who is signed in.
    Staff(&'a Staff),
    /// The hourly round, the command line, a start.
    Program(&'a Trail),
}

impl By<'_> {
    /// Writes an audit row about an inquiry in the caller's transaction.
    ///
    /// # Errors
    /// As [`Staff::record`].
    pub async fn record(
        self,
        connection: &mut PgConnection,
        action: &'static str,
        (subject, id): (&'static str, Uuid),
        fields: &[String],
    ) -> Result<(), ApiError> {
        match self {
            Self::Staff(staff) => staff.record(connection, action, subject, Some(id), fields).await,
            Self::Program(trail) => {
                let entry =
                    Entry { actor: Actor::System, action, subject, subject_id: Some(id), fields, request_id: None };
                Ok(trail.record(connection, entry).await?)
            }
        }
    }

    /// The account behind it; none for the program.
    pub fn account(self) -> Option<Uuid> {
        match self {
            Self::Staff(staff) => Some(staff.id),
            Self::Program(_) => None,
        }
    }
}
