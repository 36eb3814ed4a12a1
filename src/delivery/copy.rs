//! One public answer as bytes: what it says, in each coding, with the head that goes with it. Refuses to be sent with a
//! lifetime past the instant at which it would change by itself, however long it has been kept.

use std::sync::OnceLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, Header, HeaderMap, HeaderName, HeaderValue, IfNoneMatch},
    },
    web::Bytes,
};
use sha2::{Digest, Sha256};

use super::compression::Encoding;
use crate::{db::Source, http::ApiError};

/// The longest time that anybody may keep a public answer, in seconds: clients as this node.
pub const LONGEST: i64 = 60;
/// What one costs beside its bytes: its head, its name, its place among the others.
const OVERHEAD: usize = 1024;

/// A public answer that can be sent again and again.
#[derive(Debug)]
pub struct Copy {
    /// The route that it answers.
    pub route: String,
    source: Option<Source>,
    valid_for: Option<i64>,
    content_type: HeaderValue,
    tags: HeaderValue,
    /// By [`Encoding`]: each representation has a tag of its own (RFC 9110 §8.8.3).
    etags: [HeaderValue; 4],
    body: Bytes,
    coded: [OnceLock<Bytes>; 3],
}

/// What an answer is, before it is in bytes that can be sent.
#[derive(Debug)]
pub struct Said<'a> {
    /// The text.
    pub body: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
    /// The value of `Cache-Tag`.
    pub tags: &'a str,
    /// Seconds until it changes by itself.
    pub valid_for: Option<i64>,
    /// What it was built from; none where it must not be kept.
    pub source: Option<Source>,
}

impl Copy {
    /// # Errors
    /// [`ApiError::Internal`] where a tag cannot stand in a header: tags are made of names and ids.
    pub fn new(route: String, said: Said<'_>) -> Result<Self, ApiError> {
        let Said { body, content_type, tags, valid_for, source } = said;
        let hash = Sha256::digest(&body);
        let short = data_encoding::HEXLOWER.encode(hash.get(..12).unwrap_or(&hash));
        let value = |text: String| HeaderValue::from_str(&text).map_err(|_| ApiError::Internal);
        let etag = |encoding: Encoding| match encoding.name() {
            Some(name) => value(format!("\"{short}-{name}\"")),
            None => value(format!("\"{short}\"")),
        };
        let [identity, gzip, brotli, zstd] = Encoding::ALL;
        Ok(Self {
            route,
            source,
            valid_for: valid_for.map(|seconds| seconds.max(0)),
            content_type: HeaderValue::from_static(content_type),
            tags: value(tags.to_owned())?,
            etags: [etag(identity)?, etag(gzip)?, etag(brotli)?, etag(zstd)?],
            body: body.into(),
            coded: Default::default(),
        })
    }

    /// The bytes that it may come to hold, in all codings together: each of the others is smaller than the text, most of
    /// them a quarter of it.
    pub fn weight(&self) -> u32 {
        u32::try_from(self.body.len().saturating_mul(2).saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
    }

    /// Whether it would say the same after so many seconds, if nothing but time passes.
    pub fn lasts(&self, seconds: i64) -> bool {
        self.valid_for.is_none_or(|valid_for| seconds < valid_for)
    }

    /// Whether it tells of the hour.
    pub fn is_of_an_hour(&self) -> bool {
        self.valid_for.is_some()
    }

    /// What it was built from, where it may be kept at all.
    pub fn source(&self) -> Option<Source> {
        self.source.filter(|_| self.lasts(0))
    }

    /// Whether another says the same.
    pub fn says_what(&self, other: &Self) -> bool {
        self.body == other.body && self.content_type == other.content_type && self.tags == other.tags
    }

    /// Sends it at an age in whole seconds: 304 to a matching `If-None-Match`, in the coding that the client likes best.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where a compressor fails.
    pub fn answer(&self, request: &HttpRequest, age: i64) -> Result<HttpResponse, ApiError> {
        let encoding = Encoding::negotiate(request, self.body.len());
        let etag = self.etags.get(encoding as usize).ok_or(ApiError::Internal)?;
        let unchanged = is_held(request, etag.as_bytes());
        let mut response = if unchanged {
            HttpResponse::new(StatusCode::NOT_MODIFIED).set_body(Bytes::new())
        } else {
            HttpResponse::with_body(StatusCode::OK, self.coded(encoding)?)
        };
        let head = response.headers_mut();
        head.insert(header::ETAG, etag.clone());
        head.insert(header::CACHE_CONTROL, self.lifetime(age));
        head.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        head.insert(HeaderName::from_static("cache-tag"), self.tags.clone());
        if !unchanged {
            head.insert(header::CONTENT_TYPE, self.content_type.clone());
            if let Some(name) = encoding.name() {
                head.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            }
        }
        Ok(response.map_into_boxed_body())
    }

    /// The bytes in a coding, made when they are asked for first.
    fn coded(&self, encoding: Encoding) -> Result<Bytes, ApiError> {
        let Some(kept) = (encoding as usize).checked_sub(1).and_then(|place| self.coded.get(place)) else {
            return Ok(self.body.clone());
        };
        if let Some(bytes) = kept.get() {
            return Ok(bytes.clone());
        }
        let bytes = Bytes::from(encoding.encode(&self.body).map_err(|_| ApiError::Internal)?);
        Ok(kept.get_or_init(|| bytes).clone())
    }

    fn lifetime(&self, age: i64) -> HeaderValue {
        let left = self.valid_for.map_or(LONGEST, |seconds| (seconds - age).clamp(0, LONGEST));
        lifetime(left)
    }
}

/// `Cache-Control` for so many seconds.
fn lifetime(seconds: i64) -> HeaderValue {
    if seconds == LONGEST {
        return HeaderValue::from_static("public, max-age=60");
    }
    HeaderValue::from_str(&format!("public, max-age={seconds}")).unwrap_or(HeaderValue::from_static("no-store"))
}

/// Marks an answer that was kept (RFC 9211).
pub fn mark_hit(head: &mut HeaderMap) {
    head.insert(HeaderName::from_static("cache-status"), HeaderValue::from_static("clinic-cms; hit"));
}

/// Marks an answer that is past its time, sent since nothing newer can be read (RFC 9211: `ttl` is negative then), and lets
/// nobody keep it.
pub fn mark_stale(head: &mut HeaderMap, stale: i64) {
    let status = format!("clinic-cms; hit; ttl=-{stale}; detail=database-away");
    if let Ok(status) = HeaderValue::from_str(&status) {
        head.insert(HeaderName::from_static("cache-status"), status);
    }
    head.insert(header::CACHE_CONTROL, lifetime(0));
}

/// Whether the client has what this tag names: 304 is the answer then.
pub fn is_held(request: &HttpRequest, tag: &[u8]) -> bool {
    let Some(given) = request.headers().get(header::IF_NONE_MATCH) else { return false };
    if given.as_bytes() == tag {
        return true;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(items)) => items.iter().any(|item| format!("\"{}\"", item.tag()).as_bytes() == tag),
        Err(_) => false,
    }
}
