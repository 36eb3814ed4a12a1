//! The edits that turn unsafe links and images into their text, and pointed destinations into plain ones.

use std::ops::Range;

use pulldown_cmark::{CowStr, LinkType};

use crate::body::manuscript::Edit;
use crate::body::report::Finding;
use crate::body::{destination, raw_html};

/// Where a link or an image leads, as the parser read it.
pub(super) struct Destination<'a> {
    pub(super) address: CowStr<'a>,
    pub(super) link_type: LinkType,
}

/// The edits for a link or image that spans `range` with its text at `inner`.
pub(super) fn edits(text: &str, to: &Destination<'_>, range: Range<usize>, inner: Option<Range<usize>>) -> Vec<Edit> {
    if to.link_type != LinkType::Email && !destination::is_allowed(&to.address) {
        let Some(inner) = inner else {
            return vec![Edit::cut(range).because(Finding::UnsafeLink, None)];
        };
        return vec![
            Edit::cut(range.start..inner.start),
            Edit::cut(inner.end..range.end).because(Finding::UnsafeLink, None),
        ];
    }
    if to.link_type != LinkType::Inline {
        return Vec::new();
    }
    let from = inner.map_or(range.start, |inner| inner.end);
    plain_destination(text, from..range.end, "](", &to.address).into_iter().collect()
}

/// The edits for a link definition (`[label]: address`).
pub(super) fn definition_edits(text: &str, address: &str, span: Range<usize>) -> Vec<Edit> {
    if !destination::is_allowed(address) {
        return vec![Edit::cut(span).because(Finding::UnsafeLink, None)];
    }
    plain_destination(text, span, "]:", address).into_iter().collect()
}

/// Rewrites `<address>` without its pointed brackets where they look like a tag.
fn plain_destination(text: &str, within: Range<usize>, mark: &str, address: &str) -> Option<Edit> {
    let source = text.get(within.clone())?;
    let behind = source.find(mark)? + mark.len();
    let rest = source.get(behind..)?;
    let gap = rest.find(|c: char| !c.is_whitespace() && c != '>')?;
    let start = within.start + behind + gap;
    if !raw_html::opens_tag(text, start) {
        return None;
    }
    let end = closing_bracket(text.get(start..within.end)?)?;
    Some(Edit::replace(start..start + end, bare(address)))
}

/// The length up to and with the `>` that no backslash escapes.
fn closing_bracket(pointed: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in pointed.char_indices() {
        match character {
            '>' if !escaped => return Some(at + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// An address that reads the same without brackets.
fn bare(address: &str) -> String {
    let mut bare = String::with_capacity(address.len());
    for character in address.chars() {
        match character {
            '<' => bare.push_str("%3C"),
            '>' => bare.push_str("%3E"),
            '"' => bare.push_str("%22"),
            '`' => bare.push_str("%60"),
            '\\' => bare.push_str("%5C"),
            '&' => bare.push_str("&amp;"),
            '(' | ')' | '*' | '_' | '[' | ']' | '|' | '~' => bare.extend(['\\', character]),
            ' ' => bare.push_str("%20"),
            '\t' => bare.push_str("%09"),
            other => bare.push(other),
        }
    }
    bare
}
