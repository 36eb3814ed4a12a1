//! The files of a ring: their first making, and the steps of a rotation.
//!
//! A rotation on several nodes takes two steps, so that no node meets a key it does not know: add
//! the key and restart every node; then make it current and restart again. Old keys stay in the
//! folder until nothing uses them (data keys rewrapped, tokens expired), then their file is deleted.

use std::collections::BTreeMap;
use std::path::Path;

use data_encoding::BASE32_NOPAD;

use super::key::Key256;
use super::key_folder::{KeyFolder, LockedFolder};
use super::key_ring::{KeyError, KeyRing, RingParts};
use super::random;
use super::signing::SigningKey;

const INDEX: &str = "index.key";
const PURPOSE: &str = "purpose.key";
const CURRENT: &str = "current";

/// The two kinds of key of which a ring holds several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Wraps data keys.
    Encryption,
    /// Signs access tokens.
    Signing,
}

impl KeyUse {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Encryption => "encryption-",
            Self::Signing => "signing-",
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Encryption => ".key",
            Self::Signing => ".pem",
        }
    }

    fn file(self, id: &str) -> String {
        format!("{}{id}{}", self.prefix(), self.suffix())
    }
}

impl KeyRing {
    /// Adds a fresh key to the ring in `folder` without using it for new work yet. Gives its id.
    ///
    /// # Errors
    /// [`KeyError`] when the ring cannot be read or written.
    pub fn add_key(folder: &Path, key_use: KeyUse) -> Result<String, KeyError> {
        let folder = KeyFolder::open_or_make(folder)?;
        let locked = folder.lock()?;
        let ring = Self::assemble(load(&folder)?)?;
        // Written out first: without it, the highest id would be the current one.
        write_current(&locked, &ring.current_encryption, &ring.current_signing)?;
        make_key(&locked, key_use, &ring.ids(key_use))
    }

    /// Uses the key `id`, which must be in the ring in `folder`, for new work from the next start on.
    ///
    /// # Errors
    /// [`KeyError::MissingKey`] when there is no such key; else as [`KeyRing::add_key`].
    pub fn make_current(folder: &Path, key_use: KeyUse, id: &str) -> Result<(), KeyError> {
        let folder = KeyFolder::open_or_make(folder)?;
        let locked = folder.lock()?;
        let ring = Self::assemble(load(&folder)?)?;
        if !ring.ids(key_use).iter().any(|known| known == id) {
            return Err(KeyError::MissingKey { id: id.to_owned() });
        }
        match key_use {
            KeyUse::Encryption => write_current(&locked, id, &ring.current_signing),
            KeyUse::Signing => write_current(&locked, &ring.current_encryption, id),
        }
    }

    fn ids(&self, key_use: KeyUse) -> Vec<String> {
        match key_use {
            KeyUse::Encryption => self.encryption.keys().cloned().collect(),
            KeyUse::Signing => self.signing.keys().cloned().collect(),
        }
    }
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

fn is_of_ring(name: &str) -> bool {
    name == CURRENT || [KeyUse::Encryption, KeyUse::Signing].iter().any(|u| name.ends_with(u.suffix()))
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

fn write_symmetric(locked: &LockedFolder<'_>, name: &str, key: &Key256) -> Result<(), KeyError> {
    let mut line = key.to_hex();
    line.push('\n');
    locked.write_new(name, line.as_bytes())
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

fn write_current(locked: &LockedFolder<'_>, encryption: &str, signing: &str) -> Result<(), KeyError> {
    let lines = format!("encryption {encryption}\nsigning {signing}\n");
    locked.write(CURRENT, lines.as_bytes())
}

fn load(folder: &KeyFolder) -> Result<RingParts, KeyError> {
    let names = folder.names()?;
    let has = |name: &str| names.iter().any(|there| there == name);
    for missing in [INDEX, PURPOSE] {
        if !has(missing) {
            return Err(KeyError::Incomplete { missing });
        }
    }
    let (mut encryption, mut signing) = (BTreeMap::new(), BTreeMap::new());
    for name in names.iter().filter(|name| is_of_ring(name)) {
        if let Some(id) = id_of(name, KeyUse::Encryption) {
            encryption.insert(id.to_owned(), read_symmetric(folder, name)?);
        } else if let Some(id) = id_of(name, KeyUse::Signing) {
            signing.insert(id.to_owned(), SigningKey::from_pem(name, &folder.read(name)?)?);
        } else if ![INDEX, PURPOSE, CURRENT].contains(&name.as_str()) {
            return Err(KeyError::StrangeFile { name: name.clone() });
        }
    }
    let current = has(CURRENT).then(|| read_current(folder)).transpose()?;
    let (current_encryption, current_signing) = current.unzip();
    Ok(RingParts {
        encryption,
        current_encryption,
        index: read_symmetric(folder, INDEX)?,
        purpose: read_symmetric(folder, PURPOSE)?,
        signing,
        current_signing,
    })
}

fn id_of(name: &str, key_use: KeyUse) -> Option<&str> {
    let id = name.strip_prefix(key_use.prefix())?.strip_suffix(key_use.suffix())?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    ((1..=40).contains(&id.len()) && id.chars().all(plain)).then_some(id)
}

fn read_symmetric(folder: &KeyFolder, name: &str) -> Result<Key256, KeyError> {
    Key256::from_hex(&folder.read(name)?)
        .ok_or_else(|| KeyError::Malformed { name: name.to_owned(), expected: "64 hexadecimal digits (256 bits)" })
}

fn read_current(folder: &KeyFolder) -> Result<(String, String), KeyError> {
    let content = folder.read(CURRENT)?;
    let text = std::str::from_utf8(&content).unwrap_or_default();
    let id = |word: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| Some(line.strip_prefix(word)?.trim().to_owned()))
    };
    id("encryption ").zip(id("signing ")).ok_or_else(|| KeyError::Malformed {
        name: CURRENT.to_owned(),
        expected: "two lines, `encryption <id>` and `signing <id>`",
    })
}
