//! Optimistic concurrency (RFC 9110 §13.1): a write names the version that it was made against. Refuses a blind
//! write with 428, and a stale one with 412 at the database, where nobody can slip between.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, EntityTag, IfMatch},
};

use super::ApiError;

/// The versions that the caller accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `If-Match: *`: whatever there is.
    Any,
    /// Any of these.
    Versions(Vec<i32>),
}

impl Expected {
    /// Whether `version` is accepted.
    pub fn accepts(&self, version: i32) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

impl FromRequest for Expected {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<Expected, ApiError> {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Err(ApiError::PreconditionRequired);
    }
    let bad = || ApiError::bad_parameter("If-Match", "bad_value", "must be an ETag as it was read, or *");
    let header = actix_web::http::header::Header::parse(request).map_err(|_| bad())?;
    match header {
        IfMatch::Any => Ok(Expected::Any),
        // A weak tag never matches strongly; what is no tag of ours names no version.
        IfMatch::Items(tags) => Ok(Expected::Versions(tags.iter().filter_map(version_of).collect())),
    }
}

fn version_of(tag: &EntityTag) -> Option<i32> {
    if tag.weak { None } else { tag.tag().strip_prefix('v')?.parse().ok() }
}

/// The strong ETag of a staff resource at `version`.
pub fn version_tag(version: i32) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"v{version}\""))
}
