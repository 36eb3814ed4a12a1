//! The source while it is being cleaned: taken in once, edited in rounds, aware of the lines it came from.

use std::cmp::Reverse;
use std::ops::Range;

use super::report::{Finding, Report};
use super::{BodyError, MAX_BYTES};

/// A replacement of a range of the source; what it tells the author is reported when it is applied.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) replacement: String,
    pub(super) finding: Option<(Finding, Option<String>)>,
}

impl Edit {
    /// Removes a range.
    pub(super) fn cut(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }

    /// Replaces a range.
    pub(super) fn replace(range: Range<usize>, replacement: impl Into<String>) -> Self {
        Self { range, replacement: replacement.into(), finding: None }
    }

    /// Says what the edit is about.
    pub(super) fn because(mut self, finding: Finding, element: Option<&str>) -> Self {
        self.finding = Some((finding, element.map(str::to_owned)));
        self
    }
}

/// Markdown on its way to being clean.
#[derive(Debug)]
pub(super) struct Manuscript {
    text: String,
    /// For each line of `text`: its first byte and, where known, its line in the source that was sent.
    lines: Vec<(usize, Option<u32>)>,
}

impl Manuscript {
    /// Takes in Markdown as it was sent.
    pub(super) fn accept(source: &str) -> Result<Self, BodyError> {
        let text = normalise(source)?;
        let lines = line_starts(&text).zip((1..).map(Some)).collect();
        Ok(Self { text, lines })
    }

    /// Takes in Markdown made from HTML: its lines mean nothing to the author.
    pub(super) fn converted(markdown: &str) -> Result<Self, BodyError> {
        let text = normalise(markdown)?;
        let lines = line_starts(&text).map(|start| (start, None)).collect();
        Ok(Self { text, lines })
    }

    /// The Markdown as it stands.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line of the sent source that holds this byte.
    pub(super) fn line_at(&self, offset: usize) -> Option<u32> {
        let after = self.lines.partition_point(|(start, _)| *start <= offset);
        self.lines.get(after.saturating_sub(1)).and_then(|(_, line)| *line)
    }

    /// Applies edits from the first byte on. Where two overlap the earlier and longer wins; the next round sees the rest.
    pub(super) fn apply(&mut self, mut edits: Vec<Edit>, report: &mut Report) -> Result<(), BodyError> {
        edits.sort_by_key(|edit| (edit.range.start, Reverse(edit.range.end)));
        let mut edited = Edited::default();
        let mut kept_to = 0;
        for edit in edits {
            if edit.range.start < kept_to {
                continue;
            }
            if let Some((finding, element)) = edit.finding {
                report.add(finding, element.as_deref(), self.line_at(edit.range.start));
            }
            edited.push(self, kept_to..edit.range.start);
            edited.text.push_str(&edit.replacement);
            kept_to = edit.range.end;
        }
        edited.push(self, kept_to..self.text.len());
        let mut lines = vec![(0, Some(1).filter(|_| self.line_at(0).is_some()))];
        lines.append(&mut edited.lines);
        self.text = edited.text;
        self.lines = lines;
        within_limit(&self.text)
    }
}

/// The next version of a manuscript while it is being written.
#[derive(Default)]
struct Edited {
    text: String,
    lines: Vec<(usize, Option<u32>)>,
}

impl Edited {
    fn push(&mut self, from: &Manuscript, range: Range<usize>) {
        let Some(piece) = from.text.get(range.clone()) else {
            return;
        };
        for (at, _) in piece.match_indices('\n') {
            self.lines.push((self.text.len() + at + 1, from.line_at(range.start + at + 1)));
        }
        self.text.push_str(piece);
    }
}

/// Line breaks of every kind become `\n`; other control characters and overlong sources are refused.
///
/// U+0085, U+2028 and U+2029 end a line for some engines and not for others, so they become `\n` as well.
pub(super) fn normalise(source: &str) -> Result<String, BodyError> {
    within_limit(source)?;
    let text =
        source.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace(['\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let mut line = 1;
    for character in text.chars() {
        if character == '\n' {
            line += 1;
        } else if u32::from(character) < 0x20 && character != '\t' {
            return Err(BodyError::ControlCharacter { code: character.into(), line });
        }
    }
    Ok(text)
}

fn within_limit(text: &str) -> Result<(), BodyError> {
    if text.len() > MAX_BYTES {
        return Err(BodyError::TooLong { bytes: text.len() });
    }
    Ok(())
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1))
}
