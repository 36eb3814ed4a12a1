//! Starts the server and waits until it accepts connections.
//!
//! A thread of its own starts the child and stays until the child has ended: the parent-death signal is bound to the
//! thread that started it (prctl(2)), which may be one of a pool that comes and goes.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::{Command, ExitStatus},
    sync::mpsc::{self, Receiver, TryRecvError},
    thread,
    time::Duration,
};

use super::{
    child,
    error::EmbeddedError,
    find::Binaries,
    options::{Lifetime, Options},
    place::Place,
    postmaster::{self, Postmaster},
    settings,
    socket::Record,
};

const LARGEST_LOG: u64 = 10 << 20;
const SHOWN_LINES: usize = 20;

/// How often a start is tried again while processes of a killed server still let go of their memory (10 s in all).
const PATIENCE: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Starts the server of a settled place; returns once it accepts connections.
pub(super) fn launch(
    options: &Options,
    place: &Place,
    binaries: &Binaries,
    socket_dir: &Path,
) -> Result<Postmaster, EmbeddedError> {
    postmaster::clear_reused_pid(&place.cluster())?;
    let keeper = (bound(options)).then(std::process::id);
    Record { socket_dir: socket_dir.to_path_buf(), keeper }.write(&place.home)?;
    for _ in 1..PATIENCE {
        match try_once(options, place, binaries, socket_dir) {
            Err(EmbeddedError::Start { log, .. }) if log.contains("pre-existing shared memory block") => {
                thread::sleep(PAUSE);
            }
            settled => return settled,
        }
    }
    try_once(options, place, binaries, socket_dir)
}

fn bound(options: &Options) -> bool {
    cfg!(target_os = "linux") && options.lifetime == Lifetime::WithProgram
}

fn try_once(
    options: &Options,
    place: &Place,
    binaries: &Binaries,
    socket_dir: &Path,
) -> Result<Postmaster, EmbeddedError> {
    let log = place.log();
    let (output, start) = open_log(&log)?;
    let errors = output.try_clone().map_err(EmbeddedError::file("open", &log))?;
    let mut command = child::command(&options.program, place.account, bound(options), &binaries.postgres());
    command.args(settings::arguments(&place.cluster(), socket_dir, options.durability)).stdout(output).stderr(errors);
    let ended = supervise(command).map_err(EmbeddedError::file("run", &options.program))?;
    await_ready(options.ready_within, place, start, &ended)
}

/// Starts the child on a thread that waits for it for the child's whole life; its end is sent once.
fn supervise(mut command: Command) -> std::io::Result<Receiver<ExitStatus>> {
    let (started, on_start) = mpsc::channel();
    let (ended, on_end) = mpsc::channel();
    thread::Builder::new().name("postgres".to_owned()).spawn(move || match command.spawn() {
        Ok(mut child) => {
            let _ = started.send(Ok(()));
            if let Ok(status) = child.wait() {
                tracing::debug!("the embedded PostgreSQL has ended ({status})");
                let _ = ended.send(status);
            }
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    })?;
    on_start.recv().unwrap_or_else(|_| Err(std::io::Error::other("its thread ended")))?;
    Ok(on_end)
}

fn await_ready(
    limit: Duration,
    place: &Place,
    log_start: u64,
    ended: &Receiver<ExitStatus>,
) -> Result<Postmaster, EmbeddedError> {
    let (cluster, file) = (place.cluster(), place.log());
    let outcome = postmaster::poll(limit, || match ended.try_recv() {
        Ok(status) => Some(Err(status.to_string())),
        Err(TryRecvError::Disconnected) => Some(Err("it is gone".to_owned())),
        Err(TryRecvError::Empty) => Postmaster::of(&cluster).filter(Postmaster::accepts).map(Ok),
    });
    match outcome {
        Some(Ok(server)) => Ok(server),
        Some(Err(status)) => Err(EmbeddedError::Start { status, log: log_since(&file, log_start), file }),
        None => {
            postmaster::stop(&cluster);
            Err(too_slow("ready", limit, place, log_start))
        }
    }
}

/// The error of a bounded wait, with what the server logged from this offset on.
pub(super) fn too_slow(what: &'static str, limit: Duration, place: &Place, log_start: u64) -> EmbeddedError {
    let file = place.log();
    EmbeddedError::TooSlow { what, seconds: limit.as_secs(), log: log_since(&file, log_start), file }
}

/// The log, emptied when it has grown past 10 MiB, and its length. Opened here and handed down, so that it stays the
/// program's own file whoever the server runs as.
fn open_log(path: &Path) -> Result<(File, u64), EmbeddedError> {
    let failed = || EmbeddedError::file("open", path);
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(failed())?;
    let length = file.metadata().map_err(failed())?.len();
    if length <= LARGEST_LOG {
        return Ok((file, length));
    }
    file.set_len(0).map_err(failed())?;
    Ok((file, 0))
}

fn log_since(path: &Path, start: u64) -> String {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(start))?;
        file.take(LARGEST_LOG).read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => last_lines(&String::from_utf8_lossy(&bytes)),
        Err(error) => format!("(unreadable: {error})"),
    }
}

/// The last twenty lines.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_has_grown_large_starts_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.log");
        fs::write(&path, "old\n").unwrap();
        assert_eq!(open_log(&path).unwrap().1, 4);
        File::options().write(true).open(&path).unwrap().set_len(LARGEST_LOG + 1).unwrap();
        assert_eq!(open_log(&path).unwrap().1, 0);
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn an_error_shows_the_last_lines_of_this_start_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.log");
        fs::write(&path, "before\nafter\n").unwrap();
        assert_eq!(log_since(&path, 7), "after");
        assert_eq!(last_lines(&"x\n".repeat(50)).lines().count(), SHOWN_LINES);
    }
}
