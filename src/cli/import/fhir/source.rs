//! The files of a directory, read one after the other and no further than their bounds.

use std::{
    collections::BTreeSet,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;

use super::{
    super::super::Failure,
    report::{Done, Report},
};
use crate::clinic::fhir::{Incoming, ResourceType, unpack};

/// The most that is read, in bytes, and the most resources.
const LARGEST: u64 = 64 << 20;
const MOST: usize = 10_000;

/// The resources of a file or a folder, each once.
pub fn read(path: &Path, bar: &ProgressBar, report: &mut Report) -> Result<Vec<Incoming>, Failure> {
    let files = if path.is_dir() { list(path)? } else { vec![path.to_owned()] };
    bar.set_length(u64::try_from(files.len()).unwrap_or(0));
    let mut seen: BTreeSet<(ResourceType, String)> = BTreeSet::new();
    let mut found = Vec::new();
    let mut room = LARGEST;
    for file in files {
        bar.inc(1);
        let text = text_of(&file, &mut room)?;
        for (place, read) in unpack(&text) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let at = place.map_or_else(|| name.to_string(), |place| format!("{name} {place}"));
            match read {
                Err(why) => report.refuse(&at, &why.to_string()),
                Ok(resource) if !seen.insert((resource.kind, resource.id.clone())) => {
                    report.refuse(&resource.label(), "it stands in the source twice; the first was taken");
                    report.count(resource.kind, Done::Refused);
                }
                Ok(resource) => found.push(resource),
            }
        }
        if found.len() > MOST {
            return Err(Failure::failed(format!("more than {MOST} resources: import them in several parts")));
        }
    }
    Ok(found)
}

/// The files of resources in a folder, in the order of their names. Hidden ones are nobody's resources.
fn list(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| Failure::failed(format!("{} cannot be read: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let is_json = ending.is_some_and(|ending| ["json", "ndjson"].contains(&ending.as_str()));
        if is_json && !is_hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::failed(format!("{} has no .json or .ndjson file", folder.display())));
    }
    Ok(files)
}

fn text_of(file: &Path, room: &mut u64) -> Result<String, Failure> {
    let name = file.display();
    let unreadable = |error: std::io::Error| Failure::failed(format!("{name} cannot be read: {error}"));
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(*room + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let too_large = || Failure::failed(format!("{name}: more than 64 MiB in all: import it in several parts"));
    *room = room.checked_sub(length).ok_or_else(too_large)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::failed(format!("{name}: it is not UTF-8")))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
