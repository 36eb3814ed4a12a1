//! The body of an article or of a service: everything that is stored of it is made here, once, when it is written.
//!
//! Markdown is the source: `CommonMark` with tables, footnotes, strikethrough, task lists and GitHub's alerts
//! (`> [!NOTE]`). HTML is sanitised, turned into Markdown and takes the same road.
//!
//! The room refuses a source that is too long, holds control characters, nests too deep or does not settle. It removes
//! raw HTML and links to schemes other than http, https, mailto and tel from the Markdown itself, and says so: the
//! stored Markdown is served publicly and is rendered by engines that are not ours.
//!
//! | file | what it does |
//! |---|---|
//! | `manuscript` | takes in the source, applies edits, keeps the line numbers of what was sent |
//! | `survey` | reads one round of the Markdown and lists the edits it needs |
//! | `agreement` | where engines without our extensions could read code as something else |
//! | `loose` | edits that need no structure: stray `<`, destinations only another engine would see |
//! | `raw_html` | finds tags and comments in the text of an HTML block |
//! | `destination` | which link destinations are allowed |
//! | `embed` | videos of the hosts that a page may show |
//! | `html` | the door for HTML |
//! | `footnotes`, `outline`, `prose`, `render` | headings, plain text and HTML out of clean Markdown |
//! | `absolute` | HTML for whoever reads it away from its page |
//! | `allowlist` | the elements and attributes that may be stored |
//! | `report` | what was removed, bounded |
//! | `structure` | headings, links and images, for whoever judges a body |

mod absolute;
mod agreement;
mod allowlist;
mod destination;
mod embed;
mod footnotes;
mod html;
mod loose;
mod manuscript;
mod outline;
mod prose;
mod raw_html;
mod render;
mod report;
mod structure;
mod survey;
#[cfg(test)]
mod tests;

use pulldown_cmark::{Options, Parser};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

pub use absolute::absolute;
use manuscript::Manuscript;
use report::Report;
pub use structure::{DECORATIVE, Part, structure};

/// The longest source and the longest stored Markdown, in bytes (512 KiB).
pub const MAX_BYTES: usize = 512 * 1024;
/// The deepest nesting of blocks and inline elements together.
pub const MAX_DEPTH: usize = 48;
/// Words an adult reads in a minute, for `reading_minutes`.
pub const WORDS_A_MINUTE: u32 = 220;
/// The longest excerpt, in characters, with its ellipsis.
pub const EXCERPT_CHARACTERS: usize = 200;

/// Markdown is cleaned until nothing is left to clean; an honest text needs two rounds, three at most.
const MAX_ROUNDS: usize = 12;

/// Everything a revision stores about its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Body {
    /// The cleaned Markdown: free of raw HTML, safe in any engine; cleaning it again changes nothing.
    pub markdown: String,
    /// The rendered HTML, limited to the allow-list of this room.
    pub html: String,
    /// Plain text: blocks apart by a blank line, list items behind `- `, table cells apart by tabs.
    pub text: String,
    /// The headings in reading order; their ids are those in `html`.
    pub headings: Vec<Heading>,
    /// The first paragraphs, at most 200 characters, cut at a word with `…`.
    pub excerpt: String,
    /// Words of `text`; an ideograph or kana counts as one word.
    pub words: u32,
    /// `words` at 220 a minute, rounded up; 0 for an empty body.
    pub reading_minutes: u32,
    /// What was removed or deserves a look: at most 100, then one that counts the rest.
    pub warnings: Vec<Warning>,
}

/// A heading of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heading {
    /// 1 to 6. Level 1 is kept here; the gate before publication reports it.
    pub level: u8,
    /// ASCII letters, digits and hyphens; unique in the body, the same for the same source.
    pub id: String,
    /// The heading's plain text.
    pub text: String,
}

/// The format that a reader asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Rendered, limited to the allow-list of this room.
    Html,
    /// The cleaned source.
    Markdown,
    /// Plain text.
    Text,
}

impl Format {
    /// As they are written.
    pub const NAMES: [&'static str; 3] = ["html", "markdown", "text"];

    /// The format of that name.
    pub fn named(name: &str) -> Self {
        match name {
            "markdown" => Self::Markdown,
            "text" => Self::Text,
            _ => Self::Html,
        }
    }
}

/// Something that was removed, changed, or deserves the author's look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// `raw_html_removed`, `element_removed`, `attribute_removed`, `unsafe_link_removed`, `code_changed`,
    /// `image_without_alt`, `footnote_unused` or `more_warnings`.
    pub code: String,
    /// A sentence for the author; never a piece of the text.
    pub message: String,
    /// The name of the element or attribute, where there is one.
    pub element: Option<String>,
    /// The line of the source that was sent, from 1, where it is known.
    pub line: Option<u32>,
}

/// Why a body is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BodyError {
    /// The source, or the Markdown made of it, is over [`MAX_BYTES`].
    #[error(
        "the text is {bytes} bytes long; at most {MAX_BYTES} are taken: shorten it or split it into several articles"
    )]
    TooLong {
        /// The length found.
        bytes: usize,
    },
    /// A control character other than tab and line break.
    #[error("line {line} holds the control character U+{code:04X}: remove it")]
    ControlCharacter {
        /// Its code point.
        code: u32,
        /// Its line, from 1.
        line: u32,
    },
    /// Elements nest deeper than [`MAX_DEPTH`].
    #[error("quotes, lists or other elements are nested more than {MAX_DEPTH} deep: flatten them")]
    TooDeep,
    /// A table of the HTML source would fill far more space than its source.
    #[error("a table is too large to be written as Markdown: split it")]
    TableTooLarge,
    /// Removing HTML kept revealing new HTML.
    #[error("the text mixes HTML and Markdown in a way that cannot be cleaned: remove its HTML tags")]
    Unsettled,
}

impl Body {
    /// Cleans and renders Markdown.
    pub fn from_markdown(source: &str) -> Result<Self, BodyError> {
        let manuscript = Manuscript::accept(source)?;
        Self::settle(manuscript, Report::default())
    }

    /// Sanitises HTML, converts it to Markdown, and cleans and renders that.
    pub fn from_html(source: &str) -> Result<Self, BodyError> {
        let mut report = Report::default();
        let markdown = html::to_markdown(&manuscript::normalise(source)?, &mut report)?;
        Self::settle(Manuscript::converted(&markdown)?, report)
    }

    fn settle(mut manuscript: Manuscript, mut report: Report) -> Result<Self, BodyError> {
        for _ in 0..MAX_ROUNDS {
            let edits = survey::edits(&manuscript)?;
            if edits.is_empty() {
                return Ok(Self::compose(&manuscript, report));
            }
            manuscript.apply(edits, &mut report)?;
        }
        Err(BodyError::Unsettled)
    }

    fn compose(manuscript: &Manuscript, mut report: Report) -> Self {
        outline::report_images(manuscript, &mut report);
        let document = footnotes::arrange(manuscript, &mut report);
        let headings = outline::headings(&document);
        let text = prose::text(&document);
        let words = prose::words(&text);
        Self {
            html: render::html(&document, &headings),
            excerpt: prose::excerpt(&document, &text),
            markdown: manuscript.text().to_owned(),
            reading_minutes: words.div_ceil(WORDS_A_MINUTE),
            warnings: report.into_warnings(),
            headings,
            text,
            words,
        }
    }
}

/// The one parser of this room, so that cleaning and rendering never read differently.
fn parser(markdown: &str) -> Parser<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    Parser::new_ext(markdown, options)
}
