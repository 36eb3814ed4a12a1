//! A temporary folder that the server's user can reach, a client, and a second program to kill.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    thread,
};

use clinic_cms::db::embedded::{Durability, Lifetime, Options, Server, installed};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use tempfile::TempDir;

pub const HELD: &str = "held by ";

/// The test's own ground: `above/data` is the data directory, `system` stands for the machine's own folder.
pub struct Ground {
    root: TempDir,
}

impl Ground {
    pub fn new() -> Self {
        let root = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir().unwrap();
        fs::create_dir(root.path().join("above")).unwrap();
        Self { root }
    }

    pub fn options(&self) -> Options {
        options(self.root.path())
    }

    pub fn data_dir(&self) -> PathBuf {
        self.root.path().join("above/data")
    }

    pub fn system_dir(&self) -> PathBuf {
        self.root.path().join("system")
    }

    pub fn home(&self) -> PathBuf {
        self.data_dir().join("postgres").canonicalize().unwrap()
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.root.path().join(name);
        fs::create_dir(&folder).unwrap();
        folder
    }

    /// Work folders of a start that has not ended, or never will.
    pub fn unfinished(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.data_dir().join("postgres")) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path());
        paths.filter(|path| path.display().to_string().contains("unfinished-")).collect()
    }

    /// Until `initdb` has begun to write.
    pub fn await_unfinished_cluster(&self) {
        while !self.unfinished().iter().any(|folder| folder.join("cluster/base").exists()) {
            thread::yield_now();
        }
    }
}

/// A disposable server below `root`, from this machine's binaries alone.
pub fn options(root: &Path) -> Options {
    let mut options = Options::new(&root.join("above/data"), Path::new(env!("CARGO_BIN_EXE_clinic-cms")));
    options.durability = Durability::Disposable;
    options.archive = None;
    options.system_dir = root.join("system");
    options
}

pub fn is_root() -> bool {
    geteuid().is_root()
}

pub fn kill_hard(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

/// Begins a fast shutdown and does not wait for its end.
pub fn hang_up(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();
}

/// One statement's answer, or what the client said.
pub fn ask(server: &Server, statement: &str) -> Result<String, String> {
    ask_as(server, server.password(), statement)
}

pub fn ask_as(server: &Server, password: &str, statement: &str) -> Result<String, String> {
    let answer = Command::new(psql())
        .args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--dbname=postgres"])
        .args([format!("--username={}", server.superuser()), format!("--port={}", server.port())])
        .arg(format!("--host={}", server.socket_dir().display()))
        .args(["--command", statement])
        .env("PGPASSWORD", password)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    if answer.status.success() { Ok(text(answer.stdout)) } else { Err(text(answer.stderr)) }
}

fn psql() -> &'static Path {
    static PSQL: OnceLock<PathBuf> = OnceLock::new();
    PSQL.get_or_init(|| installed(&options(Path::new("/nonexistent"))).unwrap().folder.join("psql"))
}

/// A second program attached to the ground's server.
pub struct Held {
    program: Program,
    pub server_pid: i32,
}

impl Held {
    /// Waits until the program has the server.
    pub fn start(ground: &Ground, lifetime: Lifetime) -> Self {
        let mut program = Self::begin(ground, lifetime);
        let told = BufReader::new(program.child.stdout.take().unwrap());
        let pid = told.lines().map_while(Result::ok).find_map(|line| line.strip_prefix(HELD)?.parse().ok());
        Self { program, server_pid: pid.unwrap() }
    }

    /// Does not wait.
    pub fn begin(ground: &Ground, lifetime: Lifetime) -> Program {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "hold_a_server", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut orders = child.stdin.take().unwrap();
        let lifetime = if lifetime == Lifetime::Detached { "detached" } else { "bound" };
        writeln!(orders, "{}\n{lifetime}", ground.root.path().display()).unwrap();
        Program { child, _orders: orders }
    }

    pub fn kill(self) {
        self.program.kill();
    }
}

/// A child that lives until it is killed or its orders end.
pub struct Program {
    child: Child,
    _orders: ChildStdin,
}

impl Program {
    /// As by `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
