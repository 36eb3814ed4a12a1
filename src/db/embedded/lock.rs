//! Three advisory locks (flock), all released by the kernel when their holder dies:
//! one `serve` a data directory, one start or stop at a time, and the list of those attached to the server.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{error::EmbeddedError, place};

/// Held by `serve` for its whole life, so that a second one on the same data directory is refused.
#[derive(Debug)]
pub struct ServeLock {
    file: File,
}

impl ServeLock {
    /// Takes the data directory (made if absent) for this process.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] with the holder's process id when another `serve` has it.
    pub fn acquire(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let data_dir = place::settle_data_dir(data_dir)?;
        let path = data_dir.join("serve.lock");
        let mut file = open(&path)?;
        match file.try_lock() {
            Ok(()) => write_holder(&mut file).map_err(EmbeddedError::file("write", &path))?,
            Err(TryLockError::WouldBlock) => {
                return Err(EmbeddedError::InUse { folder: data_dir, holder: holder(file) });
            }
            Err(TryLockError::Error(source)) => return Err(EmbeddedError::file("lock", &path)(source)),
        }
        Ok(Self { file })
    }
}

impl Drop for ServeLock {
    /// By name rather than by closing alone, as for [`Attached`].
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

fn holder(mut file: File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text).map(|_| text.trim().parse::<u32>()) {
        Ok(Ok(pid)) => pid.to_string(),
        _ => "unknown".to_owned(),
    }
}

/// Held while a server is looked for, started or stopped, so that two programs never do so at once.
#[derive(Debug)]
pub(super) struct StartLock {
    _file: File,
}

impl StartLock {
    pub(super) fn take(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let path = data_dir.join("postgres.lock");
        let file = open(&path)?;
        file.lock().map_err(EmbeddedError::file("lock", &path))?;
        Ok(Self { _file: file })
    }
}

/// A share in the running server. Taken and given up under the [`StartLock`] only.
#[derive(Debug)]
pub(super) struct Attached {
    file: File,
    path: PathBuf,
}

impl Attached {
    pub(super) fn join(home: &Path) -> Result<Self, EmbeddedError> {
        let path = home.join("attached.lock");
        let file = open(&path)?;
        file.lock_shared().map_err(EmbeddedError::file("lock", &path))?;
        Ok(Self { file, path })
    }

    /// Whether nobody is attached at all.
    pub(super) fn nobody(home: &Path) -> Result<bool, EmbeddedError> {
        let path = home.join("attached.lock");
        exclusive(&open(&path)?, &path)
    }

    /// Gives up the share; true when it was the last one, in which case nobody can join until this is dropped.
    pub(super) fn leave(&self) -> Result<bool, EmbeddedError> {
        self.file.unlock().map_err(EmbeddedError::file("unlock", &self.path))?;
        exclusive(&self.file, &self.path)
    }
}

impl Drop for Attached {
    /// By name rather than by closing alone: a child forked at this moment by another thread holds a copy of the
    /// descriptor until it runs its own program.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn exclusive(file: &File, path: &Path) -> Result<bool, EmbeddedError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(EmbeddedError::file("lock", path)(source)),
    }
}

fn open(path: &Path) -> Result<File, EmbeddedError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path).map_err(EmbeddedError::file("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_serve_on_the_same_data_directory_is_told_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = ServeLock::acquire(folder.path()).unwrap();
        let refused = ServeLock::acquire(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        ServeLock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn only_the_last_one_out_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (Attached::join(folder.path()).unwrap(), Attached::join(folder.path()).unwrap());
        assert!(!Attached::nobody(folder.path()).unwrap());
        assert!(!first.leave().unwrap());
        assert!(second.leave().unwrap());
        drop(second);
        assert!(Attached::nobody(folder.path()).unwrap());
    }
}
