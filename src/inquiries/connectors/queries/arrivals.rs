//! What a delivery asks and writes, as the public's role: six functions and no table.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    crypto::WrappedKey,
    http::ApiError,
    inquiries::{
        connectors::{kind::SecretUse, mapping::IntegrationMapping, understood::LeadMistake},
        queries::{Submit, Submitted},
        sealing::Sealed,
    },
};

/// The connection behind an address.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// UUIDv7.
    pub id: Uuid,
    /// As it was written; none for the kind's own.
    pub mapping: Option<IntegrationMapping>,
    /// The slug of its form; none where that is in the trash.
    pub form: Option<String>,
    /// The slug of its location.
    pub location: Option<String>,
    /// The slug of its service.
    pub service: Option<String>,
    /// Those that count now.
    pub secrets: Vec<StoredSecret>,
}

/// A secret as it is stored.
#[derive(Debug, Deserialize)]
pub struct StoredSecret {
    /// The row.
    pub id: Uuid,
    /// What for.
    #[serde(rename = "use")]
    pub of: SecretUse,
    /// Sealed for the row.
    #[serde(with = "hex")]
    pub sealed: Vec<u8>,
}

/// A delivery to be kept.
#[derive(Debug)]
pub struct Kept {
    /// UUIDv7.
    pub id: Uuid,
    /// The connection.
    pub integration: Uuid,
    /// Keyed hash of what makes it the same delivery.
    pub index: [u8; 32],
    /// None for one whose fields are still to be fetched.
    pub reason: Option<&'static str>,
    /// What is wrong with it.
    pub mistakes: Vec<LeadMistake>,
    /// Sealed for the row.
    pub sealed: Vec<u8>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The request that brought it.
    pub request_id: Option<String>,
    /// Days until it goes.
    pub retention_days: u32,
    /// The audit row and its HMAC.
    pub audit: (Uuid, [u8; 32]),
}

/// What an inquiry's source tells of it anew.
#[derive(Debug)]
pub struct Amendment {
    /// The inquiry.
    pub id: Uuid,
    /// The connection that brought it.
    pub integration: Uuid,
    /// As it is stored with the inquiry.
    pub external_index: [u8; 32],
    /// Everything that it says, sealed for the inquiry.
    pub sealed: Sealed,
    /// Where it stands among what was told.
    pub told: Told,
    /// When it came.
    pub now: DateTime<Utc>,
    /// The request that brought it.
    pub request_id: Option<String>,
    /// The audit row and its HMAC.
    pub audit: (Uuid, [u8; 32]),
    /// Whether the words match an emergency rule.
    pub emergency: bool,
    /// What is agreed to and refused by what is told now.
    pub consents: serde_json::Value,
    /// For the event and the line of the history, where an emergency makes them.
    pub event_and_line: (Uuid, Uuid),
}

/// Where something stands among what a source tells of one inquiry.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Keyed hash of the content.
    pub content: [u8; 32],
    /// The source's instant.
    pub sent_at: DateTime<Utc>,
    /// How many facts it tells.
    pub weight: i32,
}

/// The connection whose address has the token of this hash; none for an unknown one, and for one that is off.
///
/// # Errors
/// Those of the database; [`ApiError::Internal`] for a row that this version cannot read.
pub async fn find_integration(
    connection: &mut PgConnection,
    kind: &str,
    key_hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Found>, ApiError> {
    let found = sqlx::query_scalar!(
        r#"select site.find_integration($1, $2, $3) as "found: Json<Found>""#,
        kind,
        key_hash.as_slice(),
        now,
    )
    .fetch_one(connection)
    .await?;
    Ok(found.map(|found| found.0))
}

/// Keeps a delivery; answers whether it is new.
///
/// # Errors
/// Those of the database.
pub async fn keep_delivery(connection: &mut PgConnection, kept: &Kept) -> Result<bool, ApiError> {
    let state = if kept.reason.is_some() { "kept" } else { "fetching" };
    let is_new = sqlx::query_scalar!(
        r#"select site.keep_delivery($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as "new!""#,
        kept.id,
        kept.integration,
        kept.index.as_slice(),
        state,
        kept.reason,
        Json(&kept.mistakes) as _,
        kept.sealed,
        kept.received_at,
        kept.request_id,
        i32::try_from(kept.retention_days).unwrap_or(i32::MAX),
        kept.audit.0,
        kept.audit.1.as_slice(),
    )
    .fetch_one(connection)
    .await?;
    Ok(is_new)
}

/// As `queries::submit`, noting what was told, so that it is known when it is told again.
///
/// # Errors
/// Those of the database.
pub async fn submit_call(
    connection: &mut PgConnection,
    submit: &Submit,
    told: Told,
) -> Result<(Submitted, bool), ApiError> {
    let sealed = &submit.sealed;
    let row = sqlx::query!(
        r#"select outcome as "outcome!", answer
             from site.submit_call($1, $2, $3, $4, $5, $6, $7, $8, $9, null, null, null, $10, $11, $12, $13)"#,
        submit.open,
        sealed.key.bytes,
        sealed.name,
        sealed.email.as_deref(),
        sealed.phone.as_deref(),
        sealed.message.as_deref(),
        sealed.details,
        sealed.email_index.as_ref().map(<[u8; 32]>::as_slice),
        sealed.phone_index.as_ref().map(<[u8; 32]>::as_slice),
        submit.answer,
        told.content.as_slice(),
        told.sent_at,
        told.weight,
    )
    .fetch_one(connection)
    .await?;
    match row.answer {
        Some(answer) => Ok((Submitted::Stored(answer), row.outcome == "accepted")),
        None => Ok((Submitted::KeyReused, false)),
    }
}

/// The data key of an inquiry that its source tells of again, still wrapped; none where it is not there, or erased.
///
/// # Errors
/// Those of the database.
pub async fn find_delivered_key(
    connection: &mut PgConnection,
    id: Uuid,
    integration: Uuid,
    external_index: &[u8; 32],
) -> Result<Option<WrappedKey>, ApiError> {
    let row = sqlx::query!(
        "select key_id, wrapped_key from site.find_delivered_key($1, $2, $3)",
        id,
        integration,
        external_index.as_slice(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|row| Some(WrappedKey { key_id: row.key_id?, bytes: row.wrapped_key? })))
}

/// Writes an inquiry anew with what its source tells now: `amended`, `known`, `older` or `unknown`.
///
/// # Errors
/// Those of the database.
pub async fn amend(connection: &mut PgConnection, amendment: &Amendment) -> Result<String, ApiError> {
    let (sealed, told) = (&amendment.sealed, amendment.told);
    let outcome = sqlx::query_scalar!(
        r#"select site.amend_told($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) as "outcome!""#,
        amendment.id,
        amendment.integration,
        amendment.external_index.as_slice(),
        sealed.key.key_id,
        sealed.key.bytes,
        sealed.name,
        sealed.email.as_deref(),
        sealed.phone.as_deref(),
        sealed.message.as_deref(),
        sealed.details,
        sealed.email_index.as_ref().map(<[u8; 32]>::as_slice),
        sealed.phone_index.as_ref().map(<[u8; 32]>::as_slice),
        told.content.as_slice(),
        told.sent_at,
        told.weight,
        amendment.now,
        amendment.request_id,
        amendment.audit.0,
        amendment.audit.1.as_slice(),
        amendment.emergency,
        amendment.event_and_line.0,
        amendment.event_and_line.1,
        amendment.consents,
    )
    .fetch_one(connection)
    .await?;
    Ok(outcome)
}
