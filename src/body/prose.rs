//! A body as plain text: for search, for readers of text alone, for the excerpt and the count of words.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::footnotes::Document;
use super::{EXCERPT_CHARACTERS, embed};

/// The whole body as text.
pub(super) fn text(document: &Document<'_>) -> String {
    let mut prose = Prose::default();
    prose.read_all(&document.body, document);
    for (index, note) in document.notes.iter().enumerate() {
        prose.need(2);
        prose.mark(&format!("[{}] ", index + 1));
        prose.read_all(note, document);
        prose.marker.clear();
    }
    prose.text.trim_end().to_owned()
}

/// Words: runs without white space that hold a letter or digit; each ideograph or kana counts by itself, since Chinese
/// and Japanese put no space between words.
pub(super) fn words(text: &str) -> u32 {
    let count: usize = text.split_whitespace().map(words_in_run).sum();
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn words_in_run(run: &str) -> usize {
    let ideographs = run.chars().filter(|c| is_ideograph(*c)).count();
    let others = run.chars().any(|c| c.is_alphanumeric() && !is_ideograph(c));
    ideographs + usize::from(others)
}

/// Hiragana, katakana and Han (Unicode 16, blocks 3040–30FF, 3400–9FFF, F900–FAFF, 20000–3FFFF).
fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
        && character.is_alphanumeric()
}

/// The first paragraphs, else the first text of any kind, at most 200 characters.
pub(super) fn excerpt(document: &Document<'_>, text: &str) -> String {
    let paragraphs = first_paragraphs(document);
    let source = if paragraphs.trim().is_empty() { text } else { &paragraphs };
    // Some more characters than are kept are enough to know whether a cut is needed.
    let words: Vec<&str> = source.split_whitespace().take(EXCERPT_CHARACTERS + 1).collect();
    shortened(&words.join(" "))
}

fn first_paragraphs(document: &Document<'_>) -> String {
    let mut words = String::new();
    let mut depth = 0_usize;
    let mut rest = document.body.as_slice();
    while let Some((event, after)) = rest.split_first() {
        // The address of a video tells nobody what the article is about.
        if let Some((_, length)) = embed::paragraph(rest) {
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        rest = after;
        match event {
            Event::Start(Tag::Paragraph) => depth += 1,
            Event::End(TagEnd::Paragraph) => {
                depth = depth.saturating_sub(1);
                words.push(' ');
            }
            Event::Text(text) | Event::Code(text) if depth > 0 => words.push_str(text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
        if words.len() > EXCERPT_CHARACTERS * 8 {
            break;
        }
    }
    words
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= EXCERPT_CHARACTERS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(EXCERPT_CHARACTERS - 1).collect();
    let cut_at_word = text.chars().nth(EXCERPT_CHARACTERS - 1).is_some_and(char::is_whitespace);
    let kept = match kept.rsplit_once(' ') {
        // A language without spaces, or one endless word, is cut where it stands.
        Some((before, _)) if !cut_at_word && before.chars().count() > EXCERPT_CHARACTERS / 2 => before,
        _ => &kept,
    };
    format!("{}…", kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '—')))
}

#[derive(Default)]
struct Prose {
    text: String,
    /// Line breaks due before the next words.
    due: usize,
    /// `- ` or `2. `, waiting for the first words of its item.
    marker: String,
    /// Open lists: the next number of an ordered one.
    lists: Vec<Option<u64>>,
    in_code: bool,
}

impl Prose {
    fn read_all(&mut self, events: &[Event<'_>], document: &Document<'_>) {
        let mut rest = events;
        while let Some((event, after)) = rest.split_first() {
            if let Some((embed, length)) = embed::paragraph(rest) {
                self.need(2);
                self.write(&embed.text());
                self.need(2);
                rest = rest.get(length..).unwrap_or_default();
            } else {
                self.read(event, document);
                rest = after;
            }
        }
    }

    fn read(&mut self, event: &Event<'_>, document: &Document<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(words) if self.in_code => self.write_code(words),
            Event::Text(words) | Event::Code(words) => self.write(words),
            Event::SoftBreak => self.write(" "),
            Event::HardBreak => self.need(1),
            Event::Rule => self.need(2),
            Event::TaskListMarker(done) => self.write(if *done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(label) => match document.number(label) {
                Some(number) => self.write(&format!("[{number}]")),
                None => self.write(&format!("[^{label}]")),
            },
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.need(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push(*first);
            }
            Tag::Item => self.start_item(),
            Tag::CodeBlock(_) => {
                self.need(2);
                self.in_code = true;
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::BlockQuote(_) | Tag::Table(_) => {
                self.need(2);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.lists.pop();
                self.need(if self.lists.is_empty() { 2 } else { 1 });
            }
            TagEnd::Item => self.marker.clear(),
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.text.truncate(self.text.trim_end().len());
                self.need(2);
            }
            TagEnd::TableCell => self.text.push('\t'),
            TagEnd::TableHead | TagEnd::TableRow => {
                self.text.truncate(self.text.trim_end_matches('\t').len());
                self.need(1);
            }
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::BlockQuote(_) | TagEnd::Table => {
                self.need(2);
            }
            _ => {}
        }
    }

    fn start_item(&mut self) {
        self.need(1);
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{indent}{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => format!("{indent}- "),
        };
        self.mark(&marker);
    }

    fn mark(&mut self, marker: &str) {
        if !self.marker.is_empty() {
            let outer = std::mem::take(&mut self.marker);
            self.write_line_start(outer.trim_end());
            self.due = 1;
        }
        marker.clone_into(&mut self.marker);
    }

    /// Asks for line breaks before the next words; inside an item that has none yet its marker comes first.
    fn need(&mut self, breaks: usize) {
        if self.marker.is_empty() {
            self.due = self.due.max(breaks);
        }
    }

    fn write(&mut self, words: &str) {
        if words.trim().is_empty() && (self.due > 0 || self.text.is_empty() || !self.marker.is_empty()) {
            return;
        }
        if self.due > 0 || !self.marker.is_empty() || self.text.is_empty() {
            let marker = std::mem::take(&mut self.marker);
            self.write_line_start(&marker);
        }
        self.text.push_str(words);
    }

    fn write_code(&mut self, code: &str) {
        if self.due > 0 || !self.marker.is_empty() {
            let marker = std::mem::take(&mut self.marker);
            self.write_line_start(&marker);
        }
        self.text.push_str(code);
    }

    fn write_line_start(&mut self, marker: &str) {
        if !self.text.is_empty() {
            self.text.truncate(self.text.trim_end_matches(' ').len());
            self.text.extend(std::iter::repeat_n('\n', self.due));
        }
        self.due = 0;
        self.text.push_str(marker);
    }
}
