//! API keys.

use std::net::IpAddr;

use super::{Staff, gate::Door};
use crate::http::ApiError;

/// Whether a bearer token is meant as an API key.
pub fn looks_like_one(token: &str) -> bool {
    token.starts_with("ccms_")
}

/// Checks an API key.
///
/// # Errors
/// [`ApiError::Unauthenticated`].
pub async fn admit(_door: &Door<'_>, _token: &str, _address: Option<IpAddr>) -> Result<Staff, ApiError> {
    Err(ApiError::Unauthenticated)
}
