//! Unpacks a checked archive. Although its hash is pinned, an entry that would land or point outside the folder is
//! refused, and so is more than 2 GiB.

use std::{
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
};

use flate2::read::GzDecoder;
use tar::{Archive, Entry, EntryType};

use super::{error::EmbeddedError, place};

const LARGEST_TREE: u64 = 2 << 30;

/// Unpacks a `.tar.gz` into a new folder; the folder that holds `bin`.
pub(super) fn unpack(archive: &Path, into: &Path) -> Result<PathBuf, EmbeddedError> {
    let file = File::open(archive).map_err(EmbeddedError::file("read", archive))?;
    place::make_folder(into, 0o755)?;
    let mut archive = Archive::new(GzDecoder::new(file));
    let mut room = LARGEST_TREE;
    for entry in archive.entries().map_err(|error| broken(&error))? {
        let mut entry = entry.map_err(|error| broken(&error))?;
        room = room.checked_sub(entry.size()).ok_or_else(|| refused("it unpacks to more than 2 GiB"))?;
        place_entry(&mut entry, into)?;
    }
    server_root(into)
}

fn place_entry<R: io::Read>(entry: &mut Entry<'_, R>, into: &Path) -> Result<(), EmbeddedError> {
    let path = entry.path().map_err(|error| broken(&error))?.into_owned();
    let outside = || refused(&format!("{} would leave its folder", path.display()));
    let depth = depth_inside(&path).ok_or_else(outside)?;
    let target = entry.link_name().map_err(|error| broken(&error))?;
    let inside = match (entry.header().entry_type(), target) {
        (EntryType::Regular | EntryType::Directory, _) => true,
        (EntryType::Symlink, Some(target)) => stays_inside(&target, depth.saturating_sub(1)),
        // Time zones with two names come as hard links, named from the archive's top.
        (EntryType::Link, Some(target)) => depth_inside(&target).is_some(),
        (other, _) => return Err(refused(&format!("{} is of the kind {other:?}", path.display()))),
    };
    if !inside {
        return Err(outside());
    }
    match entry.unpack_in(into) {
        Ok(true) => Ok(()),
        Ok(false) => Err(outside()),
        Err(error) => Err(broken(&error)),
    }
}

/// How many folders deep a path goes, or nothing where it is absolute or climbs.
fn depth_inside(path: &Path) -> Option<usize> {
    path.components().filter(|step| *step != Component::CurDir).try_fold(0, |depth, step| match step {
        Component::Normal(_) => Some(depth + 1),
        _ => None,
    })
}

/// Whether a link's target, followed from this depth, never climbs above the top.
fn stays_inside(target: &Path, from: usize) -> bool {
    target
        .components()
        .try_fold(from, |depth, step| match step {
            Component::Normal(_) => Some(depth + 1),
            Component::ParentDir => depth.checked_sub(1),
            Component::CurDir => Some(depth),
            Component::RootDir | Component::Prefix(_) => None,
        })
        .is_some()
}

/// The archive's one top folder, or the tree itself where `bin` is at the top.
fn server_root(tree: &Path) -> Result<PathBuf, EmbeddedError> {
    let entries = fs::read_dir(tree).map_err(EmbeddedError::file("list", tree))?;
    let holds_server = |root: &PathBuf| root.join("bin/postgres").is_file() && root.join("bin/initdb").is_file();
    std::iter::once(tree.to_path_buf())
        .chain(entries.flatten().map(|entry| entry.path()))
        .find(holds_server)
        .ok_or_else(|| refused("it holds no bin/postgres and bin/initdb"))
}

fn refused(reason: &str) -> EmbeddedError {
    EmbeddedError::Archive { reason: reason.to_owned() }
}

fn broken(error: &io::Error) -> EmbeddedError {
    refused(&format!("it cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    /// An archive of one entry whose name is written as given, which the builder itself would refuse.
    fn archive(folder: &Path, name: &str, link: Option<(EntryType, &str)>) -> PathBuf {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o644);
        header.set_size(0);
        if let Some((kind, link)) = link {
            header.set_entry_type(kind);
            header.as_gnu_mut().unwrap().linkname[..link.len()].copy_from_slice(link.as_bytes());
        }
        header.set_cksum();
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        tar.append(&header, io::empty()).unwrap();
        let path = folder.join("archive.tar.gz");
        fs::write(&path, tar.into_inner().unwrap().finish().unwrap()).unwrap();
        path
    }

    fn unpacked(name: &str, link: Option<(EntryType, &str)>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let archive = archive(folder.path(), name, link);
        unpack(&archive, &folder.path().join("tree")).unwrap_err().to_string()
    }

    #[test]
    fn an_entry_never_lands_outside_its_folder() {
        for name in ["/etc/passwd", "../up", "a/../../up"] {
            assert!(unpacked(name, None).contains("would leave its folder"), "{name}");
        }
    }

    #[test]
    fn a_link_never_points_outside_its_folder() {
        for target in ["/etc/passwd", "../../up", "x/../../../up"] {
            for kind in [EntryType::Symlink, EntryType::Link] {
                let refused = unpacked("lib/link", Some((kind, target)));
                assert!(refused.contains("would leave its folder"), "{kind:?} {target}");
            }
        }
        let within = unpacked("lib/link", Some((EntryType::Symlink, "libpq.so.5")));
        assert!(within.contains("holds no bin/postgres"), "{within}");
    }

    #[test]
    fn a_device_is_refused() {
        assert!(unpacked("null", Some((EntryType::Char, "x"))).contains("Char"));
    }

    proptest! {
        #[test]
        fn a_path_with_a_climb_is_never_inside(before in "[a-z/]{0,8}", after in "[a-z/]{0,8}") {
            prop_assert_eq!(depth_inside(Path::new(&format!("{before}/../{after}"))), None);
        }
    }
}
