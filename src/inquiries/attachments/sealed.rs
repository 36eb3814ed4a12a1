//! The seal around a file. Content and name stand each at their own row, so that neither opens beside another file.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{file::Attachment, queries::AttachmentRow};
use crate::{
    clock::Clock,
    crypto::{DataKey, Place, SealError},
    http::ApiError,
    inquiries::sealing::{Opener, place_beside},
};

const TABLE: &str = "cms.inquiry_attachment";

/// A file, sealed.
#[derive(Debug)]
pub struct SealedAttachment {
    /// UUIDv7.
    pub id: Uuid,
    /// What kind of file it is.
    pub media_type: &'static str,
    /// How long it is.
    pub bytes: usize,
    /// The name.
    pub name: Vec<u8>,
    /// All of it.
    pub content: Vec<u8>,
}

/// A file that came with an inquiry.
#[derive(Serialize, ToSchema)]
pub struct InquiryAttachment {
    /// See `GET /v1/admin/inquiries/{id}/attachments/{attachment}`.
    pub id: Uuid,
    /// As the sender's computer called it, without folders.
    pub name: String,
    /// What kind of file it is, as its bytes tell.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// How long it is.
    pub bytes: i32,
}

/// What it holds is a patient's.
impl std::fmt::Debug for InquiryAttachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InquiryAttachment").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Seals the files of an inquiry under its data key.
///
/// # Errors
/// [`SealError`] where the system gives no random bytes.
pub fn seal_all(clock: &Clock, key: &DataKey, files: &[Attachment]) -> Result<Vec<SealedAttachment>, SealError> {
    let seal = |file: &Attachment| {
        let id = clock.new_id();
        let content = file.content().reveal();
        Ok(SealedAttachment {
            id,
            media_type: file.media_type(),
            bytes: content.len(),
            name: key.seal(place("sealed_name", id), file.name().reveal().as_bytes())?,
            content: key.seal(place("sealed_content", id), content)?,
        })
    };
    files.iter().map(seal).collect()
}

impl InquiryAttachment {
    /// Opens the name.
    ///
    /// # Errors
    /// Those of [`Opener::beside`].
    pub fn open(row: AttachmentRow, key: &Opener) -> Result<Self, ApiError> {
        let name = key.beside(TABLE, "sealed_name", row.id, &row.sealed_name)?.into_revealed();
        Ok(Self { id: row.id, name, media_type: row.media_type, bytes: row.bytes })
    }
}

/// Opens a file.
///
/// # Errors
/// Those of [`Opener::beside`].
pub fn open_content(id: Uuid, sealed: &[u8], key: &Opener) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    key.bytes_beside(TABLE, "sealed_content", id, sealed)
}

fn place(column: &'static str, row: Uuid) -> Place<'static> {
    place_beside(TABLE, column, row)
}
