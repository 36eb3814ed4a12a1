//! What the caller decides. Nothing here reads the environment: the settings room does, and hands values in.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use super::fetch::ArchiveSource;

/// How much a crash of the machine may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Every commit reaches the disk: `fsync`, `full_page_writes` and `synchronous_commit` are on.
    #[default]
    Durable,
    /// For tests: nothing is flushed; a crash of the machine loses the cluster.
    Disposable,
}

/// How long the server lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// Until the program that started it ends, however it ends (Linux; elsewhere as [`Lifetime::Detached`]).
    /// Right for `serve`.
    #[default]
    WithProgram,
    /// Until the last attached program stops it. Right for one-shot commands, since a `serve` started meanwhile
    /// joins the same server and outlives them.
    Detached,
}

/// Where the server's files are, which binaries it may use, and how it lives.
#[derive(Debug, Clone)]
pub struct Options {
    /// The product's data directory; made with mode 0700 when it does not exist.
    pub data_dir: PathBuf,
    /// The setting `postgres_bin` (`CMS_POSTGRES_BIN`): a folder with `initdb` and `postgres`, or its `postgres`.
    pub binaries: Option<PathBuf>,
    /// Folders to look for installed servers; each may hold one `*`.
    pub known_folders: Vec<String>,
    /// The value of `PATH`, searched for `pg_config` and `postgres`.
    pub search_path: Option<OsString>,
    /// The archive to fetch where the machine has no server; `None` never fetches.
    pub archive: Option<ArchiveSource>,
    /// What a crash of the machine may cost.
    pub durability: Durability,
    /// This program's executable, run again as `clinic-cms __postgres …`; an absolute path.
    pub program: PathBuf,
    /// How long the server lives.
    pub lifetime: Lifetime,
    /// The value of `XDG_RUNTIME_DIR`, a good place for the socket unless the program is root.
    pub runtime_dir: Option<PathBuf>,
    /// Where root puts the cluster when the server's user cannot reach the data directory.
    pub system_dir: PathBuf,
    /// How long a start may take, crash recovery included.
    pub ready_within: Duration,
}

/// Where Debian, Fedora (and PGDG), Alpine, Homebrew, Postgres.app and a plain `make install` put a server.
pub const KNOWN_FOLDERS: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/bin",
    "/usr/local/pgsql/bin",
    "/usr/local/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

impl Options {
    /// The defaults of `serve`: durable, bound to the program's life, fetching the pinned archive if need be.
    #[must_use]
    pub fn new(data_dir: &Path, program: &Path) -> Self {
        Self {
            data_dir: data_dir.to_path_buf(),
            binaries: None,
            known_folders: KNOWN_FOLDERS.iter().map(ToString::to_string).collect(),
            search_path: None,
            archive: Some(ArchiveSource::default()),
            durability: Durability::default(),
            program: program.to_path_buf(),
            lifetime: Lifetime::default(),
            runtime_dir: None,
            system_dir: PathBuf::from("/var/lib/clinic-cms"),
            ready_within: Duration::from_mins(1),
        }
    }
}
