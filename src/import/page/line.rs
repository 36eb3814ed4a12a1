//! A line of a page, with its white space made single and what nobody sees taken out.

use super::markdown;

/// One visible line: what it says and how Markdown writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Its place in a text page, from 1.
    pub number: Option<u32>,
    /// What a reader sees, without markup.
    pub plain: String,
    /// The same as inline Markdown.
    pub markdown: String,
}

impl Line {
    /// A line without markup: what looks like Markdown in it is escaped.
    pub fn from_text(text: &str, number: Option<u32>) -> Self {
        let plain = single_spaced(text);
        let markdown = markdown::escape(&plain);
        Self { number, plain, markdown }
    }

    pub fn is_blank(&self) -> bool {
        self.plain.is_empty() && self.markdown.is_empty()
    }

    pub fn chars(&self) -> usize {
        self.plain.chars().count()
    }

    /// Whether the line ends as a sentence or an introduction does. A question mark does not count, for a
    /// heading may ask.
    pub fn ends_a_sentence(&self) -> bool {
        let unquoted = self.plain.trim_end_matches(['"', '\'', '\u{201d}', '\u{2019}', ')', ']']);
        unquoted.ends_with(['.', '!', ':', ';', ',', '\u{2026}'])
    }
}

/// The text with every run of white space (tabs and no-break spaces too) as one space, trimmed, and without
/// control and invisible characters, which can hide or reorder what a reader sees.
pub(super) fn single_spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(char::is_whitespace) {
        let start = out.len();
        if start > 0 {
            out.push(' ');
        }
        let before = out.len();
        out.extend(word.chars().filter(|c| !is_invisible(*c)));
        if out.len() == before {
            out.truncate(start);
        }
    }
    out
}

/// Control characters, zero-width spaces, soft hyphens, byte order marks and the bidirectional controls of
/// Unicode (UAX #9), none of which print.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}
