//! One round over the Markdown: which edits it needs to be free of raw HTML and unsafe links.
//!
//! The parser's events carry source ranges, so that cleaning cuts what an author wrote and leaves the rest as it is,
//! byte for byte. Cutting can make new HTML (`<scr<b>ipt>`); the caller goes on until a round finds nothing.

mod code;
mod html_block;
mod link;

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

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
    /// A table, footnote, alert or task went before, and nothing started afresh since.
    after_extension: bool,
    /// Whether the last block at the top was neither a list nor an extension.
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
            Event::TaskListMarker(_) => {
                self.after_extension = true;
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
            // Only a list that starts with 1 ends a paragraph, and engines differ in what they take for one.
            Tag::List(Some(first)) if first != 1 && !agreement::follows_blank_line(self.text, range.start) => {
                Kind::Extension
            }
            Tag::List(_) => Kind::List,
            Tag::CodeBlock(kind) => {
                self.read_block(&kind, range, disputed);
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
        let Some(frame) = self.frames.pop() else {
            return;
        };
        self.give_up_on_end_tag();
        match &frame.kind {
            Kind::Html(pieces) => {
                self.edits.extend(html_block::edits(self.text, pieces, &frame.range));
            }
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

    /// Whether a table, footnote, alert or task went before: for an engine without those, a paragraph, list or quote that
    /// was open before it may still be open. So may a list that ends without a blank line and a block at the margin.
    fn follows_extension(&mut self, start: usize) -> bool {
        if self.frames.is_empty() {
            let afresh = agreement::starts_afresh(self.text, start);
            self.after_extension = !afresh && (self.after_extension || !self.after_plain_block);
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
        loose::cut_wide_line_ends(self.text, &mut self.edits);
        loose::escape_tag_openings(self.text, &self.not_text, &mut self.edits);
        loose::cut_scripting_destinations(self.text, &self.agreed, &mut self.edits);
        self.edits
    }
}
