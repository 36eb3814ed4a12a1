//! The figures as people read them (Markdown) and as programs do (JSON).

use std::{fmt::Write, fs, path::Path, thread};

use serde_json::{Value, json};

use super::{
    cases::Case,
    database::Owner,
    figures::Figures,
    processor,
    rounds::{Measured, Plan},
    scratch::Scratch,
    service::Service,
    trouble::Trouble,
};

const HEAD: &str = "| | requests/s | slowest–fastest round | p50 µs | p99 µs | processor µs a request | of PostgreSQL µs | resident MiB |\n\
                    |---|---:|---:|---:|---:|---:|---:|---:|\n";

/// What was measured so far.
#[derive(Debug)]
pub struct Report {
    surroundings: Value,
    cases: Vec<Value>,
}

impl Report {
    /// A report on this machine and this service.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the database does not answer.
    pub fn begin(plan: &Plan, service: &Service, owner: &Owner, scratch: &Scratch) -> Result<Self, Trouble> {
        let surroundings = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "processor": processor::model(),
            "cores": thread::available_parallelism().map_or(0, usize::from),
            "filesystem": scratch.filesystem,
            "postgres": owner.facts()?,
            "resident_mib_at_start": processor::resident_kib(service.pid()).map(|kib| f64::from(kib) / 1024.0),
            "rounds": plan.rounds,
            "seconds_a_round": plan.length.as_secs_f64(),
            "connections": plan.connections,
        });
        Ok(Self { surroundings, cases: Vec::new() })
    }

    /// What the figures hold for.
    pub fn preface(&self) -> String {
        let tell = |pointer: &str| match self.surroundings.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => "unknown".to_owned(),
            Some(Value::Number(number)) if number.is_f64() => {
                number.as_f64().map(|number| format!("{number:.1}")).unwrap_or_default()
            }
            Some(other) => other.to_string(),
        };
        format!(
            "## clinic-cms {} beside a bare responder and pgbench\n\n\
             {} ({} cores), {}; PostgreSQL {} with fsync {}, synchronous_commit {}, shared_buffers {}; {} visible articles. \
             {} connections, {} rounds of {} s each in turns; medians. The service holds {} MiB before the first request. \
             Everything runs on this one machine, the load generator and pgbench included.\n",
            tell("/version"),
            tell("/processor"),
            tell("/cores"),
            tell("/filesystem"),
            tell("/postgres/version"),
            tell("/postgres/fsync"),
            tell("/postgres/synchronous_commit"),
            tell("/postgres/shared_buffers"),
            tell("/postgres/articles"),
            tell("/connections"),
            tell("/rounds"),
            tell("/seconds_a_round"),
            tell("/resident_mib_at_start"),
        )
    }

    /// Keeps the figures of a case and answers its table.
    pub fn add(&mut self, case: &Case, measured: &Measured) -> String {
        let table = table(case.title, measured);
        let ratios = json!({
            "service_to_bare": ratio(&measured.service, Some(&measured.bare)),
            "service_to_pgbench": ratio(&measured.service, measured.pgbench.as_ref()),
        });
        self.cases.push(json!({"name": case.name, "title": case.title, "figures": measured, "ratios": ratios}));
        table
    }

    /// Writes everything as JSON.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<(), Trouble> {
        let all = json!({"surroundings": self.surroundings, "cases": self.cases});
        fs::write(file, format!("{all:#}\n")).map_err(Trouble::at(file.display()))
    }
}

pub fn table(title: &str, measured: &Measured) -> String {
    let mut text = format!("### {title} ({} bytes)\n\n{HEAD}", measured.bytes);
    let rows = [
        ("service", Some(&measured.service)),
        ("bare responder", Some(&measured.bare)),
        ("pgbench", measured.pgbench.as_ref()),
    ];
    for (name, figures) in rows {
        if let Some(figures) = figures {
            let _ = writeln!(text, "{}", row(name, figures));
        }
    }
    let tell = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
    let (bare, pgbench) =
        (ratio(&measured.service, Some(&measured.bare)), ratio(&measured.service, measured.pgbench.as_ref()));
    let _ = writeln!(text, "\nservice/bare {}, service/pgbench {}", tell(bare), tell(pgbench));
    if let Some(why) = &measured.left_out {
        let _ = writeln!(text, "\npgbench was left out: {why}");
    }
    for (name, figures) in rows {
        if let Some(figures) = figures.filter(|figures| figures.unexpected > 0) {
            let _ =
                writeln!(text, "\n{name}: {} answers of another status, not counted as requests", figures.unexpected);
        }
    }
    text
}

fn row(name: &str, figures: &Figures) -> String {
    let whole = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), thousands);
    let (slowest, fastest) = figures.rates;
    let rates = format!("{}–{}", thousands(slowest), thousands(fastest));
    let resident = figures.resident.map_or_else(|| "–".to_owned(), |mib| format!("{mib:.1}"));
    let (rate, p50, p99) = (thousands(figures.rate), thousands(figures.p50), thousands(figures.p99));
    let (own, postgres) = (whole(figures.own), whole(figures.postgres));
    format!("| {name} | {rate} | {rates} | {p50} | {p99} | {own} | {postgres} | {resident} |")
}

/// Of requests a second.
fn ratio(service: &Figures, reference: Option<&Figures>) -> Option<f64> {
    reference.map(|reference| service.rate / reference.rate.max(f64::MIN_POSITIVE))
}

/// A whole number with commas.
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
