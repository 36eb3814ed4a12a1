//! The first making of a ring, and the steps of a rotation.
//!
//! A signing key is rotated in one step where all nodes read one folder: a running node looks at it every few seconds,
//! and at once when it meets an id that it does not know. Nodes with folders of their own get the key first, with
//! [`KeyRing::add_key`] and a copy, and use it later, with [`KeyRing::make_current`]. An encryption key goes the same way
//! in two steps, since what it wraps has to be opened by every node. A retired key is deleted; what else was signed with it (heads of the audit trail) is checked
//! with public halves that are kept elsewhere.

use std::path::Path;

use data_encoding::BASE32_NOPAD;

use super::key::Key256;
use super::key_files::{INDEX, PURPOSE, id_of, is_of_ring, load, write_current, write_symmetric};
use super::key_folder::{KeyFolder, LockedFolder};
use super::key_ring::{KeyError, KeyRing, RingParts};
use super::random;
use super::signing::SigningKey;

pub use super::key_files::KeyUse;

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that signs from now on.
    pub kid: String,
    /// The one that signed until now. It goes on to verify until it is retired.
    pub previous: String,
}

impl KeyRing {
    /// Adds a fresh key to the ring in `folder` without using it for new work yet. Gives its id.
    ///
    /// # Errors
    /// [`KeyError`] when the ring cannot be read or written.
    pub fn add_key(folder: &Path, key_use: KeyUse) -> Result<String, KeyError> {
        changed(folder, |locked, ring| {
            // Written out first: without it, the highest id would be the current one.
            write_current(locked, &ring.current_encryption_id(), &ring.current_signing_id())?;
            make_key(locked, key_use, &ring.ids(key_use))
        })
    }

    /// Uses the key `id`, which must be in the ring in `folder`, for new work, within seconds on every node that reads
    /// the folder.
    ///
    /// # Errors
    /// [`KeyError::MissingKey`] when there is no such key; else as [`KeyRing::add_key`].
    pub fn make_current(folder: &Path, key_use: KeyUse, id: &str) -> Result<(), KeyError> {
        changed(folder, |locked, ring| {
            if !ring.ids(key_use).iter().any(|known| known == id) {
                return Err(KeyError::MissingKey { id: id.to_owned() });
            }
            match key_use {
                KeyUse::Encryption => write_current(locked, id, &ring.current_signing_id()),
                KeyUse::Signing => write_current(locked, &ring.current_encryption_id(), id),
            }
        })
    }

    /// Makes a fresh signing key and signs with it from now on. The keys before it go on to verify.
    ///
    /// # Errors
    /// As [`KeyRing::add_key`].
    pub fn rotate_signing(folder: &Path) -> Result<Rotated, KeyError> {
        changed(folder, |locked, ring| {
            let previous = ring.current_signing_id();
            write_current(locked, &ring.current_encryption_id(), &previous)?;
            let kid = make_key(locked, KeyUse::Signing, &ring.ids(KeyUse::Signing))?;
            write_current(locked, &ring.current_encryption_id(), &kid)?;
            Ok(Rotated { kid, previous })
        })
    }

    /// Deletes a signing key: whatever it signed is refused by every node that reads the folder, within seconds.
    ///
    /// # Errors
    /// [`KeyError::CurrentKey`] for the key that signs, [`KeyError::UnknownSigningKey`] for one that is not there;
    /// else as [`KeyRing::add_key`].
    pub fn retire_signing(folder: &Path, kid: &str) -> Result<(), KeyError> {
        changed(folder, |locked, ring| {
            let keys = ring.signing();
            if keys.find(kid).is_none() {
                return Err(KeyError::UnknownSigningKey);
            }
            if keys.current_id() == kid {
                return Err(KeyError::CurrentKey { id: kid.to_owned() });
            }
            // Written out first: without it, the highest id of those that stay would be the current one.
            write_current(locked, &ring.current_encryption_id(), keys.current_id())?;
            locked.remove(&KeyUse::Signing.file(kid))
        })
    }

