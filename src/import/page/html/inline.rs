//! The text within a block: gathered with its styles, then written as inline Markdown.

use std::fmt::Write as _;

use super::super::line::{Line, single_spaced};
use super::super::markdown::{escape, longest_run};

/// How a stretch of text is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub strong: bool,
    pub emphasis: bool,
    pub code: bool,
    pub shift: Option<Shift>,
    pub link: Option<String>,
}

/// Above or below the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    Up,
    Down,
}

#[derive(Debug, Clone)]
struct Span {
    text: String,
    style: Style,
}

/// The lines of a paragraph while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Inline {
    done: Vec<Vec<Span>>,
    line: Vec<Span>,
}

impl Inline {
    /// Adds text; neighbours of one style grow together.
    pub fn push(&mut self, text: &str, style: &Style) {
        let text = shifted(text, style.shift);
        match self.line.last_mut() {
            Some(last) if last.style == *style => last.text.push_str(&text),
            _ => self.line.push(Span { text, style: style.clone() }),
        }
    }

    pub fn line_break(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
    }

    /// The lines that show something. Headings and cells take no code spans, for these cannot be escaped there.
    pub fn finish(mut self, no_code: bool) -> Vec<Line> {
        self.line_break();
        self.done.into_iter().map(|spans| line_from(spans, no_code)).filter(|line| !line.plain.is_empty()).collect()
    }
}

/// Digits above or below the line as the characters Unicode has for them; other text as it is.
fn shifted(text: &str, shift: Option<Shift>) -> String {
    let (zero, one, two, three) = match shift {
        None => return text.to_owned(),
        Some(Shift::Up) => ('\u{2070}', '\u{b9}', '\u{b2}', '\u{b3}'),
        Some(Shift::Down) => ('\u{2080}', '\u{2081}', '\u{2082}', '\u{2083}'),
    };
    let place = |c: char| match c.to_digit(10)? {
        1 => Some(one),
        2 => Some(two),
        3 => Some(three),
        digit => char::from_u32(u32::from(zero) + digit),
    };
    let digits: Option<String> = text.trim().chars().map(place).collect();
    digits.unwrap_or_else(|| text.to_owned())
}

fn line_from(spans: Vec<Span>, no_code: bool) -> Line {
    let mut spans = collapsed(spans);
    if no_code {
        for span in &mut spans {
            span.style.code = false;
        }
    }
    let plain: String = spans.iter().map(|span| span.text.as_str()).collect();
    let mut markdown = String::new();
    let mut rest = spans.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|span| span.style.link == first.style.link).count();
        let (group, after) = rest.split_at(length);
        write_group(group, after.first(), &mut markdown);
        rest = after;
    }
    Line { number: None, plain: plain.trim().to_owned(), markdown: markdown.trim().to_owned() }
}

/// Makes white space single across the spans of a line and none at its ends.
fn collapsed(spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    let mut open_space = false;
    for span in spans {
        let words = single_spaced(&span.text);
        let starts_open = span.text.starts_with(char::is_whitespace);
        let ends_open = span.text.ends_with(char::is_whitespace);
        if words.is_empty() {
            open_space |= starts_open;
            continue;
        }
        let lead = if (open_space || starts_open) && !out.is_empty() { " " } else { "" };
        match out.last_mut() {
            // The space goes to the plainer of the two, for emphasis may not touch it.
            Some(last) if !lead.is_empty() => last.text.push(' '),
            _ => {}
        }
        out.push(Span { text: words, style: span.style });
        open_space = ends_open;
    }
    out
}

/// Writes neighbours that share a link target, or that have none.
fn write_group(group: &[Span], next: Option<&Span>, out: &mut String) {
    let Some(target) = group.first().and_then(|span| span.style.link.as_deref()) else {
        return write_spans(group, next, out);
    };
    if out.ends_with('!') {
        // An exclamation mark before a link would make it a picture.
        out.pop();
        out.push_str("\\!");
    }
    let mut text = String::new();
    write_spans(group, None, &mut text);
    let space = if text.ends_with(' ') { " " } else { "" };
    let _ = write!(out, "[{}]({}){space}", text.trim_end(), destination(target));
}

fn write_spans(spans: &[Span], next: Option<&Span>, out: &mut String) {
    let mut rest = spans;
    while let Some((span, after)) = rest.split_first() {
        let follower = after.first().or(next).and_then(|span| span.text.chars().next());
        let text = span.text.trim_end();
        let space = if text.len() < span.text.len() { " " } else { "" };
        let mark = mark_of(&span.style);
        if span.style.code {
            out.push_str(&code_span(text));
        } else if !mark.is_empty()
            && may_mark(text, out.chars().last(), if space.is_empty() { follower } else { Some(' ') })
        {
            out.push_str(mark);
            out.push_str(&escape(text));
            out.push_str(mark);
        } else {
            out.push_str(&escape(text));
        }
        out.push_str(space);
        rest = after;
    }
}

fn mark_of(style: &Style) -> &'static str {
    match (style.strong, style.emphasis) {
        (true, _) => "**",
        (false, true) => "*",
        (false, false) => "",
    }
}

/// Whether asterisks around the text mean emphasis (`CommonMark` 0.31, section 6.2, on flanking delimiter runs).
/// Where they would not, they would show.
fn may_mark(text: &str, before: Option<char>, after: Option<char>) -> bool {
    let outside = |c: Option<char>| c.is_none_or(|c| c == ' ' || (c.is_ascii_punctuation() && c != '*'));
    let opens = text.starts_with(char::is_alphanumeric) || outside(before);
    let closes = text.ends_with(char::is_alphanumeric) || outside(after);
    opens && closes && before != Some('*') && after != Some('*')
}

fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A link's target as Markdown takes it without angle brackets.
fn destination(target: &str) -> String {
    let mut safe = String::with_capacity(target.len());
    for c in target.chars().filter(|c| !c.is_control()) {
        match c {
            '<' => safe.push_str("%3C"),
            '>' => safe.push_str("%3E"),
            '\\' => safe.push_str("%5C"),
            '`' => safe.push_str("%60"),
            c if c.is_whitespace() => safe.push_str("%20"),
            '(' | ')' | '|' | '&' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}
