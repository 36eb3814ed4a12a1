//! Finds the server binaries already on this machine. Refuses a folder without `initdb` beside `postgres`, a version
//! below 15, and a server without the control files of the extensions that the migrations create.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use super::{
    account::{self, Account},
    child,
    options::Options,
    postmaster,
    version::{OLDEST_MAJOR, Version},
};

/// The extensions a usable server can create.
pub const REQUIRED_EXTENSIONS: [&str; 3] = ["btree_gist", "pg_trgm", "unaccent"];

/// A folder of server binaries that qualified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder that holds `initdb`, `postgres` and usually `psql` and `pg_dump`.
    pub folder: PathBuf,
    /// Their version.
    pub version: Version,
}

impl Binaries {
    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }
}

/// A folder that did not qualify, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PassedOver {
    pub(super) folder: PathBuf,
    pub(super) reason: String,
}

/// What is on this machine: the qualified ones, newest first, and the rest.
pub(super) fn on_this_machine(options: &Options, account: Option<Account>) -> (Vec<Binaries>, Vec<PassedOver>) {
    let (mut qualified, mut passed_over) = (Vec::new(), Vec::new());
    for folder in candidates(options) {
        match inspect(&folder, account) {
            Ok(binaries) => qualified.push(binaries),
            Err(reason) => passed_over.push(PassedOver { folder, reason }),
        }
    }
    qualified.sort_by_key(|binaries| std::cmp::Reverse(binaries.version));
    (qualified, passed_over)
}

/// Folders that hold a `postgres`, each once, in the order of the sources.
fn candidates(options: &Options) -> Vec<PathBuf> {
    let on_path: Vec<PathBuf> =
        options.search_path.as_deref().map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    let mut found = Vec::new();
    let known = options.known_folders.iter().flat_map(|pattern| expand(Path::new(pattern)));
    for folder in bindir(&on_path).into_iter().chain(known).chain(on_path.clone()) {
        if let Some(folder) = home_of_postgres(&folder).filter(|folder| !found.contains(folder)) {
            found.push(folder);
        }
    }
    found
}

/// What `pg_config --bindir` says, where there is a `pg_config`.
fn bindir(on_path: &[PathBuf]) -> Option<PathBuf> {
    let pg_config = on_path.iter().map(|folder| folder.join("pg_config")).find(|file| file.is_file())?;
    let answer = ask(Command::new(pg_config).arg("--bindir")).ok()?;
    let folder = String::from_utf8(answer.stdout).ok()?;
    Some(PathBuf::from(folder.trim())).filter(|folder| folder.is_absolute())
}

/// The folders that a pattern with at most one `*` names, in the order of their names.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern {
        found = found.iter().flat_map(|folder| step(folder, part)).collect();
    }
    found.retain(|folder| folder.is_dir());
    found
}

fn step(folder: &Path, part: &OsStr) -> Vec<PathBuf> {
    let Some((start, end)) = part.to_str().and_then(|part| part.split_once('*')) else {
        return vec![folder.join(part)];
    };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let fits = |name: &str| name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end));
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(fits))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// The folder where this folder's `postgres` really lives: a lone link such as `/usr/local/bin/postgres` has neither
/// `initdb` nor the shared files beside it.
pub(super) fn home_of_postgres(folder: &Path) -> Option<PathBuf> {
    let real = folder.join("postgres").canonicalize().ok().filter(|file| file.is_file())?;
    let home = real.parent()?.to_path_buf();
    if !home.join("initdb").is_file() && folder.join("initdb").is_file() {
        return folder.canonicalize().ok();
    }
    Some(home)
}

/// Whether a folder qualifies, else the reason in words.
///
/// `initdb --show` answers for the pair: it runs the `postgres` beside it, compares the versions, and tells the folder
/// of the shared files, all without making anything.
pub(super) fn inspect(folder: &Path, account: Option<Account>) -> Result<Binaries, String> {
    for program in ["postgres", "initdb"] {
        if !folder.join(program).is_file() {
            return Err(format!("it has no {program}"));
        }
    }
    let shown = show(&folder.join("initdb"), account)?;
    let version = setting(&shown, "VERSION").and_then(Version::parse).ok_or("initdb tells no version")?;
    if version.major < OLDEST_MAJOR {
        return Err(format!("it is PostgreSQL {version}, and {OLDEST_MAJOR} is the oldest usable one"));
    }
    let share = setting(&shown, "share_path").ok_or("initdb tells no folder of shared files")?;
    let missing = missing_extensions(&Path::new(share).join("extension"));
    if !missing.is_empty() {
        return Err(format!("PostgreSQL {version} without its contrib extensions {}", missing.join(", ")));
    }
    Ok(Binaries { folder: folder.to_path_buf(), version })
}

fn show(initdb: &Path, account: Option<Account>) -> Result<String, String> {
    let mut command = Command::new(initdb);
    command.args(["--show", "-D", "/nonexistent"]).current_dir("/");
    child::bare_environment(&mut command, initdb);
    account::run_as(&mut command, account);
    let answer = ask(&mut command).map_err(|error| format!("its initdb does not run: {error}"))?;
    let text = String::from_utf8_lossy(&answer.stderr).into_owned();
    if answer.status.success() {
        return Ok(text);
    }
    Err(format!("its initdb fails: {}", text.lines().next().unwrap_or("it says nothing")))
}

/// Runs a program to its end. One that was unpacked a moment ago may count as busy for as long as a child that another
/// thread forked meanwhile holds its descriptor (execve(2), ETXTBSY).
fn ask(command: &mut Command) -> io::Result<Output> {
    let answer = postmaster::poll(Duration::from_secs(2), || match command.output() {
        Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => None,
        settled => Some(settled),
    });
    answer.unwrap_or_else(|| Err(io::ErrorKind::ExecutableFileBusy.into()))
}

fn setting<'a>(shown: &'a str, name: &str) -> Option<&'a str> {
    shown.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).map(str::trim)
}

fn missing_extensions(folder: &Path) -> Vec<&'static str> {
    REQUIRED_EXTENSIONS.into_iter().filter(|name| !folder.join(format!("{name}.control")).is_file()).collect()
}

/// The version of a folder that qualified at an earlier start, by one quick question.
pub(super) fn version_of(folder: &Path) -> Option<Version> {
    let postgres = folder.join("postgres");
    if !folder.join("initdb").is_file() {
        return None;
    }
    let mut command = Command::new(&postgres);
    child::bare_environment(command.arg("--version"), &postgres);
    let answer = ask(&mut command).ok()?;
    Version::parse(&String::from_utf8(answer.stdout).ok()?)
}

#[cfg(test)]
pub(super) mod tests;
