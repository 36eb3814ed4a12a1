//! Seals for what the program itself has to read again: the secret of an authenticator app, the
//! text of a mail that waits to be sent.
//!
//! A patient's words have a data key for each row, so that erasing the key erases them. What stands
//! here has no such duty and needs no key beside it: one key for each purpose, the same on every
//! node. Layout: format byte, 24 bytes random nonce, XChaCha20-Poly1305 over the padded bytes. The
//! associated data binds table, column, row and version, so what is moved to another row does not
//! open.

use zeroize::Zeroizing;

use super::key::{Key256, length_prefixed};
use super::key_ring::KeyRing;
use super::padding::{pad, unpad};
use super::sealed::{self, Place, SealError};

const LABEL: &[u8] = b"clinic-cms/purpose-seal";

/// The seal of one purpose. Made once, kept by the room that seals; redacted in `Debug`, wiped on
/// drop.
#[derive(Debug)]
pub struct PurposeSeal(Key256);

impl KeyRing {
    /// The seal of a purpose (`"totp"`, `"mail"`), the same on every node with this ring. Labels
    /// are words of the program, never input.
    #[must_use]
    pub fn purpose_seal(&self, label: &'static str) -> PurposeSeal {
        PurposeSeal(self.derive_purpose("seal", label))
    }
}

impl PurposeSeal {
    /// Seals the bytes at their place. Two seals of the same bytes differ.
    ///
    /// # Errors
    /// [`SealError::TooLong`] over 4 GiB, [`SealError::Random`] without random bytes.
    pub fn seal(&self, at: Place<'_>, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let padded = pad(bytes).ok_or(SealError::TooLong)?;
        sealed::encrypt(&self.0, &binding(at), &padded)
    }

    /// Opens what was sealed at the same place for the same purpose. Wiped on drop.
    ///
    /// # Errors
    /// [`SealError::Refused`] for anything else.
    pub fn open(&self, at: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let padded = sealed::decrypt(&self.0, &binding(at), sealed)?;
        unpad(&padded).ok_or(SealError::Refused)
    }
}

fn binding(at: Place<'_>) -> Vec<u8> {
    length_prefixed(&[
        LABEL,
        &[sealed::FORMAT],
        at.table.as_bytes(),
        at.column.as_bytes(),
        at.row.as_bytes(),
        &[at.version],
    ])
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::crypto::key_ring::tests::known_ring;

    const PLACE: Place<'static> = Place { table: "totp", column: "secret", row: Uuid::from_u128(1), version: 1 };

    #[test]
    fn what_was_sealed_opens_at_its_own_place_alone() {
        let seal = known_ring().purpose_seal("totp");
        let sealed = seal.seal(PLACE, b"a secret of twenty b").unwrap();
        assert_eq!(seal.open(PLACE, &sealed).unwrap().as_slice(), b"a secret of twenty b");
        let elsewhere = [
            Place { row: Uuid::from_u128(2), ..PLACE },
            Place { table: "mail", ..PLACE },
            Place { column: "body", ..PLACE },
            Place { version: 2, ..PLACE },
        ];
        for place in elsewhere {
            assert!(matches!(seal.open(place, &sealed), Err(SealError::Refused)), "{place:?}");
        }
    }

    #[test]
    fn the_seal_of_one_purpose_does_not_open_for_another() {
        let sealed = known_ring().purpose_seal("totp").seal(PLACE, b"secret").unwrap();
        assert!(known_ring().purpose_seal("mail").open(PLACE, &sealed).is_err());
        assert!(known_ring().purpose_seal("totp").open(PLACE, &sealed).is_ok(), "another node opens it");
    }

    #[test]
    fn altered_and_cut_bytes_do_not_open() {
        let seal = known_ring().purpose_seal("totp");
        let sealed = seal.seal(PLACE, b"secret").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(seal.open(PLACE, &altered).is_err(), "byte {at}");
            assert!(seal.open(PLACE, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_key_of_a_seal_is_never_printed() {
        assert_eq!(format!("{:?}", known_ring().purpose_seal("totp")), "PurposeSeal(Key256([redacted]))");
    }
}
