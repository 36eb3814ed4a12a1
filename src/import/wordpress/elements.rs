//! The XML of an export as one element of the channel after the other, each in bounded memory. Expands no entity but the
//! five of XML, so that no file can grow while it is read.

use std::io::Read;

use quick_xml::{
    Reader,
    events::{BytesRef, Event},
};

use super::super::bounded::{BROKEN, Bounded, Gauge};
use super::super::record::Stopped;

/// The longest text between two tags: 32 MiB.
const MAX_PIECE: usize = 32 * 1024 * 1024;
/// How much of one element is kept: 8 MiB. An article is at most 512 KiB.
const MAX_ELEMENT: usize = 8 * 1024 * 1024;
/// How many elements one item may hold.
const MAX_CHILDREN: usize = 50_000;
/// The deepest nesting of an export is 4.
const MAX_DEPTH: usize = 100;
/// How many attributes of one element are looked at.
const MAX_ATTRIBUTES: usize = 20;
/// Deeper elements are read over.
const KEPT_DEPTH: usize = 8;

/// An element with what it holds.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// With its prefix.
    pub(super) name: String,
    /// In order.
    pub(super) attributes: Vec<(String, String)>,
    /// Its own text, white space at the ends left out.
    pub(super) text: String,
    /// In order.
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The text of the first child of that name.
    pub(super) fn child(&self, name: &str) -> &str {
        self.children.iter().find(|child| child.name == name).map_or("", |child| child.text.as_str())
    }

    /// The children of that name.
    pub(super) fn children(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

/// A child of the channel.
#[derive(Debug)]
pub(super) struct Child {
    /// What was kept of it.
    pub(super) element: Element,
    /// Bytes in it were no UTF-8.
    pub(super) is_damaged: bool,
    /// It was larger than what is kept.
    pub(super) is_cut: bool,
}

/// Reads the children of `rss/channel`.
pub(super) struct Channel<R: Read> {
    reader: Reader<Bounded<R>>,
    gauge: Gauge,
    buffer: Vec<u8>,
    levels: Levels,
}

impl<R: Read> Channel<R> {
    /// Begins to read.
    pub(super) fn of(source: R) -> Self {
        let source = Bounded::new(source, MAX_PIECE);
        let gauge = source.gauge();
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.expand_empty_elements = true;
        Self { reader, gauge, buffer: Vec::new(), levels: Levels::default() }
    }

    /// Whether the file has a channel at all.
    pub(super) fn is_export(&self) -> bool {
        self.levels.is_export
    }

    /// The next child, or none at the end of the channel.
    pub(super) fn next(&mut self) -> Result<Option<Child>, Stopped> {
        let mut building = Building::default();
        loop {
            self.buffer.clear();
            self.gauge.next_piece();
            let place = self.reader.buffer_position();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| stopped(place, &error))?;
            if matches!(event, Event::Eof) {
                let ended = format!("the file ends at byte {place}, in the middle");
                return if self.levels.depth > 0 { Err(Stopped::because(ended)) } else { Ok(None) };
            }
            if let Some(element) = self.levels.take(&event, &mut building) {
                let Building { is_damaged, is_cut, .. } = building;
                return Ok(Some(Child { element, is_damaged, is_cut }));
            }
            if self.levels.depth > MAX_DEPTH {
                let deep = format!("at byte {place} elements are nested more than {MAX_DEPTH} deep");
                return Err(Stopped::because(deep));
            }
        }
    }
}

/// How deep the reader is: `rss` is the first level, `channel` the second, its children the third.
#[derive(Debug, Default)]
struct Levels {
    depth: usize,
    /// `rss` and `channel` were met.
    is_export: bool,
}

impl Levels {
    /// Takes what was read into the child that is being built; answers it where this was its end.
    fn take(&mut self, event: &Event<'_>, building: &mut Building) -> Option<Element> {
        match event {
            Event::Start(start) => {
                self.depth += 1;
                self.is_export |= self.depth == 2 && start.name().as_ref() == "channel";
                if self.depth > 2 {
                    building.open(start.name().as_ref(), self.depth - 2);
                    for attribute in start.attributes().flatten().take(MAX_ATTRIBUTES) {
                        building.attribute(attribute.key.as_ref(), &attribute.value);
                    }
                }
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                return if self.depth >= 2 { building.close(self.depth - 1) } else { None };
            }
            Event::Text(text) => building.text(&text.xml10_content(), self.depth),
            Event::CData(text) => building.text(&text.xml10_content(), self.depth),
            Event::GeneralRef(reference) => building.text(&resolved(reference), self.depth),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
        None
    }
}

fn stopped(place: u64, error: &quick_xml::Error) -> Stopped {
    Stopped::because(format!("at byte {place} the file is no well-formed XML: {error}"))
}

/// The five entities of XML and numbered characters; any other stays as it is written.
fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name = reference.xml10_content();
    let known = quick_xml::escape::resolve_xml_entity(&name);
    known.map_or_else(|| format!("&{name};"), str::to_owned)
}

/// The elements that are open below the channel.
#[derive(Debug, Default)]
struct Building {
    open: Vec<Element>,
    size: usize,
    count: usize,
    is_cut: bool,
    is_damaged: bool,
}

impl Building {
    fn open(&mut self, name: &str, depth: usize) {
        self.count += 1;
        self.is_cut |= self.count > MAX_CHILDREN;
        if depth <= KEPT_DEPTH {
            let name = name.chars().take(100).collect();
            self.open.push(Element { name, ..Element::default() });
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let size = name.len() + value.len();
        if self.fits(size)
            && let Some(element) = self.open.last_mut()
        {
            let value =
                quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned);
            element.attributes.push((name.to_owned(), value));
        }
    }

    fn text(&mut self, text: &str, depth: usize) {
        self.is_damaged |= depth > 2 && text.contains(BROKEN);
        if depth > 2
            && depth - 2 <= KEPT_DEPTH
            && self.fits(text.len())
            && let Some(element) = self.open.last_mut()
        {
            element.text.push_str(text);
        }
    }

    fn fits(&mut self, size: usize) -> bool {
        let fits = self.size + size <= MAX_ELEMENT;
        self.is_cut |= !fits;
        self.size += if fits { size } else { 0 };
        fits
    }

    /// Closes the element at `depth`; answers it where it was the outermost.
    fn close(&mut self, depth: usize) -> Option<Element> {
        if depth > KEPT_DEPTH {
            return None;
        }
        let mut closed = self.open.pop()?;
        let trimmed = closed.text.trim();
        if trimmed.len() != closed.text.len() {
            closed.text = String::from(trimmed);
        }
        match self.open.last_mut() {
            None => return Some(closed),
            Some(_) if self.count > MAX_CHILDREN => {}
            Some(above) => above.children.push(closed),
        }
        None
    }
}
