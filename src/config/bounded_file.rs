//! Reading of small text files: bounded, UTF-8, and with reasons that carry no path and no content.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Largest file that is read, in bytes: far above any settings file, far below what would hurt
/// where a path names an endless device.
const LARGEST: u64 = 1 << 20;

/// Why a file gave no text; each message follows the words "the file".
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// There is no such file.
    #[error("does not exist")]
    Missing,
    /// The file exists but this user may not read it.
    #[error("may not be read by this user (permission denied)")]
    Denied,
    /// The path is a folder.
    #[error("is a folder")]
    Folder,
    /// The file is larger than the bound.
    #[error("is larger than 1 MiB")]
    TooLarge,
    /// The file holds bytes that are not UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
    /// Anything else, by the name the standard library gives it.
    #[error("cannot be read ({0})")]
    Other(ErrorKind),
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::IsADirectory => Self::Folder,
            kind => Self::Other(kind),
        }
    }
}

/// The whole text of the file at `path`.
pub(super) fn read(path: &Path) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| Unreadable::NotText)
}
