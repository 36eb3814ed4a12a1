//! Preview links: one revision, shown to whoever holds the link, until it is over or taken back. Refuses to keep a
//! token: the database has its hash, and a token that this installation did not sign never reaches the database.

mod address;
pub(crate) mod admin;
mod input;
pub(crate) mod public;

use actix_web::web::ServiceConfig;
use sha2::{Digest, Sha256};

pub use address::{FrontEnd, Shown};

use crate::{
    crypto::{TagKey, random},
    http::{ApiError, Endpoint, RateLimit},
};

/// What previews depend on beside the database.
#[derive(Debug)]
pub struct Previews {
    /// Signs tokens.
    pub tokens: TagKey,
    /// Where previews are shown, the usual one first (`CMS_PREVIEW_URLS`).
    pub front_ends: Vec<FrontEnd>,
    /// Counts what was refused: whoever holds a link is never slowed down.
    pub refused: RateLimit,
}

/// A new token, and what is kept of it.
pub(crate) struct Token {
    /// For the one answer that hands it over.
    pub text: String,
    /// SHA-256 of the random part.
    pub hash: [u8; 32],
}

impl Previews {
    /// A token that nobody can guess and only this installation can have made.
    fn issue(&self) -> Result<Token, ApiError> {
        let chance = random::bytes::<32>().map_err(|error| {
            tracing::error!(%error, "no preview link could be made");
            ApiError::Internal
        })?;
        Ok(Token { text: self.tokens.encode(&chance), hash: Sha256::digest(chance).into() })
    }

    /// What is kept of a token; none for what this installation did not sign.
    fn hash_of(&self, token: &str) -> Option<[u8; 32]> {
        Some(Sha256::digest(self.tokens.decode(token)?).into())
    }
}

/// Mounts the page behind a link.
pub(super) fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/preview/articles/{id}").get(public::get_preview).mount(config);
}

/// Mounts the editors' side, relative to `/v1/admin`.
pub(super) fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/articles/{id}/preview-links")
        .get(admin::list_preview_links)
        .post(admin::create_preview_link)
        .mount(config);
    Endpoint::at("/articles/{id}/preview-links/{link}").delete(admin::delete_preview_link).mount(config);
}
