//! The folder of a run. It lies on a disk: on a file system in memory a durable commit costs nothing, and every figure
//! of a write would be wrong.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::trouble::Trouble;

const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// A folder that is removed when this is dropped, and the kind of its file system.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    /// Such as `ext4`; `unknown` where the system does not tell.
    pub filesystem: String,
}

impl Scratch {
    /// Below the temporary folder, or below Cargo's where that one is in memory.
    pub fn make() -> Result<Self, Trouble> {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let places = [std::env::temp_dir(), PathBuf::from(env!("CARGO_TARGET_TMPDIR"))];
        let place = places.iter().find(|place| !IN_MEMORY.contains(&filesystem(&mounts, place).as_str()));
        let place =
            place.ok_or_else(|| Trouble::failed("no disk for a durable database: set TMPDIR to a folder on one"))?;
        // The embedded server may run as another user, who passes through this folder.
        let readable = fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("clinic-cms-measure-").permissions(readable).tempdir_in(place);
        let folder = folder.map_err(Trouble::at(place.display()))?;
        Ok(Self { folder, filesystem: filesystem(&mounts, place) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The kind of file system that `path` lies on, by the longest mount point above it (`proc_pid_mounts(5)`).
pub fn filesystem(mounts: &str, path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let fields = |line: &str| {
        let mut fields = line.split(' ').skip(1).map(str::to_owned);
        Some((fields.next()?, fields.next()?))
    };
    let above = mounts.lines().filter_map(fields).filter(|(point, _)| path.starts_with(point));
    above.max_by_key(|(point, _)| point.len()).map_or_else(|| "unknown".to_owned(), |(_, kind)| kind)
}
