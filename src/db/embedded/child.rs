//! The program run again as `clinic-cms __postgres`, which gives up root, ties itself to its parent's life, and
//! becomes the server. Both steps belong between `fork` and `exec`, where own code would have to be unsafe; a second
//! run of the program needs none. The order matters: a change of user clears the parent-death signal (prctl(2)).

use std::{
    convert::Infallible,
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, getppid, setgid, setsid, setuid};

use super::{account::Account, error::EmbeddedError};

/// The hidden subcommand's name.
pub const SUBCOMMAND: &str = "__postgres";

const NOBODY_ELSE: &str = "-";

/// A command that runs `executable` as the server's user, bound to the calling process's life when asked.
///
/// It starts in `/` with a bare environment: PostgreSQL reads `PG*` variables, and the program's own hold secrets.
pub(super) fn command(program: &Path, account: Option<Account>, bound: bool, executable: &Path) -> Command {
    let id = |number: Option<u32>| number.map_or_else(|| NOBODY_ELSE.to_owned(), |number| number.to_string());
    let mut command = Command::new(program);
    command
        .args([
            SUBCOMMAND.to_owned(),
            id(account.map(|account| account.uid)),
            id(account.map(|account| account.gid)),
            id(bound.then(std::process::id)),
        ])
        .arg(executable)
        .stdin(Stdio::null())
        .current_dir("/");
    bare_environment(&mut command, executable);
    command
}

/// Locale and time zone fixed; the loader finds the libraries of an unpacked archive beside its `bin`.
pub(super) fn bare_environment(command: &mut Command, executable: &Path) {
    command.env_clear().envs([("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("PATH", "/usr/bin:/bin")]);
    if let Some(root) = executable.parent().and_then(Path::parent).filter(|root| super::fetch::is_unpacked(root)) {
        command.env("LD_LIBRARY_PATH", root.join("lib"));
    }
}

/// What `clinic-cms __postgres <uid|-> <gid|-> <parent pid|-> <executable> <arguments…>` does with the arguments after
/// its name. It returns only when it fails.
///
/// # Errors
/// When a step fails, when the arguments are not those this program writes, or when the parent is gone already.
pub fn run_child(arguments: &[OsString]) -> Result<Infallible, EmbeddedError> {
    let [uid, gid, parent, executable, rest @ ..] = arguments else {
        return Err(EmbeddedError::ChildArguments);
    };
    let (uid, gid, parent) = (number(uid)?, number(gid)?, number(parent)?);
    // A session of its own: Ctrl-C at the terminal is for the program, which stops the server when it has drained.
    let _ = setsid();
    if let (Some(uid), Some(gid)) = (uid, gid) {
        become_user(Uid::from_raw(uid), Gid::from_raw(gid))?;
    }
    if let Some(parent) = parent {
        die_with(parent)?;
    }
    let source = Command::new(executable).args(rest).exec();
    Err(EmbeddedError::Child { doing: "run the server's executable", source })
}

fn number(text: &OsStr) -> Result<Option<u32>, EmbeddedError> {
    match text.to_str() {
        Some(NOBODY_ELSE) => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| EmbeddedError::ChildArguments),
        None => Err(EmbeddedError::ChildArguments),
    }
}

fn become_user(uid: Uid, gid: Gid) -> Result<(), EmbeddedError> {
    #[cfg(not(target_vendor = "apple"))]
    nix::unistd::setgroups(&[]).map_err(failed("drop the groups"))?;
    setgid(gid).map_err(failed("change the group"))?;
    setuid(uid).map_err(failed("change the user"))
}

/// SIGINT is PostgreSQL's fast shutdown: open transactions roll back, a checkpoint is written, and the next start has
/// nothing to recover.
fn die_with(parent: u32) -> Result<(), EmbeddedError> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGINT).map_err(failed("bind to the parent"))?;
    // The parent may have died before the line above; then no signal ever comes.
    if u32::try_from(getppid().as_raw()) == Ok(parent) { Ok(()) } else { Err(EmbeddedError::Orphan) }
}

fn failed(doing: &'static str) -> impl FnOnce(nix::errno::Errno) -> EmbeddedError {
    move |errno| EmbeddedError::Child { doing, source: io::Error::from(errno) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> EmbeddedError {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let Err(error) = run_child(&arguments);
        error
    }

    #[test]
    fn a_call_by_hand_is_refused() {
        assert!(matches!(refused(&[]), EmbeddedError::ChildArguments));
        assert!(matches!(refused(&["-", "-", "me", "/bin/true"]), EmbeddedError::ChildArguments));
    }

    #[test]
    fn the_server_never_sees_the_programs_environment() {
        let made = command(Path::new("/opt/clinic-cms"), None, false, Path::new("/opt/bin/postgres"));
        let names: Vec<_> = made.get_envs().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["LC_ALL", "PATH", "TZ"]);
        let arguments: Vec<_> = made.get_args().collect();
        assert_eq!(arguments, ["__postgres", "-", "-", "-", "/opt/bin/postgres"]);
    }
}
