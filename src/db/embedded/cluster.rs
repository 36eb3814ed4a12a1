//! Makes the cluster with `initdb`, so that it is there whole or not at all, and reads what a start needs to know.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
};

use super::{
    account, chance, child,
    error::EmbeddedError,
    find::Binaries,
    launch,
    options::{Durability, Options},
    place::{self, Place, Scratch},
};

/// The one superuser; it owns the database and runs the migrations.
pub const SUPERUSER: &str = "clinic_owner";

/// Whoever reaches the socket still needs a password, and nothing else is let in at all.
const HOST_RULES: &str = "# Only the unix socket, only with a password.\nlocal all all scram-sha-256\n";

/// The major version of the cluster on disk, or nothing where there is no cluster yet.
pub(super) fn major(cluster: &Path) -> Result<Option<u32>, EmbeddedError> {
    if !cluster.exists() {
        return Ok(None);
    }
    let path = cluster.join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(EmbeddedError::file("read", &path))?;
    let major = text.trim().parse().map_err(|_| std::io::Error::other("it names no major version"));
    major.map(Some).map_err(EmbeddedError::file("read", &path))
}

/// The superuser's password.
pub(super) fn password(place: &Place) -> Result<String, EmbeddedError> {
    let path = place.password_file();
    fs::read_to_string(&path).map_err(EmbeddedError::file("read", &path))
}

/// Runs `initdb` in a work folder and moves the finished cluster into place. The password is on the disk before the
/// cluster is, so a crash between the two costs nothing.
pub(super) fn make(place: &Place, binaries: &Binaries, options: &Options) -> Result<(), EmbeddedError> {
    let scratch = Scratch::make(&place.home)?;
    account::give(scratch.path(), place.account)?;
    let password = chance::hexadecimal::<32>()?;
    let password_file = scratch.path().join("password");
    place::write_secret(&password_file, &password)?;
    account::give(&password_file, place.account)?;

    let unfinished = scratch.path().join("cluster");
    let mut command = child::command(&options.program, place.account, true, &binaries.initdb());
    describe(&mut command, &unfinished, &password_file, options.durability);
    run(&mut command)?;
    restrict_hosts(&unfinished)?;

    place::write_secret(&place.password_file(), &password)?;
    let cluster = place.cluster();
    fs::rename(&unfinished, &cluster).map_err(EmbeddedError::file("move into place", &cluster))?;
    place::sync_folder(&place.home)
}

fn describe(command: &mut Command, cluster: &Path, password_file: &Path, durability: Durability) {
    command
        .args(["--locale=C.UTF-8", "--encoding=UTF8", "--data-checksums", "--no-instructions"])
        .args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"])
        .arg(format!("--username={SUPERUSER}"))
        .arg("--pgdata")
        .arg(cluster)
        .arg("--pwfile")
        .arg(password_file);
    if durability == Durability::Disposable {
        command.arg("--no-sync");
    }
}

fn run(command: &mut Command) -> Result<(), EmbeddedError> {
    let program = command.get_program().to_owned();
    let answer = command.output().map_err(EmbeddedError::file("run", program))?;
    if answer.status.success() {
        return Ok(());
    }
    let output = [answer.stdout, answer.stderr].concat();
    Err(EmbeddedError::Initdb {
        status: answer.status.to_string(),
        output: launch::last_lines(&String::from_utf8_lossy(&output)),
    })
}

/// Written into the file that `initdb` made, which keeps its owner.
fn restrict_hosts(cluster: &Path) -> Result<(), EmbeddedError> {
    let path = cluster.join("pg_hba.conf");
    let write = |mut file: File| file.write_all(HOST_RULES.as_bytes()).and_then(|()| file.sync_all());
    File::create(&path).and_then(write).map_err(EmbeddedError::file("write", &path))
}
