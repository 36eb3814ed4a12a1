//! The fault harness: the promise that an inquiry answered 201 is never lost, never doubled, and can be read back, tried
//! with the real program while nodes are killed, its database is stopped at once and answers get lost on the way
//! (docs/RELIABILITY.md has the rows and the figures).
//!
//! `cargo faults` (that is `cargo test --test faults -- run`) starts a durable PostgreSQL of its own, for each row an
//! installation of two nodes that share a database and a folder of keys, a proxy in front of them, and clients that keep
//! a ledger. Afterwards the ledger is compared with every row as staff read it, with the outbox and with the audit
//! chain. Then the negative controls break one promise each and have to be found out. It prints a table, and ends with 1
//! where a row is red or a control is green.
//!
//! `cargo faults --quick` for a look of two minutes, `--row 2` or `--control no-idempotency` for one thing, and sizes by
//! flags. Without `run` it does nothing: it is no part of `cargo test`.

mod asking;
mod chance;
mod checker;
mod controls;
mod crashes;
mod deliveries;
#[path = "../../benches/http/exchange.rs"]
#[expect(dead_code, reason = "the benchmarks also ask over blocking connections")]
mod exchange;
mod installation;
mod ledger;
mod node;
mod post;
mod postgres;
mod proxy;
mod receiver;
mod reconcile;
mod report;
#[path = "../../benches/http/scratch.rs"]
#[expect(dead_code, reason = "the benchmarks tell the file system")]
mod scratch;
mod senders;
mod staff;
mod storm;
#[path = "../../benches/http/trouble.rs"]
mod trouble;

use std::{fs, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Parser, Subcommand};

use self::{
    controls::{Control, LateWriter},
    crashes::Crashes,
    deliveries::Deliveries,
    installation::{Beginning, Installation},
    postgres::Postgres,
    proxy::Weather,
    report::{Line, Outcome},
    scratch::Scratch,
    storm::Storm,
    trouble::Trouble,
};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_clinic-cms");

/// The fault harness of docs/RELIABILITY.md.
#[derive(Debug, Parser)]
#[command(name = "cargo faults")]
struct CommandLine {
    #[command(subcommand)]
    run: Option<Run>,
}

#[derive(Debug, Subcommand)]
enum Run {
    /// Runs rows 1, 2 and 12 and then every control, or what is named
    Run(Options),
}

#[derive(Clone, Debug, clap::Args)]
struct Options {
    /// Small sizes: a look of two minutes
    #[arg(long)]
    quick: bool,
    /// Only this row; may be given again
    #[arg(long, value_parser = ["1", "2", "12"])]
    row: Vec<String>,
    /// Only this control, which has to be found out; may be given again
    #[arg(long, value_enum)]
    control: Vec<Control>,
    /// Row 1: inquiries that are accepted
    #[arg(long, value_name = "N")]
    inquiries: Option<usize>,
    /// Rows 1 and 12: nodes that are killed
    #[arg(long, value_name = "N")]
    node_kills: Option<usize>,
    /// Row 1: immediate stops of PostgreSQL
    #[arg(long, value_name = "N")]
    stops: Option<usize>,
    /// Row 1: times that every backend of the product is ended
    #[arg(long, value_name = "N")]
    backend_kills: Option<usize>,
    /// Row 2: posts with a key each
    #[arg(long, value_name = "N")]
    keys: Option<u64>,
    /// Row 12: events
    #[arg(long, value_name = "N")]
    events: Option<usize>,
    /// Of chance: the same seed draws the same faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes what the clients knew as a line of JSON each, into a file for each row and control
    #[arg(long, value_name = "FOLDER")]
    ledgers: Option<PathBuf>,
}

impl Options {
    fn is_wanted(&self, row: &str) -> bool {
        if self.row.is_empty() { self.control.is_empty() } else { self.row.iter().any(|wanted| wanted == row) }
    }

    fn controls(&self) -> Vec<Control> {
        match (self.control.is_empty(), self.row.is_empty()) {
            (true, true) => Control::ALL.to_vec(),
            _ => self.control.clone(),
        }
    }

