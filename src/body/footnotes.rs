//! Puts a parsed body in reading order: the text, then its footnotes by the order in which they are first referred to.

use std::collections::{HashMap, VecDeque};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::manuscript::Manuscript;
use super::parser;
use super::report::{Finding, Report};

/// A body in reading order.
pub(super) struct Document<'a> {
    /// Everything outside footnotes.
    pub(super) body: Vec<Event<'a>>,
    /// The content of each footnote; the first is number 1.
    pub(super) notes: Vec<Vec<Event<'a>>>,
    numbers: HashMap<String, usize>,
}

impl<'a> Document<'a> {
    /// The number of the footnote with this label, from 1.
    pub(super) fn number(&self, label: &str) -> Option<usize> {
        self.numbers.get(&label.to_lowercase()).copied()
    }

    /// All events: the text, then the footnotes.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event<'a>> {
        self.body.iter().chain(self.notes.iter().flatten())
    }
}

struct Definition<'a> {
    events: Vec<Event<'a>>,
    offset: usize,
}

/// Reads clean Markdown and reports the footnotes that nothing refers to.
pub(super) fn arrange<'a>(manuscript: &'a Manuscript, report: &mut Report) -> Document<'a> {
    let (body, mut definitions) = taken_apart(manuscript.text());
    let mut document = Document { body, notes: Vec::new(), numbers: HashMap::new() };
    let mut waiting: VecDeque<String> = labels(&document.body).collect();
    while let Some(label) = waiting.pop_front() {
        if let Some(definition) = definitions.remove(&label) {
            waiting.extend(labels(&definition.events));
            document.notes.push(definition.events);
            document.numbers.insert(label, document.notes.len());
        }
    }
    let mut unused: Vec<usize> = definitions.into_values().map(|definition| definition.offset).collect();
    unused.sort_unstable();
    for offset in unused {
        report.add(Finding::FootnoteUnused, None, manuscript.line_at(offset));
    }
    document
}

fn taken_apart(markdown: &str) -> (Vec<Event<'_>>, HashMap<String, Definition<'_>>) {
    let mut body = Vec::new();
    let mut open: Vec<(String, Definition<'_>)> = Vec::new();
    let mut definitions = HashMap::new();
    for (event, range) in parser(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => {
                open.push((label.to_lowercase(), Definition { events: Vec::new(), offset: range.start }));
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((label, definition)) = open.pop() {
                    definitions.entry(label).or_insert(definition);
                }
            }
            event => open.last_mut().map_or(&mut body, |(_, definition)| &mut definition.events).push(event),
        }
    }
    (body, definitions)
}

fn labels<'e>(events: &'e [Event<'_>]) -> impl Iterator<Item = String> + 'e {
    events.iter().filter_map(|event| match event {
        Event::FootnoteReference(label) => Some(label.to_lowercase()),
        _ => None,
    })
}
