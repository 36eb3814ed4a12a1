//! How a public answer leaves: validators, compression, lifetime and tags. Refuses to let an answer be cached past
//! the instant at which it would change by itself.

mod compression;
mod records;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, Header, IfNoneMatch},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::{Answer, ApiError};
use compression::Encoding;
pub use records::write_record;

/// The longest time a public answer may be kept, in seconds.
const LONGEST: i64 = 60;
/// `Cache-Tag` may have this many characters; beyond, the coarse tags stand alone.
const TAGS: usize = 256;

/// A public answer before it is sent.
#[derive(Debug)]
pub struct PublicAnswer {
    body: Vec<u8>,
    content_type: &'static str,
    /// Seconds until the answer changes by itself.
    valid_for: Option<i64>,
    coarse: Vec<&'static str>,
    fine: Vec<String>,
}

impl PublicAnswer {
    /// A JSON answer built from the kinds of record that `coarse` names.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where `item` has no JSON form.
    pub fn json<T: Serialize>(item: &T, coarse: &[&'static str]) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(item).map_err(|_| ApiError::Internal)?;
        Ok(Self::bytes(body, "application/json", coarse))
    }

    /// An answer in another format.
    pub fn bytes(body: Vec<u8>, content_type: &'static str, coarse: &[&'static str]) -> Self {
        Self { body, content_type, valid_for: None, coarse: coarse.to_vec(), fine: Vec::new() }
    }

    /// Bounds the lifetime: in so many seconds the answer changes by itself.
    #[must_use]
    pub fn valid_for(mut self, seconds: Option<i64>) -> Self {
        self.valid_for = seconds;
        self
    }

    /// Names the records that the answer was built from.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = String>) -> Self {
        self.fine.extend(tags);
        self
    }

    /// Sends it: 304 to a matching `If-None-Match`, compressed where the client takes it.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where a compressor fails.
    pub fn send(self, request: &HttpRequest) -> Answer {
        let encoding = Encoding::negotiate(request, self.body.len());
        let tag = strong_tag(&self.body, encoding);
        let lifetime = self.valid_for.map_or(LONGEST, |seconds| seconds.clamp(0, LONGEST));
        let unchanged = matches(request, &tag);
        let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header((header::ETAG, tag))
            .insert_header((header::CACHE_CONTROL, format!("public, max-age={lifetime}")))
            .insert_header((header::VARY, "Accept-Encoding"))
            .insert_header(("Cache-Tag", self.tags()));
        if unchanged {
            return Ok(response.finish());
        }
        if let Some(name) = encoding.name() {
            response.insert_header((header::CONTENT_ENCODING, name));
        }
        let body = encoding.encode(self.body).map_err(|_| ApiError::Internal)?;
        Ok(response.content_type(self.content_type).body(body))
    }

    fn tags(&self) -> String {
        let coarse = self.coarse.iter().map(|tag| (*tag).to_owned());
        let all: Vec<String> = coarse.clone().chain(self.fine.iter().cloned()).collect();
        let all = all.join(",");
        if all.len() <= TAGS { all } else { coarse.collect::<Vec<_>>().join(",") }
    }
}

/// The lifetime of the page in seconds where it changes at `instant`.
pub fn seconds_until(instant: chrono::DateTime<chrono::Utc>, now: chrono::DateTime<chrono::Utc>) -> i64 {
    (instant - now).num_seconds()
}

/// Hash of the identity bytes, and the encoding: each representation has a tag of its own (RFC 9110 §8.8.3).
fn strong_tag(body: &[u8], encoding: Encoding) -> String {
    let hash = Sha256::digest(body);
    let short = data_encoding::HEXLOWER.encode(hash.get(..12).unwrap_or(&hash));
    match encoding.name() {
        Some(name) => format!("\"{short}-{name}\""),
        None => format!("\"{short}\""),
    }
}

/// Whether the client has what this tag names: 304 is the answer then.
pub fn matches(request: &HttpRequest, tag: &str) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(items)) => items.iter().any(|item| format!("\"{}\"", item.tag()) == tag),
        Err(_) => false,
    }
}
