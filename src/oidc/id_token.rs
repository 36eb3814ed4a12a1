//! The ID token (OpenID Connect Core 1.0 §3.1.3.7): signature first, then what it says. Refuses every algorithm but
//! four, `none` and the symmetric ones among them, and a header that asks to be understood in a way we do not
//! (`crit`). Keys that a header carries or points to (`jwk`, `jku`, `x5u`) are never looked at.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{OidcError, Return, key_set};

/// How far the provider's clock may differ from ours, in seconds.
const LEEWAY_SECONDS: i64 = 30;
/// An ID token with many groups has some KiB; a longer one is not worth decoding.
const LONGEST: usize = 64 << 10;

/// What a token's header says of its signature.
pub(super) struct Signed {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
}

#[derive(Deserialize)]
struct WireHeader {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// The claims of an ID token whose signature holds. Times are seconds since 1970 (UTC).
#[derive(Deserialize)]
pub(super) struct IdClaims {
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: f64,
    iat: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    nonce: Option<String>,
    /// Everything else: address, name, groups, `amr`.
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, client: &str) -> bool {
        match self {
            Self::One(audience) => audience == client,
            Self::Several(audiences) => audiences.iter().any(|audience| audience == client),
        }
    }

    fn is_several(&self) -> bool {
        matches!(self, Self::Several(audiences) if audiences.len() > 1)
    }
}

/// Reads the header.
///
/// # Errors
/// [`OidcError::Signature`] for anything but an accepted algorithm.
pub(super) fn header(token: &str) -> Result<Signed, OidcError> {
    let encoded = token.split('.').next().unwrap_or_default();
    if token.len() > LONGEST || token.split('.').count() != 3 {
        return Err(OidcError::Signature);
    }
    let json = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| OidcError::Signature)?;
    let header: WireHeader = serde_json::from_slice(&json).map_err(|_| OidcError::Signature)?;
    let algorithm = key_set::accepted(&header.alg).filter(|_| header.crit.is_none()).ok_or(OidcError::Signature)?;
    Ok(Signed { algorithm, kid: header.kid })
}

/// The claims, if the key made the signature.
///
/// # Errors
/// [`OidcError::Signature`], or [`OidcError::Claim`] where a claim that must be there is missing.
pub(super) fn claims(token: &str, signed: &Signed, key: &DecodingKey) -> Result<IdClaims, OidcError> {
    use jsonwebtoken::errors::ErrorKind;
    let decoded = jsonwebtoken::decode::<IdClaims>(token, key, &signature_alone(signed.algorithm));
    decoded.map(|decoded| decoded.claims).map_err(|refused| match refused.kind() {
        ErrorKind::Json(_) => OidcError::Claim("a claim is missing or has another type"),
        _ => OidcError::Signature,
    })
}

/// The library checks the algorithm and the signature; its own clock is switched off, since time is a parameter.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

impl IdClaims {
    /// Checks that the token is this provider's, for this client and this sign-in, and valid at `now`.
    ///
    /// # Errors
    /// [`OidcError::Claim`] with the claim that is wrong.
    pub(super) fn check(&self, issuer: &str, client: &str, back: &Return, now: i64) -> Result<(), OidcError> {
        let refuse = |wrong: bool, claim| if wrong { Err(OidcError::Claim(claim)) } else { Ok(()) };
        refuse(self.iss != issuer, "iss")?;
        refuse(!self.aud.names(client), "aud")?;
        refuse(self.aud.is_several() && self.azp.is_none(), "azp is missing")?;
        refuse(self.azp.as_deref().is_some_and(|party| party != client), "azp")?;
        refuse(self.sub.is_empty() || self.sub.len() > 255, "sub")?;
        refuse(!self.nonce.as_deref().is_some_and(|nonce| back.is_nonce(nonce)), "nonce")?;
        self.check_times(now)
    }

    /// Both bounds hold for what is no number as well: it compares as false.
    fn check_times(&self, now: i64) -> Result<(), OidcError> {
        let within = |from: f64| from <= seconds(now.saturating_add(LEEWAY_SECONDS));
        let begun = within(self.iat) && self.nbf.is_none_or(within);
        let lasts = self.exp > seconds(now.saturating_sub(LEEWAY_SECONDS));
        match (begun, lasts) {
            (true, true) => Ok(()),
            (false, _) => Err(OidcError::Claim("iat or nbf")),
            (true, false) => Err(OidcError::Claim("exp")),
        }
    }
}

/// Times of RFC 7519 §2 may have a fraction, so they are compared as such.
#[expect(clippy::cast_precision_loss, reason = "seconds of this age have ten digits, and a f64 holds fifteen")]
fn seconds(whole: i64) -> f64 {
    whole as f64
}
