//! Who the server runs as. PostgreSQL refuses root, so root lends it `postgres`, else `nobody`; any other user runs
//! it as itself.

use std::{
    fs::{self, Metadata},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use nix::unistd::{Uid, User, geteuid};

use super::error::EmbeddedError;

/// A user other than the program's own, by number: names may differ between a host and a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The account to switch to, or `None` where the program is not root. An existing cluster keeps its owner.
pub(super) fn server_account(cluster: &Path) -> Result<Option<Account>, EmbeddedError> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    if let Ok(made) = fs::metadata(cluster)
        && made.uid() != 0
    {
        return Ok(Some(Account { uid: made.uid(), gid: made.gid() }));
    }
    ["postgres", "nobody"].iter().find_map(|name| named(name)).map(Some).ok_or(EmbeddedError::NoAccount)
}

fn named(name: &str) -> Option<Account> {
    let user = User::from_name(name).ok().flatten()?;
    Some(Account { uid: user.uid.as_raw(), gid: user.gid.as_raw() })
}

/// The user that must own the cluster and its socket folder.
pub(super) fn owner(account: Option<Account>) -> u32 {
    account.map_or_else(|| Uid::effective().as_raw(), |account| account.uid)
}

impl Account {
    /// Whether this user may pass through a folder, by its mode bits. Access lists are not looked at: a folder opened
    /// by one alone counts as closed, which costs a move and nothing else.
    pub(super) fn may_enter(self, folder: &Metadata) -> bool {
        let needed = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & needed != 0
    }

    /// Whether this user may pass through a folder and everything above it.
    pub(super) fn reaches(self, folder: &Path) -> bool {
        folder.ancestors().all(|step| fs::metadata(step).is_ok_and(|step| self.may_enter(&step)))
    }
}

/// Gives a file or folder to the server's user, where that is not the program's own.
pub(super) fn give(path: &Path, account: Option<Account>) -> Result<(), EmbeddedError> {
    match account {
        Some(to) => chown(path, Some(to.uid), Some(to.gid)).map_err(EmbeddedError::file("hand over", path)),
        None => Ok(()),
    }
}

/// Makes a command run as the server's user from its start; for questions such as `initdb --show`.
pub(super) fn run_as(command: &mut Command, account: Option<Account>) {
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_closed_to_others_stops_a_stranger_and_not_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let seen = fs::metadata(folder.path()).unwrap();
        let stranger = Account { uid: seen.uid() + 1, gid: seen.gid() + 1 };
        assert!(!stranger.may_enter(&seen));
        assert!(!stranger.reaches(folder.path()));
        assert!(Account { uid: seen.uid(), ..stranger }.may_enter(&seen));
    }

    #[test]
    fn passing_through_needs_no_right_to_list() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let seen = fs::metadata(folder.path()).unwrap();
        assert!(Account { uid: seen.uid() + 1, gid: seen.gid() + 1 }.may_enter(&seen));
    }
}
