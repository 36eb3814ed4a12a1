//! The benchmark of signing in: what a stranger with a stopwatch learns, and what a flood of sign-ins does to readers.
//!
//! - **timing**: refused sign-ins in pairs, one after another over one connection: at an account, and at an address that
//!   has none. Told is the chance to guess right which of a pair was which (the area under the ROC curve, AUC): 0.5 is
//!   a coin. Each pair's order is drawn, so that a slow minute of the machine is both sides'.
//! - **memory**: 200 sign-ins at once, wave after wave, at a service that has 256 MiB, while somebody reads what is
//!   public. Told are the readers' medians before and meanwhile, the answers, and the memory.
//!
//! Nothing is asserted about time: figures are for reading. The service, its database and the folders of a run are gone
//! when it ends, also after a failure or Ctrl-C.
//!
//! `cargo measure-sign-in` (that is `cargo bench --bench sign_in`), with `-- --pairs 200` for a short look, and with
//! `-- timing` or `-- memory` for one of the two.

mod comparison;
#[path = "../http/exchange.rs"]
mod exchange;
#[expect(dead_code, reason = "the other benchmark puts rounds together")]
#[path = "../http/figures.rs"]
mod figures;
mod flood;
mod guessing;
#[path = "../http/interrupt.rs"]
mod interrupt;
mod login;
#[expect(dead_code, reason = "the other benchmark counts processor time")]
#[path = "../http/processor.rs"]
mod processor;
#[expect(dead_code, reason = "the other benchmark tells the file system")]
#[path = "../http/scratch.rs"]
mod scratch;
#[expect(dead_code, reason = "the other benchmark asks PostgreSQL itself")]
#[path = "../http/service.rs"]
mod service;
#[path = "../http/trouble.rs"]
mod trouble;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use self::{interrupt::Interrupt, trouble::Trouble};

/// Measures what signing in gives away, and what a flood of it costs.
#[derive(Debug, Parser)]
#[command(name = "sign_in")]
struct Options {
    /// Pairs of sign-ins for each comparison
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pairs: u32,
    /// What `cargo bench` passes to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Only this part
    part: Option<Part>,
}

/// The parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Timing,
    Memory,
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
    let wants = |part| options.part.is_none_or(|only| only == part);
    println!("{}", machine());
    if wants(Part::Timing) {
        guessing::measure(options.pairs, &interrupt)?;
    }
    if wants(Part::Memory) {
        flood::measure(&interrupt)?;
    }
    Ok(())
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let model = processor::model().unwrap_or_else(|| "unknown processor".to_owned());
    format!("{model} ({cores} cores). Service, database and whoever signs in share this one machine.\n")
}
