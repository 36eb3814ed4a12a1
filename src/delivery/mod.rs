//! How a public answer leaves: rendered once, kept in memory, and sent again for as long as nothing that it was built from
//! has changed. Refuses to let an answer be cached past the instant at which it would change by itself, and to send one that
//! a commit has made untrue.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | what a handler says: [`PublicAnswer`] |
//! | `copy.rs` | the same as bytes in each coding, with its head; 304 |
//! | `copies.rs` | what this node keeps, and when that is good |
//! | `counter.rs` | the outermost layer: from what is kept, or from the rest of the program |
//! | `compression.rs` | br, zstd, gzip |
//! | `records.rs` | NDJSON |

mod compression;
mod copies;
mod copy;
mod counter;
mod records;

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use serde::Serialize;

use crate::{
    db::Source,
    http::{Answer, ApiError},
};
pub use copies::Copies;
pub use copy::is_held;
use copy::{Copy, Said};
pub use counter::Counter;
pub use records::write_record;

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
    source: Option<Source>,
}

impl PublicAnswer {
    /// A JSON answer built from the kinds of record that `coarse` names: `clinic` alone is forgotten when the clinic changes,
    /// anything with `articles` when whatever changes, and nothing else is kept.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where `item` has no JSON form.
    pub fn json<T: Serialize>(item: &T, coarse: &[&'static str]) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(item).map_err(|_| ApiError::Internal)?;
        Ok(Self::bytes(body, "application/json", coarse))
    }

    /// An answer in another format.
    pub fn bytes(body: Vec<u8>, content_type: &'static str, coarse: &[&'static str]) -> Self {
        let source = match coarse {
            ["clinic"] => Some(Source::Clinic),
            coarse => coarse.contains(&"articles").then_some(Source::Anything),
        };
        Self { body, content_type, valid_for: None, coarse: coarse.to_vec(), fine: Vec::new(), source }
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

    /// Says that it depends on more than what the database knows.
    #[must_use]
    pub fn never_kept(mut self) -> Self {
        self.source = None;
        self
    }

    /// Sends it: 304 to a matching `If-None-Match`, compressed where the client takes it; and leaves it with the request for
    /// whoever keeps it.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where a compressor fails.
    pub fn send(self, request: &HttpRequest) -> Answer {
        let tags = self.tags();
        let Self { body, content_type, valid_for, source, .. } = self;
        let said = Said { body, content_type, tags: &tags, valid_for, source };
        let copy = Arc::new(Copy::new(request.match_pattern().unwrap_or_default(), said)?);
        let answer = copy.answer(request, 0)?;
        request.extensions_mut().insert(copy);
        Ok(answer)
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
