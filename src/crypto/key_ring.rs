//! The key ring: every long-lived secret of an installation, opened and checked once at start-up.
//!
//! | file | holds |
//! |---|---|
//! | `encryption-<id>.key` | a key-encryption key; several, so that old rows stay readable |
//! | `index.key` | the root of the blind indexes |
//! | `purpose.key` | the root from which keys for cursors, form tokens, receipts … are derived |
//! | `signing-<kid>.pem` | an Ed25519 key in PKCS#8; several, so that rotation logs nobody out |
//! | `current` | which encryption and signing key is used for new work |
//!
//! It refuses keys that are short, weak, used twice or readable by others, and a ring of which a
//! part is missing: making a new `index.key` in silence would hide every stored inquiry from search.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use thiserror::Error;

use super::encryption_keys::EncryptionKeys;
use super::key::Key256;
use super::key_folder::KeyFolder;
use super::random::RandomError;
use super::reloading::Reloaded;
use super::rotation;
use super::signing::SigningKey;
use super::signing_keys::SigningKeys;

/// Why the key ring cannot be used. The messages name files and ids, never key material.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The folder cannot be made, listed or locked.
    #[error("the key folder {path} cannot be used ({source})")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Other users of the machine may enter the folder.
    #[error("the key folder {path} is open to other users: run `chmod 700 '{path}'`")]
    ExposedFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Other users of the machine may read the file.
    #[error("the key file {path} can be read by other users: run `chmod 600 '{path}'`")]
    ExposedFile {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error(
        "the key file {path} cannot be read ({source}): check its owner and that it is a plain file of at most 8 KiB"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the ring could not be written.
    #[error("the key file {name} cannot be written ({source})")]
    Unwritten {
        /// Its name inside the folder.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The content has the wrong form.
    #[error("{name} must hold {expected}: restore it from the backup of the keys")]
    Malformed {
        /// File or part of the ring.
        name: String,
        /// The form it should have.
        expected: &'static str,
    },
    /// The key was not drawn at random.
    #[error(
        "{name} is not a random key (all zero, one byte repeated, or a pattern): make one with `openssl rand -hex 32`"
    )]
    Weak {
        /// File or part of the ring.
        name: String,
    },
    /// One key is used for two purposes.
    #[error("{first} and {second} hold the same key; every use needs a key of its own")]
    SameKey {
        /// One of the two.
        first: String,
        /// The other.
        second: String,
    },
    /// A file that looks like a key but has no name of the ring.
    #[error(
        "{name:?} is no name of a key file: use encryption-<id>.key or signing-<id>.pem with an id of a-z, 0-9 and -"
    )]
    StrangeFile {
        /// Its name inside the folder.
        name: String,
    },
    /// A part of an existing ring is gone.
    #[error(
        "the key ring has no {missing}, but other keys are there: restore it from the backup of the keys; a new one would not fit what is stored"
    )]
    Incomplete {
        /// The missing part.
        missing: &'static str,
    },
    /// The key asked for is not in this ring.
    #[error("the key ring has no key {id:?}: restore its file from the backup of the keys")]
    MissingKey {
        /// Its id.
        id: String,
    },
    /// A command names a signing key that is not in this ring.
    #[error("there is no signing key of this name: `clinic-cms keys list` shows those there are")]
    UnknownSigningKey,
    /// The key that signs new tokens is to be retired.
    #[error("the signing key {id} is the current one: run `clinic-cms keys rotate` first")]
    CurrentKey {
        /// Its id.
        id: String,
    },
    /// The key that wraps new data keys is to be retired.
    #[error("the encryption key {id} is the current one: run `clinic-cms keys rotate-encryption` first")]
    CurrentEncryptionKey {
        /// Its id.
        id: String,
    },
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The keys of a ring before they are checked, wherever they came from.
#[derive(Debug)]
pub struct RingParts {
    /// Key-encryption keys by id.
    pub encryption: BTreeMap<String, Key256>,
    /// The id of the one that wraps new data keys; `None` takes the highest.
    pub current_encryption: Option<String>,
    /// Root of the blind indexes.
    pub index: Key256,
    /// Root of the purpose keys.
    pub purpose: Key256,
    /// Signing keys by `kid`.
    pub signing: BTreeMap<String, SigningKey>,
    /// The `kid` that signs new tokens; `None` takes the highest.
    pub current_signing: Option<String>,
}

/// Every long-lived secret of the installation. `Debug` shows ids alone.
pub struct KeyRing {
    pub(super) index: Key256,
    pub(super) purpose: Key256,
    /// What comes and goes while the program runs: the keys that sign and those that wrap.
    pub(super) kept: Reloaded,
}

impl KeyRing {
    /// Opens the ring in `folder` (`<data>/keys`), making a fresh one where the folder is empty.
    ///
    /// Processes that open an empty folder at once all get the same ring. A whole ring is opened
    /// without writing, so the folder may be a read-only mount.
    ///
    /// # Errors
    /// [`KeyError`] with what to do, for each of the refusals named at the top of this file.
    pub fn open_or_create(folder: &Path) -> Result<Self, KeyError> {
        let folder = KeyFolder::open_or_make(folder)?;
        // Noted first: what changes while the files are read is read again.
        let trace = folder.trace();
        let parts = rotation::load_or_create(&folder)?;
        Self::from_parts(parts, |signing, encryption| Reloaded::of_folder(signing, encryption, folder, trace))
    }

