//! The key-encryption keys of a ring at one moment: the current one, which wraps new data keys, and the others, which
//! open older ones until no row needs them. Refuses to be empty, and a current key that is not among them.

use std::collections::BTreeMap;
use std::fmt;

use super::key::Key256;
use super::key_ring::{KeyError, current};

/// Key-encryption keys by id. They never change: a ring that finds others in its folder holds another set from then
/// on. `Debug` shows ids alone.
pub struct EncryptionKeys {
    keys: BTreeMap<String, Key256>,
    current: String,
}

impl EncryptionKeys {
    /// The set of these keys; without a current id, the highest wraps.
    pub(super) fn of(keys: BTreeMap<String, Key256>, named: Option<String>) -> Result<Self, KeyError> {
        let current = current(&keys, named, "encryption-<id>.key")?;
        Ok(Self { keys, current })
    }

    /// The id of the key that wraps new data keys.
    #[must_use]
    pub fn current_id(&self) -> &str {
        &self.current
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    pub(super) fn find(&self, id: &str) -> Option<&Key256> {
        self.keys.get(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Key256)> {
        self.keys.iter().map(|(id, key)| (id.as_str(), key))
    }

    /// Whether the same keys are there and the same one wraps.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let pairs = || self.keys.iter().zip(&other.keys);
        self.current == other.current
            && self.keys.len() == other.keys.len()
            && pairs().all(|((id, key), (other_id, other_key))| id == other_id && key.is_same(other_key))
    }
}

impl fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKeys").field("current", &self.current).field("ids", &self.keys.keys()).finish()
    }
}
