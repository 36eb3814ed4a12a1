//! What a body is built of, for those who judge it: headings, links and images in the order of the source. Refuses to
//! judge anything itself.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{outline::number, parser};

/// The title of an image by which an author says that it shows nothing that the text does not say.
pub const DECORATIVE: &str = "decorative";

/// Whether an image of that title only decorates.
pub(super) fn is_decorative(title: &str) -> bool {
    title.trim().eq_ignore_ascii_case(DECORATIVE)
}

/// A part of a body, with its line in the stored Markdown, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The beginning of a section.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its plain text.
        text: String,
        /// Where it stands.
        line: u32,
    },
    /// A way elsewhere.
    Link {
        /// As it is written.
        destination: String,
        /// What a reader follows: the words, or what an image in their place shows.
        text: String,
        /// Where it stands.
        line: u32,
    },
    /// A picture.
    Image {
        /// Its address.
        url: String,
        /// What it shows, in words.
        alt: String,
        /// Whether the author says that it only decorates.
        decorative: bool,
        /// Where it stands.
        line: u32,
    },
    /// Anything else that a reader sees.
    Content,
}

/// The parts of clean Markdown. Footnotes are shown below the text and belong to no section.
pub fn structure(markdown: &str) -> Vec<Part> {
    let mut reading = Reading { markdown, ..Reading::default() };
    for (event, range) in parser(markdown).into_offset_iter() {
        reading.take(event, range.start);
    }
    reading.parts
}

#[derive(Default)]
struct Reading<'a> {
    markdown: &'a str,
    parts: Vec<Part>,
    /// Places in `parts` whose text is still being read.
    open: Vec<usize>,
    footnotes: usize,
    /// How far lines were counted, and how many there were.
    counted: (usize, u32),
}

impl Reading<'_> {
    fn take(&mut self, event: Event<'_>, offset: usize) {
        match event {
            Event::Start(tag) => self.start(tag, offset),
            Event::End(TagEnd::Heading(_) | TagEnd::Link | TagEnd::Image) => self.close(),
            Event::End(TagEnd::FootnoteDefinition) => self.footnotes = self.footnotes.saturating_sub(1),
            Event::Text(text) | Event::Code(text) => self.write(&text),
            Event::SoftBreak | Event::HardBreak => self.write(" "),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, offset: usize) {
        let line = self.line_at(offset);
        let part = match tag {
            Tag::Heading { level, .. } => Part::Heading { level: number(level), text: String::new(), line },
            Tag::Link { dest_url, .. } => {
                self.note_content();
                Part::Link { destination: dest_url.into_string(), text: String::new(), line }
            }
            Tag::Image { dest_url, title, .. } => {
                self.note_content();
                let decorative = is_decorative(&title);
                Part::Image { url: dest_url.into_string(), alt: String::new(), decorative, line }
            }
            Tag::FootnoteDefinition(_) => {
                self.footnotes += 1;
                return;
            }
            _ => return,
        };
        self.open.push(self.parts.len());
        self.parts.push(part);
    }

    fn write(&mut self, words: &str) {
        for place in &self.open {
            if let Some(Part::Heading { text, .. } | Part::Link { text, .. } | Part::Image { alt: text, .. }) =
                self.parts.get_mut(*place)
            {
                text.push_str(words);
            }
        }
        if self.open.is_empty() && !words.trim().is_empty() {
            self.note_content();
        }
    }

    fn note_content(&mut self) {
        let within_heading = self.open.first().is_some_and(|place| self.is_heading(*place));
        if self.footnotes == 0 && !within_heading && self.parts.last() != Some(&Part::Content) {
            self.parts.push(Part::Content);
        }
    }

    fn is_heading(&self, place: usize) -> bool {
        matches!(self.parts.get(place), Some(Part::Heading { .. }))
    }

    fn close(&mut self) {
        self.open.pop();
    }

    fn line_at(&mut self, offset: usize) -> u32 {
        let (from, lines) = self.counted;
        if let Some(between) = self.markdown.as_bytes().get(from..offset) {
            let more = between.split(|byte| *byte == b'\n').count().saturating_sub(1);
            self.counted = (offset, lines.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)));
        }
        self.counted.1.saturating_add(1)
    }
}
