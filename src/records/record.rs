//! What a kind of record says of itself.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{accounts::Staff, http::ApiError, outbox::EventKind};

/// The names of what is done with a kind, as the audit trail has them.
#[derive(Clone, Copy, Debug)]
pub struct Actions {
    /// What the trail calls one of them.
    pub subject: &'static str,
    /// `….list`
    pub listed: &'static str,
    /// `….create`
    pub created: &'static str,
    /// `….read`
    pub read: &'static str,
    /// `….update`
    pub updated: &'static str,
    /// `….delete`
    pub trashed: &'static str,
    /// `….restore`
    pub restored: &'static str,
}

/// The [`Actions`] of a kind, by the name before the dot; a second name where the subject is called otherwise.
macro_rules! actions {
    ($name:literal) => {
        $crate::records::actions!($name, $name)
    };
    ($name:literal, $subject:expr) => {
        $crate::records::Actions {
            subject: $subject,
            listed: concat!($name, ".list"),
            created: concat!($name, ".create"),
            read: concat!($name, ".read"),
            updated: concat!($name, ".update"),
            trashed: concat!($name, ".delete"),
            restored: concat!($name, ".restore"),
        }
    };
}
pub(crate) use actions;

/// Where a record stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Raised by every write.
    pub version: i32,
    /// The last write.
    pub updated_at: DateTime<Utc>,
    /// As an answer has the person; null where nobody is known.
    pub updated_by: Value,
    /// Null outside the trash.
    pub trashed_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// Of what the record says of itself.
    pub fn of(
        version: i32,
        updated_at: DateTime<Utc>,
        updated_by: &impl Serialize,
        trashed_at: Option<DateTime<Utc>>,
    ) -> Self {
        Self { version, updated_at, updated_by: json!(updated_by), trashed_at }
    }
}

/// Who writes.
#[derive(Clone, Debug)]
pub struct Hand {
    /// The person or the key, let in for what is done.
    pub staff: Staff,
    /// What the application gave the handlers of a kind is found here.
    pub request: HttpRequest,
}

/// A kind of record that staff keep.
#[expect(async_fn_in_trait, reason = "a handler stays on its thread")]
pub trait Record: Sized + 'static {
    /// For the audit trail.
    const ACTIONS: Actions;
    /// Where staff find them, below the API's own address.
    const PATH: &'static str;
    /// What each write announces.
    const EVENT: Option<EventKind> = None;
    /// Whether answers that show one name it in `Cache-Tag`, as its kind and its id.
    const TAGGED: bool = false;
    /// Fields whose values are not kept beside the audit trail.
    const UNKEPT: &'static [&'static str] = &[];
    /// Whether they stand in an order of the clinic's own.
    const ORDERED: bool = false;
    /// What staff send, read.
    type Input: 'static;
    /// `{"data": …}`, as staff read it.
    type Answer: Serialize + From<Self>;

    /// Reads what staff send.
    ///
    /// # Errors
    /// 422 with every mistake in it.
    fn parse(body: &Value) -> Result<Self::Input, ApiError>;

    /// As staff would send it: what a merge patch is laid over, with every field that may be sent.
    ///
    /// # Errors
    /// 500 where it cannot be written, which does not happen.
    fn written(&self) -> Result<Value, ApiError>;

    /// Where it stands.
    fn standing(&self) -> Standing;

    /// Keeps everybody else from writing the record until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error>;

    /// The record, in the trash or not.
    ///
    /// # Errors
    /// Those of the database.
    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error>;

    /// Stores a new one.
    ///
    /// # Errors
    /// 422 for what names nothing, and for what another record has.
    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: Self::Input) -> Result<(), ApiError>;

    /// Writes one anew.
    ///
    /// # Errors
    /// As [`Record::add`].
    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: Self::Input,
    ) -> Result<(), ApiError>;

    /// Puts one into the trash, or brings it back.
    ///
    /// # Errors
    /// 409 or 422 where another has its place by now, or something hangs on it.
    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError>;

    /// Gives one another position, where they stand in an order; answers whether it had another before.
    ///
    /// # Errors
    /// 500 where they stand in none; those of the database.
    async fn set_position(
        _connection: &mut PgConnection,
        _hand: &Hand,
        _id: Uuid,
        _position: i32,
    ) -> Result<bool, ApiError> {
        Err(ApiError::Internal)
    }
}

/// A kind with few enough records for one list.
#[expect(async_fn_in_trait, reason = "a handler stays on its thread")]
pub trait ListedRecord: Record {
    /// `{"data": […]}`, as staff read it.
    type List: Serialize + From<Vec<Self>>;

    /// Those in the trash, or the others: at most 1,000.
    ///
    /// # Errors
    /// Those of the database.
    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error>;
}
