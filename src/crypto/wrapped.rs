//! Data keys wrapped by the key ring: what a row stores, and what erasing deletes.
//!
//! Layout: format byte, 24 bytes nonce, then XChaCha20-Poly1305 over the data key's id and bytes.
//! The associated data binds the row and the id of the key-encryption key, so a wrapped key that is
//! copied to another row opens nothing. Rewrapping keeps the data key and its id: the sealed fields
//! stay as they are.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::encryption_keys::EncryptionKeys;
use super::key::{Key256, length_prefixed};
use super::key_ring::{KeyError, KeyRing};
use super::sealed::{self, DataKey, SealError};

const LABEL: &[u8] = b"clinic-cms/wrapped";

/// A data key as it is stored: useless without the key-encryption key of that id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The key-encryption key, as in `encryption-<id>.key`.
    pub key_id: String,
    /// 89 bytes.
    pub bytes: Vec<u8>,
}

impl KeyRing {
    /// Wraps a data key for the row with the current key-encryption key.
    ///
    /// # Errors
    /// [`SealError`] when the system gives no random bytes.
    pub fn wrap_key(&self, key: &DataKey, row: Uuid) -> Result<WrappedKey, SealError> {
        // Taken once: the key that is named is the key that wraps, whatever a reload brings meanwhile.
        let keys = self.encryption();
        let key_id = keys.current_id().to_owned();
        let wrapping = wrapping_key(&keys, &key_id)?;
        let bytes = sealed::encrypt(&wrapping, &binding(&key_id, row), &key.to_bytes())?;
        Ok(WrappedKey { key_id, bytes })
    }

    /// Opens the data key of the row.
    ///
    /// # Errors
    /// [`SealError::Key`] with [`KeyError::MissingKey`] when this ring lacks the key-encryption
    /// key; [`SealError::Refused`] when the bytes were altered or belong to another row.
    pub fn unwrap_key(&self, wrapped: &WrappedKey, row: Uuid) -> Result<DataKey, SealError> {
        let wrapping = self.find_wrapping_key(&wrapped.key_id)?;
        let binding = binding(&wrapped.key_id, row);
        let opened: Zeroizing<Vec<u8>> = sealed::decrypt(&wrapping, &binding, &wrapped.bytes)?;
        DataKey::from_bytes(&opened).ok_or(SealError::Refused)
    }

    /// The same data key, wrapped with the current key-encryption key: the step of a rotation.
    ///
    /// # Errors
    /// As [`KeyRing::unwrap_key`] and [`KeyRing::wrap_key`].
    pub fn rewrap_key(&self, wrapped: &WrappedKey, row: Uuid) -> Result<WrappedKey, SealError> {
        self.wrap_key(&self.unwrap_key(wrapped, row)?, row)
    }

    /// A key that another node began to wrap with a moment ago is in the folder already: it is looked for at once.
    fn find_wrapping_key(&self, id: &str) -> Result<Key256, KeyError> {
        match wrapping_key(&self.encryption(), id) {
            Err(KeyError::MissingKey { .. }) if self.has_found_other_keys() => wrapping_key(&self.encryption(), id),
            found => found,
        }
    }
}

fn wrapping_key(keys: &EncryptionKeys, id: &str) -> Result<Key256, KeyError> {
    let root = keys.find(id).ok_or_else(|| KeyError::MissingKey { id: id.to_owned() })?;
    Ok(root.derive("clinic-cms/encryption/1", "wrap"))
}

fn binding(key_id: &str, row: Uuid) -> Vec<u8> {
    length_prefixed(&[LABEL, &[sealed::FORMAT], key_id.as_bytes(), row.as_bytes()])
}
