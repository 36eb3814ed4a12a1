//! Rewrites HTML token by token: allowed elements with allowed attributes, every end tag in its place.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::super::embed::Embed;
use super::super::report::{Finding, Report};
use super::super::{BodyError, MAX_DEPTH, allowlist, destination};
use super::grid::Grid;

/// Tables inside tables; the converter may walk a table twice, so its work doubles with each.
const MAX_TABLES: usize = 4;

const VOID: [&str; 4] = ["br", "hr", "img", "input"];

/// Elements that do not end an open paragraph.
const INLINE: [&str; 26] = [
    "a", "abbr", "b", "br", "cite", "code", "del", "dfn", "em", "i", "img", "input", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "u", "p",
];

/// Elements whose content is never shown as text.
const CONTENT_REMOVED: [(&str, RawKind); 8] = [
    ("script", RawKind::ScriptData),
    ("style", RawKind::Rawtext),
    ("iframe", RawKind::Rawtext),
    ("noembed", RawKind::Rawtext),
    ("noframes", RawKind::Rawtext),
    ("xmp", RawKind::Rawtext),
    ("textarea", RawKind::Rcdata),
    ("title", RawKind::Rcdata),
];

/// Rewrites a source; refuses what would nest too deep or grow too large.
pub(super) fn rewrite(source: &str, report: &mut Report) -> Result<String, BodyError> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(source));
    let desk = Desk(RefCell::new(Rewriting::new(std::mem::take(report))));
    let tokenizer = Tokenizer::new(desk, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut rewriting = tokenizer.sink.0.into_inner();
    rewriting.close_down_to(0);
    *report = rewriting.report;
    match rewriting.refused {
        Some(refused) => Err(refused),
        None => Ok(rewriting.out),
    }
}

struct Desk(RefCell<Rewriting>);

impl TokenSink for Desk {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut rewriting = self.0.borrow_mut();
        let line = u32::try_from(line).ok();
        match token {
            _ if rewriting.refused.is_some() => {}
            Token::TagToken(tag) => return rewriting.tag(&tag, line),
            Token::CharacterTokens(text) => rewriting.characters(&text),
            Token::CommentToken(_) => {
                rewriting.report.add(Finding::Element, Some("#comment"), line);
            }
            Token::DoctypeToken(_) | Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

struct Rewriting {
    out: String,
    open: Vec<String>,
    /// The element whose content is being left out.
    leaving_out: Option<String>,
    grid: Grid,
    report: Report,
    refused: Option<BodyError>,
}

impl Rewriting {
    fn new(report: Report) -> Self {
        Self { out: String::new(), open: Vec::new(), leaving_out: None, grid: Grid::default(), report, refused: None }
    }

    fn characters(&mut self, text: &str) {
        if self.leaving_out.is_none() {
            self.grid.fill(text.chars().count());
            escape_into(&mut self.out, text);
        }
    }

    fn tag(&mut self, tag: &Tag, line: Option<u32>) -> TokenSinkResult<()> {
        let name = &*tag.name;
        match (&self.leaving_out, tag.kind) {
            (Some(left_out), TagKind::EndTag) if left_out == name => self.leaving_out = None,
            (Some(_), _) => {}
            (None, TagKind::EndTag) => self.end(name),
            (None, TagKind::StartTag) => return self.start(name, tag, line),
        }
        TokenSinkResult::Continue
    }

    fn start(&mut self, name: &str, tag: &Tag, line: Option<u32>) -> TokenSinkResult<()> {
        if let Some(embed) = player(name, tag) {
            self.embed(&embed);
            self.leaving_out = Some(name.to_owned());
            return TokenSinkResult::RawData(RawKind::Rawtext);
        }
        if !allowlist::SENT.contains(&name) || name == "input" && !is_checkbox(tag) {
            self.report.add(Finding::Element, Some(name), line);
            if let Some((_, kind)) = CONTENT_REMOVED.iter().find(|(removed, _)| *removed == name) {
                self.leaving_out = Some(name.to_owned());
                return TokenSinkResult::RawData(*kind);
            }
            return TokenSinkResult::Continue;
        }
        if matches!(name, "html" | "head" | "body") {
            return TokenSinkResult::Continue;
        }
        self.close_implied(name);
        self.refused = self.refusal(name);
        self.out.push('<');
        self.out.push_str(name);
        for attribute in &tag.attrs {
            self.attribute(name, &attribute.name.local, &attribute.value, line);
        }
        self.out.push('>');
        if !VOID.contains(&name) {
            self.open.push(name.to_owned());
        }
        TokenSinkResult::Continue
    }

    /// A player becomes the link that our own rendering makes a player of, alone in its paragraph.
    fn embed(&mut self, embed: &Embed) {
        self.close_implied("a");
        self.close_implied("p");
        if self.open.len() + 2 > MAX_DEPTH {
            self.refused = Some(BodyError::TooDeep);
            return;
        }
        let (page, words) = (embed.page(), embed.words());
        self.grid.fill(page.chars().count() + words.chars().count());
        self.out.extend(["<p><a href=\"", &page, "\">"]);
        escape_into(&mut self.out, &words);
        self.out.push_str("</a></p>");
    }

    fn refusal(&mut self, name: &str) -> Option<BodyError> {
        let tables = self.open.iter().filter(|open| *open == "table").count();
        if self.open.len() >= MAX_DEPTH || name == "table" && tables >= MAX_TABLES {
            return Some(BodyError::TooDeep);
        }
        self.grid.open(name);
        self.grid.is_too_large().then_some(BodyError::TableTooLarge)
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str, line: Option<u32>) {
        let finding = match allows(element, name, value) {
            Ok(()) => {
                self.out.push(' ');
                self.out.push_str(name);
                self.out.push_str("=\"");
                escape_into(&mut self.out, value);
                self.out.push('"');
                self.grid.fill(value.chars().count());
                return;
            }
            Err(finding) => finding,
        };
        self.report.add(finding, Some(name), line);
    }

    fn end(&mut self, name: &str) {
        let in_table = matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" | "caption");
        let found = self.open.iter().rposition(|open| open == name);
        let wall = self.open.iter().rposition(|open| matches!(open.as_str(), "td" | "th" | "caption" | "table"));
        match (found, wall) {
            (Some(found), Some(wall)) if found < wall && !in_table => {}
            (Some(found), _) => self.close_down_to(found),
            (None, _) => {}
        }
    }

    /// Ends what a start tag ends without saying so (HTML §13.1.2.4).
    fn close_implied(&mut self, name: &str) {
        let (ended, walls): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "table"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "table"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr", "caption"], &["table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot", "caption"], &["table"]),
            "a" => (&["a"], &["table"]),
            _ => (&[], &[]),
        };
        self.close_nearest(ended, |open| walls.contains(&open));
        if name == "p" || !INLINE.contains(&name) {
            self.close_nearest(&["p"], |open| !INLINE.contains(&open));
        }
        if matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            self.close_nearest(&["h1", "h2", "h3", "h4", "h5", "h6"], |open| {
                !INLINE.contains(&open) && !open.starts_with('h')
            });
        }
    }

