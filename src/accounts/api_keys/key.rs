//! The text of an API key: `ccms_<id>_<secret><crc32>`. One regular expression finds it, and the checksum tells
//! without a database whether it is one, which is what secret scanners need. Refuses any other spelling.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::crypto::{RandomError, random};

/// What every key begins with.
pub const PREFIX: &str = "ccms_";
/// Characters of the id.
const ID: usize = 12;
/// Characters of the secret: 256.03 bits of chance.
const SECRET: usize = 43;
/// Characters of the checksum: the 32 bits of CRC-32 in base62.
const CHECKSUM: usize = 6;

/// A key that was just made, for the one answer that shows it.
pub struct NewKey {
    /// The part that names the key.
    pub public_id: String,
    text: Zeroizing<String>,
    hash: [u8; 32],
}

impl NewKey {
    /// A key with an id and a secret of its own.
    ///
    /// # Errors
    /// Without chance there is no key.
    pub fn make() -> Result<Self, RandomError> {
        let public_id = random::alphanumeric(ID)?;
        Self::of(&public_id)
    }

    /// A new secret for the key of that id.
    ///
    /// # Errors
    /// As [`NewKey::make`].
    pub fn of(public_id: &str) -> Result<Self, RandomError> {
        let secret = random::alphanumeric(SECRET)?;
        let body = Zeroizing::new(format!("{PREFIX}{public_id}_{}", secret.as_str()));
        let text = Zeroizing::new(format!("{}{}", body.as_str(), checksum(&body)));
        Ok(Self { public_id: public_id.to_owned(), text, hash: hash(&secret) })
    }

    /// The whole text.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is stored of the secret.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({PREFIX}{}_[redacted])", self.public_id)
    }
}

/// A key that a client shows. The secret itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownKey {
    /// The part that names the key.
    pub public_id: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
}

impl ShownKey {
    /// Reads a bearer token. None for whatever is not a key to the letter, its checksum included.
    pub fn parse(token: &str) -> Option<Self> {
        let (public_id, rest) = token.strip_prefix(PREFIX)?.split_once('_')?;
        let (secret, _) = rest.split_at_checked(SECRET)?;
        let (body, given) = token.split_at_checked(token.len().checked_sub(CHECKSUM)?)?;
        let is_whole = public_id.len() == ID && rest.len() == SECRET + CHECKSUM;
        let is_plain = public_id.bytes().chain(rest.bytes()).all(|letter| letter.is_ascii_alphanumeric());
        (is_whole && is_plain && given == checksum(body))
            .then(|| Self { public_id: public_id.to_owned(), hash: hash(secret) })
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// CRC-32 (ISO 3309, as in zlib) of everything before it, in base62, six characters with zeros in front.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for place in digits.iter_mut().rev() {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        *place = random::ALPHANUMERIC.get(digit).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests;
