//! Access tokens: JSON Web Tokens of the type `at+jwt` (RFC 9068), signed with Ed25519 (RFC 8037).
//!
//! The header must be exactly ours (`alg`, `typ`, `kid`): a member we do not write, `crit`, `jwk`,
//! `jku` and `x5u` among them, refuses the token (RFC 8725 section 3). The time is a parameter, so
//! the library's own clock is switched off and the three times are compared here.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::key_ring::KeyRing;
use super::signing_keys::SigningKeys;

const TYPE: &str = "at+jwt";
const ALGORITHM: &str = "EdDSA";
/// A token of ours has under 1 KiB; a longer one is not worth decoding.
const LONGEST: usize = 4096;
/// How far the clocks of two nodes may differ, in seconds.
pub const LEEWAY_SECONDS: i64 = 30;

/// What an access token says. All claims are required; times are seconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued the token: the configured URL.
    pub iss: String,
    /// For whom it is: one audience, not a list.
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// The session; the database decides whether it still lives.
    pub sid: Uuid,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is valid.
    pub nbf: i64,
    /// Until when it is valid.
    pub exp: i64,
    /// The id of this token.
    pub jti: Uuid,
    /// The user's role when it was issued.
    pub role: String,
    /// How the user signed in: `pwd`, `otp` … (RFC 8176).
    pub amr: Vec<String>,
}

/// Why an access token is refused. For the log: the client learns 401 and no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not three parts of canonical base64url, or a claim is missing or has the wrong type.
    #[error("the access token is malformed")]
    Malformed,
    /// Another algorithm or type, or a header member that is not ours.
    #[error("the header of the access token is not one of ours")]
    Header,
    /// The `kid` names no key of this ring.
    #[error("the access token names an unknown signing key")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the signature of the access token is wrong")]
    Signature,
    /// Another issuer.
    #[error("the access token is from another issuer")]
    Issuer,
    /// Another audience.
    #[error("the access token is for another audience")]
    Audience,
    /// `nbf` or `iat` is in the future.
    #[error("the access token is not valid yet")]
    NotYetValid,
    /// `exp` has passed.
    #[error("the access token has expired")]
    Expired,
    /// The token, or an attestation, could not be signed.
    #[error("nothing could be signed: check the current signing key")]
    Signing,
}

/// The one header that is accepted; an unknown or doubled member is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

impl SigningKeys {
    /// Signs the claims with the current key. Gives the compact form (RFC 7515 section 7.1).
    ///
    /// # Errors
    /// [`TokenError::Signing`] when the key cannot sign.
    pub fn sign_access(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        let kid = self.current_id();
        let key = self.find(kid).ok_or(TokenError::Signing)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(kid.to_owned());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(|_| TokenError::Signing)
    }

    /// Checks a token at the time `now` for this issuer and audience, and gives its claims.
    ///
    /// # Errors
    /// [`TokenError`] for anything but a token of ours that is valid now.
    pub fn verify_access(
        &self,
        token: &str,
        now: DateTime<Utc>,
        iss: &str,
        aud: &str,
    ) -> Result<AccessClaims, TokenError> {
        let header = parse_header(token)?;
        let key = self.find(&header.kid).ok_or(TokenError::UnknownKey)?;
        let claims = jsonwebtoken::decode::<AccessClaims>(token, &key.decoding, &signature_alone())
            .map_err(|refused| reason(&refused))?
            .claims;
        check_claims(&claims, now.timestamp(), iss, aud)?;
        Ok(claims)
    }
}

impl KeyRing {
    /// Signs the claims with the current signing key, as [`SigningKeys::sign_access`].
    ///
    /// # Errors
    /// [`TokenError::Signing`] when the key cannot sign.
    pub fn sign_access(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        self.signing().sign_access(claims)
    }

    /// Checks a token as [`SigningKeys::verify_access`]. A `kid` that is not known may be one that another node made
    /// a moment ago: where the folder of the keys has changed, it is read again before the token is refused.
    ///
    /// # Errors
    /// [`TokenError`] for anything but a token of ours that is valid now.
    pub fn verify_access(
        &self,
        token: &str,
        now: DateTime<Utc>,
        iss: &str,
        aud: &str,
    ) -> Result<AccessClaims, TokenError> {
        match self.signing().verify_access(token, now, iss, aud) {
            Err(TokenError::UnknownKey) if self.has_found_other_keys() => {
                self.signing().verify_access(token, now, iss, aud)
            }
            answer => answer,
        }
    }
}

fn parse_header(token: &str) -> Result<StrictHeader, TokenError> {
    if token.len() > LONGEST || token.split('.').count() != 3 {
        return Err(TokenError::Malformed);
    }
    let encoded = token.split('.').next().unwrap_or_default();
    let json = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| TokenError::Malformed)?;
    let header: StrictHeader = serde_json::from_slice(&json).map_err(|_| TokenError::Header)?;
    if header.alg == ALGORITHM && header.typ == TYPE { Ok(header) } else { Err(TokenError::Header) }
}

/// The library checks algorithm and signature. Required claims are the fields of [`AccessClaims`];
/// issuer, audience and times are compared by [`check_claims`].
fn signature_alone() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn reason(refused: &jsonwebtoken::errors::Error) -> TokenError {
    use jsonwebtoken::errors::ErrorKind;
    match refused.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm => TokenError::Header,
        _ => TokenError::Malformed,
    }
}

fn check_claims(claims: &AccessClaims, now: i64, iss: &str, aud: &str) -> Result<(), TokenError> {
    let latest_start = now.saturating_add(LEEWAY_SECONDS);
    let earliest_end = now.saturating_sub(LEEWAY_SECONDS);
    if claims.iss != iss {
        Err(TokenError::Issuer)
    } else if claims.aud != aud {
        Err(TokenError::Audience)
    } else if claims.nbf > latest_start || claims.iat > latest_start {
        Err(TokenError::NotYetValid)
    } else if claims.exp <= earliest_end {
        Err(TokenError::Expired)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
