//! pgbench, the reference for the database's part. It runs prepared, as the role of its script, with as many clients as
//! the load generator has connections.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    database::{NAME, USER},
    figures::Sample,
    interrupt::Interrupt,
    rounds::Plan,
    service::Service,
    statements::Script,
    trouble::Trouble,
};

/// Its latencies come from its log, of which it writes a part alone: writing costs what is measured.
const LOGGED: &str = "--sampling-rate=0.05";
const PATIENCE: Duration = Duration::from_mins(1);

/// A pgbench that fits the server.
#[derive(Debug)]
pub struct Pgbench {
    program: PathBuf,
    socket_dir: PathBuf,
    port: u16,
    password: String,
    folder: PathBuf,
}

/// A child that does not outlive the run.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Pgbench {
    /// The one beside the server's own programs, else the first on the search path.
    ///
    /// # Errors
    /// In words, where there is none.
    pub fn find(service: &Service, scratch: &Path) -> Result<Self, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = service.cluster.programs().into_iter().chain(std::env::split_paths(&path));
        let program = places.map(|place| place.join("pgbench")).find(|file| file.is_file());
        let program = program.ok_or("there is no pgbench beside the server's programs or on PATH")?;
        let folder = scratch.join("pgbench");
        fs::create_dir(&folder).map_err(|error| error.to_string())?;
        let password = service.cluster.password().map_err(|trouble| trouble.to_string())?;
        Ok(Self {
            program,
            socket_dir: service.cluster.socket_dir.clone(),
            port: service.cluster.port,
            password,
            folder,
        })
    }

    /// Runs the script for about so long.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with pgbench's words, [`Trouble::Interrupted`].
    pub fn run(
        &self,
        script: &Script,
        plan: &Plan,
        length: Duration,
        interrupt: &Interrupt,
    ) -> Result<Sample, Trouble> {
        self.clear()?;
        let file = self.folder.join("script.sql");
        fs::write(&file, &script.text).map_err(Trouble::at("pgbench"))?;
        let mut running = Running(self.command(script, plan, length, &file)?.spawn().map_err(Trouble::at("pgbench"))?);
        let ended = interrupt.poll(length + PATIENCE, || running.0.try_wait().ok().flatten())?;
        let success = ended.ok_or_else(|| Trouble::failed("pgbench did not end"))?.success();
        let said = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        if !success {
            let errors = said("stderr");
            let first = errors.lines().find(|line| line.contains("error") || line.contains("ERROR"));
            return Err(Trouble::failed(format!("pgbench: {}", first.unwrap_or(&errors))));
        }
        let mut sample = read(&said("stdout")).ok_or_else(|| Trouble::failed("pgbench told no figures"))?;
        sample.latencies = self.latencies();
        Ok(sample)
    }

    fn command(&self, script: &Script, plan: &Plan, length: Duration, file: &Path) -> Result<Command, Trouble> {
        let output = |name| File::create(self.folder.join(name)).map_err(Trouble::at("pgbench"));
        // pgbench takes whole seconds.
        let seconds = length.as_millis().div_ceil(1000);
        let mut command = Command::new(&self.program);
        command
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log", LOGGED, "--log-prefix=latency"])
            .args([format!("--client={}", plan.connections), format!("--time={seconds}")])
            .arg(format!("--username={USER}"))
            .arg(format!("--host={}", self.socket_dir.display()))
            .arg(format!("--port={}", self.port))
            .arg("--file")
            .arg(file);
        for (name, value) in &script.values {
            command.arg(format!("--define={name}={value}"));
        }
        command
            .arg(NAME)
            .env("PGPASSWORD", &self.password)
            .env("PGOPTIONS", script.role.map_or_else(String::new, |role| format!("-c role={role}")))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(output("stdout")?)
            .stderr(output("stderr")?)
            .process_group(0);
        Ok(command)
    }

    fn clear(&self) -> Result<(), Trouble> {
        for file in self.logs() {
            fs::remove_file(file).map_err(Trouble::at("pgbench"))?;
        }
        Ok(())
    }

    fn logs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("latency."))
            .map(|entry| entry.path())
            .collect()
    }

    fn latencies(&self) -> Vec<u32> {
        let texts = self.logs().into_iter().filter_map(|file| fs::read_to_string(file).ok());
        texts.flat_map(|text| text.lines().filter_map(latency).collect::<Vec<_>>()).collect()
    }
}

/// The third field of a log line is the transaction's time in microseconds.
pub fn latency(line: &str) -> Option<u32> {
    line.split(' ').nth(2)?.parse().ok()
}

/// The figures that pgbench prints at its end. The duration follows from the rate, which leaves connecting out.
pub fn read(text: &str) -> Option<Sample> {
    let after = |mark: &str| text.lines().find_map(|line| line.strip_prefix(mark));
    let requests: u32 = after("number of transactions actually processed: ")?.split('/').next()?.trim().parse().ok()?;
    let rate: f64 = after("tps = ")?.split(' ').next()?.parse().ok()?;
    Some(Sample { requests, seconds: f64::from(requests) / rate.max(f64::MIN_POSITIVE), ..Sample::default() })
}
