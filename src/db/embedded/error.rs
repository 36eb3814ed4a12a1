//! What can go wrong between a setting and an accepting socket, in words that say what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why the embedded PostgreSQL is not to be had. Messages hold paths, versions and process ids, never a password
/// or a statement's text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// The file system refused something.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was attempted, as a verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The folder named by the setting is not a usable server; nothing else is tried in its place.
    #[error("the setting postgres_bin (CMS_POSTGRES_BIN) names {}, which cannot be used: {reason}", folder.display())]
    Setting {
        /// The folder the setting names.
        folder: PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// No usable server on this machine, and none could be fetched.
    #[error("no usable PostgreSQL (15 or newer, with its contrib extensions) was found. Tried:\n{tried}\n{HINTS}")]
    NoBinaries {
        /// One line for each source tried.
        tried: String,
    },
    /// The archive could not be fetched.
    #[error("cannot fetch {url}: {reason}")]
    Fetch {
        /// The address asked.
        url: String,
        /// The cause.
        reason: String,
    },
    /// The archive that came is not the pinned one; it was deleted unread.
    #[error("the archive from {url} has sha256 {found}, the pinned one is {pinned}; it was deleted and not unpacked")]
    Hash {
        /// The address asked.
        url: String,
        /// The hash this release of the program accepts, hexadecimal.
        pinned: String,
        /// The hash of what came, hexadecimal.
        found: String,
    },
    /// The archive's content would leave its folder, is too large, or holds no server.
    #[error("the PostgreSQL archive was refused: {reason}")]
    Archive {
        /// The rule it breaks.
        reason: String,
    },
    /// The cluster on disk and the binaries are of different major versions.
    #[error(
        "the database folder {} was made by PostgreSQL {cluster}, and the binaries found are of {binaries}: install \
         PostgreSQL {cluster} beside it and name its bin folder in CMS_POSTGRES_BIN, or move the content over with \
         `clinic-cms backup` and a fresh data directory",
        folder.display()
    )]
    OtherMajor {
        /// The cluster's folder.
        folder: PathBuf,
        /// The cluster's major version.
        cluster: u32,
        /// The versions at hand, as text.
        binaries: String,
    },
    /// Another `serve` holds the data directory.
    #[error(
        "{} is in use by another clinic-cms serve (process {holder}); stop it first or choose another data directory",
        folder.display()
    )]
    InUse {
        /// The data directory.
        folder: PathBuf,
        /// The holder's process id as written in the lock file, or `unknown`.
        holder: String,
    },
    /// `initdb` failed; its last lines are here.
    #[error("initdb failed ({status}); its last lines:\n{output}")]
    Initdb {
        /// The exit status.
        status: String,
        /// The last lines it printed.
        output: String,
    },
    /// The server ended before it accepted a connection; the last lines of its log are here.
    #[error("the embedded PostgreSQL did not start ({status}); the last lines of {}:\n{log}", file.display())]
    Start {
        /// The exit status.
        status: String,
        /// The server's log file.
        file: PathBuf,
        /// Its last lines.
        log: String,
    },
    /// The server was not ready, or not gone, in time.
    #[error("the embedded PostgreSQL was not {what} within {seconds} s; the last lines of {}:\n{log}", file.display())]
    TooSlow {
        /// What was waited for.
        what: &'static str,
        /// The bound.
        seconds: u64,
        /// The server's log file.
        file: PathBuf,
        /// Its last lines.
        log: String,
    },
    /// A server holds the cluster and others use it, but its socket does not answer.
    #[error("process {pid} serves {} but its socket in {} does not accept connections", cluster.display(), socket.display())]
    Unreachable {
        /// The server's process id.
        pid: i32,
        /// The cluster's folder.
        cluster: PathBuf,
        /// The folder of its socket.
        socket: PathBuf,
    },
    /// No folder for the socket has a path short enough (107 bytes with the socket's name).
    #[error("no private folder with a path short enough for a unix socket: tried {tried}")]
    NoSocketFolder {
        /// The folders tried.
        tried: String,
    },
    /// The program runs as root, and PostgreSQL refuses to; neither `postgres` nor `nobody` exists.
    #[error("PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`: add one")]
    NoAccount,
    /// A folder that the server's user must reach is closed to it.
    #[error("{} cannot be entered by the server's user (uid {uid}); make it traversable (chmod o+x)", folder.display())]
    Closed {
        /// The folder in the way, or below it.
        folder: PathBuf,
        /// The user PostgreSQL is to run as.
        uid: u32,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoChance,
    /// `__postgres` was called with arguments that only this program writes.
    #[error("__postgres is internal: <uid|-> <gid|-> <parent pid|-> <executable> <arguments…>")]
    ChildArguments,
    /// The re-executed child could not become the server.
    #[error("cannot {doing} before the server starts: {source}")]
    Child {
        /// The step.
        doing: &'static str,
        /// The cause.
        source: io::Error,
    },
    /// The program that asked for the server died before the server was there.
    #[error("the program that asked for the server is gone")]
    Orphan,
}

const HINTS: &str = "\
Install one of:
  Debian, Ubuntu:  apt install postgresql
  Fedora, RHEL:    dnf install postgresql-server postgresql-contrib
  macOS:           brew install postgresql@18
  Docker:          docker compose up
or set DATABASE_URL to a PostgreSQL server of your own, or CMS_POSTGRES_BIN to a folder that has initdb and postgres.";

impl EmbeddedError {
    /// Turns an I/O error into [`EmbeddedError::File`], for `map_err`.
    pub(super) fn file(doing: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::File { doing, path, source }
    }
}
