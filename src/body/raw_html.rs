//! Finds tags, comments and other markup declarations in a piece of raw HTML (`CommonMark` 0.31 §6.6, §4.6).
//!
//! It reads more as markup than a browser does, never less: what it cannot close it reports as half-open, and the caller
//! writes its `<` as an entity.

use std::ops::Range;

/// A piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup<'a> {
    pub(super) range: Range<usize>,
    pub(super) name: &'a str,
    pub(super) kind: Kind,
}

/// What a piece of markup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    /// A comment, declaration, CDATA section or processing instruction.
    Declaration,
    /// A `<` that opens a tag which never ends; the range is the `<` alone.
    HalfOpen,
}

/// Elements whose content goes with them: a reader was never meant to see it.
const CONTENT_REMOVED: [&str; 2] = ["script", "style"];

/// Inline elements: where one is cut, its neighbours may touch.
const INLINE: [&str; 28] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
];

/// Whether `<` at this byte could open a tag in some engine: a letter, `/`, `!` or `?` follows.
pub(super) fn opens_tag(text: &str, at: usize) -> bool {
    let mut bytes = text.as_bytes().iter().skip(at);
    bytes.next() == Some(&b'<')
        && bytes.next().is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

/// Every `<` of the text that could open a tag in some engine.
pub(super) fn tag_openings(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices('<').map(|(at, _)| at).filter(|at| opens_tag(text, *at))
}

/// Whether the content of this element is removed together with it.
pub(super) fn content_is_removed(name: &str) -> bool {
    CONTENT_REMOVED.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether text on both sides of this element belongs together.
pub(super) fn is_inline(name: &str) -> bool {
    INLINE.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// All markup of a text, in order, without overlaps.
pub(super) fn scan(text: &str) -> Vec<Markup<'_>> {
    let last_end = text.rfind('>').unwrap_or(0);
    let mut found = Vec::new();
    let mut next = 0;
    for at in tag_openings(text) {
        if at >= next
            && let Some(markup) = markup_at(text, at, last_end)
        {
            next = markup.range.end;
            found.push(markup);
        }
    }
    found
}

fn markup_at(text: &str, at: usize, last_end: usize) -> Option<Markup<'_>> {
    let rest = text.get(at..)?;
    for (start, end, name) in [
        ("<!--", "-->", "#comment"),
        ("<![CDATA[", "]]>", "#cdata"),
        ("<?", "?>", "#instruction"),
        ("<!", ">", "#declaration"),
    ] {
        if rest.starts_with(start) {
            // `<!-->` is a whole comment, so the end may begin inside the start.
            let length = rest.get(2..)?.find(end).map_or(rest.len(), |found| found + 2 + end.len());
            return Some(Markup { range: at..at + length, name, kind: Kind::Declaration });
        }
    }
    Some(tag_at(text, at, last_end))
}

fn tag_at(text: &str, at: usize, last_end: usize) -> Markup<'_> {
    let closes = text.as_bytes().get(at + 1) == Some(&b'/');
    let name = name_at(text, at + if closes { 2 } else { 1 });
    if name.is_empty() || at > last_end {
        return Markup { range: at..at + 1, name, kind: Kind::HalfOpen };
    }
    let Some(end) = tag_end(text, at) else {
        return Markup { range: at..at + 1, name, kind: Kind::HalfOpen };
    };
    if closes {
        return Markup { range: at..end, name, kind: Kind::Close };
    }
    let end = if content_is_removed(name) { content_end(text, end, name) } else { end };
    Markup { range: at..end, name, kind: Kind::Open }
}

/// The name of the tag that starts at this byte; empty where there is none.
pub(super) fn name_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let length =
        rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_'))).unwrap_or(rest.len());
    rest.get(..length).unwrap_or_default()
}

/// The byte after the `>` that ends a tag; a quoted value may hold `>`.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    let mut after_equals = false;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'>' => return Some(at + 1),
            b'"' | b'\'' if after_equals => {
                let rest = text.get(at + 1..)?;
                at += rest.find(char::from(*byte)).map_or(0, |length| length + 1);
                after_equals = false;
            }
            b'=' => after_equals = true,
            byte if byte.is_ascii_whitespace() => {}
            _ => after_equals = false,
        }
        at += 1;
    }
    None
}

/// The end of the matching end tag, or of the text.
fn content_end(text: &str, start: usize, name: &str) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.match_indices("</")
        .map(|(at, _)| start + at)
        .find(|at| name_at(text, at + 2).eq_ignore_ascii_case(name))
        .and_then(|at| tag_end(text, at))
        .unwrap_or(text.len())
}
