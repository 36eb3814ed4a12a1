//! Keys that come and go while the program runs: those that sign and those that wrap data keys. They are read again from
//! the folder every few seconds, and at once for an id that nobody knows, where the folder has changed: a token of
//! another node that rotated a moment ago is good, an inquiry that it sealed opens, and a flood of invented ids costs one
//! question to the system each and opens no file.
//!
//! Refuses to go on without keys: where the folder cannot be read, the ones in force stay, and the caller is told.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::encryption_keys::EncryptionKeys;
use super::key_files::load_changing;
use super::key_folder::KeyFolder;
use super::key_ring::{KeyError, KeyRing};
use super::signing_keys::SigningKeys;

/// The keys in force, and the folder that they were read from.
pub(super) struct Reloaded {
    signing: RwLock<Arc<SigningKeys>>,
    encryption: RwLock<Arc<EncryptionKeys>>,
    source: Option<Source>,
}

/// A folder, and its trace when it was last read. Whoever reads holds the trace, so that of two readings the later
/// one stays.
struct Source {
    folder: KeyFolder,
    seen: Mutex<Option<SystemTime>>,
}

impl Reloaded {
    /// Keys that came from elsewhere and stay.
    pub(super) fn fixed(signing: SigningKeys, encryption: EncryptionKeys) -> Self {
        Self { signing: RwLock::new(Arc::new(signing)), encryption: RwLock::new(Arc::new(encryption)), source: None }
    }

    /// Keys of a folder that had this trace before they were read.
    pub(super) fn of_folder(
        signing: SigningKeys,
        encryption: EncryptionKeys,
        folder: KeyFolder,
        trace: Option<SystemTime>,
    ) -> Self {
        let source = Source { folder, seen: Mutex::new(trace) };
        Self { source: Some(source), ..Self::fixed(signing, encryption) }
    }

    pub(super) fn signing(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.signing.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn encryption(&self) -> Arc<EncryptionKeys> {
        Arc::clone(&self.encryption.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// When a file of the folder was written.
    pub(super) fn written_at(&self, name: &str) -> Option<DateTime<Utc>> {
        self.source.as_ref().and_then(|source| source.folder.written_at(name)).map(Into::into)
    }

    fn replace(&self, signing: SigningKeys, encryption: EncryptionKeys) {
        *self.signing.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(signing);
        *self.encryption.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(encryption);
    }
}

impl KeyRing {
    /// Reads the keys of the folder again, for a round every few seconds. Gives whether they are others now: a key
    /// that is gone from the folder verifies and opens nothing from here on. A ring without a folder stays as it is.
    ///
    /// # Errors
    /// As [`KeyRing::open_or_create`]; the keys in force then stay.
    pub fn reload(&self) -> Result<bool, KeyError> {
        self.reload_where(|_, _| true)
    }

    /// Whether the folder has changed since it was last read, and holds other keys now. A folder that cannot be read
    /// is told by the next round.
    pub(super) fn has_found_other_keys(&self) -> bool {
        self.reload_where(|before, now| before != now).unwrap_or(false)
    }

    fn reload_where(
        &self,
        is_due: impl FnOnce(Option<SystemTime>, Option<SystemTime>) -> bool,
    ) -> Result<bool, KeyError> {
        let Some(source) = &self.kept.source else { return Ok(false) };
        let mut seen = source.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let trace = source.folder.trace();
        if !is_due(*seen, trace) {
            return Ok(false);
        }
        // Before the reading: what changes meanwhile is read again, and a folder that is broken is read once a change.
        *seen = trace;
        let (signing, encryption) = load_changing(&source.folder)?;
        if signing.is_same(&self.signing()) && encryption.is_same(&self.encryption()) {
            return Ok(false);
        }
        self.check_new(&signing, &encryption)?;
        self.kept.replace(signing, encryption);
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
