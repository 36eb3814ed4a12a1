//! The one place of chance for secrets: the random number generator of aws-lc.
//!
//! Identifiers and jitter that are no secret come from elsewhere, where tests can seed them.

use thiserror::Error;

use super::opaque_token::OpaqueToken;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ_and_are_not_blank() {
        let (first, second) = (bytes::<32>().unwrap(), bytes::<32>().unwrap());
        assert_ne!(first, second);
        assert_ne!(first, [0; 32]);
    }
}
