//! One attached share in the server: start or join, and leave. The last one out turns off the light.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    choose, cluster,
    cluster::SUPERUSER,
    error::EmbeddedError,
    launch,
    lock::{Attached, StartLock},
    options::Options,
    place::{self, Place},
    postmaster::{self, PORT, Postmaster, Status},
    socket::{self, Record},
};

/// How long a server that says ready, but has lost its keeper or does not answer, is given before it is judged.
const GRACE: Duration = Duration::from_secs(5);

/// What became of the server when a share in it was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// This was the last share; the server is stopped.
    Stopped,
    /// Others are attached; the server runs on, unless it is bound to the life of this very program.
    StillUsed,
}

/// A share in the running embedded server. Dropping it gives it up like [`Server::stop`], and only logs a failure.
pub struct Server {
    place: Place,
    pid: i32,
    socket_dir: PathBuf,
    password: String,
    started_here: bool,
    attached: Option<Attached>,
}

impl Server {
    /// Joins the data directory's running server, or starts one, making the cluster at the first start.
    ///
    /// Blocks: about 0.1 s for an existing cluster, 1 s for a new one, minutes where binaries must be fetched. Call it
    /// from a blocking thread. The server accepts connections when this returns.
    ///
    /// # Errors
    /// See [`EmbeddedError`]; each message says what to do.
    pub fn start_or_join(options: &Options) -> Result<Self, EmbeddedError> {
        let data_dir = place::settle_data_dir(&options.data_dir)?;
        let _starting = StartLock::take(&data_dir)?;
        let place = Place::settle(&data_dir, &options.system_dir)?;
        if let Some(running) = settle_running(options, &place)? {
            return Self::attach(place, running, false);
        }
        let started = start(options, &place)?;
        Self::attach(place, started, true)
    }

    /// Called under the start lock, so that nobody can stop the server in between.
    fn attach(place: Place, postmaster: Postmaster, started_here: bool) -> Result<Self, EmbeddedError> {
        let attached = Attached::join(&place.home)?;
        let password = cluster::password(&place)?;
        let Postmaster { pid, socket_dir, .. } = postmaster;
        tracing::debug!(pid, started_here, socket = %socket_dir.display(), "attached to the embedded PostgreSQL");
        Ok(Self { place, pid, socket_dir, password, started_here, attached: Some(attached) })
    }

    /// The folder of the server's unix socket; give it to the client as the host.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The port, which is only part of the socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The superuser's name.
    #[must_use]
    pub fn superuser(&self) -> &'static str {
        SUPERUSER
    }

    /// The superuser's password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The server's process id.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether this share started the server rather than joined it.
    #[must_use]
    pub fn started_here(&self) -> bool {
        self.started_here
    }

    /// The server's log file.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.place.log()
    }

    /// Whether the server still accepts connections. Where it does not, a further [`Server::start_or_join`] starts it
    /// again with the same socket.
    #[must_use]
    pub fn is_running(&self) -> bool {
        Postmaster::of(&self.place.cluster()).is_some_and(|server| server.accepts())
    }

    /// Gives up this share, and stops the server where it was the last one: a fast shutdown of at most 30 s, then an
    /// immediate one of at most 10 s.
    ///
    /// # Errors
    /// When the server is still there after both, or a lock cannot be taken.
    pub fn stop(mut self) -> Result<Departure, EmbeddedError> {
        self.leave()
    }

    fn leave(&mut self) -> Result<Departure, EmbeddedError> {
        let Some(attached) = self.attached.take() else { return Ok(Departure::StillUsed) };
        let _starting = StartLock::take(&self.place.data_dir)?;
        if !attached.leave()? {
            return Ok(Departure::StillUsed);
        }
        if !postmaster::stop(&self.place.cluster()) {
            return Err(launch::too_slow("stopped", Duration::from_secs(40), &self.place, 0));
        }
        socket::remove(&self.socket_dir);
        Ok(Departure::Stopped)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!("the embedded PostgreSQL was not stopped: {error}");
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Server")
            .field("pid", &self.pid)
            .field("socket_dir", &self.socket_dir)
            .field("started_here", &self.started_here)
            .finish_non_exhaustive()
    }
}

fn start(options: &Options, place: &Place) -> Result<Postmaster, EmbeddedError> {
    let needed = cluster::major(&place.cluster())?;
    let binaries = choose::choose(options, place, needed)?;
    if needed.is_none() {
        cluster::make(place, &binaries, options)?;
    }
    let socket_dir = socket::settle(place, options.runtime_dir.as_deref())?;
    launch::launch(options, place, &binaries, &socket_dir).inspect_err(|_| socket::remove(&socket_dir))
}

/// The cluster's running server once it accepts connections, or nothing once there is none: one that starts is waited
/// for, and so is the end of one that stops.
fn settle_running(options: &Options, place: &Place) -> Result<Option<Postmaster>, EmbeddedError> {
    let cluster = place.cluster();
    let settled = postmaster::poll(options.ready_within, || match Postmaster::of(&cluster) {
        None => Some(None),
        Some(server) if server.status == Status::Ready => Some(Some(server)),
        Some(_) => None,
    });
    match settled {
        None => Err(launch::too_slow("ready or gone", options.ready_within, place, 0)),
        Some(None) => Ok(None),
        Some(Some(server)) => judge(place, server),
    }
}

/// A server that says ready may have lost the program it was bound to a moment ago, or its socket's folder.
fn judge(place: &Place, server: Postmaster) -> Result<Option<Postmaster>, EmbeddedError> {
    let (cluster, keeper) = (place.cluster(), Record::read(&place.home).keeper);
    let lost = |server: &Postmaster| keeper.is_some_and(|keeper| server.has_lost(keeper));
    let settled = postmaster::poll(GRACE, || match Postmaster::of(&cluster) {
        None => Some(None),
        Some(server) => (server.accepts() && !lost(&server)).then_some(Some(server)),
    });
    match settled {
        Some(settled) => Ok(settled),
        // Nothing came of its keeper's end: it is adopted.
        None if server.accepts() => Ok(Some(server)),
        None if Attached::nobody(&place.home)? && postmaster::stop(&cluster) => Ok(None),
        None => Err(EmbeddedError::Unreachable { pid: server.pid, cluster, socket: server.socket_dir }),
    }
}
