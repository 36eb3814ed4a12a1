//! The signing keys of a ring at one moment: the current one, which signs, and the others, which verify until they are
//! retired. Refuses to be empty, and a current key that is not among them.

use std::collections::BTreeMap;
use std::fmt;

use super::key::Key256;
use super::key_files::KeyUse;
use super::key_ring::{KeyError, current};
use super::signing::SigningKey;

/// Signing keys by `kid`. They never change: a ring that finds others in its folder holds another set from then on.
/// `Debug` shows ids alone.
pub struct SigningKeys {
    keys: BTreeMap<String, SigningKey>,
    current: String,
}

impl SigningKeys {
    /// The set of these keys; without a current id, the highest signs.
    pub(super) fn of(keys: BTreeMap<String, SigningKey>, named: Option<String>) -> Result<Self, KeyError> {
        let current = current(&keys, named, "signing-<id>.pem")?;
        Ok(Self { keys, current })
    }

    /// The `kid` of the key that signs.
    #[must_use]
    pub fn current_id(&self) -> &str {
        &self.current
    }

    pub(super) fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.get(kid)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &SigningKey)> {
        self.keys.iter().map(|(kid, key)| (kid.as_str(), key))
    }

    /// The private seeds by the names of their files, to find a key that is used twice.
    pub(super) fn seeds(&self) -> Result<Vec<(String, Key256)>, KeyError> {
        let seeds = self.iter().map(|(kid, key)| {
            let name = KeyUse::Signing.file(kid);
            key.seed(&name).map(|seed| (name, seed))
        });
        seeds.collect()
    }

    /// Whether the same keys are there and the same one signs.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let ids = |keys: &Self| keys.iter().map(|(kid, key)| (kid.to_owned(), key.public)).collect::<Vec<_>>();
        self.current == other.current && ids(self) == ids(other)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").field("current", &self.current).field("kids", &self.keys.keys()).finish()
    }
}
