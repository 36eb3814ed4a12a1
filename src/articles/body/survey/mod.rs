//! One round over the Markdown: which edits it needs to be free of raw HTML and unsafe links.
//!
//! The parser's events carry source ranges, so that cleaning cuts what an author wrote and leaves the rest as it is,
//! byte for byte. Cutting can make new HTML (`<scr<b>ipt>`); the caller goes on until a round finds nothing.

mod html_block;
mod link;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag};

use self::link::Destination;
use super::manuscript::{Edit, Manuscript};
use super::report::Finding;
use super::{BodyError, MAX_DEPTH, agreement, loose, parser, raw_html};

/// The edits this round asks for; empty when the Markdown is clean.
pub(super) fn edits(manuscript: &Manuscript) -> Result<Vec<Edit>, BodyError> {
    let text = manuscript.text();
    let mut survey = Survey::new(text);
    let mut events = parser(text).into_offset_iter();
    for (event, range) in events.by_ref() {
        survey.visit(event, range)?;
    }
    for (_, definition) in events.reference_definitions().iter() {
        survey.edits.extend(link::definition_edits(text, &definition.dest, definition.span.clone()));
    }
    Ok(survey.finish())
}

/// An open element.
struct Frame<'a> {
    kind: Kind<'a>,
    range: Range<usize>,
    /// From the first byte of its content to the last.
    inner: Option<Range<usize>>,
    /// Engines may read this element differently.
    disputed: bool,
    /// Whether engines may pair backticks differently in it; worked out once, when code asks.
    backticks_disputed: Option<bool>,
}

enum Kind<'a> {
    Block,
    List,
    Inline,
    /// A table, footnote or alert: what an engine without it reads as something else.
    Extension,
    Html(Vec<Range<usize>>),
    Link(Destination<'a>),
}

struct Survey<'a> {
    text: &'a str,
    edits: Vec<Edit>,
    frames: Vec<Frame<'a>>,
    /// Code and autolinks: their `<` is not running text.
    not_text: Vec<Range<usize>>,
    /// Code that every engine reads as code.
    agreed: Vec<Range<usize>>,
    /// An inline `<script>` or `<style>` that waits for its end tag, and how deep it stands.
    content_removed: Option<(String, Range<usize>, usize)>,
    /// A table, footnote or alert ended, and nothing started afresh since.
    after_extension: bool,
    /// Whether indented code at the top may follow: the last block was no list and no extension.
    after_plain_block: bool,
}