    fn close_nearest(&mut self, ended: &[&str], is_wall: impl Fn(&str) -> bool) {
        let position = self.open.iter().rposition(|open| ended.contains(&open.as_str()) || is_wall(open));
        if let Some(position) = position
            && self.open.get(position).is_some_and(|open| ended.contains(&open.as_str()))
        {
            self.close_down_to(position);
        }
    }

    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some(name) = self.open.pop()
        {
            self.grid.close(&name);
            if name == "p" {
                // Blanks at a paragraph's end show nowhere, and the converter keeps them.
                self.out.truncate(self.out.trim_ascii_end().len());
            }
            self.out.push_str("</");
            self.out.push_str(&name);
            self.out.push('>');
        }
    }
}

/// The video that an `iframe` plays, where its host is one of ours.
fn player(name: &str, tag: &Tag) -> Option<Embed> {
    if name != "iframe" {
        return None;
    }
    let value = |wanted: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == wanted).map(|a| &*a.value);
    let title = value("title").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    Embed::at(value("src")?, &title)
}

fn is_checkbox(tag: &Tag) -> bool {
    tag.attrs
        .iter()
        .any(|attribute| &*attribute.name.local == "type" && attribute.value.eq_ignore_ascii_case("checkbox"))
}

/// Whether an attribute stays, or what its loss is called.
fn allows(element: &str, name: &str, value: &str) -> Result<(), Finding> {
    if (element, name) == ("blockquote", "class")
        && value.split_ascii_whitespace().all(|class| allowlist::CALLOUTS.contains(&class))
    {
        return Ok(());
    }
    if (element, name) == ("input", "type") && value.eq_ignore_ascii_case("checkbox") {
        return Ok(());
    }
    let known = allowlist::SENT_ATTRIBUTES.iter().any(|(of, names)| *of == element && names.contains(&name));
    if matches!(name, "href" | "src") && known && !destination::is_allowed(value) {
        return Err(Finding::UnsafeLink);
    }
    if known && allowlist::permitted(element, name, value) { Ok(()) } else { Err(Finding::Attribute) }
}

fn escape_into(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}
