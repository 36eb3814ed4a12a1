//! Clean Markdown as HTML.
//!
//! Beyond `CommonMark`: alerts are `<blockquote class="callout callout-note">` (`tip`, `important`, `warning`, `caution`),
//! cells carry `align`, links to other sites carry `rel="noopener noreferrer"`, images load lazily, footnotes stand in a
//! `<section class="footnotes">` as `<li id="fn-1">`, referred to from `<a id="fnref-1">` (`fnref-1-2` the second time). A
//! video is a `<figure class="embed embed-youtube">` (`embed-vimeo`) around its player.

use std::collections::HashMap;

use pulldown_cmark::{Alignment, BlockQuoteKind, CowStr, Event, Tag, TagEnd, html as writer};

use super::footnotes::Document;
use super::{Heading, allowlist, destination, embed, structure::is_decorative};

/// Renders a document; `headings` are its headings in the same order.
pub(super) fn html(document: &Document<'_>, headings: &[Heading]) -> String {
    let mut renderer = Renderer::new(document, headings);
    let mut html = renderer.written(&document.body);
    if !document.notes.is_empty() {
        html.push_str("<section class=\"footnotes\">\n<ol>\n");
        for (index, note) in document.notes.iter().enumerate() {
            let number = index + 1;
            let content = renderer.written(note);
            let back = format!(" <a href=\"#fnref-{number}\" class=\"footnote-backref\">↩</a>");
            html.extend(["<li id=\"fn-", &number.to_string(), "\">", &with_back_link(&content, &back), "</li>\n"]);
        }
        html.push_str("</ol>\n</section>\n");
    }
    allowlist::rendered().clean(&html).to_string()
}

/// The way back stands at the end of the last paragraph.
fn with_back_link(content: &str, back: &str) -> String {
    let content = content.trim_end();
    match content.strip_suffix("</p>") {
        Some(open) => format!("{open}{back}</p>"),
        None => format!("{content}{back}"),
    }
}

struct Renderer<'d, 'a> {
    document: &'d Document<'a>,
    headings: std::slice::Iter<'d, Heading>,
    references: HashMap<usize, usize>,
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// Inside an image everything becomes its alternative text.
    images: usize,
}

impl<'d, 'a> Renderer<'d, 'a> {
    fn new(document: &'d Document<'a>, headings: &'d [Heading]) -> Self {
        Self {
            document,
            headings: headings.iter(),
            references: HashMap::new(),
            alignments: Vec::new(),
            column: 0,
            in_head: false,
            images: 0,
        }
    }

    fn written(&mut self, events: &[Event<'a>]) -> String {
        let mut rewritten = Vec::with_capacity(events.len());
        let mut rest = events;
        while let Some((event, after)) = rest.split_first() {
            if let Some((embed, length)) = embed::paragraph(rest) {
                rewritten.push(Event::Html(embed.html().into()));
                rest = rest.get(length..).unwrap_or_default();
            } else {
                rewritten.push(self.rewritten(event));
                rest = after;
            }
        }
        let mut html = String::new();
        writer::push_html(&mut html, rewritten.into_iter());
        html
    }

    fn rewritten(&mut self, event: &Event<'a>) -> Event<'a> {
        match event {
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                self.images += 1;
                // The word is for the gate; a reader who points at the picture is not told it.
                let title = if is_decorative(title) { CowStr::from("") } else { title.clone() };
                let (link_type, dest_url, id) = (*link_type, dest_url.clone(), id.clone());
                return Event::Start(Tag::Image { link_type, dest_url, title, id });
            }
            Event::End(TagEnd::Image) => self.images = self.images.saturating_sub(1),
            _ if self.images > 0 => {}
            Event::Start(tag) => return self.start(tag),
            Event::FootnoteReference(label) => return self.reference(label),
            _ => {}
        }
        event.clone()
    }

    fn start(&mut self, tag: &Tag<'a>) -> Event<'a> {
        match tag {
            Tag::Heading { level, .. } => Event::Start(Tag::Heading {
                level: *level,
                id: self.headings.next().map(|heading| CowStr::from(heading.id.clone())),
                classes: Vec::new(),
                attrs: Vec::new(),
            }),
            Tag::BlockQuote(Some(kind)) => {
                Event::Html(format!("<blockquote class=\"callout callout-{}\">\n", callout(*kind)).into())
            }
            Tag::Link { dest_url, .. } if destination::is_external(dest_url) => external_link(tag),
            Tag::Table(alignments) => {
                self.alignments.clone_from(alignments);
                Event::Start(tag.clone())
            }
            Tag::TableHead | Tag::TableRow => {
                self.column = 0;
                self.in_head = matches!(tag, Tag::TableHead);
                Event::Start(tag.clone())
            }
            Tag::TableCell => self.cell(),
            _ => Event::Start(tag.clone()),
        }
    }

    fn cell(&mut self) -> Event<'a> {
        let align = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " align=\"left\"",
            Some(Alignment::Center) => " align=\"center\"",
            Some(Alignment::Right) => " align=\"right\"",
            _ => "",
        };
        self.column += 1;
        let name = if self.in_head { "th" } else { "td" };
        Event::InlineHtml(format!("<{name}{align}>").into())
    }

    fn reference(&mut self, label: &str) -> Event<'a> {
        let Some(number) = self.document.number(label) else {
            return Event::Text(format!("[^{label}]").into());
        };
        let times = self.references.entry(number).or_insert(0);
        *times += 1;
        let id = if *times == 1 { format!("fnref-{number}") } else { format!("fnref-{number}-{times}") };
        let link = format!("<sup class=\"footnote-reference\"><a href=\"#fn-{number}\" id=\"{id}\">{number}</a></sup>");
        Event::InlineHtml(link.into())
    }
}

/// The class of an alert.
fn callout(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}

/// The writer's own start tag, so that its escaping is the only one, with a `rel`.
fn external_link<'a>(tag: &Tag<'a>) -> Event<'a> {
    let mut link = String::new();
    writer::push_html(&mut link, [Event::Start(tag.clone()), Event::End(TagEnd::Link)].into_iter());
    match link.strip_suffix("></a>") {
        Some(open) => Event::InlineHtml(format!("{open} rel=\"noopener noreferrer\">").into()),
        None => Event::Start(tag.clone()),
    }
}
