//! Which files a form takes. Refuses kinds that a program could run, and more bytes than a post may have.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file::{Attachment, SentFile};
use crate::{
    http::{FieldError, Fields},
    inquiries::plain::pointer,
};

/// The field of a multipart form that files are sent in; repeated for more than one.
const FIELD: &str = "attachments";
/// The most bytes that a form can take, all files of an inquiry together: 10 MiB.
const MOST_BYTES: u32 = 10 * 1024 * 1024;
/// The most files that a form can take, as the `check` of the migration.
const MOST_FILES: u32 = 10;
/// What a form takes that says no more than `{}`.
const USUAL_FILES: u32 = 3;
const USUAL_BYTES: u32 = 4 * 1024 * 1024;
/// Pictures and documents that no reader runs, by their media types.
pub(super) const TYPES: [&str; 5] = ["application/pdf", "image/jpeg", "image/png", "image/webp", "image/heif"];

/// Which files a form takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttachmentPolicy {
    /// The most files of one inquiry; 3 where it is absent.
    #[schema(minimum = 1, maximum = 10, required = false)]
    pub max_files: u32,
    /// The most bytes of all files of one inquiry together; 4 MiB where it is absent.
    #[schema(minimum = 1024, maximum = 10_485_760, required = false)]
    pub max_bytes: u32,
    /// Media types; all of them where there are none: `application/pdf`, `image/jpeg`, `image/png`, `image/webp`,
    /// `image/heif`. What a file is, its first bytes tell.
    #[schema(min_items = 1, max_items = 5, required = false, example = json!(["application/pdf", "image/jpeg"]))]
    pub types: Vec<String>,
}

/// Which files a form takes, as a page needs it to ask for them.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormAttachments {
    /// The field of a multipart form that they are sent in, once for each.
    #[schema(example = "attachments")]
    field: &'static str,
    /// The most files of one inquiry.
    max_files: u32,
    /// The most bytes of all of them together.
    max_bytes: u32,
    /// Media types, as `accept` of an `<input type="file">` takes them.
    types: Vec<String>,
}

impl From<AttachmentPolicy> for FormAttachments {
    fn from(policy: AttachmentPolicy) -> Self {
        let AttachmentPolicy { max_files, max_bytes, types } = policy;
        Self { field: FIELD, max_files, max_bytes, types }
    }
}

/// Reads `attachments` of a form; none where files are refused.
pub fn read(fields: &mut Fields<'_>) -> Option<AttachmentPolicy> {
    fields.object("attachments", |mut fields| {
        let mut number = |name, least: u32, most: u32, usual: u32| {
            let given = fields.integer(name, i64::from(least)..=i64::from(most));
            given.and_then(|given| u32::try_from(given).ok()).unwrap_or(usual)
        };
        let max_files = number("max_files", 1, MOST_FILES, USUAL_FILES);
        let max_bytes = number("max_bytes", 1024, MOST_BYTES, USUAL_BYTES);
        let mut types = fields.set_of("types", &TYPES);
        if types.is_empty() {
            types = TYPES.map(str::to_owned).to_vec();
        }
        fields.finish()?;
        Ok(AttachmentPolicy { max_files, max_bytes, types })
    })
}

/// What a form with this `policy` takes of the files that were sent, in their order.
///
/// # Errors
/// Every file that it does not take.
pub fn take(policy: Option<&AttachmentPolicy>, sent: Vec<SentFile>) -> Result<Vec<Attachment>, Vec<FieldError>> {
    let mut errors = Vec::new();
    let (asked, others): (Vec<_>, Vec<_>) = sent.into_iter().partition(|file| policy.is_some() && file.field == FIELD);
    let refusal =
        if policy.is_some() { "must not be a file: files are taken in attachments" } else { "must not be a file" };
    errors.extend(others.iter().map(|file| FieldError::at(pointer(&file.field), "file", refusal)));
    let mut taken = Vec::with_capacity(asked.len());
    if let Some(policy) = policy {
        let whole: usize = asked.iter().map(SentFile::bytes).sum();
        if u32::try_from(asked.len()).is_ok_and(|files| files > policy.max_files) {
            errors.push(FieldError::at(pointer(FIELD), "too_many", format!("at most {} files", policy.max_files)));
        }
        if u32::try_from(whole).is_ok_and(|whole| whole > policy.max_bytes) {
            let message = format!("at most {} bytes, all files together", policy.max_bytes);
            errors.push(FieldError::at(pointer(FIELD), "too_large", message));
        }
        for (index, file) in asked.into_iter().enumerate() {
            let place = format!("/{FIELD}/{index}");
            let taken_types = |kind: &&str| policy.types.iter().any(|taken| taken == kind);
            match file.kind().filter(taken_types) {
                _ if file.bytes() == 0 => errors.push(FieldError::at(place, "blank", "must not be empty")),
                Some(kind) => taken.push(file.take(kind, index + 1)),
                None => {
                    let message = format!("must be one of {}, by what is in it", policy.types.join(", "));
                    errors.push(FieldError::at(place, "unknown_file_type", message));
                }
            }
        }
    }
    if errors.is_empty() { Ok(taken) } else { Err(errors) }
}

#[cfg(test)]
mod tests;
