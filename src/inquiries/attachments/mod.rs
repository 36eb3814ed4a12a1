//! Files that come with an inquiry: off until a form takes them, sealed under the inquiry's data key, forgotten with it.
//! Refuses a file that the form does not ask for, a kind of file that its bytes are not, and to have a browser of the
//! clinic's show what a stranger sent: staff are given it to save.
//!
//! | file | holds |
//! |---|---|
//! | `policy` | which files a form takes |
//! | `file` | a file as it was sent, and as it is taken |
//! | `sealed` | the seal around a file |
//! | `admin` | files for staff |
//! | `queries` | all SQL |

mod admin;
mod file;
mod policy;
mod queries;
mod sealed;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use file::{Attachment, SentFile};
pub use policy::{AttachmentPolicy, FormAttachments, take};
pub use queries::{AttachmentRow, list_attachments, most_bytes_of_any_form};
pub use sealed::{InquiryAttachment, SealedAttachment, seal_all};

pub(super) use policy::read as read_policy;

use crate::http::Endpoint;

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/inquiries/{id}/attachments/{attachment}").get(admin::get_inquiry_attachment).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(admin::get_inquiry_attachment))]
#[derive(Debug)]
pub struct Docs;
