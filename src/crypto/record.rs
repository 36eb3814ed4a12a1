//! Records that stand outside the program and must not change there: their digest, and a signature over them.
//!
//! A signed record is no token and can never be taken for one: what is signed begins with a length, so with a zero
//! byte, and a JSON Web Signature begins with a letter (RFC 7515 section 5.1). Each kind of record has its label.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::key::length_prefixed;
use super::key_ring::{KeyError, KeyRing};
use super::signing_keys::SigningKeys;

const DOMAIN: &[u8] = b"clinic-cms/signed-record/1";

/// SHA-256 over the parts, each behind its length.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(length_prefixed(parts)).into()
}

/// The public half of a signing key, to check records with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordKey(pub [u8; 32]);

impl RecordKey {
    /// Whether `signature` was made over this record by the private half.
    #[must_use]
    pub fn verifies(&self, label: &'static str, parts: &[&[u8]], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(&message(label, parts), signature).is_ok()
    }
}

impl SigningKeys {
    /// Signs a record with the current key, whose id is [`SigningKeys::current_id`]: 64 bytes (RFC 8032).
    ///
    /// # Errors
    /// [`KeyError::MissingKey`], which an opened ring does not meet.
    pub fn sign_record(&self, label: &'static str, parts: &[&[u8]]) -> Result<Vec<u8>, KeyError> {
        let missing = || KeyError::MissingKey { id: self.current_id().to_owned() };
        let key = self.find(self.current_id()).ok_or_else(missing)?;
        let pair = Ed25519KeyPair::from_pkcs8(key.encoding.as_bytes()).map_err(|_| missing())?;
        Ok(pair.sign(&message(label, parts)).as_ref().to_vec())
    }

    /// The public half of the key `kid`, while it is there.
    #[must_use]
    pub fn record_key(&self, kid: &str) -> Option<RecordKey> {
        self.find(kid).map(|key| RecordKey(key.public))
    }
}

impl KeyRing {
    /// The public half of the signing key `kid`, while the ring has it.
    #[must_use]
    pub fn record_key(&self, kid: &str) -> Option<RecordKey> {
        self.signing().record_key(kid)
    }
}

fn message(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut all = vec![DOMAIN, label.as_bytes()];
    all.extend_from_slice(parts);
    length_prefixed(&all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::key_ring::tests::{known_parts, known_ring, signing_key};

    #[test]
    fn a_signed_record_fits_its_label_its_parts_and_its_key_alone() {
        let signing = [("0002-test".to_owned(), signing_key("another signing root"))].into();
        let ring = known_ring();
        let other = KeyRing::assemble(crate::crypto::RingParts { signing, ..known_parts() }).unwrap();
        let signature = ring.signing().sign_record("head", &[b"ab", b"c"]).unwrap();
        let key = ring.record_key(&ring.current_signing_id()).unwrap();
        assert!(key.verifies("head", &[b"ab", b"c"], &signature));
        assert!(!key.verifies("head", &[b"a", b"bc"], &signature));
        assert!(!key.verifies("pruning", &[b"ab", b"c"], &signature));
        assert!(!key.verifies("head", &[b"ab", b"c"], signature.get(1..).unwrap()));
        let stranger = other.record_key(&other.current_signing_id()).unwrap();
        assert!(!stranger.verifies("head", &[b"ab", b"c"], &signature));
        assert!(ring.record_key("unknown").is_none());
    }

    #[test]
    fn what_is_signed_can_never_be_a_token() {
        assert_eq!(message("head", &[]).first(), Some(&0), "a token begins with a letter");
    }

    #[test]
    fn a_digest_depends_on_where_the_parts_end() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
