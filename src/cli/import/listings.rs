//! `import listings` and `import google`: tables of locations and providers, and the locations of a Business Profile. Each
//! row goes the way that a staff member's would and is taken whole or refused, with its column and reason: a location is
//! public at once, and half of what a table says of it would send patients astray. What staff wrote stays.
//!
//! | file | holds |
//! |---|---|
//! | `desk` | one listing into the database, or what would become of it |
//! | `hours` | the hours of a listing as rows |
//! | `report` | what it came to, by row and column |

mod desk;
mod hours;
mod report;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use serde_json::Value;

use super::super::{Exit, Failure, Invocation, Opened, print_json, progress};
use crate::{
    clinic::ListingSource,
    import::listings::{Kind, Listing, Mapping, Table, check, google},
};
use desk::Desk;
use report::Report;

/// The largest mapping, in bytes.
const LARGEST_MAPPING: u64 = 1024 * 1024;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct ListingsImport {
    /// The table.
    pub file: PathBuf,
    /// Which column is taken for what; guessed by the names of the columns where absent.
    pub mapping: Option<PathBuf>,
    /// What the rows are; that of the mapping where it has one kind, else locations.
    pub kind: Option<Kind>,
    /// Write the mapping, and do nothing else.
    pub print_mapping: bool,
    /// Change nothing.
    pub dry_run: bool,
    /// Report as JSON.
    pub json: bool,
}

/// Imports a table.
pub fn listings(invocation: &Invocation, wanted: &ListingsImport) -> Result<(), Failure> {
    let bar = progress::bar("reading");
    let outcome = table(invocation, wanted, &bar);
    bar.finish_and_clear();
    match outcome? {
        Some(report) => end(&report, wanted.json),
        None => Ok(()),
    }
}

fn table(invocation: &Invocation, wanted: &ListingsImport, bar: &ProgressBar) -> Result<Option<Report>, Failure> {
    let failed = |sentence: &dyn std::fmt::Display| Failure::failed(format!("{}: {sentence}", wanted.file.display()));
    check(open(&wanted.file)?).map_err(|stopped| failed(&stopped))?;
    let file = open(&wanted.file)?;
    bar.set_length(file.metadata().map_or(0, |file| file.len()));
    let mut table = Table::open(bar.wrap_read(file)).map_err(|stopped| failed(&stopped))?;
    let (kind, mapping) = mapping(wanted, table.columns())?;
    if wanted.print_mapping {
        print_json(&mapping.to_json())?;
        let left = mapping.left();
        if !left.is_empty() {
            eprintln!("taken for nothing: {}", left.join(", "));
        }
        return Ok(None);
    }
    let mut report = Report::new(ListingSource::Table, &wanted.file, wanted.dry_run, kind);
    report.take(&mapping);
    let mut next = move || -> Result<Option<(String, Option<Listing>)>, String> {
        let row = table.read().map_err(|stopped| stopped.to_string())?;
        Ok(row.map(|row| (format!("row {}", row.number), row.cells.map(|cells| mapping.read(&cells)))))
    };
    carry(invocation, kind, report, &mut next).map(Some)
}

/// Imports the locations of a Business Profile.
pub fn google(invocation: &Invocation, file: &Path, dry_run: bool, json: bool) -> Result<(), Failure> {
    let bar = progress::bar("reading");
    let read = open(file).and_then(|opened| {
        bar.set_length(opened.metadata().map_or(0, |opened| opened.len()));
        google::read(bar.wrap_read(opened)).map_err(|stopped| Failure::failed(format!("{}: {stopped}", file.display())))
    });
    let outcome = read.and_then(|locations| {
        bar.set_position(0);
        bar.set_length(u64::try_from(locations.len()).unwrap_or(0));
        let mut locations = locations.into_iter().enumerate();
        let report = Report::new(ListingSource::Google, file, dry_run, Kind::Locations);
        let mut next = || {
            bar.inc(1);
            Ok(locations.next().map(|(index, listing)| (format!("location {}", index + 1), Some(listing))))
        };
        carry(invocation, Kind::Locations, report, &mut next)
    });
    bar.finish_and_clear();
    end(&outcome?, json)
}

/// The next listing with its place; a row without the header's number of cells has none.
type Next<'a> = dyn FnMut() -> Result<Option<(String, Option<Listing>)>, String> + 'a;

/// Carries each listing to the desk, and opens no database for a dry run.
fn carry(invocation: &Invocation, kind: Kind, report: Report, next: &mut Next<'_>) -> Result<Report, Failure> {
    if report.is_dry() {
        let mut desk = Desk::dry(kind, report);
        // Nothing of a dry run waits for anything.
        actix_web::rt::System::new().block_on(desk.take_all(next))?;
        return Ok(desk.report);
    }
    let opened = Opened::for_command(invocation)?;
    let report = opened.block_on(async |opened| {
        let mut desk = Desk::open(opened, kind, report);
        let outcome = desk.take_all(next).await;
        desk.close().await;
        outcome?;
        Ok(desk.report)
    })?;
    opened.leave()?;
    Ok(report)
}

fn end(report: &Report, json: bool) -> Result<(), Failure> {
    if json {
        print_json(&report.to_json())?;
    } else {
        println!("{report}");
    }
    if report.dropped() > 0 { Err(Failure::new(Exit::Partial, "")) } else { Ok(()) }
}

fn open(path: &Path) -> Result<File, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(|error| failed(&error))?;
    if file.metadata().is_ok_and(|file| file.is_dir()) { Err(failed(&"it is a folder")) } else { Ok(file) }
}

/// The mapping that was written by hand, or the guessed one.
fn mapping(wanted: &ListingsImport, columns: &[String]) -> Result<(Kind, Mapping), Failure> {
    let Some(path) = &wanted.mapping else {
        let kind = wanted.kind.unwrap_or(Kind::Locations);
        return Ok((kind, Mapping::guess(kind, columns)));
    };
    let name = path.display();
    let file = open(path)?;
    if file.metadata().is_ok_and(|file| file.len() > LARGEST_MAPPING) {
        return Err(Failure::failed(format!("{name} is no mapping: it is larger than 1 MiB")));
    }
    let written: Value = serde_json::from_reader(file).map_err(|error| {
        Failure::failed(format!("{name} is no JSON: line {}, column {}", error.line(), error.column()))
    })?;
    let kind = wanted.kind.or(match Mapping::kinds(&written).as_slice() {
        [only] => Some(*only),
        _ => None,
    });
    let kind = kind.unwrap_or(Kind::Locations);
    let mapping = Mapping::parse(kind, &written, columns).map_err(|mistakes| {
        let lines: Vec<String> =
            mistakes.iter().map(|mistake| format!("{name}: {} {}", mistake.pointer, mistake.message)).collect();
        Failure::new(Exit::Usage, lines.join("\n"))
    })?;
    Ok((kind, mapping))
}
