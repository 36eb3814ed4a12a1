//! The benchmark of the product: what a request costs, beside what it could cost at the least.
//!
//! One run measures three things in turn, on the same machine and with the same data, and prints their ratios:
//!
//! - the **service**: the release binary as `serve --demo` starts it, with its durable embedded PostgreSQL;
//! - the **bare responder**: actix-web alone, in this process, answering the very bytes and headers that the service
//!   answered. It is what HTTP costs here without a product;
//! - **pgbench**: the statement behind the answer, prepared, with the same parameters and as the same role; for a post,
//!   plain inserts of every row that the post wrote, in one statement and one durable commit. It is what PostgreSQL
//!   costs here without a product.
//!
//! Rounds alternate between the three, so that a slow minute of the machine is everybody's. Nothing is asserted about
//! time: figures are for reading. The service, its database and the folders of a run are gone when it ends, also after
//! a failure or Ctrl-C.
//!
//! `cargo measure` (that is `cargo bench --bench http`), with `-- --quick` for fewer and shorter rounds, `-- --json
//! FILE` for the figures in a file, and `-- NAME` for the cases whose name holds `NAME`.

mod bare;
mod cases;
mod database;
mod exchange;
mod figures;
mod interrupt;
mod load;
mod pgbench;
#[expect(dead_code, reason = "the other benchmark looks at limits and peaks of memory")]
mod processor;
mod report;
mod rounds;
mod scratch;
#[expect(dead_code, reason = "the other benchmark makes accounts, and asks whether the service still lives")]
mod service;
mod statements;
mod trouble;
mod writing;
mod written;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;

use self::{
    cases::Case,
    database::Owner,
    interrupt::Interrupt,
    pgbench::Pgbench,
    report::Report,
    rounds::Plan,
    scratch::Scratch,
    service::{Service, Start},
    trouble::Trouble,
};

/// How many articles are written beside those of the demo.
const ARTICLES: usize = 1000;

/// Measures the service beside a bare responder and pgbench.
#[derive(Debug, Parser)]
#[command(name = "http")]
struct Options {
    /// Three rounds of 1.5 seconds instead of five of 3
    #[arg(long)]
    quick: bool,
    /// Writes the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What `cargo bench` passes to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Only the cases whose name holds this
    name: Option<String>,
}

impl Options {
    fn plan(&self) -> Plan {
        let (rounds, length) = if self.quick { (3, Duration::from_millis(1500)) } else { (5, Duration::from_secs(3)) };
        Plan { rounds, length, warm_up: Duration::from_secs(1), connections: 16 }
    }
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
    let owner = Owner::of(&service)?;
    eprintln!("writing {ARTICLES} articles");
    let slug = owner.publish(&writing::articles(ARTICLES))?;
    owner.write_to_nobody()?;
    let pgbench = Pgbench::find(&service, scratch.path());
    if let Err(why) = &pgbench {
        eprintln!("pgbench is left out: {why}");
    }

    let plan = options.plan();
    let mut report = Report::begin(&plan, &service, &owner, &scratch)?;
    println!("{}", report.preface());
    for case in wanted(cases::all(&service, &slug)?, options.name.as_deref()) {
        eprintln!("measuring: {}", case.title);
        let measured = rounds::measure(&plan, &case, &service, &owner, pgbench.as_ref().ok(), &interrupt)?;
        println!("{}", report.add(&case, &measured));
    }
    match &options.json {
        Some(file) => report.write(file),
        None => Ok(()),
    }
}

fn wanted(cases: Vec<Case>, name: Option<&str>) -> impl Iterator<Item = Case> {
    cases.into_iter().filter(move |case| name.is_none_or(|name| case.name.contains(name)))
}
