//! One sign-in on its way: what is drawn before the browser leaves, and what it brings back. Refuses an answer in
//! which a parameter stands twice (RFC 6749 §3.1): two readers could understand it differently.

use std::fmt;

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::OidcError;
use crate::crypto::{OpaqueToken, random};

/// The longest value of a parameter that is read, in characters. Codes of some providers have 2,000.
const LONGEST_VALUE: usize = 4096;

/// What is drawn for one sign-in. The state goes through the browser and the provider, the binding stays in the
/// browser, the nonce comes back in the ID token, and the verifier goes to the provider's token endpoint alone.
#[derive(Debug)]
pub struct Departure {
    /// Names the sign-in in the answer; the database keeps its hash.
    pub state: OpaqueToken,
    /// The browser's cookie; the database keeps its hash.
    pub binding: OpaqueToken,
    /// Names the sign-in in the ID token; the database keeps its hash.
    pub nonce: OpaqueToken,
    /// The PKCE verifier (RFC 7636 §4.1: 43 characters); the database keeps it sealed.
    pub verifier: OpaqueToken,
    /// Where the browser is sent.
    pub address: Url,
}

impl Departure {
    /// Draws everything; `address` makes the address of it.
    pub(super) fn draw(
        address: impl FnOnce(&OpaqueToken, &OpaqueToken, &OpaqueToken) -> Result<Url, OidcError>,
    ) -> Result<Self, OidcError> {
        let draw = || random::token256().map_err(|_| OidcError::Random);
        let (state, binding, nonce, verifier) = (draw()?, draw()?, draw()?, draw()?);
        let address = address(&state, &nonce, &verifier)?;
        Ok(Self { state, binding, nonce, verifier, address })
    }
}

/// The S256 challenge of a verifier (RFC 7636 §4.2), 43 characters. Absent where the text is no verifier.
#[must_use]
pub fn challenge_of(verifier: &str) -> Option<String> {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let fits = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
    let verifier = fits.then(|| PkceCodeVerifier::new(verifier.to_owned()))?;
    Some(PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned())
}

/// What was kept of a [`Departure`], and the code that came back for it.
pub struct Return {
    /// The hash of the nonce.
    pub nonce_hash: Vec<u8>,
    /// The verifier as it was sent away for, opened.
    pub verifier: Zeroizing<String>,
    /// The provider's code, good for one exchange.
    pub code: Zeroizing<String>,
}

impl Return {
    /// Whether a nonce is the one that was drawn.
    pub(super) fn is_nonce(&self, claimed: &str) -> bool {
        OpaqueToken::parse(claimed).is_some_and(|nonce| nonce.hash().as_slice().ct_eq(&self.nonce_hash).into())
    }
}

impl fmt::Debug for Return {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Return([redacted])")
    }
}

/// The parameters with which a provider sends a browser back (RFC 6749 §4.1.2, RFC 9207 §2). Others are ignored, as
/// RFC 6749 asks: providers add their own.
#[derive(Default)]
pub struct CallbackQuery {
    /// Names the sign-in.
    pub state: Option<String>,
    /// The code, where the provider agreed.
    pub code: Option<Zeroizing<String>>,
    /// Who answers.
    pub issuer: Option<String>,
    /// Whether the provider refused.
    pub refused: bool,
}

impl CallbackQuery {
    /// Reads the query string. Absent where a parameter that counts stands twice or is too long.
    #[must_use]
    pub fn parse(query: &str) -> Option<Self> {
        let mut read = Self::default();
        let mut errors: Option<String> = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            let again = match name.as_ref() {
                "state" => read.state.replace(value).is_some(),
                "code" => read.code.replace(Zeroizing::new(value)).is_some(),
                "iss" => read.issuer.replace(value).is_some(),
                "error" => errors.replace(value).is_some(),
                _ => false,
            };
            if again {
                return None;
            }
        }
        read.refused = errors.is_some();
        let longest = [read.state.as_deref(), read.code.as_ref().map(|code| code.as_str()), read.issuer.as_deref()];
        let fits = longest.into_iter().flatten().all(|value| value.len() <= LONGEST_VALUE);
        fits.then_some(read)
    }
}

impl fmt::Debug for CallbackQuery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CallbackQuery([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_adds_is_ignored_and_what_counts_may_stand_once() {
        let read =
            CallbackQuery::parse("code=a%2Bb&state=s&iss=https%3A%2F%2Fid.example&session_state=x&scope=y").unwrap();
        assert_eq!(read.code.unwrap().as_str(), "a+b");
        assert_eq!((read.state.as_deref(), read.issuer.as_deref()), (Some("s"), Some("https://id.example")));
        assert!(!read.refused);
        assert!(CallbackQuery::parse("error=access_denied&state=s").unwrap().refused);
        for twice in ["state=a&state=a", "code=a&state=s&code=b", "iss=a&iss=b", "error=a&error=b"] {
            assert!(CallbackQuery::parse(twice).is_none(), "{twice}");
        }
        assert!(CallbackQuery::parse(&format!("code={}", "a".repeat(4097))).is_none());
    }

    #[test]
    fn a_challenge_is_that_of_the_standard_s_example_and_a_short_verifier_has_none() {
        let challenge = challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge.as_deref(), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        for wrong in ["", "short", &"a".repeat(129), &" ".repeat(43)] {
            assert_eq!(challenge_of(wrong), None);
        }
    }

    #[test]
    fn neither_the_code_nor_the_verifier_is_ever_printed() {
        let back = Return {
            nonce_hash: vec![1],
            verifier: Zeroizing::new("canary".into()),
            code: Zeroizing::new("canary".into()),
        };
        let query = CallbackQuery::parse("code=canary&state=canary").unwrap();
        assert!(!format!("{back:?} {query:?}").contains("canary"));
    }
}
