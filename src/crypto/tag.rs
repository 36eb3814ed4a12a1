//! Keyed tags: values that leave the program and come back, and hashes that only we can make.
//!
//! A cursor or a form token is its payload with 16 bytes of HMAC-SHA-256 behind it, in base64url.
//! The payload can be read by whoever holds it: nothing secret goes in. Each label has keys of its
//! own, so a form token is no cursor.

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::key::{Key256, length_prefixed};
use super::key_ring::KeyRing;

const TAG: usize = 16;
/// The longest text that is decoded, in characters.
pub const LONGEST_TEXT: usize = 4096;

/// The keys of one label. Made once, kept by the room that signs.
#[derive(Debug)]
pub struct TagKey {
    signed: Key256,
    mac: Key256,
}

impl KeyRing {
    /// The keys of a label (`"cursor"`, `"form"`, `"receipt"` …), the same on every node. Labels
    /// are words of the program, never input.
    #[must_use]
    pub fn tag_key(&self, label: &'static str) -> TagKey {
        TagKey { signed: self.derive_purpose("signed", label), mac: self.derive_purpose("mac", label) }
    }
}

impl TagKey {
    /// The payload with its tag, in base64url.
    #[must_use]
    pub fn encode(&self, payload: &[u8]) -> String {
        let mut bytes = payload.to_vec();
        bytes.extend_from_slice(&self.tag_of(payload));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The payload of a text that [`TagKey::encode`] made with this key, and of no other text.
    #[must_use]
    pub fn decode(&self, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (payload, tag) = bytes.split_last_chunk::<TAG>()?;
        let genuine: bool = self.tag_of(payload).ct_eq(tag).into();
        bytes.truncate(bytes.len() - TAG);
        genuine.then_some(bytes)
    }

    /// HMAC-SHA-256 over the parts, each behind its length: for the rows of the audit chain, hashes
    /// of idempotency keys and whatever else only this installation may compute.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac.hmac(&[&length_prefixed(parts)])
    }

    fn tag_of(&self, payload: &[u8]) -> [u8; TAG] {
        let whole = self.signed.hmac(&[payload]);
        std::array::from_fn(|i| whole.get(i).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
