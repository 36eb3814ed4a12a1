//! Reads bytes as text in bounded memory. Refuses a single piece over a limit, so that no file can fill the memory;
//! marks what is no UTF-8, so that one bad article does not cost the others.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// What stands for bytes that are no UTF-8: a character that no text holds (Unicode §23.7), so that whoever meets it knows.
pub(super) const BROKEN: char = '\u{fdd0}';

/// What is read at once.
const CHUNK: usize = 64 * 1024;

/// How many bytes were read since the last piece began; shared with whoever knows where one begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauge(Rc<Cell<usize>>);

impl Gauge {
    /// Begins to count anew.
    pub(super) fn next_piece(&self) {
        self.0.set(0);
    }
}

/// A reader whose bytes are always UTF-8.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    text: Vec<u8>,
    at: usize,
    /// The first bytes of a character whose others were not read yet.
    begun: Vec<u8>,
    most: usize,
    since: Gauge,
    ended: bool,
}

impl<R: Read> Bounded<R> {
    /// Reads `inner`; no piece between two calls of [`Gauge::next_piece`] may be longer than `most` bytes.
    pub(super) fn new(inner: R, most: usize) -> Self {
        let (text, begun) = (Vec::with_capacity(CHUNK), Vec::new());
        Self { inner, text, at: 0, begun, most, since: Gauge::default(), ended: false }
    }

    /// What counts its bytes.
    pub(super) fn gauge(&self) -> Gauge {
        self.since.clone()
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        let mut raw = std::mem::take(&mut self.begun);
        let kept = raw.len();
        raw.resize(kept + CHUNK, 0);
        let read = match raw.get_mut(kept..) {
            Some(room) => self.inner.read(room)?,
            None => 0,
        };
        raw.truncate(kept + read);
        self.ended = read == 0;
        let mut rest = raw.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(good) => {
                    self.text.extend_from_slice(good.as_bytes());
                    return Ok(());
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.text.extend_from_slice(good);
                    let wrong = match error.error_len() {
                        Some(wrong) => wrong,
                        None if self.ended => bad.len(),
                        None => {
                            bad.clone_into(&mut self.begun);
                            return Ok(());
                        }
                    };
                    self.text.extend_from_slice(BROKEN.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = bad.get(wrong..).unwrap_or_default();
                }
            }
        }
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since.0.get() > self.most {
            let megabytes = self.most >> 20;
            return Err(io::Error::other(format!("a single piece of it is longer than {megabytes} MiB")));
        }
        while self.at >= self.text.len() && !self.ended {
            self.refill()?;
        }
        Ok(self.text.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
        self.since.0.set(self.since.0.get().saturating_add(amount));
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let read = ready.read(room)?;
        self.consume(read);
        Ok(read)
    }
}
