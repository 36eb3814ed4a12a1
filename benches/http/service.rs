//! The product as its users start it: the release binary, `serve --demo`, with a durable embedded PostgreSQL in a folder
//! of the run. Refuses the environment of whoever measures: a `DATABASE_URL` there would be filled with articles.

use std::{
    fs::{self, File},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{
    exchange::{ask, get},
    interrupt::Interrupt,
    processor,
    scratch::Scratch,
    trouble::Trouble,
};

/// A first start makes a cluster, migrates it and loads the demo.
const START: Duration = Duration::from_mins(2);
/// The service drains for 30 s at most, and then stops its PostgreSQL.
const STOP: Duration = Duration::from_mins(1);
/// The release binary.
const PROGRAM: &str = env!("CARGO_BIN_EXE_clinic-cms");
/// What the service may see of the environment.
const PASSED_ON: [&str; 5] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "CMS_POSTGRES_BIN"];

/// How a service is started where that is not as usual.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Settings beside those that every service here has, or instead of them.
    pub settings: Vec<(&'static str, &'static str)>,
    /// The most bytes of memory of its own that each of its processes may have (`RLIMIT_DATA`, `getrlimit(2)`), set by
    /// the program `prlimit` (util-linux).
    pub data_limit: Option<u64>,
}

/// The running service. Dropping it stops it and its PostgreSQL.
#[derive(Debug)]
pub struct Service {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its PostgreSQL.
    pub cluster: Cluster,
    process: Process,
}

/// The PostgreSQL of the service.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// `postgres/` of the data directory, free of links.
    home: PathBuf,
    /// The postmaster's process id.
    pub pid: i32,
    /// The folder of its socket.
    pub socket_dir: PathBuf,
    /// Part of the socket's name.
    pub port: u16,
}

impl Service {
    /// Starts the service and waits until it is ready.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what the service said, [`Trouble::Interrupted`].
    pub fn start(scratch: &Scratch, start: &Start, interrupt: &Interrupt) -> Result<Self, Trouble> {
        let mut process = Process::spawn(scratch.path(), start)?;
        let output = scratch.path().join("stdout");
        let told = interrupt.poll(START, || {
            let address = fs::read_to_string(&output).ok().as_deref().and_then(address);
            address.map(Ok).or_else(|| process.ended().then_some(Err(())))
        })?;
        let address = told.and_then(Result::ok).ok_or_else(|| process.failure("it did not start"))?;
        let ready = || ask(address, &get("/readyz", "")).is_ok_and(|answer| answer.status == 200).then_some(());
        interrupt.poll(START, ready)?.ok_or_else(|| process.failure("it did not become ready"))?;
        let cluster = Cluster::of(&process.data_dir).ok_or_else(|| process.failure("it started no PostgreSQL"))?;
        Ok(Self { address, cluster, process })
    }

    /// What a command of the same program prints, run beside the service on the same folder.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what the command said.
    pub fn ask_command(&self, arguments: &[&str]) -> Result<String, Trouble> {
        let folder = self.process.data_dir.parent().unwrap_or(&self.process.data_dir);
        let mut command = Command::new(PROGRAM);
        surround(&mut command, folder, &Start::default());
        let said = command.args(arguments).output().map_err(Trouble::at(PROGRAM))?;
        if said.status.success() {
            return Ok(String::from_utf8_lossy(&said.stdout).into_owned());
        }
        Err(Trouble::failed(format!("{}: {}", arguments.join(" "), String::from_utf8_lossy(&said.stderr).trim_end())))
    }

    /// Whether the process is still there.
    pub fn lives(&mut self) -> bool {
        !self.process.ended()
    }

    /// Holds the process still (SIGSTOP) until the answer is dropped: it sees to nothing in its database meanwhile.
    pub fn pause(&self) -> Paused {
        let pid = self.process.pid();
        let _ = kill(pid, Signal::SIGSTOP);
        Paused(pid)
    }

    /// The service's process id.
    pub fn pid(&self) -> i32 {
        self.process.pid().as_raw()
    }
}

/// A process that is held still.
#[derive(Debug)]
pub struct Paused(Pid);

impl Drop for Paused {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGCONT);
    }
}

/// The program, or what sets its limit and then becomes it: the process id stays.
fn limited(data_limit: Option<u64>) -> Command {
    let Some(bytes) = data_limit else { return Command::new(PROGRAM) };
    let mut command = Command::new("prlimit");
    command.args([&format!("--data={bytes}"), "--", PROGRAM]);
    command
}

