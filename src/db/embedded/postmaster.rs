//! What the running server says about itself in `postmaster.pid`, and how it is told to stop.
//!
//! The file's lines are: process id, data folder, start time, port, socket folder, TCP address, shared memory key,
//! status (`starting`, `ready`, `stopping`); PostgreSQL, src/include/utils/pidfile.h.

use std::{
    fs,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::error::EmbeddedError;

/// Part of the socket's name; nothing listens on TCP.
pub(super) const PORT: u16 = 5432;

const FAST_STOP: Duration = Duration::from_secs(30);
const IMMEDIATE_STOP: Duration = Duration::from_secs(10);

/// A live server of one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: i32,
    pub(super) socket_dir: PathBuf,
    pub(super) status: Status,
}

/// The last line of `postmaster.pid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Starting,
    Ready,
    Stopping,
}

impl Postmaster {
    /// The live server of this cluster; nothing where the file is absent or left by a dead process.
    pub(super) fn of(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(pid_file(cluster)).ok()?;
        Self::parse(&text).filter(|server| serves(server.pid, cluster))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 0)?;
        let socket_dir = lines.nth(3).unwrap_or_default().into();
        let status = match lines.nth(2).map(str::trim) {
            Some("ready") => Status::Ready,
            Some("stopping") => Status::Stopping,
            _ => Status::Starting,
        };
        Some(Self { pid, socket_dir, status })
    }

    /// Whether it says that it is ready and its socket accepts.
    pub(super) fn accepts(&self) -> bool {
        self.status == Status::Ready && UnixStream::connect(socket_file(&self.socket_dir)).is_ok()
    }

    /// Whether the program whose life it was bound to is gone: a fast shutdown is under way although the file may
    /// still say ready.
    pub(super) fn has_lost(&self, keeper: u32) -> bool {
        parent_of(self.pid).is_some_and(|parent| parent != keeper)
    }
}

fn pid_file(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// The socket's full path in its folder.
pub(super) fn socket_file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Whether a live process serves this cluster: the cluster's path is one of its arguments. The command line is
/// readable by all, unlike the working directory, which a container's root may not see across users.
#[cfg(target_os = "linux")]
fn serves(pid: i32, cluster: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let cluster = cluster.as_os_str().as_bytes();
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.split(|byte| *byte == 0).any(|word| word == cluster))
}

#[cfg(not(target_os = "linux"))]
fn serves(pid: i32, _cluster: &Path) -> bool {
    is_alive(pid)
}

fn is_alive(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None).is_ok()
}

/// The parent's process id, where the system tells (Linux).
fn parent_of(pid: i32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// Removes a file whose process id has been given to something else since; PostgreSQL would refuse to start on it.
/// A dead process's file it clears itself, and left-over backends it finds by their shared memory either way.
pub(super) fn clear_reused_pid(cluster: &Path) -> Result<(), EmbeddedError> {
    let path = pid_file(cluster);
    let Some(left) = fs::read_to_string(&path).ok().as_deref().and_then(Postmaster::parse) else { return Ok(()) };
    if is_alive(left.pid) && !serves(left.pid, cluster) {
        tracing::info!("removing a lock file left by an earlier server (process {})", left.pid);
        fs::remove_file(&path).map_err(EmbeddedError::file("remove", &path))?;
    }
    Ok(())
}

/// Stops the cluster's server: fast (open transactions roll back, a checkpoint is written), and after 30 s immediate.
/// True once it is gone.
pub(super) fn stop(cluster: &Path) -> bool {
    for (signal, limit) in [(Signal::SIGINT, FAST_STOP), (Signal::SIGQUIT, IMMEDIATE_STOP)] {
        let Some(server) = Postmaster::of(cluster) else { return true };
        let _ = kill(Pid::from_raw(server.pid), signal);
        if poll(limit, || (!serves(server.pid, cluster)).then_some(())).is_some() {
            return true;
        }
    }
    false
}

/// Asks every 5 ms until there is an answer or the time is over.
pub(super) fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if start.elapsed() >= limit {
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_file_of_a_ready_server_is_read() {
        let text = "4711\n/c/cluster\n1763877000\n5432\n/tmp/s\n\n  9 8\nready   \n";
        let server = Postmaster::parse(text).unwrap();
        assert_eq!(server, Postmaster { pid: 4711, socket_dir: "/tmp/s".into(), status: Status::Ready });
    }

    #[test]
    fn a_half_written_file_is_a_server_that_starts() {
        assert_eq!(Postmaster::parse("4711\n/c/cluster\n").unwrap().status, Status::Starting);
    }

    #[test]
    fn a_process_id_that_would_mean_a_group_is_refused() {
        for text in ["0\n", "-1\n", "\n", "x\n"] {
            assert_eq!(Postmaster::parse(text), None, "{text:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_id_given_to_something_else_is_no_server_and_its_file_is_removed() {
        let cluster = tempfile::tempdir().unwrap();
        let file = pid_file(cluster.path());
        fs::write(&file, format!("{}\n/x\n1\n5432\n/tmp\n\n1 1\nready\n", std::process::id())).unwrap();
        assert_eq!(Postmaster::of(cluster.path()), None);
        clear_reused_pid(cluster.path()).unwrap();
        assert!(!file.exists());
    }

    proptest! {
        #[test]
        fn any_file_is_read_or_refused_without_a_panic(text in "(?s).*") {
            let _ = Postmaster::parse(&text);
        }
    }
}
