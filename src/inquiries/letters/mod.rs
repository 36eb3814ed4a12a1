//! What leaves by mail because of an inquiry: a word to whoever looks after it, and an answer to its sender where the form
//! has one. Both follow from `inquiry.received`, in the transaction that fans it out, so neither is lost nor sent for an
//! inquiry that was not stored.
//!
//! Refuses: a word of the inquiry or of its sender in a letter to staff; an address of a sender in the database, which
//! has the inquiry's id alone; an answer to spam, to what is held, to an address that wants no e-mail, and a second one to
//! an address within a day.
//!
//! | file | holds |
//! |---|---|
//! | `correspondence` | both letters |
//! | `log` | the letters to a sender, as staff see them |
//! | `queries` | all SQL |

mod correspondence;
mod log;
mod queries;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use correspondence::{Correspondence, Reopening};
pub use log::InquiryLetter;
pub(in crate::inquiries) use queries::list_letters;

use crate::http::Endpoint;

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/inquiries/{id}/letters").get(log::list_inquiry_letters).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(log::list_inquiry_letters))]
#[derive(Debug)]
pub struct Docs;
