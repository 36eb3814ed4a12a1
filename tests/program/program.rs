//! A folder for one installation, its commands, and a running service in it. What a test started is ended with it,
//! by process id.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::web::Client;

/// No command and no start takes longer, on a slow machine either.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits for `condition`, and stops the test where it does not come.
#[track_caller]
pub fn await_that<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(met) = condition() {
            return met;
        }
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// One installation.
pub struct Ground {
    root: TempDir,
}

impl Ground {
    pub fn new() -> Self {
        // The server's user has to pass where root runs the tests.
        let root = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        Self { root }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// A file with this text.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.root.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The program with these arguments and no settings but the data directory.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clinic-cms"));
        command.args(arguments).current_dir(self.root.path()).env_clear().env("CMS_DATA_DIR", self.data_dir());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Running::start(self.command(arguments)).ended()
    }

    /// Runs a command that has to end well and answers its stdout as JSON.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
    }

    /// A service on a free port.
    pub fn serve(&self, arguments: &[&str]) -> Service {
        // A test signs in with one password unless it is about the second one.
        let asked = arguments.contains(&"--require-mfa");
        let factor: &[&str] = if asked { &[] } else { &["--require-mfa", "off"] };
        let all = [&["serve", "--listen", "127.0.0.1:0"], factor, arguments].concat();
        Service::start(self.command(&all))
    }

    /// The processes that work for this installation: its path is in their command line, or they stand in it.
    pub fn processes(&self) -> Vec<i32> {
        let data = self.data_dir();
        let names_it = |process: &Path| {
            let line = fs::read(process.join("cmdline")).unwrap_or_default();
            let stands_in = fs::read_link(process.join("cwd")).is_ok_and(|folder| folder.starts_with(&data));
            // A process that has ended and still stands in the table has no command line any more.
            !line.is_empty() && (stands_in || String::from_utf8_lossy(&line).contains(&data.display().to_string()))
        };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let named = processes.filter(|process| names_it(&process.path()));
        named.filter_map(|process| process.file_name().to_string_lossy().parse().ok()).collect()
    }

    /// The folder of the embedded server's socket.
    pub fn socket_dir(&self) -> Option<PathBuf> {
        let record = fs::read_to_string(self.data_dir().join("postgres/server")).ok()?;
        record.lines().next().filter(|folder| !folder.is_empty()).map(PathBuf::from)
    }

    /// The password of the embedded server's owner.
    pub fn superuser_password(&self) -> String {
        fs::read_to_string(self.data_dir().join("postgres/superuser-password")).unwrap().trim().to_owned()
    }
}

impl Drop for Ground {
    /// A test that failed may leave a server that nobody stops. It ends at once, and clears its shared memory.
    fn drop(&mut self) {
        for process in self.processes() {
            let _ = kill(Pid::from_raw(process), Signal::SIGQUIT);
        }
        if !thread::panicking() {
            await_that("the end of every process", || self.processes().is_empty().then_some(()));
        }
        let socket_dir = self.socket_dir().filter(|folder| folder.starts_with(std::env::temp_dir()));
        socket_dir.map(fs::remove_dir_all);
    }
}

/// How a command ended; no code where a signal did it.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Asserts an exit code, and everything that was said to people.
    #[track_caller]
    pub fn with(self, code: i32, said: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        for words in said {
            assert!(self.stdout.contains(words) || self.stderr.contains(words), "{words:?} is missing: {self:?}");
        }
        self
    }
}

/// A command on its way, whose words are read as they come.
pub struct Running {
    child: Child,
    stdout: Heard,
    stderr: Heard,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = Heard::from(child.stdout.take().unwrap());
        let stderr = Heard::from(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended(mut self) -> Ended {
        let status = await_that("the command's end", || self.child.try_wait().unwrap());
        await_that("its last words", || (self.stdout.is_over() && self.stderr.is_over()).then_some(()));
        Ended { code: status.code(), stdout: self.stdout.text(), stderr: self.stderr.text() }
    }

    /// The most memory that it has had so far; 0 where it has ended.
    pub fn peak_kilobytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came out of one of its two mouths so far.
struct Heard {
    text: Arc<Mutex<String>>,
    reader: thread::JoinHandle<()>,
}

impl Heard {
    fn from(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&text);
        let reader = thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut heard = heard.lock().unwrap();
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Self { text, reader }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    fn is_over(&self) -> bool {
        self.reader.is_finished()
    }
}

/// A service that has said where everything is.
pub struct Service {
    running: Running,
    pub base: String,
    pub said: String,
}

impl Service {
    #[track_caller]
    pub fn start(command: Command) -> Self {
        let mut running = Running::start(command);
        // The last words are `Try`, with two commands.
        let welcome = |said: &str| said.split_once("\nTry").is_some_and(|(_, tries)| tries.matches('\n').count() >= 2);
        let said = await_that("the welcome", || {
            let (has_ended, said) = (running.has_ended(), running.stdout.text());
            assert!(!has_ended || welcome(&said), "it ended: {said}{}", running.stderr.text());
            Some(said).filter(|said| welcome(said))
        });
        let api = said.lines().find_map(|line| line.strip_prefix("API")).expect("its address");
        let base = api.trim().strip_suffix("/v1").expect("the version").to_owned();
        Self { running, base, said }
    }

    pub fn client(&self) -> Client {
        Client::of(&self.base)
    }

    /// The demo's owner: address and password, as they were printed.
    pub fn owner(&self) -> (String, String) {
        let owner = self.said.lines().find_map(|line| line.strip_prefix("Owner")).expect("an owner");
        let mut words = owner.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    }

    pub fn signed_in(&self, owner: &(String, String)) -> Client {
        Client::signed_in(&self.base, (&owner.0, &owner.1))
    }

    /// As by `kill -9`.
    pub fn kill(&self) {
        self.running.signal(Signal::SIGKILL);
    }

    /// Ends it as people or a supervisor do.
    #[track_caller]
    pub fn stop(self, signal: Signal) -> Ended {
        self.running.signal(signal);
        self.running.ended()
    }
}
