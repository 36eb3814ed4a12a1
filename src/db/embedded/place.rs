//! Where the files lie, and who may pass. Secrets are 0600; folders are 0700, or 0711 where root must let the server's
//! user through. Refuses to change the mode of anything above the data directory.
//!
//! ```text
//! data/                     0700 (0711 under root)
//!   serve.lock postgres.lock
//!   postgres/               the home; under root perhaps a link to /var/lib/clinic-cms/postgres-<16 hex digits>
//!     cluster/              PGDATA, the server's user's own
//!     superuser-password    0600
//!     server.log attached.lock server binaries
//!     postgresql-<version>-<triple>/   a fetched archive
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    account::{self, Account},
    chance,
    error::EmbeddedError,
    postmaster,
};

const SWEEPING: Duration = Duration::from_secs(3);

/// The settled folders of one embedded server. All paths are absolute and free of links.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) data_dir: PathBuf,
    pub(super) home: PathBuf,
    pub(super) account: Option<Account>,
}

impl Place {
    /// Finds or makes the home below a settled data directory. Called under the start lock.
    pub(super) fn settle(data_dir: &Path, system_dir: &Path) -> Result<Self, EmbeddedError> {
        let link = data_dir.join("postgres");
        let account = account::server_account(&link.join("cluster"))?;
        if link.symlink_metadata().is_err() {
            narrow(data_dir)?;
            make_home(&link, data_dir, system_dir, account)?;
        }
        let home = link.canonicalize().map_err(EmbeddedError::file("follow", &link))?;
        let place = Self { data_dir: data_dir.to_path_buf(), home, account };
        place.sweep();
        Ok(place)
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.home.join("superuser-password")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.home.join("server.log")
    }

    /// Removes what a killed start left half made. Its `initdb` may still be cleaning up there, so this takes a few
    /// attempts; what stays is harmless, and the next start tries again.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.home) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(Scratch::PREFIX) {
                let _ = postmaster::poll(SWEEPING, || remove(&entry.path()).then_some(()));
            }
        }
    }
}

fn remove(folder: &Path) -> bool {
    match fs::remove_dir_all(folder) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound && !folder.exists(),
    }
}

/// What stands in a data directory before its database does.
const BEFORE_THE_DATABASE: [&str; 3] = ["postgres.lock", "serve.lock", "keys"];

/// Narrows a data directory to its owner while it holds nothing but ours; one that holds other things keeps its mode,
/// because it may not be ours alone. Under the start lock: by whoever comes later, the way in may be open for the
/// server's user.
fn narrow(data_dir: &Path) -> Result<(), EmbeddedError> {
    let entries = fs::read_dir(data_dir).map_err(EmbeddedError::file("look into", data_dir))?;
    let is_ours = |entry: fs::DirEntry| BEFORE_THE_DATABASE.iter().any(|name| entry.file_name() == *name);
    if entries.flatten().all(is_ours) { set_mode(data_dir, 0o700) } else { Ok(()) }
}

/// Makes the data directory if it is absent, its owner's alone, and returns its absolute path without links.
pub(super) fn settle_data_dir(folder: &Path) -> Result<PathBuf, EmbeddedError> {
    let failed = || EmbeddedError::file("make the data directory", folder);
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(failed())?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed()(error)),
        _ => {}
    }
    folder.canonicalize().map_err(failed())
}

fn make_home(link: &Path, data_dir: &Path, system_dir: &Path, account: Option<Account>) -> Result<(), EmbeddedError> {
    let Some(account) = account else { return make_folder(link, 0o700) };
    if data_dir.parent().is_none_or(|above| account.reaches(above)) {
        let seen = fs::metadata(data_dir).map_err(EmbeddedError::file("look at", data_dir))?;
        if !account.may_enter(&seen) {
            set_mode(data_dir, seen.permissions().mode() & 0o777 | 0o011)?;
        }
        return make_folder(link, 0o711);
    }
    make_home_elsewhere(link, system_dir, account)
}

