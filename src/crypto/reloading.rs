//! Signing keys that come and go while the program runs. They are read again from the folder every few seconds, and at
//! once for a `kid` that nobody knows, where the folder has changed: a token of another node that rotated a moment ago
//! is good, and a flood of invented ids costs one question to the system each and opens no file.
//!
//! Refuses to go on without keys: where the folder cannot be read, the ones in force stay, and the caller is told.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::key_files::load_signing;
use super::key_folder::KeyFolder;
use super::key_ring::{KeyError, KeyRing};
use super::signing_keys::SigningKeys;

/// The signing keys in force, and the folder that they were read from.
pub(super) struct Reloaded {
    keys: RwLock<Arc<SigningKeys>>,
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
    pub(super) fn fixed(keys: SigningKeys) -> Self {
        Self { keys: RwLock::new(Arc::new(keys)), source: None }
    }

    /// Keys of a folder that had this trace before they were read.
    pub(super) fn of_folder(keys: SigningKeys, folder: KeyFolder, trace: Option<SystemTime>) -> Self {
        let source = Source { folder, seen: Mutex::new(trace) };
        Self { keys: RwLock::new(Arc::new(keys)), source: Some(source) }
    }

    pub(super) fn now(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// When a file of the folder was written.
    pub(super) fn written_at(&self, name: &str) -> Option<DateTime<Utc>> {
        self.source.as_ref().and_then(|source| source.folder.written_at(name)).map(Into::into)
    }

    fn replace(&self, keys: SigningKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
}

impl KeyRing {
    /// Reads the signing keys of the folder again, for a round every few seconds. Gives whether they are others now:
    /// a key that is gone from the folder verifies nothing from here on. A ring without a folder stays as it is.
    ///
    /// # Errors
    /// As [`KeyRing::open_or_create`]; the keys in force then stay.
    pub fn reload_signing(&self) -> Result<bool, KeyError> {
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
        let Some(source) = &self.signing.source else { return Ok(false) };
        let mut seen = source.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let trace = source.folder.trace();
        if !is_due(*seen, trace) {
            return Ok(false);
        }
        // Before the reading: what changes meanwhile is read again, and a folder that is broken is read once a change.
        *seen = trace;
        let found = load_signing(&source.folder)?;
        if found.is_same(&self.signing.now()) {
            return Ok(false);
        }
        self.check_signing(&found)?;
        self.signing.replace(found);
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
