//! A folder that letters are written into where no mail server is named. Only the program's own user may read it: the
//! files hold links that open accounts.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, remove_file, rename, set_permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Writes a letter as `name` in one step, in place of an earlier attempt at the same one. Answers where it stands.
pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => set_permissions(folder, Permissions::from_mode(0o700))?,
    }
    let (draft, path) = (folder.join(format!(".{name}.new")), folder.join(name));
    // Left behind by a node that was killed here; the lease says that no other one writes it.
    match remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&draft, &path)?;
    // A rename survives a power cut only once its folder is synced as well.
    File::open(folder)?.sync_all()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_letter_is_written_whole_and_for_this_user_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("mail");
        std::fs::create_dir(&folder).unwrap();
        set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.join(".a.eml.new"), "half of a lett").unwrap();
        for content in ["first attempt", "second attempt"] {
            let path = write(&folder, "a.eml", content.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
            assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        assert!(write(&place.path().join("not/there"), "a.eml", b"x").is_err());
    }
}
