//! `export`: what is here goes elsewhere, so that nobody is held by it.

mod articles;
mod fhir;
mod google;

pub use articles::articles;
pub use fhir::fhir;
pub use google::google;

use std::{
    fs::File,
    io::{BufWriter, Write, stdout},
    path::Path,
};

use super::Failure;

/// Where an export is written to: a file, or stdout without one.
fn open(out: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    let Some(file) = out else { return Ok(Box::new(BufWriter::new(stdout()))) };
    let made = File::create(file).map_err(|error| unwritable(file, &error))?;
    Ok(Box::new(BufWriter::new(made)))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{} cannot be written: {error}", path.display()))
}
