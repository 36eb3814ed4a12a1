//! Sealed fields: personal text encrypted under a data key of its own row.
//!
//! Layout: format byte, 24 bytes random nonce, then XChaCha20-Poly1305 over the padded text. The
//! associated data binds table, column, row, data key and version, so a ciphertext that is moved to
//! another place does not open. The data key's id is made with the key and travels inside the
//! wrapped key: it outlives every change of the key-encryption key around it.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::key::{Key256, length_prefixed};
use super::key_ring::KeyError;
use super::padding::{pad, unpad};
use super::personal::Personal;
use super::random::{self, RandomError};

const LABEL: &[u8] = b"clinic-cms/sealed";
const NONCE: usize = 24;
const ID: usize = 16;
/// The first byte of everything this room encrypts.
pub(super) const FORMAT: u8 = 1;

/// Why a field cannot be sealed or opened. Never an empty field instead.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key ring lacks the key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The bytes were altered, cut, or belong to another row, column, version or key.
    #[error("a sealed field does not open: it was altered, moved from another place, or sealed with another key")]
    Refused,
    /// The text is longer than 4 GiB.
    #[error("the text is too long to be sealed")]
    TooLong,
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Where a sealed field stands. Sealed with one place, it opens at no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table, as in the database.
    pub table: &'a str,
    /// The column, as in the database.
    pub column: &'a str,
    /// The primary key of the row.
    pub row: Uuid,
    /// The version of what the text means (its JSON form), as stored beside it.
    pub version: u8,
}

/// A random 256-bit key for the fields of one row. Wiped on drop, redacted in `Debug`.
pub struct DataKey {
    id: [u8; ID],
    key: Key256,
}

impl DataKey {
    /// A fresh data key for one row.
    ///
    /// # Errors
    /// [`RandomError`] when the system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        Ok(Self { id: random::bytes()?, key: Key256::generate()? })
    }

    /// Seals a text at its place.
    ///
    /// # Errors
    /// [`SealError::TooLong`] over 4 GiB, [`SealError::Random`] without random bytes.
    pub fn seal(&self, at: Place<'_>, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let padded = pad(text).ok_or(SealError::TooLong)?;
        encrypt(&self.key, &self.binding(at), &padded)
    }

    /// Opens what was sealed at the same place with the same key. Wiped on drop.
    ///
    /// # Errors
    /// [`SealError::Refused`] for anything else.
    pub fn open(&self, at: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let padded = decrypt(&self.key, &self.binding(at), sealed)?;
        unpad(&padded).ok_or(SealError::Refused)
    }

    /// As [`DataKey::open`], for text in UTF-8.
    ///
    /// # Errors
    /// [`SealError::Refused`] also when the bytes are no UTF-8.
    pub fn open_text(&self, at: Place<'_>, sealed: &[u8]) -> Result<Personal<String>, SealError> {
        let bytes = self.open(at, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SealError::Refused)?;
        Ok(Personal::new(text.to_owned()))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, key) = bytes.split_first_chunk::<ID>()?;
        Some(Self { id: *id, key: Key256::from_bytes(key.try_into().ok()?) })
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ID + 32));
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(self.key.expose());
        bytes
    }

    fn binding(&self, at: Place<'_>) -> Vec<u8> {
        length_prefixed(&[
            LABEL,
            &[FORMAT],
            at.table.as_bytes(),
            at.column.as_bytes(),
            at.row.as_bytes(),
            &self.id,
            &[at.version],
        ])
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([redacted])")
    }
}

/// Format byte, fresh nonce, ciphertext with its tag.
pub(super) fn encrypt(key: &Key256, binding: &[u8], text: &[u8]) -> Result<Vec<u8>, SealError> {
    encrypt_with_nonce(key, &random::bytes()?, binding, text)
}

fn encrypt_with_nonce(key: &Key256, nonce: &[u8; NONCE], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, SealError> {
    let sealed = cipher(key).encrypt(&XNonce::from(*nonce), Payload { msg, aad }).map_err(|_| SealError::TooLong)?;
    let mut bytes = Vec::with_capacity(1 + NONCE + sealed.len());
    bytes.push(FORMAT);
    bytes.extend_from_slice(nonce);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// The text of [`encrypt`] with the same key and binding; anything else is refused.
pub(super) fn decrypt(key: &Key256, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let rest = sealed.strip_prefix(&[FORMAT]).ok_or(SealError::Refused)?;
    let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Refused)?;
    let opened = cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg, aad });
    opened.map(Zeroizing::new).map_err(|_| SealError::Refused)
}

fn cipher(key: &Key256) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

#[cfg(test)]
mod tests;