    fn crashes(&self) -> Crashes {
        let (inquiries, node_kills, stops, backend_kills) =
            if self.quick { (600, 3, 2, 2) } else { (10_000, 20, 10, 10) };
        Crashes {
            inquiries: self.inquiries.unwrap_or(inquiries),
            node_kills: self.node_kills.unwrap_or(node_kills),
            stops: self.stops.unwrap_or(stops),
            backend_kills: self.backend_kills.unwrap_or(backend_kills),
            seed: self.seed,
        }
    }

    fn deliveries(&self) -> Deliveries {
        // What a killed node has leased waits for the lease's end: eight deliveries of each endpoint at most.
        let (events, node_kills) = if self.quick { (900, 1) } else { (5000, 5) };
        Deliveries {
            events: self.events.unwrap_or(events),
            node_kills: self.node_kills.unwrap_or(node_kills),
            seed: self.seed,
        }
    }

    fn storm(&self) -> Storm {
        Storm { keys: self.keys.unwrap_or(if self.quick { 200 } else { 2000 }), seed: self.seed }
    }
}

fn main() -> ExitCode {
    let Some(Run::Run(options)) = CommandLine::parse().run else {
        println!("the fault harness is run by `cargo faults`; see docs/RELIABILITY.md");
        return ExitCode::SUCCESS;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ran = runtime.map_err(Trouble::at("the harness")).and_then(|runtime| {
        runtime.block_on(async {
            tokio::select! {
                ran = run(&options) => ran,
                _ = tokio::signal::ctrl_c() => Err(Trouble::Interrupted),
            }
        })
    });
    match ran {
        Ok(lines) if lines.iter().all(|line| line.good) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<Vec<Line>, Trouble> {
    let scratch = Scratch::make()?;
    eprintln!("starting PostgreSQL in {}", scratch.path().display());
    let postgres = Arc::new(Postgres::start(scratch.path()).await?);
    let bench = Bench { options, postgres, scratch };
    let mut lines = Vec::new();
    if options.is_wanted("1") {
        lines.push(bench.crashes(&options.crashes()).await?);
    }
    if options.is_wanted("2") {
        lines.push(bench.storm(&options.storm()).await?);
    }
    if options.is_wanted("12") {
        lines.push(bench.deliveries(&options.deliveries()).await?);
    }
    for control in options.controls() {
        lines.push(bench.control(control).await?);
    }
    let table = report::table(&lines);
    println!("{table}");
    if let Some(file) = &options.json {
        let json = serde_json::to_string_pretty(&lines).map_err(Trouble::at("the report"))?;
        fs::write(file, json).map_err(Trouble::at(file.display()))?;
    }
    Ok(lines)
}

/// What every row and control is run with.
struct Bench<'a> {
    options: &'a Options,
    postgres: Arc<Postgres>,
    scratch: Scratch,
}

impl Bench<'_> {
    async fn crashes(&self, crashes: &Crashes) -> Result<Line, Trouble> {
        let (name, title) = ("row-1", "1: nodes killed, PostgreSQL stopped, backends ended");
        eprintln!("{title}: {crashes:?}");
        let mut installation = self.install(self.beginning(name, crashes::WEATHER)).await?;
        let outcome = crashes.run(&mut installation, None).await?;
        self.judged(name, title, &installation, outcome).await
    }

    async fn storm(&self, storm: &Storm) -> Result<Line, Trouble> {
        let (name, title) = ("row-2", "2: a retry storm without three of ten answers");
        eprintln!("{title}: {storm:?}");
        let installation = self.install(self.beginning(name, storm::WEATHER)).await?;
        let outcome = storm.run(&installation).await?;
        self.judged(name, title, &installation, outcome).await
    }

    async fn deliveries(&self, deliveries: &Deliveries) -> Result<Line, Trouble> {
        let (name, title) = ("row-12", "12: a receiver that fails every second time, beside one that is well");
        eprintln!("{title}: {deliveries:?}");
        let beginning = Beginning { settings: &deliveries::SETTINGS, ..self.beginning(name, Weather::CALM) };
        let mut installation = self.install(beginning).await?;
        let outcome = deliveries.run(&mut installation).await?;
        self.judged(name, title, &installation, outcome).await
    }

    fn beginning<'b>(&self, name: &'b str, weather: Weather) -> Beginning<'b> {
        Beginning { name, weather, seed: self.options.seed, prepare: None, settings: &[] }
    }

    async fn install(&self, beginning: Beginning<'_>) -> Result<Installation, Trouble> {
        Installation::start(&self.postgres, self.scratch.path(), beginning).await
    }

    /// Compares, and tells.
    async fn judged(
        &self,
        name: &str,
        title: &str,
        installation: &Installation,
        mut outcome: Outcome,
    ) -> Result<Line, Trouble> {
        self.keep_ledger(name, installation)?;
        outcome.judge(&checker::check(installation).await?);
        let line = Line { title: title.to_owned(), good: outcome.failures.is_empty(), outcome };
        eprintln!("{}", report::table(std::slice::from_ref(&line)));
        Ok(line)
    }

    /// A control is good where it is found out by the finding that belongs to it.
    async fn control(&self, control: Control) -> Result<Line, Trouble> {
        let title = format!("control: {}", control.name());
        eprintln!("{title}");
        if let Some((setting, value)) = control.server_setting() {
            self.set_server(&format!("alter system set {setting} = {value}")).await?;
        }
        let weather = if control == Control::NoIdempotency { storm::WEATHER } else { crashes::WEATHER };
        let beginning = Beginning { prepare: Some(control.statements()), ..self.beginning(control.name(), weather) };
        let mut installation = self.install(beginning).await?;
        let outcome = self.broken(control, &mut installation).await?;
        if let Some((setting, _)) = control.server_setting() {
            self.set_server(&format!("alter system reset {setting}")).await?;
        }
        let mut line = self.judged(control.name(), &title, &installation, outcome).await?;
        let word = format!("{:?}", control.finding());
        line.good = line.outcome.failures.iter().any(|failure| failure.starts_with(&word));
        if line.good {
            line.outcome.tell("found out by", word);
            line.outcome.failures.clear();
        } else {
            line.outcome.failures.push(format!("nothing was found of a broken promise ({word})"));
        }
        Ok(line)
    }

    async fn broken(&self, control: Control, installation: &mut Installation) -> Result<Outcome, Trouble> {
        let small = |node_kills, stops| Crashes {
            inquiries: 600,
            node_kills,
            stops,
            backend_kills: 0,
            seed: self.options.seed,
        };
        match control {
            Control::NoIdempotency => Storm { keys: 150, seed: self.options.seed }.run(installation).await,
            // The kernel keeps what it was given: each stop loses the last commits, which may be two or three.
            Control::AnswerBeforeCommit => small(0, 8).run(installation, None).await,
            Control::OutboxAfterCommit => {
                let late = LateWriter::start(installation).await?;
                let outcome = small(6, 0).run(installation, Some(&late)).await?;
                // What is late and not forgotten is written.
                tokio::time::sleep(Duration::from_secs(2)).await;
                Ok(outcome)
            }
        }
    }

    async fn set_server(&self, statement: &str) -> Result<(), Trouble> {
        self.postgres.execute("postgres", statement).await?;
        self.postgres.execute("postgres", "select pg_reload_conf()").await.map(drop)
    }

    fn keep_ledger(&self, name: &str, installation: &Installation) -> Result<(), Trouble> {
        let Some(folder) = &self.options.ledgers else { return Ok(()) };
        let lines: Result<Vec<_>, _> = installation.ledger.entries().iter().map(serde_json::to_string).collect();
        let file = folder.join(format!("{name}.ndjson"));
        fs::write(&file, lines.map_err(Trouble::at("the ledger"))?.join("\n")).map_err(Trouble::at(file.display()))
    }
}
