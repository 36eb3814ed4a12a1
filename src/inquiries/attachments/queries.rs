//! Files of inquiries in the database.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    crypto::WrappedKey,
    http::ApiError,
    inquiries::queries::{Submit, Submitted, submitted, waited_for},
};

/// A file, without its content.
#[derive(Debug)]
pub struct AttachmentRow {
    /// UUIDv7.
    pub id: Uuid,
    /// What kind of file it is.
    pub media_type: String,
    /// How long it is.
    pub bytes: i32,
    /// Its name, sealed.
    pub sealed_name: Vec<u8>,
}

/// The most bytes of files that any public form takes; 0 where all refuse them.
///
/// # Errors
/// Those of the database.
pub async fn most_bytes_of_any_form(connection: &mut PgConnection) -> Result<i32, ApiError> {
    let most = sqlx::query_scalar!(
        r#"select coalesce(max((f.attachments->>'max_bytes')::integer), 0) as "most!" from site.form f"#
    )
    .fetch_one(connection)
    .await?;
    Ok(most)
}

/// As `queries::submit` and `queries::submit_at`, with the files in the same transaction.
///
/// # Errors
/// Those of `queries::submit`.
pub async fn submit_with_attachments(
    connection: &mut PgConnection,
    submit: &Submit,
    stamp: Option<i64>,
) -> Result<Option<Submitted>, ApiError> {
    let (sealed, once) = (&submit.sealed, submit.idempotency.as_ref());
    let files = sealed.attachments.iter();
    let files: Vec<_> =
        files.map(|file| json!({"id": file.id, "media_type": file.media_type, "bytes": file.bytes})).collect();
    let names: Vec<&[u8]> = sealed.attachments.iter().map(|file| file.name.as_slice()).collect();
    let contents: Vec<&[u8]> = sealed.attachments.iter().map(|file| file.content.as_slice()).collect();
    let row = sqlx::query!(
        r#"select outcome as "outcome!", answer
             from site.submit_inquiry_with_attachments($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $15, $16, $17)
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
        json!(files),
        &names as _,
        &contents as _,
    )
    .fetch_optional(connection)
    .await
    .map_err(|error| waited_for(error, once.is_some()))?;
    Ok(row.map(|row| submitted(&row.outcome, row.answer)))
}

/// The files of an inquiry in their order, without their contents.
///
/// # Errors
/// Those of the database.
pub async fn list_attachments(
    transaction: &mut PgConnection,
    inquiry: Uuid,
) -> Result<Vec<AttachmentRow>, sqlx::Error> {
    sqlx::query_as!(
        AttachmentRow,
        "select a.id, a.media_type, a.bytes, a.sealed_name
           from cms.inquiry_attachment a where a.inquiry_id = $1 order by a.position",
        inquiry,
    )
    .fetch_all(transaction)
    .await
}

/// A file with everything that opens it.
#[derive(Debug)]
pub struct FoundAttachment {
    /// Without its content.
    pub file: AttachmentRow,
    /// Its content, sealed.
    pub sealed_content: Vec<u8>,
    /// The inquiry's data key.
    pub key: WrappedKey,
}

/// One file of an inquiry that is not erased and goes to one of the `locations`, or to any without them.
///
/// # Errors
/// Those of the database.
pub async fn find_attachment(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    id: Uuid,
    locations: Option<&[Uuid]>,
) -> Result<Option<FoundAttachment>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select a.id, a.media_type, a.bytes, a.sealed_name, a.sealed_content, i.key_id as "key_id!",
                  i.wrapped_key as "wrapped_key!"
             from cms.inquiry_attachment a
             join cms.inquiry i on i.id = a.inquiry_id
            where a.inquiry_id = $1 and a.id = $2 and i.erased_at is null
              and ($3::uuid[] is null or i.location_id = any ($3))"#,
        inquiry,
        id,
        locations,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(|row| FoundAttachment {
        file: AttachmentRow { id: row.id, media_type: row.media_type, bytes: row.bytes, sealed_name: row.sealed_name },
        sealed_content: row.sealed_content,
        key: WrappedKey { key_id: row.key_id, bytes: row.wrapped_key },
    }))
}
