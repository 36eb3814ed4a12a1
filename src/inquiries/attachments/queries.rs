//! Files of inquiries, as they are read. They are written with their inquiry (`inquiries/queries/submission`).

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{crypto::WrappedKey, http::ApiError};

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