impl<'a> Survey<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            edits: Vec::new(),
            frames: Vec::new(),
            not_text: Vec::new(),
            agreed: Vec::new(),
            content_removed: None,
            after_extension: false,
            after_plain_block: true,
        }
    }

    fn visit(&mut self, event: Event<'a>, range: Range<usize>) -> Result<(), BodyError> {
        match event {
            Event::Start(tag) => return self.open(tag, range),
            Event::End(_) => self.close(),
            Event::Code(code) => {
                self.read_span(&code, range.clone());
                self.extend_inner(range);
            }
            Event::Html(_) => match self.frames.last_mut().map(|frame| &mut frame.kind) {
                Some(Kind::Html(pieces)) => pieces.push(range),
                _ => self.edits.push(Edit::cut(range).because(Finding::RawHtml, None)),
            },
            Event::InlineHtml(_) => {
                self.cut_inline(range.clone());
                self.extend_inner(range);
            }
            _ => self.extend_inner(range),
        }
        Ok(())
    }

    fn open(&mut self, tag: Tag<'a>, range: Range<usize>) -> Result<(), BodyError> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(BodyError::TooDeep);
        }
        let inherited = self.frames.last().is_some_and(|frame| frame.disputed);
        let follows = self.follows_extension(range.start);
        let kind = self.kind_of(tag, &range, inherited || follows);
        let disputed = inherited || follows || matches!(kind, Kind::Extension);
        self.frames.push(Frame { kind, range, inner: None, disputed, backticks_disputed: None });
        Ok(())
    }

    fn kind_of(&mut self, tag: Tag<'a>, range: &Range<usize>, disputed: bool) -> Kind<'a> {
        match tag {
            Tag::HtmlBlock => Kind::Html(Vec::new()),
            Tag::BlockQuote(Some(_)) | Tag::FootnoteDefinition(_) | Tag::Table(_) => Kind::Extension,
            Tag::List(_) => Kind::List,
            Tag::CodeBlock(kind) => {
                let indented = matches!(kind, CodeBlockKind::Indented);
                let standing = !indented
                    || (self.frames.is_empty()
                        && self.after_plain_block
                        && agreement::follows_blank_line(self.text, range.start));
                self.read_code(range.clone(), !disputed && standing);
                Kind::Block
            }
            Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. } => {
                if matches!(link_type, LinkType::Autolink | LinkType::Email) {
                    self.not_text.push(range.clone());
                }
                Kind::Link(Destination { address: dest_url, link_type })
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => Kind::Inline,
            _ => Kind::Block,
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.give_up_on_end_tag();
        match &frame.kind {
            Kind::Html(pieces) => self.edits.extend(html_block::edits(self.text, pieces, &frame.range)),
            Kind::Link(destination) => {
                self.edits.extend(link::edits(self.text, destination, frame.range.clone(), frame.inner.clone()));
            }
            Kind::Extension => self.after_extension = true,
            Kind::Block | Kind::List | Kind::Inline => {}
        }
        if self.frames.is_empty() {
            self.after_plain_block = matches!(frame.kind, Kind::Block);
        }
        self.extend_inner(frame.range);
    }

    /// Whether a table, footnote or alert went before: for an engine without those, a paragraph, list or quote that was
    /// open before it may still be open.
    fn follows_extension(&mut self, start: usize) -> bool {
        if self.frames.is_empty() && agreement::starts_afresh(self.text, start) {
            self.after_extension = false;
        }
        self.after_extension
    }

    fn extend_inner(&mut self, range: Range<usize>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.inner = Some(match frame.inner.take() {
                Some(inner) => inner.start.min(range.start)..inner.end.max(range.end),
                None => range,
            });
        }
    }

    /// A span over several lines is joined: lines of a list or quote are read apart where they lack its marker.
    fn read_span(&mut self, code: &str, range: Range<usize>) {
        let source = self.text.get(range.clone()).unwrap_or_default();
        let lines = source.contains('\n');
        if lines && agreement::is_sensitive(source) {
            self.edits.push(Edit::replace(range.clone(), joined_span(source, code)));
        }
        self.read_code(range, true);
    }

    /// Keeps code where every engine sees code; elsewhere takes the `<` out of it.
    fn read_code(&mut self, range: Range<usize>, standing: bool) {
        self.not_text.push(range.clone());
        let code = self.text.get(range.clone()).unwrap_or_default();
        if !agreement::is_sensitive(code) {
            return;
        }
        if standing && !self.is_disputed() {
            self.agreed.push(range);
            return;
        }
        self.edits.extend(raw_html::tag_openings(code).map(|at| {
            let start = range.start + at;
            Edit::replace(start..start + 1, "‹").because(Finding::CodeChanged, None)
        }));
    }

    fn is_disputed(&mut self) -> bool {
        let text = self.text;
        if self.frames.last().is_some_and(|frame| frame.disputed) {
            return true;
        }
        let block = self.frames.iter_mut().rev().find(|frame| matches!(frame.kind, Kind::Block));
        block.is_some_and(|frame| {
            let source = text.get(frame.range.clone()).unwrap_or_default();
            *frame.backticks_disputed.get_or_insert_with(|| agreement::block_is_disputed(source))
        })
    }

    fn cut_inline(&mut self, range: Range<usize>) {
        let markup = self.text.get(range.clone()).unwrap_or_default();
        let closes = markup.starts_with("</");
        let name = raw_html::name_at(markup, if closes { 2 } else { 1 });
        if let Some((waiting, start, depth)) = self.content_removed.take() {
            if closes && waiting.eq_ignore_ascii_case(name) {
                self.edits.push(Edit::cut(start.start..range.end).because(Finding::RawHtml, Some(&waiting)));
                return;
            }
            self.content_removed = Some((waiting, start, depth));
        }
        if !closes && raw_html::content_is_removed(name) && self.content_removed.is_none() {
            self.content_removed = Some((name.to_owned(), range, self.frames.len()));
            return;
        }
        let name = if name.is_empty() { "#comment" } else { name };
        let apart = html_block::space_between(self.text, &range, !raw_html::is_inline(name));
        let cut = Edit::replace(range, apart);
        self.edits.push(if closes { cut } else { cut.because(Finding::RawHtml, Some(name)) });
    }

    /// A `<script>` without end tag in its own block: only the tag goes.
    fn give_up_on_end_tag(&mut self) {
        if let Some((name, range, _)) = self.content_removed.take_if(|(_, _, depth)| self.frames.len() < *depth) {
            self.edits.push(Edit::cut(range).because(Finding::RawHtml, Some(&name)));
        }
    }

    fn finish(mut self) -> Vec<Edit> {
        self.not_text.sort_by_key(|range| range.start);
        self.agreed.sort_by_key(|range| range.start);
        loose::escape_tag_openings(self.text, &self.not_text, &mut self.edits);
        loose::cut_scripting_destinations(self.text, &self.agreed, &mut self.edits);
        self.edits
    }
}

/// A code span on one line; line breaks in code are spaces anyway (`CommonMark` 0.31 §6.1).
fn joined_span(source: &str, code: &str) -> String {
    let fence = source.get(..source.len() - source.trim_start_matches('`').len()).unwrap_or_default();
    let code = code.replace('\n', " ");
    let padded = code.starts_with(['`', ' ']) || code.ends_with(['`', ' ']);
    let space = if padded && !code.trim().is_empty() { " " } else { "" };
    format!("{fence}{space}{code}{space}{fence}")
}
