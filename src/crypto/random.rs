//! The one place of chance for secrets: the random number generator of aws-lc.
//!
//! Identifiers and jitter that are no secret come from elsewhere, where tests can seed them.

use thiserror::Error;
use zeroize::Zeroizing;

use super::opaque_token::OpaqueToken;

/// The characters of [`alphanumeric`], in the order of base62.
pub const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The machine gave no random bytes. Nothing secret can be made, so the caller stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the system gave no random bytes: check that getrandom(2) is allowed in this container")]
pub struct RandomError;

/// Fills the whole slice with unpredictable bytes.
///
/// # Errors
/// [`RandomError`] when the system's generator fails; the slice is then not to be used.
pub fn fill(bytes: &mut [u8]) -> Result<(), RandomError> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| RandomError)
}

/// An array of `N` unpredictable bytes.
///
/// # Errors
/// [`RandomError`] when the system's generator fails.
pub fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut array = [0_u8; N];
    fill(&mut array)?;
    Ok(array)
}

/// A fresh opaque token of 256 bits: a refresh token, an API key, a link in a mail.
///
/// # Errors
/// [`RandomError`] when the system's generator fails.
pub fn token256() -> Result<OpaqueToken, RandomError> {
    bytes().map(OpaqueToken::from_bytes)
}

/// A text of ASCII letters and digits, each as likely as any other: 5.95 bits a character.
///
/// # Errors
/// [`RandomError`] when the system's generator fails.
pub fn alphanumeric(length: usize) -> Result<Zeroizing<String>, RandomError> {
    let mut text = Zeroizing::new(String::with_capacity(length));
    while text.len() < length {
        let drawn = Zeroizing::new(bytes::<64>()?);
        // 248 is the largest multiple of 62 in a byte: what lies above would make some characters likelier.
        let fair = drawn.iter().filter(|byte| **byte < 248);
        let letters = fair.filter_map(|byte| ALPHANUMERIC.get(usize::from(byte % 62)));
        let missing = length - text.len();
        text.extend(letters.take(missing).map(|letter| char::from(*letter)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ_and_are_not_blank() {
        let (first, second) = (bytes::<32>().unwrap(), bytes::<32>().unwrap());
        assert_ne!(first, second);
        assert_ne!(first, [0; 32]);
    }

    #[test]
    fn a_text_of_letters_and_digits_has_its_length_and_every_character() {
        let text = alphanumeric(6_200).unwrap();
        assert_eq!(text.len(), 6_200);
        for letter in ALPHANUMERIC {
            // Expected 100; fewer than 30 is rarer than a hit by a meteorite.
            assert!(text.bytes().filter(|drawn| drawn == letter).count() > 30, "{letter}");
        }
        assert!(text.bytes().all(|letter| letter.is_ascii_alphanumeric()));
    }
}