/// The surroundings of every process that is started here.
fn surround(command: &mut Command, folder: &Path, start: &Start) {
    let environment = std::env::vars_os().filter(|(name, _)| PASSED_ON.iter().any(|passed| name == passed));
    command
        .env_clear()
        .envs(environment)
        .envs([("CMS_LISTEN", "127.0.0.1:0"), ("CMS_RATE_LIMITS", "off"), ("CMS_LOG", "warn")])
        .env("CMS_DATA_DIR", folder.join("data"))
        .envs(start.settings.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null());
}

/// The child and its files; it may have started a PostgreSQL already when the rest goes wrong.
#[derive(Debug)]
struct Process {
    child: Child,
    data_dir: PathBuf,
    errors: PathBuf,
}

impl Process {
    fn spawn(folder: &Path, start: &Start) -> Result<Self, Trouble> {
        let file = |name| File::create(folder.join(name)).map_err(Trouble::at(name));
        let (data_dir, errors) = (folder.join("data"), folder.join("stderr"));
        let mut command = limited(start.data_limit);
        surround(&mut command, folder, start);
        command
            .args(["serve", "--demo"])
            .stdout(file("stdout")?)
            .stderr(file("stderr")?)
            // Ctrl-C is for the benchmark, which stops the service when it is done with it.
            .process_group(0);
        let child = command.spawn().map_err(Trouble::at(PROGRAM))?;
        Ok(Self { child, data_dir, errors })
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default())
    }

    fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    fn failure(&self, what: &str) -> Trouble {
        let said = fs::read_to_string(&self.errors).unwrap_or_default();
        Trouble::failed(format!("the service: {what}\n{}", said.trim_end()))
    }

    /// Asks it to stop, and insists after a minute.
    fn stop(&mut self) {
        if self.ended() {
            return;
        }
        let _ = kill(self.pid(), Signal::SIGTERM);
        if !within(STOP, || self.ended()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let home = self.data_dir.join("postgres").canonicalize();
        let cluster = Cluster::of(&self.data_dir);
        self.stop();
        if let Some(cluster) = cluster {
            cluster.end();
        }
        // Where the server's user cannot enter the run's folder, its files lie elsewhere, behind a link.
        if let (Ok(home), Ok(folder)) = (home, self.data_dir.canonicalize())
            && !home.starts_with(folder)
        {
            let _ = fs::remove_dir_all(home);
        }
    }
}

impl Cluster {
    /// The server of a data directory, by its `postmaster.pid` (PostgreSQL, src/include/utils/pidfile.h).
    pub fn of(data_dir: &Path) -> Option<Self> {
        let home = data_dir.join("postgres").canonicalize().ok()?;
        let text = fs::read_to_string(home.join("cluster/postmaster.pid")).ok()?;
        let mut lines = text.lines().map(str::trim);
        let pid = lines.next()?.parse().ok().filter(|pid| *pid > 1)?;
        let port = lines.nth(2)?.parse().ok()?;
        let socket_dir = PathBuf::from(lines.next()?);
        Some(Self { home, pid, socket_dir, port })
    }

    /// The superuser's password.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where its file cannot be read.
    pub fn password(&self) -> Result<String, Trouble> {
        fs::read_to_string(self.home.join("superuser-password")).map_err(Trouble::at("the superuser's password"))
    }

    /// The folder of the server's programs.
    pub fn programs(&self) -> Option<PathBuf> {
        Some(fs::read_link(format!("/proc/{}/exe", self.pid)).ok()?.parent()?.to_path_buf())
    }

    /// The service stops its server; one that outlived it is stopped here.
    fn end(&self) {
        for signal in [Signal::SIGINT, Signal::SIGQUIT] {
            if !self.runs() {
                break;
            }
            let _ = kill(Pid::from_raw(self.pid), signal);
            let _ = within(STOP, || !self.runs());
        }
        let ours = self.socket_dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with("clinic-cms-"));
        if ours {
            let _ = fs::remove_dir(&self.socket_dir);
        }
    }

    /// Whether the process is still this server: its cluster is one of its arguments.
    fn runs(&self) -> bool {
        let line = fs::read(format!("/proc/{}/cmdline", self.pid)).unwrap_or_default();
        let cluster = self.home.join("cluster");
        line.split(|byte| *byte == 0).any(|word| word == cluster.as_os_str().as_encoded_bytes())
    }

    /// Processor time that the server has spent.
    pub fn spent(&self) -> Option<Duration> {
        processor::of_cluster(self.pid)
    }
}

/// Where the API is, by the line that the service prints when it is up.
pub fn address(stdout: &str) -> Option<SocketAddr> {
    let (complete, _) = stdout.rsplit_once('\n')?;
    let line = complete.lines().find_map(|line| line.strip_prefix("API "))?;
    line.trim().strip_prefix("http://")?.strip_suffix("/v1")?.parse().ok()
}

/// Asks every 20 ms, also after an interruption: this is how everything ends.
fn within(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < limit {
        if done() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}
