//! A CSV file, row by row, in bounded memory: commas, semicolons or tabs, quoted line breaks, a byte order mark. A file that
//! is no UTF-8 is refused as a whole before a row of it is taken.

use std::io::{BufRead, Read};

use csv::{ReaderBuilder, StringRecord};

use super::super::{
    bounded::{BROKEN, Bounded, Gauge},
    record::Stopped,
};

/// The longest row: 1 MiB.
const MAX_ROW: usize = 1024 * 1024;
/// The most columns.
const MAX_COLUMNS: usize = 500;
/// What may stand between columns.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as spreadsheets show it, the header's being 1. Empty lines have none.
    pub number: u64,
    /// Its cells, as many as the header has; none where the row has another number of them.
    pub cells: Option<Vec<String>>,
}

/// An open table.
#[derive(Debug)]
pub struct Table<R> {
    reader: csv::Reader<Bounded<R>>,
    gauge: Gauge,
    columns: Vec<String>,
    record: StringRecord,
    /// How many rows were read.
    rows: u64,
}

/// Looks whether a file is text that can be read: UTF-8 without NUL.
///
/// # Errors
/// [`Stopped`] with what to do.
pub fn check(source: impl Read) -> Result<(), Stopped> {
    let mut source = Bounded::new(source, usize::MAX >> 1);
    let mut broken = [0; 4];
    let broken = BROKEN.encode_utf8(&mut broken).as_bytes().to_vec();
    let mut tail: Vec<u8> = Vec::new();
    loop {
        let piece = source.fill_buf().map_err(|error| Stopped::because(error.to_string()))?;
        if piece.is_empty() {
            return Ok(());
        }
        let length = piece.len();
        tail.extend_from_slice(piece);
        if tail.windows(broken.len()).any(|bytes| bytes == broken) || tail.contains(&0) {
            return Err(Stopped::because(
                "it is not UTF-8 (perhaps Latin-1, Windows-1252 or UTF-16): save it as “CSV UTF-8” and import it again",
            ));
        }
        let kept = tail.len().saturating_sub(broken.len());
        tail.drain(..kept);
        source.consume(length);
    }
}

impl<R: Read> Table<R> {
    /// Reads the header. The sign between columns is the one that it has most of, outside of quotes.
    ///
    /// # Errors
    /// [`Stopped`] where there is no header, a column stands in it twice, or a row is too long.
    pub fn open(source: R) -> Result<Self, Stopped> {
        let mut source = Bounded::new(source, MAX_ROW);
        let gauge = source.gauge();
        let delimiter = delimiter(source.fill_buf().map_err(|error| Stopped::because(error.to_string()))?);
        let reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(source);
        let mut table = Self { reader, gauge, columns: Vec::new(), record: StringRecord::new(), rows: 0 };
        let header = table.next_row()?.map(|_| table.record.clone()).unwrap_or_default();
        let columns: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        if columns.iter().all(String::is_empty) {
            return Err(Stopped::because("it has no header: the first row names the columns"));
        }
        if columns.len() > MAX_COLUMNS {
            return Err(Stopped::because(format!("it has more than {MAX_COLUMNS} columns")));
        }
        for (index, name) in columns.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if columns.iter().take(index).any(|earlier| earlier == name) {
                return Err(Stopped::because(format!("two columns are called “{name}”; give each a name of its own")));
            }
        }
        table.columns = columns;
        Ok(table)
    }

    /// The names of the columns; empty for one without a name.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next row that has something in it.
    ///
    /// # Errors
    /// [`Stopped`] where the file cannot be read further; what was handed over until then is good.
    pub fn read(&mut self) -> Result<Option<Row>, Stopped> {
        loop {
            let Some(number) = self.next_row()? else { return Ok(None) };
            if self.record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let cells =
                (self.record.len() == self.columns.len()).then(|| self.record.iter().map(str::to_owned).collect());
            return Ok(Some(Row { number, cells }));
        }
    }

    fn next_row(&mut self) -> Result<Option<u64>, Stopped> {
        self.gauge.next_piece();
        let read = self.reader.read_record(&mut self.record);
        self.rows += 1;
        let read = read.map_err(|error| Stopped::because(format!("row {}: {error}", self.rows)))?;
        Ok(read.then_some(self.rows))
    }
}

/// The sign that stands most often in the first line, outside of quotes; a comma where none does.
fn delimiter(beginning: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in beginning {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                let places = DELIMITERS.iter().zip(&mut counts).filter(|(delimiter, _)| *delimiter == byte);
                places.for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    let counted = DELIMITERS.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    counted.rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}
