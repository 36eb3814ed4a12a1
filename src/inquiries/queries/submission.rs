//! The one thing that the public may write.

use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{
    http::ApiError,
    inquiries::{attachments::SealedAttachment, door::Idempotency, sealing::Sealed},
};

/// Everything that `site.submit_inquiry` takes.
#[derive(Debug)]
pub struct Submit {
    /// What may be read: ids, kind, status, consents.
    pub open: Value,
    /// What may not.
    pub sealed: Sealed,
    /// The hashes of a post that may be repeated.
    pub idempotency: Option<Idempotency>,
    /// What the sender is told, now and at each repetition.
    pub answer: Value,
}

/// What became of a submission.
#[derive(Debug)]
pub enum Submitted {
    /// It is stored, now or by the same post before: the answer to give.
    Stored(Value),
    /// The contact used the key for other content.
    KeyReused,
}

/// Stores a submission with its consents, its event and its audit row, all or nothing: one round trip.
///
/// # Errors
/// 409 while the first post with the same key is still under way; those of the database.
pub async fn submit(connection: &mut PgConnection, submit: &Submit) -> Result<Submitted, ApiError> {
    let stored = submit_while(connection, submit, None).await?;
    stored.ok_or(ApiError::Internal)
}

/// The same while the stamp of what inquiries are understood by is this one; otherwise nothing is done.
///
/// # Errors
/// Those of [`submit`].
pub async fn submit_at(
    connection: &mut PgConnection,
    submit: &Submit,
    stamp: i64,
) -> Result<Option<Submitted>, ApiError> {
    submit_while(connection, submit, Some(stamp)).await
}

/// The condition names no column, so PostgreSQL looks at it once and before it calls the function. Files follow in the same
/// statement.
async fn submit_while(
    connection: &mut PgConnection,
    submit: &Submit,
    stamp: Option<i64>,
) -> Result<Option<Submitted>, ApiError> {
    let (sealed, once) = (&submit.sealed, submit.idempotency.as_ref());
    let files = Files::of(&sealed.attachments);
    let row = sqlx::query!(
        r#"select outcome as "outcome!", answer,
                  case when outcome = 'accepted' and $15::jsonb is not null
                    then site.add_attachments(($1::jsonb->>'id')::uuid, $15, $16, $17) end as "added: ()"
             from site.submit_inquiry($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            where $14::bigint is null or $14 = (select s.value from site.reference_stamp s)"#,
        submit.open,
        sealed.key.bytes,
        sealed.name,
        sealed.email.as_deref(),
        sealed.phone.as_deref(),
        sealed.message.as_deref(),
        sealed.details,
        sealed.email_index.as_ref().map(<[u8; 32]>::as_slice),
        sealed.phone_index.as_ref().map(<[u8; 32]>::as_slice),
        once.map(|once| once.scope.as_slice()),
        once.map(|once| once.key.as_slice()),
        once.map(|once| once.content.as_slice()),
        submit.answer,
        stamp,
        files.told,
        &files.names as _,
        &files.contents as _,
    )
    .fetch_optional(connection)
    .await
    .map_err(|error| waited_for(error, once.is_some()))?;
    Ok(row.map(|row| match (row.outcome.as_str(), row.answer) {
        ("accepted" | "repeated", Some(answer)) => Submitted::Stored(answer),
        _ => Submitted::KeyReused,
    }))
}

/// Files as `site.add_attachments` takes them.
struct Files<'a> {
    told: Option<Value>,
    names: Vec<&'a [u8]>,
    contents: Vec<&'a [u8]>,
}

impl<'a> Files<'a> {
    fn of(files: &'a [SealedAttachment]) -> Self {
        let told = |file: &SealedAttachment| json!({"id": file.id, "media_type": file.media_type, "bytes": file.bytes});
        Self {
            told: (!files.is_empty()).then(|| files.iter().map(told).collect()),
            names: files.iter().map(|file| file.name.as_slice()).collect(),
            contents: files.iter().map(|file| file.content.as_slice()).collect(),
        }
    }
}

/// SQLSTATE 55P03: of a post with a key, the lock that was not to be had is that of the first post with the same key.
/// P0002: that one's row expired between two statements of the function, so the next try makes a new one.
fn waited_for(error: sqlx::Error, has_key: bool) -> ApiError {
    match error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() {
        Some("55P03") if has_key => ApiError::Conflict {
            code: "idempotency_in_flight",
            detail: "the first request with this Idempotency-Key is still under way; ask again",
        },
        Some("P0002") => ApiError::Busy,
        _ => error.into(),
    }
}