/// The data directory lies below a folder that the server's user cannot enter, such as root's own home.
fn make_home_elsewhere(link: &Path, system_dir: &Path, account: Account) -> Result<(), EmbeddedError> {
    fs::create_dir_all(system_dir).map_err(EmbeddedError::file("make", system_dir))?;
    if !account.reaches(system_dir) {
        return Err(EmbeddedError::Closed { folder: system_dir.to_path_buf(), uid: account.uid });
    }
    let home = system_dir.join(format!("postgres-{}", chance::hexadecimal::<8>()?));
    make_folder(&home, 0o711)?;
    symlink(&home, link).map_err(EmbeddedError::file("link", link))?;
    tracing::warn!(
        "the database is kept in {} because PostgreSQL's user (uid {}) cannot enter the folders above {}",
        home.display(),
        account.uid,
        link.display()
    );
    Ok(())
}

/// Makes one folder with exactly this mode, whatever the umask.
pub(super) fn make_folder(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    DirBuilder::new().mode(mode).create(path).map_err(EmbeddedError::file("make", path))?;
    set_mode(path, mode)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(EmbeddedError::file("set the mode of", path))
}

/// Writes a 0600 file that is either whole or absent, and on the disk when this returns.
pub(super) fn write_secret(path: &Path, text: &str) -> Result<(), EmbeddedError> {
    let draft = write_draft(path, text).map_err(EmbeddedError::file("write", path))?;
    draft.sync_all().map_err(EmbeddedError::file("flush", path))?;
    rename_draft(path)?;
    sync_folder(path.parent().unwrap_or(path))
}

/// Writes a 0600 file that is either whole or absent, and may be lost in a power cut: the next start can do without.
pub(super) fn write_note(path: &Path, text: &str) -> Result<(), EmbeddedError> {
    write_draft(path, text).map_err(EmbeddedError::file("write", path))?;
    rename_draft(path)
}

fn write_draft(path: &Path, text: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(draft_of(path))?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

fn rename_draft(path: &Path) -> Result<(), EmbeddedError> {
    fs::rename(draft_of(path), path).map_err(EmbeddedError::file("write", path))
}

fn draft_of(path: &Path) -> PathBuf {
    path.with_extension("draft")
}

/// Makes a rename in this folder survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> Result<(), EmbeddedError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(EmbeddedError::file("flush", folder))
}

/// A work folder inside the home that is removed when dropped, and by the next start where this process is killed.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    const PREFIX: &str = "unfinished-";

    pub(super) fn make(home: &Path) -> Result<Self, EmbeddedError> {
        let path = home.join(format!("{}{}", Self::PREFIX, chance::hexadecimal::<8>()?));
        make_folder(&path, 0o700)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_data_directory_is_private() {
        let above = tempfile::tempdir().unwrap();
        let folder = settle_data_dir(&above.path().join("a/b")).unwrap();
        assert_eq!(mode(&folder), 0o700);
    }

    #[test]
    fn a_folder_is_narrowed_while_it_is_ours_alone_and_never_once_it_has_a_database() {
        let above = tempfile::tempdir().unwrap();
        let made = |name: &str, holds: &[&str]| {
            let folder = above.path().join(name);
            fs::create_dir(&folder).unwrap();
            set_mode(&folder, 0o755).unwrap();
            for entry in holds {
                fs::write(folder.join(entry), "").unwrap();
            }
            settle_data_dir(&folder).unwrap()
        };
        let settled = |folder: PathBuf| {
            Place::settle(&folder, above.path()).unwrap();
            mode(&folder) & 0o744
        };
        assert_eq!(settled(made("ours", &["postgres.lock", "serve.lock"])), 0o700);
        assert_eq!(settled(made("shared", &["notes"])), 0o744);
        let later = made("later", &[]);
        Place::settle(&later, above.path()).unwrap();
        set_mode(&later, 0o755).unwrap();
        // Whoever joins at the same moment leaves the way in as it is.
        assert_eq!(settled(settle_data_dir(&later).unwrap()), 0o744);
    }

    #[test]
    fn a_secret_is_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        write_secret(&secret, "x").unwrap();
        assert_eq!((mode(&secret), fs::read_to_string(&secret).unwrap().as_str()), (0o600, "x"));
    }

    #[test]
    fn what_a_killed_start_left_is_swept_away() {
        let above = tempfile::tempdir().unwrap();
        let home = above.path().to_path_buf();
        let left = Scratch::make(&home).unwrap();
        Place { data_dir: home.clone(), home: home.clone(), account: None }.sweep();
        assert!(!left.path().exists());
    }
}
