//! The file of tombstones, `tombstones.log` in the data directory: one line an erasure, ids and instants alone, each with
//! an HMAC of ours. It is appended to and synced, never rewritten, and stands outside the database, so that a restored
//! backup does not take it back.
//!
//! Refuses a line that this installation did not write: whoever can write to the file cannot have anything erased.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{Reason, Tombstone};
use crate::crypto::{KeyRing, TagKey};

/// The longest line, with room to spare: what is longer is none of ours.
const LONGEST_LINE: u64 = 512;

/// The file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the file of tombstones {path} cannot be read ({source})")]
pub struct UnreadLog {
    path: PathBuf,
    source: io::Error,
}

/// The file and the key of its lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TombstoneLog {
    path: PathBuf,
    key: Arc<TagKey>,
}

impl TombstoneLog {
    /// The file of the installation in this data directory.
    pub fn new(data_dir: &Path, ring: &KeyRing) -> Self {
        Self { path: data_dir.join("tombstones.log"), key: Arc::new(ring.tag_key("tombstone")) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps tombstones whose erasure is committed. A failure is told loudly and mended by the next reconciliation, which
    /// writes what the database has and the file lacks.
    pub async fn keep(&self, tombstones: Vec<Tombstone>) {
        if tombstones.is_empty() {
            return;
        }
        let (log, count) = (self.clone(), tombstones.len());
        let kept = tokio::task::spawn_blocking(move || log.append(&tombstones)).await;
        let failed = match kept {
            Ok(kept) => kept.err().map(|error| error.to_string()),
            Err(lost) => Some(lost.to_string()),
        };
        if let Some(error) = failed {
            let path = self.path.display();
            tracing::error!(%path, error, count, "tombstones could not be written to their file; trying again hourly");
        }
    }

    /// Appends lines in one write and syncs them.
    ///
    /// # Errors
    /// Those of the file.
    pub fn append(&self, tombstones: &[Tombstone]) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(&self.path)?;
        file.lock()?;
        let mut lines = String::with_capacity(tombstones.len() * 160);
        if is_torn(&mut file)? {
            lines.push('\n');
        }
        for tombstone in tombstones {
            lines.push_str(&self.line(tombstone));
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        // A new file survives a power cut once its folder is synced as well.
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    /// Reads the file from its beginning; none where there is none yet.
    ///
    /// # Errors
    /// [`UnreadLog`].
    pub fn read(&self) -> Result<Option<Lines>, UnreadLog> {
        match File::open(&self.path) {
            Ok(file) => Ok(Some(Lines { reader: BufReader::new(file), log: self.clone(), at: 0, refused: Vec::new() })),
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unread(source)),
        }
    }

    fn unread(&self, source: io::Error) -> UnreadLog {
        UnreadLog { path: self.path.clone(), source }
    }

    fn line(&self, tombstone: &Tombstone) -> String {
        let facts = facts(tombstone);
        let mac = HEXLOWER.encode(&self.key.mac(&[facts.as_bytes()]));
        format!("{facts} {mac}\n")
    }

    /// None where the line is not ours.
    fn parse(&self, line: &str) -> Option<Tombstone> {
        let (said, mac) = line.trim_end().rsplit_once(' ')?;
        let mac = HEXLOWER.decode(mac.as_bytes()).ok()?;
        let genuine: bool = self.key.mac(&[said.as_bytes()]).as_slice().ct_eq(&mac).into();
        let mut words = said.split(' ').filter(|_| genuine);
        let id = words.next()?.parse::<Uuid>().ok()?;
        let mut instant = || DateTime::<Utc>::from_timestamp_micros(words.next()?.parse().ok()?);
        let (received_at, erased_at) = (instant()?, instant()?);
        let reason = Reason::named(words.next()?)?;
        Some(Tombstone { id, received_at, erased_at, reason })
    }
}

fn facts(tombstone: &Tombstone) -> String {
    let Tombstone { id, received_at, erased_at, reason } = tombstone;
    format!("{id} {} {} {}", received_at.timestamp_micros(), erased_at.timestamp_micros(), reason.name())
}

/// Whether a power cut left half a line at the end.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The lines of the file, a part at a time.
#[derive(Debug)]
pub struct Lines {
    reader: BufReader<File>,
    log: TombstoneLog,
    at: u64,
    /// Lines that are not ours, by their number from 1.
    pub refused: Vec<u64>,
}

impl Lines {
    /// Up to `most` tombstones; none at the end.
    ///
    /// # Errors
    /// [`UnreadLog`].
    pub fn next(&mut self, most: usize) -> Result<Vec<Tombstone>, UnreadLog> {
        let mut part = Vec::with_capacity(most);
        while part.len() < most {
            let mut line = Vec::new();
            let read = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut line);
            if read.map_err(|source| self.log.unread(source))? == 0 {
                break;
            }
            self.at += 1;
            let text = str::from_utf8(&line).unwrap_or_default();
            match self.log.parse(text) {
                Some(tombstone) => part.push(tombstone),
                None if text.trim().is_empty() => {}
                None => self.refused.push(self.at),
            }
        }
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> (tempfile::TempDir, TombstoneLog) {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&folder.path().join("keys")).unwrap();
        let log = TombstoneLog::new(folder.path(), &ring);
        (folder, log)
    }

    fn tombstone(number: u128) -> Tombstone {
        let instant = |seconds: i64| DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap();
        let (received_at, erased_at) = (instant(0), instant(60));
        Tombstone { id: Uuid::from_u128(number), received_at, erased_at, reason: Reason::Request }
    }

    fn all(log: &TombstoneLog) -> (Vec<Tombstone>, Vec<u64>) {
        let mut lines = log.read().unwrap().expect("a file");
        let found = lines.next(100).unwrap();
        (found, lines.refused)
    }

    #[test]
    fn what_is_appended_is_read_again_and_the_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, log) = log();
        assert!(log.read().unwrap().is_none());
        log.append(&[tombstone(1)]).unwrap();
        log.append(&[tombstone(2), tombstone(3)]).unwrap();
        assert_eq!(all(&log), (vec![tombstone(1), tombstone(2), tombstone(3)], vec![]));
        assert_eq!(std::fs::metadata(log.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_line_of_somebody_else_is_refused_and_named() {
        let (_folder, log) = log();
        log.append(&[tombstone(1)]).unwrap();
        let line = std::fs::read_to_string(log.path()).unwrap();
        let forged = line.replace(&Uuid::from_u128(1).to_string(), &Uuid::from_u128(9).to_string());
        std::fs::write(log.path(), format!("{line}{forged}no line at all\n{line}")).unwrap();
        assert_eq!(all(&log), (vec![tombstone(1), tombstone(1)], vec![2, 3]));
    }

    #[test]
    fn a_torn_line_costs_no_other() {
        let (_folder, log) = log();
        log.append(&[tombstone(1)]).unwrap();
        let mut file = OpenOptions::new().append(true).open(log.path()).unwrap();
        file.write_all(b"01900000-0000-7000").unwrap();
        log.append(&[tombstone(2)]).unwrap();
        assert_eq!(all(&log), (vec![tombstone(1), tombstone(2)], vec![2]));
    }
}
