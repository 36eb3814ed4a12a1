//! The edits that empty an HTML block of its markup and keep its words.

use std::ops::Range;

use crate::body::manuscript::Edit;
use crate::body::raw_html::{self, Kind, Markup};
use crate::body::report::Finding;

/// Cuts all markup from a block whose lines are `pieces`; what lies between them (`> ` of a quote) stays.
pub(super) fn edits(text: &str, pieces: &[Range<usize>], block: &Range<usize>) -> Vec<Edit> {
    let html: String = pieces.iter().filter_map(|piece| text.get(piece.clone())).collect();
    let place = Placement::new(pieces);
    let found = raw_html::scan(&html);
    if found.is_empty() {
        return vec![Edit::cut(block.clone()).because(Finding::RawHtml, None)];
    }
    let mut edits: Vec<Edit> = indents(text, pieces).collect();
    for markup in &found {
        let parts = place.parts(&markup.range);
        for (index, part) in parts.into_iter().enumerate() {
            let first = index == 0;
            let edit = Edit::replace(part, if first { replacement(&html, markup) } else { "" });
            edits.push(if first { explained(edit, markup) } else { edit });
        }
    }
    edits
}

/// Indentation inside HTML means nothing; in Markdown it would make code of the words.
fn indents<'a>(text: &'a str, pieces: &'a [Range<usize>]) -> impl Iterator<Item = Edit> + 'a {
    pieces.iter().filter_map(|piece| {
        let line = text.get(piece.clone())?;
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        (indent > 0).then(|| Edit::cut(piece.start..piece.start + indent))
    })
}

fn replacement(html: &str, markup: &Markup<'_>) -> &'static str {
    match markup.kind {
        Kind::HalfOpen => "&lt;",
        _ => space_between(html, &markup.range, !raw_html::is_inline(markup.name)),
    }
}

fn explained(edit: Edit, markup: &Markup<'_>) -> Edit {
    match markup.kind {
        Kind::Open | Kind::Declaration => edit.because(Finding::RawHtml, Some(markup.name)),
        Kind::Close | Kind::HalfOpen => edit,
    }
}

/// A space where cutting a block-like element would glue two words together.
pub(super) fn space_between(text: &str, cut: &Range<usize>, parts_words: bool) -> &'static str {
    let before = text.get(..cut.start).and_then(|text| text.chars().next_back());
    let after = text.get(cut.end..).and_then(|text| text.chars().next());
    // Of two tags in a row (`</p><p>`) the first keeps them apart.
    let word_before = before.is_some_and(|c| !c.is_whitespace() && c != '>');
    let word_after = after.is_some_and(|c| !c.is_whitespace());
    if parts_words && word_before && word_after { " " } else { "" }
}

/// Maps places in the joined lines of a block back to the source.
struct Placement<'a> {
    pieces: &'a [Range<usize>],
    /// Where each piece starts in the joined text.
    starts: Vec<usize>,
}

impl<'a> Placement<'a> {
    fn new(pieces: &'a [Range<usize>]) -> Self {
        let starts = pieces.iter().scan(0, |next, piece| {
            let start = *next;
            *next += piece.len();
            Some(start)
        });
        Self { pieces, starts: starts.collect() }
    }

    fn parts(&self, joined: &Range<usize>) -> Vec<Range<usize>> {
        let first = self.starts.partition_point(|start| *start <= joined.start).saturating_sub(1);
        let mut parts = Vec::new();
        for (piece, start) in self.pieces.iter().zip(&self.starts).skip(first) {
            if *start >= joined.end {
                break;
            }
            let from = joined.start.max(*start) - start;
            let to = joined.end.min(start + piece.len()) - start;
            if from < to {
                parts.push(piece.start + from..piece.start + to);
            }
        }
        parts
    }
}
