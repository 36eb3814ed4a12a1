//! The folder of key files: who may read it, and how a file appears in it whole or not at all.
//!
//! Folder 0700, files 0600. A new file is written under a hidden name, synced, then renamed, under
//! a lock that other processes respect: two nodes that start on an empty folder end with one ring.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::key_ring::KeyError;

const LOCK: &str = ".lock";
const UNFINISHED: &str = ".unfinished";
const READABLE_BY_OTHERS: u32 = 0o077;
const LARGEST_FILE: u64 = 8192;

/// An existing folder that only its owner may enter.
pub(super) struct KeyFolder {
    path: PathBuf,
}

/// The folder while no other process may change it. The lock ends when this is dropped.
pub(super) struct LockedFolder<'a> {
    folder: &'a KeyFolder,
    _lock: File,
}

impl KeyFolder {
    /// Opens the folder, making it and its parents where they are missing.
    pub(super) fn open_or_make(path: &Path) -> Result<Self, KeyError> {
        let folder = Self { path: path.to_owned() };
        folder.make().map_err(|source| folder.unusable(source))?;
        let found = std::fs::metadata(path).map_err(|source| folder.unusable(source))?;
        if !found.is_dir() {
            return Err(folder.unusable(io::ErrorKind::NotADirectory.into()));
        }
        if found.permissions().mode() & READABLE_BY_OTHERS != 0 {
            return Err(KeyError::ExposedFolder { path: folder.path });
        }
        Ok(folder)
    }

    fn make(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = self.path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Err(refused) if refused.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    /// Names of the files that are not hidden, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, KeyError> {
        let entries = std::fs::read_dir(&self.path).map_err(|source| self.unusable(source))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| self.unusable(source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// When a file of the folder last came or went: one question to the system, with no file opened. A clock of the
    /// file system is coarse, so two changes within some milliseconds may leave one trace.
    pub(super) fn trace(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.path).and_then(|found| found.modified()).ok()
    }

    /// When the file was written, where the system knows.
    pub(super) fn written_at(&self, name: &str) -> Option<SystemTime> {
        std::fs::metadata(self.path.join(name)).and_then(|found| found.modified()).ok()
    }

    /// Whether a first start was cut short: its missing keys may then be made without losing any.
    pub(super) fn is_unfinished(&self) -> bool {
        self.path.join(UNFINISHED).exists()
    }

    /// As [`KeyFolder::read`]; none where the file is not there.
    pub(super) fn read_if_there(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
        match self.read(name) {
            Err(KeyError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// The content of one file, at most 8 KiB. The permissions are those of the opened file, so
    /// that it cannot be exchanged between the check and the reading.
    pub(super) fn read(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let path = self.path.join(name);
        let unreadable = |source| KeyError::Unreadable { path: path.clone(), source };
        let file = File::open(&path).map_err(unreadable)?;
        let found = file.metadata().map_err(unreadable)?;
        if found.permissions().mode() & READABLE_BY_OTHERS != 0 {
            return Err(KeyError::ExposedFile { path });
        }
        if !found.is_file() || found.len() > LARGEST_FILE {
            return Err(unreadable(io::ErrorKind::InvalidData.into()));
        }
        let mut content = Zeroizing::new(Vec::with_capacity(8192));
        file.take(LARGEST_FILE).read_to_end(&mut content).map_err(unreadable)?;
        Ok(content)
    }

    /// Waits for the lock of the folder and keeps it until the answer is dropped.
    pub(super) fn lock(&self) -> Result<LockedFolder<'_>, KeyError> {
        let locked = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.path.join(LOCK))
            .and_then(|file| file.lock().map(|()| file));
        let lock = locked.map_err(|source| self.unusable(source))?;
        Ok(LockedFolder { folder: self, _lock: lock })
    }

    fn unusable(&self, source: io::Error) -> KeyError {
        KeyError::Folder { path: self.path.clone(), source }
    }
}

impl LockedFolder<'_> {
    /// Writes a file that must not exist yet.
    pub(super) fn write_new(&self, name: &str, content: &[u8]) -> Result<(), KeyError> {
        if self.folder.path.join(name).exists() {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(unwritten(name, source));
        }
        self.write(name, content)
    }

    /// Writes a file in one step, in place of an older one of that name.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<(), KeyError> {
        self.write_and_rename(name, content).map_err(|source| unwritten(name, source))
    }

    /// Deletes a file.
    pub(super) fn remove(&self, name: &str) -> Result<(), KeyError> {
        let removed = std::fs::remove_file(self.folder.path.join(name)).and_then(|()| self.sync());
        removed.map_err(|source| unwritten(name, source))
    }

    fn write_and_rename(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let draft = self.folder.path.join(format!(".{name}.new"));
        // Left behind by a process that was killed here; the lock says that nobody else writes it.
        remove_if_there(&draft)?;
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&draft, self.folder.path.join(name))?;
        self.sync()
    }

    /// Notes that a first start is under way.
    pub(super) fn begin(&self) -> Result<(), KeyError> {
        self.write(UNFINISHED, b"")
    }

    /// Notes that the ring is whole.
    pub(super) fn finish(&self) -> Result<(), KeyError> {
        remove_if_there(&self.folder.path.join(UNFINISHED))
            .and_then(|()| self.sync())
            .map_err(|source| unwritten(UNFINISHED, source))
    }

    /// A rename survives a power cut only once its folder is synced as well.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder.path)?.sync_all()
    }
}

fn unwritten(name: &str, source: io::Error) -> KeyError {
    KeyError::Unwritten { name: name.to_owned(), source }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
