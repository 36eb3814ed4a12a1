//! Opaque tokens: 256 random bits handed to one person, of which the database keeps a hash alone.
//!
//! A plain SHA-256 suffices for the hash: 256 bits of chance cannot be guessed, so there is nothing
//! for a slow hash to protect.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A refresh token, an API key's secret, or the token of a link that works once.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct OpaqueToken([u8; 32]);

impl OpaqueToken {
    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the 43 characters of base64url that [`OpaqueToken::reveal`] gave. `None` for anything
    /// else, other spellings of the same bits included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        let raw = zeroize::Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
        raw.as_slice().try_into().ok().map(Self)
    }

    /// The token as 43 characters of base64url, for the one answer or mail that hands it over.
    #[must_use]
    pub fn reveal(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// SHA-256 of the 32 token bytes: what is stored and looked up.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for OpaqueToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpaqueToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random;

    #[test]
    fn a_token_comes_back_from_its_text() {
        let token = random::token256().unwrap();
        let text = token.reveal();
        assert_eq!(text.len(), 43);
        assert_eq!(OpaqueToken::parse(&text).unwrap().hash(), token.hash());
    }

    #[test]
    fn another_spelling_of_the_same_bits_is_refused() {
        // The last character carries four bits of the token; its two low bits must be zero.
        let text = OpaqueToken::from_bytes([0; 32]).reveal();
        assert!(text.ends_with('A'));
        let other = format!("{}B", text.strip_suffix('A').unwrap());
        for wrong in [&other, "", "A", &format!("{text}="), &text.replace('A', "+")] {
            assert!(OpaqueToken::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_hash_is_plain_sha_256() {
        // python: hashlib.sha256(bytes(32)).hexdigest()
        let hash = OpaqueToken::from_bytes([0; 32]).hash();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&hash),
            "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
        );
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = OpaqueToken::from_bytes([0x41; 32]);
        assert_eq!(format!("{token:?}"), "OpaqueToken([redacted])");
    }
}
