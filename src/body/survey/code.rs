//! Code in a survey: kept where every engine sees code, joined or changed where not.

use std::ops::Range;

use pulldown_cmark::CodeBlockKind;

use super::{Kind, Survey};
use crate::body::manuscript::Edit;
use crate::body::report::Finding;
use crate::body::{agreement, raw_html};

impl Survey<'_> {
    /// A block of code: what stands behind its fence, then the code itself.
    pub(super) fn read_block(&mut self, kind: &CodeBlockKind<'_>, range: &Range<usize>, disputed: bool) {
        let standing = match kind {
            CodeBlockKind::Fenced(_) => !agreement::follows_definition(self.text, range.start),
            CodeBlockKind::Indented => self.stands_alone(range.start),
        };
        self.escape_info(range, kind);
        self.read_code(range.clone(), !disputed && standing);
    }

    /// A span over several lines is joined: lines of a list or quote are read apart where they lack its marker.
    pub(super) fn read_span(&mut self, code: &str, range: Range<usize>) {
        let source = self.text.get(range.clone()).unwrap_or_default();
        let lines = source.contains('\n');
        if lines && agreement::is_sensitive(source) {
            self.edits.push(Edit::replace(range.clone(), joined_span(source, code)));
        }
        self.read_code(range, true);
    }

    /// Keeps code where every engine sees code; elsewhere takes the `<` out of it.
    fn read_code(&mut self, range: Range<usize>, standing: bool) {
        self.not_text.push(range.clone());
        let code = self.text.get(range.clone()).unwrap_or_default();
        if !agreement::is_sensitive(code) {
            return;
        }
        if standing && !self.is_disputed() {
            self.agreed.push(range);
            return;
        }
        self.edits.extend(raw_html::tag_openings(code).map(|at| {
            let start = range.start + at;
            Edit::replace(start..start + 1, "‹").because(Finding::CodeChanged, None)
        }));
    }

    fn is_disputed(&mut self) -> bool {
        let text = self.text;
        if self.frames.last().is_some_and(|frame| frame.disputed) {
            return true;
        }
        let block = self.frames.iter_mut().rev().find(|frame| matches!(frame.kind, Kind::Block));
        block.is_some_and(|frame| {
            let source = text.get(frame.range.clone()).unwrap_or_default();
            *frame.backticks_disputed.get_or_insert_with(|| agreement::block_is_disputed(source))
        })
    }

    /// Whether every engine takes indented code here for code.
    fn stands_alone(&self, start: usize) -> bool {
        self.frames.is_empty() && self.after_plain_block && agreement::follows_blank_line(self.text, start)
    }

    /// The words behind the opening fence are no code; with `|` in them some engines see the head of a table instead.
    fn escape_info(&mut self, range: &Range<usize>, kind: &CodeBlockKind<'_>) {
        let block = self.text.get(range.clone()).unwrap_or_default();
        if let (CodeBlockKind::Fenced(_), Some(info)) = (kind, block.lines().next()) {
            let openings = raw_html::tag_openings(info).map(|at| (at, "&lt;"));
            let bars = info.match_indices('|').map(|(at, _)| (at, "&#124;"));
            let edits = openings.chain(bars).map(|(at, entity)| (range.start + at, entity));
            self.edits.extend(edits.map(|(at, entity)| Edit::replace(at..at + 1, entity)));
        }
    }
}

/// A code span on one line; line breaks in code are spaces anyway (`CommonMark` 0.31 §6.1).
fn joined_span(source: &str, code: &str) -> String {
    let fence = source.get(..source.len() - source.trim_start_matches('`').len()).unwrap_or_default();
    let code = code.replace('\n', " ");
    let padded = code.starts_with(['`', ' ']) || code.ends_with(['`', ' ']);
    let space = if padded && !code.trim().is_empty() { " " } else { "" };
    format!("{fence}{space}{code}{space}{fence}")
}
