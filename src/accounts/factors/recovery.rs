//! Recovery codes: ten of 80 random bits, for the day on which the device is gone. Each counts once, and new ones void
//! the old.
//!
//! Stored is an HMAC with a key outside the database, over the account and the code: who holds the table alone can
//! neither guess codes nor move one to another account.

use std::{fmt, sync::LazyLock};

use data_encoding::{Encoding, Specification};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::crypto::{RandomError, TagKey, random};

/// How many codes a person gets.
pub const CODES: usize = 10;
const BYTES: usize = 10;
const GROUP: usize = 4;
/// The longest text that is looked at, in bytes: sixteen letters with a few separators.
const LONGEST: usize = 64;

/// Base32 as Douglas Crockford has it: no letter that is taken for another, and those are read as what they look like.
static ALPHABET: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    specification.translate.from.push_str("ABCDEFGHJKMNPQRSTVWXYZoOiIlL");
    specification.translate.to.push_str("abcdefghjkmnpqrstvwxyz001111");
    specification.ignore.push_str("- ");
    #[expect(clippy::expect_used, reason = "a constant, which every test here looks at")]
    specification.encoding().expect("the alphabet is one")
});

/// One recovery code. Wiped on drop, redacted in `Debug`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode([u8; BYTES]);

/// The ten codes of one making.
#[derive(Debug)]
pub struct RecoveryCodes(Vec<RecoveryCode>);

impl RecoveryCodes {
    /// Ten fresh codes.
    ///
    /// # Errors
    /// [`RandomError`] when the system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        (0..CODES).map(|_| random::bytes().map(RecoveryCode)).collect::<Result<_, _>>().map(Self)
    }

    /// The codes as they are shown, once.
    pub fn reveal(&self) -> Vec<String> {
        self.0.iter().map(RecoveryCode::reveal).collect()
    }

    /// What is stored of them.
    pub fn hashes(&self, key: &TagKey, account: Uuid) -> Vec<Vec<u8>> {
        self.0.iter().map(|code| code.hash(key, account).to_vec()).collect()
    }
}

impl RecoveryCode {
    /// Reads a code in any case, with or without hyphens and spaces. `None` for what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = Zeroizing::new(ALPHABET.decode(text.as_bytes()).ok()?);
        bytes.as_slice().try_into().ok().map(Self)
    }

    /// The code as it is shown: `xxxx-xxxx-xxxx-xxxx`.
    pub fn reveal(&self) -> String {
        let letters = Zeroizing::new(ALPHABET.encode(&self.0));
        let mut text = String::with_capacity(letters.len() + letters.len() / GROUP);
        for (at, letter) in letters.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    /// What is stored and looked up. `key` is the ring's `tag_key("recovery-code")`.
    pub fn hash(&self, key: &TagKey, account: Uuid) -> [u8; 32] {
        key.mac(&[account.as_bytes(), &self.0])
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RecoveryCode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crypto::KeyRing;

    fn new_ring() -> KeyRing {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::open_or_create(&folder.path().join("keys")).unwrap()
    }

    #[test]
    fn a_code_is_four_groups_of_four_letters() {
        let code = RecoveryCode(*b"\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf");
        assert_eq!(code.reveal(), "0123-4567-89ab-cdef");
        let last = RecoveryCode([0xff; BYTES]);
        assert_eq!(last.reveal(), "zzzz-zzzz-zzzz-zzzz");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = RecoveryCode::parse("0123-4567-89ab-cdef").unwrap();
        for typed in ["0123456789ABCDEF", " o i23 4567 89AB-cdef", "OL23-4567-89ab-cdef", "0-1-2-3-4567-89abcdef"] {
            assert_eq!(RecoveryCode::parse(typed).unwrap().0, code.0, "{typed}");
        }
        for wrong in [
            "",
            "0123",
            "0123-4567-89ab-cde",
            "0123-4567-89ab-cdeff",
            "0123-4567-89ab-cdeu",
            "0123-4567-89ab-cde=",
            "é123-4567-89ab-cdef",
        ] {
            assert!(RecoveryCode::parse(wrong).is_none(), "{wrong}");
        }
        assert!(RecoveryCode::parse(&format!("0123-4567-89ab-cdef{}", " ".repeat(100))).is_none());
    }

    #[test]
    fn ten_codes_are_ten_different_ones() {
        let codes = RecoveryCodes::generate().unwrap();
        let shown: BTreeSet<String> = codes.reveal().into_iter().collect();
        assert_eq!(shown.len(), CODES);
        for text in shown {
            assert_eq!(RecoveryCode::parse(&text).unwrap().reveal(), text);
        }
    }

    #[test]
    fn what_is_stored_belongs_to_one_account_and_one_installation() {
        let ring = new_ring();
        let key = ring.tag_key("recovery-code");
        let code = RecoveryCode([7; BYTES]);
        let (ada, eve) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(code.hash(&key, ada), RecoveryCode([7; BYTES]).hash(&key, ada));
        assert_ne!(code.hash(&key, ada), code.hash(&key, eve));
        assert_ne!(code.hash(&key, ada), code.hash(&ring.tag_key("cursor"), ada));
        assert_ne!(code.hash(&key, ada), code.hash(&new_ring().tag_key("recovery-code"), ada));
    }

    #[test]
    fn a_code_is_never_printed() {
        assert_eq!(format!("{:?}", RecoveryCode([7; BYTES])), "RecoveryCode([redacted])");
    }
}
