//! Edits that need no structure: every `<` in running text that could open a tag, and destinations that only another
//! engine would take for a link.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::manuscript::Edit;
use super::report::Finding;
use super::{destination, parser, raw_html};

/// Writes each `<` that could open a tag as `&lt;`, except inside the given ranges (sorted, apart).
///
/// An entity rather than `\<`: engines with GitHub's bare addresses swallow the backslash of `http://a/\<img …>`.
pub(super) fn escape_tag_openings(text: &str, except: &[Range<usize>], edits: &mut Vec<Edit>) {
    for at in raw_html::tag_openings(text).filter(|at| !is_within(except, *at)) {
        let start = if is_escaped(text, at) { at - 1 } else { at };
        edits.push(Edit::replace(start..at + 1, "&lt;"));
    }
}

/// Removes destinations of scripting schemes behind `](` and `]:` wherever they stand, except inside the given ranges.
///
/// A footnote (`[^1]: javascript:…`) is a link definition for an engine without footnotes.
pub(super) fn cut_scripting_destinations(text: &str, except: &[Range<usize>], edits: &mut Vec<Edit>) {
    for (at, _) in text.match_indices(']').filter(|(at, _)| !is_within(except, *at)) {
        let Some(rest) = text.get(at + 1..) else {
            continue;
        };
        let Some(rest) = rest.strip_prefix('(').or_else(|| rest.strip_prefix(':')) else {
            continue;
        };
        let target = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '<'));
        let start = text.len() - target.len();
        let end = target.find(|c: char| c.is_whitespace() || "()[]<>\"'".contains(c)).unwrap_or(target.len());
        let word = target.get(..end).unwrap_or_default();
        if destination::is_scripting(&decoded(word)) {
            edits.push(Edit::cut(start..start + end).because(Finding::UnsafeLink, None));
        }
    }
}

/// Removes white space at line ends where it holds more than ASCII: a line of no-break spaces is a paragraph here and a
/// blank line for engines that trim as JavaScript does.
pub(super) fn cut_wide_line_ends(text: &str, edits: &mut Vec<Edit>) {
    let mut start = 0;
    for line in text.split('\n') {
        let kept = line.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        if line.get(kept..).is_some_and(|end| !end.is_ascii()) {
            edits.push(Edit::cut(start + kept..start + line.len()));
        }
        start += line.len() + 1;
    }
}

/// Whether a sorted list of ranges holds this byte.
pub(super) fn is_within(ranges: &[Range<usize>], at: usize) -> bool {
    let after = ranges.partition_point(|range| range.start <= at);
    ranges.get(after.wrapping_sub(1)).is_some_and(|range| range.contains(&at))
}

fn is_escaped(text: &str, at: usize) -> bool {
    let before = text.as_bytes().iter().take(at).rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// A destination as the parser reads it, entities and escapes resolved.
fn decoded(word: &str) -> String {
    if !word.contains(['&', '\\']) {
        return word.to_owned();
    }
    let link = format!("[x](<{word}>)");
    let read = parser(&link).find_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    read.unwrap_or_else(|| word.to_owned())
}
