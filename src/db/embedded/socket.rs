//! The private folder of the server's socket, and the record of it. Refuses a path that the kernel would cut
//! (`sockaddr_un` holds 107 bytes and an end mark; unix(7)) and a recorded folder that somebody else could enter.

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::{
    account::{self, Account},
    chance,
    error::EmbeddedError,
    place::{self, Place},
    postmaster,
};

const LONGEST_PATH: usize = 107;

/// What the last start wrote down: where the socket is, and whose life the server is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record {
    pub(super) socket_dir: PathBuf,
    pub(super) keeper: Option<u32>,
}

impl Record {
    /// The last start's record; empty where there is none.
    pub(super) fn read(home: &Path) -> Self {
        let text = fs::read_to_string(file(home)).unwrap_or_default();
        let (folder, keeper) = text.split_once('\n').unwrap_or_default();
        Self { socket_dir: folder.into(), keeper: keeper.trim().parse().ok() }
    }

    pub(super) fn write(&self, home: &Path) -> Result<(), EmbeddedError> {
        let keeper = self.keeper.map(|pid| pid.to_string()).unwrap_or_default();
        place::write_note(&file(home), &format!("{}\n{keeper}\n", self.socket_dir.display()))
    }
}

fn file(home: &Path) -> PathBuf {
    home.join("server")
}

/// The recorded folder where it is still private, so that open pools find a restarted server again; else a new one.
pub(super) fn settle(place: &Place, runtime_dir: Option<&Path>) -> Result<PathBuf, EmbeddedError> {
    let recorded = Record::read(&place.home).socket_dir;
    if is_private(&recorded, place.account) {
        return Ok(recorded);
    }
    let name = format!("clinic-cms-{}", chance::hexadecimal::<8>()?);
    let bases = bases(place, runtime_dir);
    bases.iter().map(|base| base.join(&name)).find(|folder| make(folder, place.account)).ok_or_else(|| {
        let tried: Vec<String> = bases.iter().map(|base| base.display().to_string()).collect();
        EmbeddedError::NoSocketFolder { tried: tried.join(", ") }
    })
}

/// The user's runtime folder, the temporary folder, the home. Root's runtime folder is closed to the server's user.
fn bases(place: &Place, runtime_dir: Option<&Path>) -> Vec<PathBuf> {
    let runtime_dir = runtime_dir.filter(|_| place.account.is_none()).map(Path::to_path_buf);
    runtime_dir.into_iter().chain([PathBuf::from("/tmp"), place.home.clone()]).collect()
}

fn make(folder: &Path, account: Option<Account>) -> bool {
    fits(folder) && place::make_folder(folder, 0o700).and_then(|()| account::give(folder, account)).is_ok()
}

fn fits(folder: &Path) -> bool {
    postmaster::socket_file(folder).as_os_str().as_bytes().len() <= LONGEST_PATH
}

/// A real folder (no link) of the server's user that nobody else may enter: names in `/tmp` are open to all.
fn is_private(folder: &Path, account: Option<Account>) -> bool {
    folder.is_absolute()
        && fits(folder)
        && folder
            .symlink_metadata()
            .is_ok_and(|seen| seen.is_dir() && seen.uid() == account::owner(account) && seen.mode() & 0o777 == 0o700)
}

/// Removes the folder of a stopped server, where nothing but the server was in it.
pub(super) fn remove(folder: &Path) {
    let _ = fs::remove_dir(folder);
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn place(home: &Path) -> Place {
        Place { data_dir: home.to_path_buf(), home: home.to_path_buf(), account: None }
    }

    #[test]
    fn the_recorded_folder_is_found_again_while_it_is_private() {
        let home = tempfile::tempdir().unwrap();
        let first = settle(&place(home.path()), Some(home.path())).unwrap();
        Record { socket_dir: first.clone(), keeper: Some(7) }.write(home.path()).unwrap();
        assert_eq!(Record::read(home.path()).keeper, Some(7));
        assert_eq!(settle(&place(home.path()), Some(home.path())).unwrap(), first);
    }

    #[test]
    fn a_link_in_the_recorded_place_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (target, link) = (home.path().join("target"), home.path().join("link"));
        place::make_folder(&target, 0o700).unwrap();
        symlink(&target, &link).unwrap();
        assert!(is_private(&target, None));
        assert!(!is_private(&link, None));
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_passed_over() {
        let home = tempfile::tempdir().unwrap();
        let long = home.path().join("x".repeat(90));
        fs::create_dir(&long).unwrap();
        let settled = settle(&place(home.path()), Some(&long)).unwrap();
        assert!(!settled.starts_with(&long));
        remove(&settled);
    }
}
