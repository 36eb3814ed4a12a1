//! One node: the real program as an operator starts it, killed as nobody should.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{PROGRAM, proxy::Routes, trouble::Trouble};

/// No start takes longer, on a slow machine either.
const START: Duration = Duration::from_mins(2);
/// What a node may see of the environment.
const PASSED_ON: [&str; 5] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "CMS_POSTGRES_BIN"];

/// What every node of an installation has in common.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The folder that it is started in: the data directory is `data` in it.
    pub folder: PathBuf,
    /// Settings by the names of their variables.
    pub settings: Vec<(String, String)>,
}

impl Surroundings {
    /// The program with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let environment = std::env::vars_os().filter(|(name, _)| PASSED_ON.iter().any(|passed| name == passed));
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .envs(environment)
            .env("CMS_DATA_DIR", self.folder.join("data"))
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }
}

/// A node, running or not. It is killed when dropped.
#[derive(Debug)]
pub struct Node {
    number: usize,
    surroundings: Surroundings,
    routes: Routes,
    child: Option<Child>,
}

impl Node {
    /// A node that is not started yet.
    pub fn new(number: usize, surroundings: Surroundings, routes: Routes) -> Self {
        Self { number, surroundings, routes, child: None }
    }

    /// Starts it, and waits until it says where it listens.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what it said instead.
    pub async fn start(&mut self) -> Result<SocketAddr, Trouble> {
        let said = self.surroundings.folder.join(format!("node-{}.out", self.number));
        let errors = self.surroundings.folder.join(format!("node-{}.err", self.number));
        let output = File::create(&said).map_err(Trouble::at(said.display()))?;
        let log = File::options().create(true).append(true).open(&errors).map_err(Trouble::at(errors.display()))?;
        let mut command = self.surroundings.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdout(output).stderr(log).spawn().map_err(Trouble::at(PROGRAM))?;
        let child = self.child.insert(child);
        let begun = Instant::now();
        loop {
            if let Some(address) = fs::read_to_string(&said).ok().as_deref().and_then(address) {
                self.routes.set(self.number, Some(address));
                return Ok(address);
            }
            let ended = !matches!(child.try_wait(), Ok(None));
            if ended || begun.elapsed() > START {
                let errors = fs::read_to_string(&errors).unwrap_or_default();
                let last: Vec<_> = errors.lines().rev().take(5).collect();
                return Err(Trouble::failed(format!("node {} did not start: {}", self.number, last.join(" | "))));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// As by `kill -9`. Whoever was connected sees the connection end; the balancer learns of it a moment later.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        self.routes.set(self.number, None);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where the API is, by the line that the service prints when it is up.
fn address(said: &str) -> Option<SocketAddr> {
    let (complete, _) = said.rsplit_once('\n')?;
    let line = complete.lines().find_map(|line| line.strip_prefix("API "))?;
    line.trim().strip_prefix("http://")?.strip_suffix("/v1")?.parse().ok()
}
