//! Blocks of an article and how they are written as Markdown, so that text stays what it visibly was: nothing
//! that merely looks like markup on the page becomes markup.

use std::fmt::Write as _;

use super::line::Line;

/// A block of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading; the level is that of the source until `Outline` settles it.
    Heading { level: u8, line: Line },
    /// A paragraph; its lines are kept apart when `hard`.
    Paragraph { lines: Vec<Line>, hard: bool },
    /// A list, numbered from `start` or bulleted.
    List { start: Option<u32>, items: Vec<Vec<Block>> },
    /// A quotation.
    Quote(Vec<Block>),
    /// A table whose first row is its head; cells are inline Markdown.
    Table { rows: Vec<Vec<Line>> },
    /// Preformatted text.
    Code(String),
}

impl Block {
    /// A paragraph of one line.
    pub fn paragraph(line: Line) -> Self {
        Self::Paragraph { lines: vec![line], hard: false }
    }
}

/// The blocks as one Markdown document, ending in a line feed unless empty.
pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = lines_of(blocks).join("\n");
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn lines_of(blocks: &[Block]) -> Vec<String> {
    let mut out = Vec::new();
    let mut after_list: Option<bool> = None;
    for block in blocks {
        let numbered = match block {
            Block::List { start, .. } => Some(start.is_some()),
            _ => None,
        };
        if !out.is_empty() {
            out.push(String::new());
        }
        // Two lists of one kind in a row would run together; CommonMark tells them apart by their markers.
        let other_marker = numbered.is_some() && after_list == numbered;
        write_block(block, other_marker, &mut out);
        after_list = numbered.filter(|_| !other_marker);
    }
    out
}

fn write_block(block: &Block, other_marker: bool, out: &mut Vec<String>) {
    match block {
        Block::Heading { level, line } => {
            let marks = "#".repeat(usize::from((*level).clamp(2, 6)));
            out.push(format!("{marks} {}", heading_text(&line.markdown)));
        }
        Block::Paragraph { lines, hard } => write_paragraph(lines, *hard, out),
        Block::List { start, items } => write_list(*start, items, other_marker, out),
        Block::Quote(inner) => out.extend(lines_of(inner).iter().map(|line| format!("> {line}").trim_end().to_owned())),
        Block::Table { rows } => write_table(rows, out),
        Block::Code(text) => write_code(text, out),
    }
}

fn write_paragraph(lines: &[Line], hard: bool, out: &mut Vec<String>) {
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter().enumerate() {
        let mut written = line_start(&line.markdown);
        if hard && index < last {
            written.push('\\');
        }
        out.push(written);
    }
}

fn write_list(start: Option<u32>, items: &[Vec<Block>], other_marker: bool, out: &mut Vec<String>) {
    let loose = is_loose(items);
    for (number, item) in (start.unwrap_or(0)..).zip(items) {
        let marker = match (start.is_some(), other_marker) {
            (true, false) => format!("{number}. "),
            (true, true) => format!("{number}) "),
            (false, false) => "- ".to_owned(),
            (false, true) => "+ ".to_owned(),
        };
        let indent = " ".repeat(marker.len());
        if loose && out.last().is_some_and(|line| !line.is_empty()) {
            out.push(String::new());
        }
        for (index, line) in item_lines(item, loose).iter().enumerate() {
            let lead = if index == 0 { &marker } else { &indent };
            out.push(format!("{lead}{line}").trim_end().to_owned());
        }
    }
}

/// Whether blank lines must part the blocks of the items: some item, at any depth, is more than one paragraph.
fn is_loose(items: &[Vec<Block>]) -> bool {
    items.iter().any(|item| {
        let mut inner = item.iter().skip_while(|block| matches!(block, Block::Paragraph { .. }));
        let paragraphs = item.len() - inner.clone().count();
        paragraphs > 1
            || inner.any(|block| match block {
                Block::List { items, .. } => is_loose(items),
                _ => true,
            })
    })
}

fn item_lines(item: &[Block], loose: bool) -> Vec<String> {
    let lines = lines_of(item);
    if loose {
        return lines;
    }
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn write_table(rows: &[Vec<Line>], out: &mut Vec<String>) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    for (index, row) in rows.iter().enumerate() {
        let mut written = String::from("|");
        for column in 0..columns {
            let cell = row.get(column).map_or("", |cell| cell.markdown.as_str());
            let _ = write!(written, " {cell} |");
        }
        out.push(written);
        if index == 0 {
            out.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
}

fn write_code(text: &str, out: &mut Vec<String>) {
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    out.push(fence.clone());
    out.extend(text.lines().map(str::to_owned));
    out.push(fence);
}

/// The length of the longest unbroken run of one character.
pub(super) fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The text as inline Markdown that shows exactly these characters. `&` matters to character references; `|`, `~`,
/// `^` and `$` matter to extensions of `CommonMark` (tables, strikeouts, raised text, formulas).
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' | '|' | '^' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Inline Markdown as it must stand at the start of a line, where some characters open a block.
fn line_start(markdown: &str) -> String {
    let digits = markdown.chars().take_while(char::is_ascii_digit).count();
    let mut rest = markdown.chars().skip(digits);
    let opens_block = match rest.next() {
        Some('#' | '+' | '-' | '=' | '>' | ':') => digits == 0,
        Some('.' | ')') => digits > 0 && rest.next().is_none_or(|c| c == ' '),
        _ => false,
    };
    if !opens_block {
        return markdown.to_owned();
    }
    let mut out: String = markdown.chars().take(digits).collect();
    out.push('\\');
    out.extend(markdown.chars().skip(digits));
    out
}

/// Inline Markdown inside a heading, where closing number signs and attributes in braces have a meaning.
fn heading_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() + 4);
    for c in markdown.chars() {
        if matches!(c, '#' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