    /// Deletes a key-encryption key. Whoever calls this knows that no row needs it; a data key that it wraps in an old
    /// backup opens again when its file is put back.
    ///
    /// # Errors
    /// [`KeyError::CurrentEncryptionKey`] for the key that wraps, [`KeyError::MissingKey`] for one that is not there;
    /// else as [`KeyRing::add_key`].
    pub fn retire_encryption(folder: &Path, id: &str) -> Result<(), KeyError> {
        changed(folder, |locked, ring| {
            let keys = ring.encryption();
            if keys.find(id).is_none() {
                return Err(KeyError::MissingKey { id: id.to_owned() });
            }
            if keys.current_id() == id {
                return Err(KeyError::CurrentEncryptionKey { id: id.to_owned() });
            }
            write_current(locked, keys.current_id(), &ring.current_signing_id())?;
            locked.remove(&KeyUse::Encryption.file(id))
        })
    }

    fn ids(&self, key_use: KeyUse) -> Vec<String> {
        match key_use {
            KeyUse::Encryption => self.encryption_key_ids(),
            KeyUse::Signing => self.signing().iter().map(|(kid, _)| kid.to_owned()).collect(),
        }
    }
}

/// Changes a ring that is whole, while no other process does.
fn changed<T>(
    folder: &Path,
    change: impl FnOnce(&LockedFolder<'_>, &KeyRing) -> Result<T, KeyError>,
) -> Result<T, KeyError> {
    let folder = KeyFolder::open_or_make(folder)?;
    let locked = folder.lock()?;
    let ring = KeyRing::assemble(load(&folder)?)?;
    change(&locked, &ring)
}

/// The ring of the folder; a fresh one where the folder is empty or its first start was cut short.
pub(super) fn load_or_create(folder: &KeyFolder) -> Result<RingParts, KeyError> {
    // Read without the lock first: a read-only mount has no room for a lock file. What another
    // process is writing at this moment shows as unfinished or incomplete, and is read again below.
    if let Ok(parts) = load(folder)
        && !folder.is_unfinished()
    {
        return Ok(parts);
    }
    if !is_new(folder)? {
        return load(folder);
    }
    let locked = folder.lock()?;
    if is_new(folder)? {
        create_missing(folder, &locked)?;
    }
    load(folder)
}

fn is_new(folder: &KeyFolder) -> Result<bool, KeyError> {
    // In this order: the note of a first start is written before its first key, so whoever sees a
    // key and then no note sees a whole ring.
    let has_keys = folder.names()?.iter().any(|name| is_of_ring(name));
    Ok(!has_keys || folder.is_unfinished())
}

fn create_missing(folder: &KeyFolder, locked: &LockedFolder<'_>) -> Result<(), KeyError> {
    locked.begin()?;
    let names = folder.names()?;
    for name in [INDEX, PURPOSE] {
        if !names.iter().any(|there| there == name) {
            let key = Key256::generate()?;
            write_symmetric(locked, name, &key)?;
        }
    }
    let encryption = first_or_new(locked, &names, KeyUse::Encryption)?;
    let signing = first_or_new(locked, &names, KeyUse::Signing)?;
    write_current(locked, &encryption, &signing)?;
    locked.finish()
}

fn first_or_new(locked: &LockedFolder<'_>, names: &[String], key_use: KeyUse) -> Result<String, KeyError> {
    match names.iter().rev().find_map(|name| id_of(name, key_use)) {
        Some(id) => Ok(id.to_owned()),
        None => make_key(locked, key_use, &[]),
    }
}

fn make_key(locked: &LockedFolder<'_>, key_use: KeyUse, taken: &[String]) -> Result<String, KeyError> {
    let id = next_id(taken)?;
    let name = key_use.file(&id);
    match key_use {
        KeyUse::Encryption => write_symmetric(locked, &name, &Key256::generate()?)?,
        KeyUse::Signing => locked.write_new(&name, SigningKey::generate_pem()?.as_bytes())?,
    }
    Ok(id)
}

/// A number that sorts after the ids there are, and chance, so that rings of two installations
/// never give one id to two keys: `0002-k3f9q2ab`.
fn next_id(taken: &[String]) -> Result<String, KeyError> {
    let number = |id: &String| id.split('-').next()?.parse::<u32>().ok();
    let highest = taken.iter().filter_map(number).max().unwrap_or(0);
    let chance = BASE32_NOPAD.encode(&random::bytes::<5>()?);
    let number = highest.saturating_add(1);
    Ok(format!("{number:04}-{}", chance.to_ascii_lowercase()))
}
