//! The files of a ring: their names, and what they hold. Refuses a file that looks like a key and has no name of the
//! ring, and content of another form.

use std::collections::BTreeMap;

use super::encryption_keys::EncryptionKeys;
use super::key::Key256;
use super::key_folder::{KeyFolder, LockedFolder};
use super::key_ring::{KeyError, RingParts};
use super::signing::SigningKey;
use super::signing_keys::SigningKeys;

pub(super) const INDEX: &str = "index.key";
pub(super) const PURPOSE: &str = "purpose.key";
const CURRENT: &str = "current";

/// The ids of the current keys: encryption, signing.
type CurrentIds = (String, String);

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

    /// The word for people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Encryption => "encryption",
            Self::Signing => "signing",
        }
    }

    /// The name of the file of the key `id`.
    pub(super) fn file(self, id: &str) -> String {
        format!("{}{id}{}", self.prefix(), self.suffix())
    }
}

/// Whether a file of this name belongs to a ring, or looks as if.
pub(super) fn is_of_ring(name: &str) -> bool {
    name == CURRENT || [KeyUse::Encryption, KeyUse::Signing].iter().any(|u| name.ends_with(u.suffix()))
}

/// Writes a key of 256 bits that is not there yet.
pub(super) fn write_symmetric(locked: &LockedFolder<'_>, name: &str, key: &Key256) -> Result<(), KeyError> {
    let mut line = key.to_hex();
    line.push('\n');
    locked.write_new(name, line.as_bytes())
}

/// Writes which keys are used for new work.
pub(super) fn write_current(locked: &LockedFolder<'_>, encryption: &str, signing: &str) -> Result<(), KeyError> {
    let lines = format!("encryption {encryption}\nsigning {signing}\n");
    locked.write(CURRENT, lines.as_bytes())
}

/// Everything that the folder holds.
pub(super) fn load(folder: &KeyFolder) -> Result<RingParts, KeyError> {
    let (current, names) = look(folder)?;
    for missing in [INDEX, PURPOSE] {
        if !names.iter().any(|there| there == missing) {
            return Err(KeyError::Incomplete { missing });
        }
    }
    for name in names.iter().filter(|name| is_of_ring(name)) {
        let known = id_of(name, KeyUse::Encryption).or_else(|| id_of(name, KeyUse::Signing));
        if known.is_none() && ![INDEX, PURPOSE, CURRENT].contains(&name.as_str()) {
            return Err(KeyError::StrangeFile { name: name.clone() });
        }
    }
    let (current_encryption, current_signing) = current.unzip();
    Ok(RingParts {
        encryption: read_encryption(folder, &names)?,
        current_encryption,
        index: read_symmetric(folder, INDEX)?,
        purpose: read_symmetric(folder, PURPOSE)?,
        signing: read_signing(folder, &names)?,
        current_signing,
    })
}

/// The keys that come and go while the program runs.
pub(super) fn load_changing(folder: &KeyFolder) -> Result<(SigningKeys, EncryptionKeys), KeyError> {
    let (current, names) = look(folder)?;
    let (encryption, signing) = current.unzip();
    let signing = SigningKeys::of(read_signing(folder, &names)?, signing)?;
    Ok((signing, EncryptionKeys::of(read_encryption(folder, &names)?, encryption)?))
}

/// The current ids, and then the names: a key is in the folder before it is current, so in this order no look in the
/// middle of a rotation finds a current key without its file.
fn look(folder: &KeyFolder) -> Result<(Option<CurrentIds>, Vec<String>), KeyError> {
    let current = folder.read_if_there(CURRENT)?.map(|content| parse_current(&content)).transpose()?;
    Ok((current, folder.names()?))
}

/// A file that was retired since its name was read is no mistake.
fn read_signing(folder: &KeyFolder, names: &[String]) -> Result<BTreeMap<String, SigningKey>, KeyError> {
    let mut keys = BTreeMap::new();
    for name in names {
        if let Some(id) = id_of(name, KeyUse::Signing)
            && let Some(pem) = folder.read_if_there(name)?
        {
            keys.insert(id.to_owned(), SigningKey::from_pem(name, &pem)?);
        }
    }
    Ok(keys)
}

/// As [`read_signing`].
fn read_encryption(folder: &KeyFolder, names: &[String]) -> Result<BTreeMap<String, Key256>, KeyError> {
    let mut keys = BTreeMap::new();
    for name in names {
        if let Some(id) = id_of(name, KeyUse::Encryption)
            && let Some(digits) = folder.read_if_there(name)?
        {
            keys.insert(id.to_owned(), parse_symmetric(name, &digits)?);
        }
    }
    Ok(keys)
}

/// The id in the name of a file; none where it is of another kind or has another form.
pub(super) fn id_of(name: &str, key_use: KeyUse) -> Option<&str> {
    let id = name.strip_prefix(key_use.prefix())?.strip_suffix(key_use.suffix())?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    ((1..=40).contains(&id.len()) && id.chars().all(plain)).then_some(id)
}

fn read_symmetric(folder: &KeyFolder, name: &str) -> Result<Key256, KeyError> {
    parse_symmetric(name, &folder.read(name)?)
}

fn parse_symmetric(name: &str, digits: &[u8]) -> Result<Key256, KeyError> {
    Key256::from_hex(digits)
        .ok_or_else(|| KeyError::Malformed { name: name.to_owned(), expected: "64 hexadecimal digits (256 bits)" })
}

fn parse_current(content: &[u8]) -> Result<CurrentIds, KeyError> {
    let text = std::str::from_utf8(content).unwrap_or_default();
    let id = |word: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| Some(line.strip_prefix(word)?.trim().to_owned()))
    };
    id("encryption ").zip(id("signing ")).ok_or_else(|| KeyError::Malformed {
        name: CURRENT.to_owned(),
        expected: "two lines, `encryption <id>` and `signing <id>`",
    })
}
