//! Paragraphs out of blank lines, and breaks out of single ones: the old editor stored text so and made its HTML at
//! each display. Refuses to touch what stands in elements that are no running text.

use super::super::markup::{Piece, Tag, pieces};

/// Elements that end a paragraph.
const BLOCKS: [&str; 37] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
];
/// Blocks in which text stands in paragraphs.
const FLOW: [&str; 13] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "div",
    "fieldset",
    "figure",
    "footer",
    "form",
    "header",
    "main",
];
/// Blocks in which a line break was shown as one.
const LINES: [&str; 7] = ["dd", "dt", "figcaption", "li", "p", "td", "th"];
/// Deeper blocks are left as they are; the room of articles refuses them.
const MAX_DEPTH: usize = 200;

/// HTML with its paragraphs.
pub(super) fn made(source: &str) -> String {
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut making = Making { out: String::with_capacity(source.len() + 64), open: Vec::new(), line: String::new() };
    for piece in pieces(&source) {
        match piece {
            Piece::Tag(tag) if tag.is_among(&BLOCKS) || tag.is("section") => making.block(&tag),
            Piece::Tag(tag) => making.line.push_str(tag.source),
            Piece::Comment(_) => {}
            Piece::Text(text) => making.text(text),
        }
    }
    making.flush();
    making.out
}

struct Making {
    out: String,
    open: Vec<String>,
    /// The paragraph, or the content of a block, that is being gathered.
    line: String,
}

impl Making {
    fn block(&mut self, tag: &Tag<'_>) {
        self.flush();
        self.out.push_str(tag.source);
        let name = tag.name();
        if tag.is_end {
            if let Some(at) = self.open.iter().rposition(|open| *open == name) {
                self.open.truncate(at);
            }
        } else if name != "hr" && self.open.len() < MAX_DEPTH {
            // A new item ends the one before where nobody wrote so.
            if matches!(name.as_str(), "li" | "p" | "dt" | "dd" | "tr" | "td" | "th") && self.open.last() == Some(&name)
            {
                self.open.pop();
            }
            self.open.push(name);
        }
    }

    fn text(&mut self, text: &str) {
        if !self.is_flow() {
            self.line.push_str(text);
            return;
        }
        let mut rest = text;
        while let Some((paragraph, after)) = split_at_blank_line(rest) {
            self.line.push_str(paragraph);
            self.flush();
            rest = after;
        }
        self.line.push_str(rest);
    }

    fn is_flow(&self) -> bool {
        self.open.last().is_none_or(|open| FLOW.contains(&open.as_str()) || open == "section")
    }

    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let inner = self.open.last().map(String::as_str);
        if self.is_flow() {
            if !line.trim().is_empty() {
                self.out.push_str("<p>");
                self.out.push_str(&with_breaks(line.trim()));
                self.out.push_str("</p>\n");
            }
        } else if inner.is_some_and(|inner| LINES.contains(&inner)) {
            self.out.push_str(&with_breaks(&line));
        } else {
            self.out.push_str(&line);
        }
    }
}

/// What stands before a blank line and behind it.
fn split_at_blank_line(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('\n').map(|at| at + from) {
        let after = text.get(at + 1..)?;
        let rest = after.trim_start_matches([' ', '\t']);
        if rest.starts_with('\n') {
            return Some((text.get(..at)?, rest.trim_start_matches(['\n', ' ', '\t'])));
        }
        from = at + 1;
    }
    None
}

/// Each line break between two words as one that is shown.
fn with_breaks(text: &str) -> String {
    let inner = text.trim();
    if !inner.contains('\n') || inner.contains("<pre") {
        return text.to_owned();
    }
    let lead = text.len() - text.trim_start().len();
    let (before, after) = (text.get(..lead).unwrap_or_default(), text.get(lead + inner.len()..).unwrap_or_default());
    let lines: Vec<&str> = inner.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut out = String::from(before);
    for (index, line) in lines.iter().enumerate() {
        let already = lines.get(index.wrapping_sub(1)).is_some_and(|last| ends_with_break(last));
        if index > 0 {
            out.push_str(if already { "\n" } else { "<br>\n" });
        }
        out.push_str(line);
    }
    out.push_str(after);
    out
}

fn ends_with_break(line: &str) -> bool {
    ["<br>", "<br/>", "<br />"].iter().any(|end| line.ends_with(end))
}
