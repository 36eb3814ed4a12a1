//! Reads a web page of a clinic, saved as text or HTML, into an article draft and the clinic's facts.
//!
//! Pure: bytes in, values out; no file, no network, no clock. The same bytes give the same page. Every visible
//! piece of the source ends up in the Markdown, in the facts, or in the report as left, with the reason.
//! Refuses what is not UTF-8, is too large, is nested too deeply, or holds no article; refuses to guess a name, to
//! decode a hidden e-mail address, and to take numbers out of sentences.

mod address;
mod chrome;
mod contact;
mod email;
mod facts;
mod html;
mod label;
mod line;
mod markdown;
mod name;
mod phone;
mod report;
mod structure;
mod text;
mod title;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use address::Address;
pub use facts::ClinicFacts;
pub use phone::Phone;
pub use report::{Counts, Item, ItemKind, Left, Report, Why};

use facts::FactBook;
use markdown::Block;
use name::NameEvidence;
use text::Reading;

/// The largest page that is read, in bytes: 5 MiB.
pub const MAX_PAGE_BYTES: usize = 5 * 1024 * 1024;

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageFormat {
    /// Plain text.
    Text,
    /// HTML.
    Html,
}

impl PageFormat {
    /// Guesses from how the page begins, else from the extension of its file name; text when neither tells.
    #[must_use]
    pub fn guess(name: &str, bytes: &[u8]) -> Self {
        let start = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_lowercase();
        let start = start.trim_start_matches('\u{feff}').trim_start();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let html_name = matches!(extension.as_deref(), Some("html" | "htm" | "xhtml"));
        let opens = ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.starts_with(tag));
        let unnamed_markup = extension.is_none() && start.starts_with('<') && start.contains("</");
        if html_name || opens || unnamed_markup { Self::Html } else { Self::Text }
    }
}

/// Why a page cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Bytes that are not UTF-8, Windows-1252 and UTF-16 included.
    #[error(
        "the page is not UTF-8 (first wrong byte at {offset}): save it with the encoding UTF-8 and import it again"
    )]
    NotUtf8 {
        /// Bytes before the first wrong one.
        offset: usize,
    },
    /// Nothing but white space.
    #[error("the page is empty: check that the file was saved completely")]
    Empty,
    /// More than `MAX_PAGE_BYTES`.
    #[error(
        "the page has {bytes} bytes, more than the {MAX_PAGE_BYTES} that are read: save it without pictures or import its parts"
    )]
    TooLarge {
        /// The page's size.
        bytes: usize,
    },
    /// HTML elements nested more deeply than any page a person wrote.
    #[error("the page's HTML is nested too deeply: save it as text and import that")]
    TooDeep,
    /// No title with text under it.
    #[error("nothing on the page looks like an article: it needs a title and at least one paragraph or list")]
    NoArticle,
}

/// A page as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The title, 1 to 200 characters, plain text.
    pub title: String,
    /// The body as `CommonMark` with tables; headings begin at level 2 and skip no level.
    pub markdown: String,
    /// Headings in the body.
    pub sections: u32,
    /// Paragraphs in the body, those inside lists and quotations not counted.
    pub paragraphs: u32,
    /// The clinic's facts, if there is any.
    pub clinic: Option<ClinicFacts>,
    /// What was taken and what was left.
    pub report: Report,
}

/// Reads a page.
///
/// # Errors
/// `PageError` says what is wrong with the bytes and what to do.
pub fn read_page(bytes: &[u8], format: PageFormat) -> Result<Page, PageError> {
    if bytes.len() > MAX_PAGE_BYTES {
        return Err(PageError::TooLarge { bytes: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| PageError::NotUtf8 { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if line::single_spaced(text).is_empty() {
        return Err(PageError::Empty);
    }
    let mut book = FactBook::default();
    let reading = match format {
        PageFormat::Text => text::read(text, &mut book).ok_or(PageError::NoArticle)?,
        PageFormat::Html => html::read(text, &mut book)?,
    };
    finish(reading, book)
}

fn finish(reading: Reading, mut book: FactBook) -> Result<Page, PageError> {
    let Reading { title, blocks } = reading;
    let has_text = blocks.iter().any(|block| !matches!(block, Block::Heading { .. }));
    if title.is_empty() || !has_text {
        return Err(PageError::NoArticle);
    }
    let prose = paragraphs_of(&blocks);
    weigh_name(&prose, &mut book);
    report_placeholders(&prose, &mut book);
    let FactBook { clinic, mut report, .. } = book;
    report.counts = count(&blocks, &clinic, &report);
    Ok(Page {
        title,
        markdown: markdown::write(&blocks),
        sections: report.counts.sections,
        paragraphs: report.counts.paragraphs,
        clinic: (clinic.count() > 0).then_some(clinic),
        report,
    })
}

/// Takes the clinic's name from the prose when nothing structured has given one.
fn weigh_name(paragraphs: &[String], book: &mut FactBook) {
    if book.clinic.name.is_some() {
        return;
    }
    let hint = book.hinted_name.take();
    match name::weigh(paragraphs.iter().map(String::as_str)) {
        NameEvidence::Repeated(name) => book.offer_name(&name),
        NameEvidence::Uncertain(name) if hint.as_deref() == Some(name.as_str()) => {
            book.offer_name(&name);
        }
        NameEvidence::Uncertain(name) => book.report.leave(name, Why::NameUncertain, None),
        NameEvidence::None => {}
    }
    if let Some(hint) = hint.filter(|hint| book.clinic.name.as_ref() != Some(hint)) {
        book.report.leave(hint, Why::NameUncertain, None);
    }
}

/// Reports paragraphs that hold the placeholder of a hidden e-mail address; their text stays.
fn report_placeholders(paragraphs: &[String], book: &mut FactBook) {
    for paragraph in paragraphs.iter().filter(|paragraph| email::is_placeholder(paragraph)) {
        book.report.leave(paragraph.clone(), Why::ScraperPlaceholder, None);
    }
}

fn paragraphs_of(blocks: &[Block]) -> Vec<String> {
    let lines = blocks.iter().filter_map(|block| match block {
        Block::Paragraph { lines, .. } => Some(lines),
        _ => None,
    });
    lines.map(|lines| lines.iter().map(|line| line.plain.as_str()).collect::<Vec<_>>().join(" ")).collect()
}

fn count(blocks: &[Block], clinic: &ClinicFacts, report: &Report) -> Counts {
    let mut counts = Counts { facts: clinic.count(), ..report.counts };
    counts.left = u32::try_from(report.left.len()).unwrap_or(u32::MAX);
    for block in blocks {
        match block {
            Block::Heading { .. } => counts.sections += 1,
            Block::Paragraph { .. } | Block::Quote(_) | Block::Code(_) => counts.paragraphs += 1,
            Block::List { .. } => counts.lists += 1,
            Block::Table { .. } => counts.tables += 1,
        }
    }
    counts
}
