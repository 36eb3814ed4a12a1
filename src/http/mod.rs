//! What every answer shares: problems, input, paging, validators, the client's address and its limits. Knows
//! nothing of articles, clinics or inquiries, and refuses whatever no handler asked for.

mod body;
pub mod client;
mod cors;
mod envelope;
mod fields;
mod json;
mod merge_patch;
mod outcome;
mod outgoing;
mod page;
mod precondition;
mod problem;
mod query;
mod rate_limit;
mod resource;
mod suggest;

pub use body::{JsonBody, LARGEST_JSON, MergePatch, NoBody, Then, content_type, read as read_body};
pub use cors::{PostOrigins, narrow_origins};
pub use envelope::{RequestId, dress, envelope, log_read, odd_head};
pub use fields::{Fields, check_date, check_line, check_text};
pub use json::parse_json;
pub use merge_patch::{changed, patched};
pub use outcome::FHIR_JSON;
pub use outgoing::{AddressPolicy, outgoing_agent};
pub use page::{COUNTED, PageLinks, PageMeta, PageRequest, Paging, Question, Start, open_cursor, seal_cursor};
pub use precondition::{Expected, version_tag};
pub use problem::{Answer, ApiError, FieldError, Problem, Unopened, not_found};
pub use query::{QueryReader, no_parameters};
pub use rate_limit::RateLimit;
pub use resource::Endpoint;
pub use suggest::nearest;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{clock::Clock, crypto::TagKey};

/// What every handler may know of the installation.
#[derive(Debug)]
pub struct Site {
    /// The API's own address, without a slash at the end. Links are built from it and never from a request.
    pub public_url: String,
    /// The address of the clinic's site: canonical links name it, never the API. Null until somebody says it.
    pub site_url: Option<String>,
    /// Exact origins that may call the staff routes and post forms.
    pub cors_origins: Vec<String>,
    /// Exact origins that a form's `_next` may lead to.
    pub form_redirect_origins: Vec<String>,
    /// Proxies whose word about the client's address counts.
    pub trusted_proxies: client::TrustedProxies,
    /// The time.
    pub clock: Clock,
    /// Signs the cursors of lists.
    pub cursors: TagKey,
}

impl Site {
    /// What the links and cursors of a list are made from. `question` names its filters and its order.
    pub fn question<'a>(&'a self, request: &'a HttpRequest, question: &'a str) -> Question<'a> {
        Question { public_url: &self.public_url, request, signer: &self.cursors, question }
    }
}

/// The same small object for every relation, everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reference {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among its kind.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// A slug: lower-case ASCII letters and digits in groups joined by one hyphen, at most 100 characters.
///
/// # Errors
/// `(code, sentence)` where it is none.
pub fn check_slug(text: &str) -> Result<String, (&'static str, String)> {
    let group = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if text.len() <= 100 && text.split('-').all(group) {
        Ok(text.to_owned())
    } else {
        Err(("bad_slug", "must be lower-case letters and digits in groups joined by hyphens, at most 100".to_owned()))
    }
}

/// Makes a slug out of a name. A name without any letter or digit gives `fallback`.
pub fn slug_of(name: &str, fallback: &str) -> String {
    let ascii = deunicode::deunicode(name).to_ascii_lowercase();
    let mut slug = String::with_capacity(ascii.len());
    for group in ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|group| !group.is_empty()) {
        if !slug.is_empty() && slug.len() + group.len() >= 80 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(group.chars().take(80));
    }
    if slug.is_empty() { fallback.to_owned() } else { slug }
}

/// The id in a path segment.
///
/// # Errors
/// [`ApiError::NotFound`]: what is no id names nothing.
pub fn path_id(request: &HttpRequest) -> Result<Uuid, ApiError> {
    request.match_info().get("id").and_then(|id| id.parse().ok()).ok_or(ApiError::NotFound)
}

/// An answer to staff: never cached, with the version as its strong ETag.
pub fn staff_answer<T: Serialize>(status: StatusCode, version: i32, item: &T) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(version_tag(version))
        .json(item)
}

/// 201 to staff, with the address of what was made.
pub fn created_answer<T: Serialize>(address: &str, version: i32, item: &T) -> HttpResponse {
    let mut answer = staff_answer(StatusCode::CREATED, version, item);
    if let Ok(address) = header::HeaderValue::from_str(address) {
        answer.headers_mut().insert(header::LOCATION, address);
    }
    answer
}

/// An answer to staff without a version: lists and tokens.
pub fn private_answer<T: Serialize>(status: StatusCode, item: &T) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(item)
}

/// 204 to staff.
pub fn no_content() -> HttpResponse {
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
}
