//! Random names and the superuser's password, from the operating system's source through the one crypto back end.

use super::error::EmbeddedError;

/// `N` random bytes as lower-case hexadecimal.
pub(super) fn hexadecimal<const N: usize>() -> Result<String, EmbeddedError> {
    let mut bytes = [0_u8; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| EmbeddedError::NoChance)?;
    Ok(hex::encode(bytes))
}
