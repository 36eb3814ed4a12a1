//! One 256-bit key: how it is checked, written, derived from (RFC 5869) and used for HMAC (RFC 2104).

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::random::{self, RandomError};

/// A 256-bit symmetric key. Wiped from memory on drop, redacted in `Debug`, compared in constant time.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key256([u8; 32]);

impl Key256 {
    /// A fresh random key.
    ///
    /// # Errors
    /// [`RandomError`] when the system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        let mut key = Self([0; 32]);
        random::fill(&mut key.0)?;
        Ok(key)
    }

    /// The key made of exactly these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses 64 hexadecimal digits, white space around them allowed. `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let raw = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(text.trim_ascii()).ok()?);
        raw.as_slice().try_into().ok().map(Self)
    }

    /// The key as 64 hexadecimal digits, for its file.
    pub(super) fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(&self.0))
    }

    /// The key as 43 characters of base64url, for a derived key that serves as a password.
    #[must_use]
    pub fn to_base64url(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(&self.0))
    }

    /// The raw bytes. Whoever calls this answers for where they go.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one use: HKDF-SHA-256 with `domain` as salt and `info` as the label (RFC 5869).
    pub(super) fn derive(&self, domain: &str, info: &str) -> Self {
        let mut derived = Self([0; 32]);
        let extracted = Hkdf::<Sha256>::new(Some(domain.as_bytes()), &self.0);
        #[expect(clippy::expect_used, reason = "HKDF gives up to 8,160 bytes; 32 are asked for")]
        extracted.expand(info.as_bytes(), &mut derived.0).expect("32 bytes are within HKDF's limit");
        derived
    }

    /// HMAC-SHA-256 over the parts, one after the other, with nothing between them.
    pub(super) fn hmac(&self, parts: &[&[u8]]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104 section 2)")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length is a key");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether the bytes show that nobody drew them: all zero, one byte repeated, a count upwards
    /// or downwards, or fewer than 8 different bytes. A random key does so once in 10^35.
    pub(super) fn is_weak(&self) -> bool {
        let distinct: std::collections::BTreeSet<u8> = self.0.iter().copied().collect();
        let mut steps = self.0.iter().zip(self.0.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a));
        let first = steps.next();
        distinct.len() < 8 || steps.all(|step| Some(step) == first)
    }

    /// Compares in constant time.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Key256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key256([redacted])")
    }
}

/// The parts as one message, each behind its length as 8 bytes big-endian, so that moving bytes
/// from one part to the next gives another message.
pub(super) fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 8).sum();
    let mut message = Vec::with_capacity(size);
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_hexadecimal_form() {
        let key = Key256::generate().unwrap();
        let written = format!("{}\n", key.to_hex().as_str());
        assert!(Key256::from_hex(written.as_bytes()).unwrap().is_same(&key));
        for wrong in ["", "00", "zz", &"0".repeat(63), &"0".repeat(66)] {
            assert!(Key256::from_hex(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn keys_that_nobody_drew_are_weak() {
        let counting: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let pattern: [u8; 32] = std::array::from_fn(|i| b"secret"[i % 6]);
        for bytes in [[0; 32], [0xAA; 32], counting, pattern] {
            assert!(Key256::from_bytes(bytes).is_weak(), "{bytes:?}");
        }
        assert!(!Key256::generate().unwrap().is_weak());
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = Key256::from_bytes([0x41; 32]);
        assert_eq!(format!("{key:?}"), "Key256([redacted])");
    }

    #[test]
    fn moving_a_byte_between_parts_changes_the_message() {
        assert_ne!(length_prefixed(&[b"ab", b"c"]), length_prefixed(&[b"a", b"bc"]));
        assert_ne!(length_prefixed(&[b"a"]), length_prefixed(&[b"a", b""]));
    }

    #[test]
    fn derived_keys_differ_by_domain_and_by_label() {
        // Derivation separates by domain and by label; the exact bytes are held by vectors made
        // with another implementation in blind_index and tag.
        let root = Key256::from_bytes([7; 32]);
        let keys = [root.derive("a", "x"), root.derive("a", "y"), root.derive("b", "x")];
        assert!(!keys[0].is_same(&keys[1]) && !keys[0].is_same(&keys[2]));
        assert!(root.derive("a", "x").is_same(&keys[0]));
    }
}
