//! The benchmark of the search: what somebody who looks for something waits, beside the bare SQL.
//!
//! One run fills the release binary's own durable PostgreSQL with 100,000 articles and asks, one after another and in
//! turns, the service over HTTP and PostgreSQL itself: with the very same statement, prepared, as the same role and with
//! the same plan. Told are medians and their ratio.
//!
//! Nothing is asserted about time: figures are for reading. The service, its database and the folders of a run are gone
//! when it ends, also after a failure or Ctrl-C.
//!
//! `cargo measure-search` (that is `cargo bench --bench search`), with `-- --articles 10000` for a short look.

mod cases;
mod database;
#[path = "../http/exchange.rs"]
mod exchange;
#[path = "../http/interrupt.rs"]
mod interrupt;
mod library;
#[expect(dead_code, reason = "the other benchmark counts processor time")]
#[path = "../http/processor.rs"]
mod processor;
#[expect(dead_code, reason = "the other benchmark tells the file system")]
#[path = "../http/scratch.rs"]
mod scratch;
#[expect(dead_code, reason = "the other benchmarks look at more of it")]
#[path = "../http/service.rs"]
mod service;
mod statements;
#[path = "../http/trouble.rs"]
mod trouble;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;

use self::{
    cases::Case,
    database::Database,
    exchange::{Connection, get},
    interrupt::Interrupt,
    scratch::Scratch,
    service::{Service, Start},
    trouble::Trouble,
};

/// Measures the search beside the bare SQL.
#[derive(Debug, Parser)]
#[command(name = "search")]
struct Options {
    /// Articles to look through
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1000..=1_000_000))]
    articles: u32,
    /// Searches of each kind, through the service and bare
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    times: u32,
    /// What `cargo bench` passes to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Trouble> {
    let interrupt = Interrupt::on_signal()?;
    let scratch = Scratch::make()?;
    eprintln!("starting the service in {}", scratch.path().display());
    let service = Service::start(&scratch, &Start::default(), &interrupt)?;
    let mut database = Database::of(&service)?;
    eprintln!("writing {} articles", options.articles);
    let filled = Instant::now();
    database.fill(options.articles, &interrupt)?;
    eprintln!("written in {} s", filled.elapsed().as_secs());
    database.become_public()?;

    let model = processor::model().unwrap_or_else(|| "unknown processor".to_owned());
    println!("{model}; {}; {} searches of each kind, one at a time.\n", database.facts()?, options.times);
    println!("| looked for | found | service, median ms | p95 | bare SQL, median ms | p95 | ratio |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for case in cases::all() {
        println!("{}", measure(&case, &service, &mut database, options.times, &interrupt)?);
    }
    Ok(())
}

/// One line of the table. The two take turns, so that a slow minute of the machine is both sides'.
fn measure(
    case: &Case,
    service: &Service,
    database: &mut Database,
    times: u32,
    interrupt: &Interrupt,
) -> Result<String, Trouble> {
    const WARM_UP: u32 = 5;
    let mut connection = Connection::open(service.address)?;
    let execute = database.prepare(case)?;
    let (mut through, mut bare, mut found) = (Vec::new(), Vec::new(), String::new());
    for turn in 0..times + WARM_UP {
        if interrupt.is_set() {
            return Err(Trouble::Interrupted);
        }
        let start = Instant::now();
        let answer = connection.ask(&get(case.path, ""))?;
        let took = start.elapsed();
        if answer.status != 200 {
            return Err(Trouble::failed(format!("{} answers {}", case.path, answer.status)));
        }
        let start = Instant::now();
        database.execute(&execute)?;
        if turn >= WARM_UP {
            through.push(took);
            bare.push(start.elapsed());
        }
        found = case.found(&answer.body);
    }
    let (service, slow) = (quantile(&mut through, 0.5), quantile(&mut through, 0.95));
    let (plain, slow_plain) = (quantile(&mut bare, 0.5), quantile(&mut bare, 0.95));
    let ratio = service / plain.max(f64::MIN_POSITIVE);
    let title = case.title;
    Ok(format!("| {title} | {found} | {service:.1} | {slow:.1} | {plain:.1} | {slow_plain:.1} | {ratio:.2} |"))
}

/// In milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place in a list"
)]
fn quantile(all: &mut [Duration], at: f64) -> f64 {
    all.sort_unstable();
    let place = (all.len().saturating_sub(1) as f64 * at).round() as usize;
    all.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
}