    /// Builds a ring from keys that were read elsewhere (an environment, a key service).
    ///
    /// # Errors
    /// [`KeyError`] when a key is weak or used twice, or a current id names none of the keys.
    pub fn assemble(parts: RingParts) -> Result<Self, KeyError> {
        Self::from_parts(parts, Reloaded::fixed)
    }

    fn from_parts(
        parts: RingParts,
        keep: impl FnOnce(SigningKeys, EncryptionKeys) -> Reloaded,
    ) -> Result<Self, KeyError> {
        let RingParts { encryption, current_encryption, index, purpose, signing, current_signing } = parts;
        let encryption = EncryptionKeys::of(encryption, current_encryption)?;
        let signing = SigningKeys::of(signing, current_signing)?;
        refuse_weak_and_shared(&symmetric(&encryption, &index, &purpose), &signing)?;
        Ok(Self { index, purpose, kept: keep(signing, encryption) })
    }

    /// Refuses keys that came while the program runs and are weak, or used for something else in this ring.
    pub(super) fn check_new(&self, signing: &SigningKeys, encryption: &EncryptionKeys) -> Result<(), KeyError> {
        refuse_weak_and_shared(&symmetric(encryption, &self.index, &self.purpose), signing)
    }

    /// The signing keys as they are now. Whoever signs and names the key takes them once: the next look may find
    /// others.
    #[must_use]
    pub fn signing(&self) -> Arc<SigningKeys> {
        self.kept.signing()
    }

    /// The key-encryption keys as they are now. Whoever wraps and names the key takes them once.
    #[must_use]
    pub fn encryption(&self) -> Arc<EncryptionKeys> {
        self.kept.encryption()
    }

    /// The ids of the key-encryption keys, in order.
    #[must_use]
    pub fn encryption_key_ids(&self) -> Vec<String> {
        self.encryption().ids().map(str::to_owned).collect()
    }

    /// The id of the key that wraps new data keys at this moment. Rows under other ids wait for rewrapping.
    #[must_use]
    pub fn current_encryption_id(&self) -> String {
        self.encryption().current_id().to_owned()
    }

    /// The `kid` that signs new access tokens at this moment.
    #[must_use]
    pub fn current_signing_id(&self) -> String {
        self.signing().current_id().to_owned()
    }

    /// A short keyed fingerprint (32 hexadecimal digits) of an encryption key. It tells nothing
    /// about the key, so it may stand in the database, where a node with another ring finds that
    /// its own differs.
    #[must_use]
    pub fn fingerprint(&self, id: &str) -> Option<String> {
        self.encryption().find(id).map(|key| fingerprint(key, id))
    }

    /// The fingerprints of all symmetric keys by name: `index`, `purpose`, `encryption-<id>`.
    #[must_use]
    pub fn fingerprints(&self) -> BTreeMap<String, String> {
        let roots = [("index", &self.index), ("purpose", &self.purpose)];
        let roots = roots.map(|(name, key)| (name.to_owned(), fingerprint(key, name)));
        let keys = self.encryption();
        let encryption = keys.iter().map(|(id, key)| (format!("encryption-{id}"), fingerprint(key, id)));
        roots.into_iter().chain(encryption).collect()
    }

    /// The key for one purpose, the same on every node with this ring. Labels are words of the
    /// program (`"role-password/cms_staff"`), never input.
    #[must_use]
    pub fn purpose_key(&self, label: &'static str) -> Key256 {
        self.derive_purpose("key", label)
    }

    pub(super) fn derive_purpose(&self, use_of_key: &str, label: &str) -> Key256 {
        self.purpose.derive("clinic-cms/purpose/1", &format!("{use_of_key}/{label}"))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("encryption", &self.encryption())
            .field("signing", &self.signing())
            .finish_non_exhaustive()
    }
}

fn fingerprint(key: &Key256, name: &str) -> String {
    let digest = key.derive("clinic-cms/fingerprint/1", name).hmac(&[b"fingerprint"]);
    HEXLOWER.encode(digest.first_chunk::<16>().unwrap_or(&[0; 16]))
}

pub(super) fn current<T>(
    keys: &BTreeMap<String, T>,
    named: Option<String>,
    missing: &'static str,
) -> Result<String, KeyError> {
    match named {
        Some(id) if keys.contains_key(&id) => Ok(id),
        Some(id) => Err(KeyError::MissingKey { id }),
        None => keys.keys().next_back().cloned().ok_or(KeyError::Incomplete { missing }),
    }
}

/// Every key that is no signing key, by the name of its file.
fn symmetric<'a>(encryption: &'a EncryptionKeys, index: &'a Key256, purpose: &'a Key256) -> Vec<(String, &'a Key256)> {
    let encryption = encryption.iter().map(|(id, key)| (format!("encryption-{id}.key"), key));
    encryption.chain([("index.key".to_owned(), index), ("purpose.key".to_owned(), purpose)]).collect()
}

fn refuse_weak_and_shared(symmetric: &[(String, &Key256)], signing: &SigningKeys) -> Result<(), KeyError> {
    let seeds = signing.seeds()?;
    let seeds = seeds.iter().map(|(name, seed)| (name.clone(), seed));
    let all: Vec<(String, &Key256)> = symmetric.iter().cloned().chain(seeds).collect();
    for (position, (name, key)) in all.iter().enumerate() {
        if key.is_weak() {
            return Err(KeyError::Weak { name: name.clone() });
        }
        if let Some((first, _)) = all.iter().take(position).find(|(_, k)| k.is_same(key)) {
            return Err(KeyError::SameKey { first: first.clone(), second: name.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
