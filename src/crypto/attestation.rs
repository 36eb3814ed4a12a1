//! Attestations: facts that the clinic stands for, signed with Ed25519 (RFC 8037) under a type of their own, so that one
//! can never be taken for an access token, nor an access token for one (RFC 8725 section 3.11).

use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;

use super::access_token::TokenError;
use super::signing_keys::SigningKeys;

/// The `typ` of the header of a review's attestation.
const TYPE: &str = "article-review+jwt";

impl SigningKeys {
    /// Signs facts with the current key. Gives the compact form (RFC 7515 section 7.1); Ed25519 draws nothing at random,
    /// so the same facts have the same signature until another key signs.
    ///
    /// # Errors
    /// [`TokenError::Signing`] when the key cannot sign.
    pub fn sign_attestation<T: Serialize>(&self, facts: &T) -> Result<String, TokenError> {
        self.sign_facts(TYPE, facts)
    }

    /// As [`SigningKeys::sign_attestation`], under a type of their own.
    ///
    /// # Errors
    /// As there.
    pub fn sign_facts<T: Serialize>(&self, of_type: &'static str, facts: &T) -> Result<String, TokenError> {
        let kid = self.current_id();
        let key = self.find(kid).ok_or(TokenError::Signing)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(of_type.to_owned());
        header.kid = Some(kid.to_owned());
        jsonwebtoken::encode(&header, facts, &key.encoding).map_err(|_| TokenError::Signing)
    }
}
