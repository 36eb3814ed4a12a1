//! The door for HTML: rewritten to well-formed, allowed elements, sanitised, and converted to Markdown.
//!
//! The rewriting names what is lost with its line, and bounds depth and size, before a tree is built: the tree builder
//! looks through all open elements at each tag, and the converter recurses.

mod grid;
mod rewrite;

use htmd::Element;
use htmd::HtmlToMarkdown;
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BulletListMarker, HrStyle, Options};

use super::report::Report;
use super::{BodyError, allowlist};

/// Converts HTML to Markdown; what the HTML loses is reported.
pub(super) fn to_markdown(source: &str, report: &mut Report) -> Result<String, BodyError> {
    let rewritten = rewrite::rewrite(source, report)?;
    let clean = allowlist::sent().clean(&rewritten).to_string();
    // The converter reads from memory; its error type is that of a reader.
    converter().convert(&clean).map_err(|_| BodyError::Unsettled)
}

fn converter() -> HtmlToMarkdown {
    HtmlToMarkdown::builder()
        .options(Options {
            hr_style: HrStyle::Dashes,
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            preformatted_code: true,
            ..Options::default()
        })
        .add_handler(vec!["input"], checkbox)
        .add_handler(vec!["blockquote"], callout)
        .build()
}

#[expect(clippy::needless_pass_by_value, clippy::unnecessary_wraps, reason = "the converter asks for this signature")]
fn checkbox(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let checked = element.attrs.iter().any(|attribute| &*attribute.name.local == "checked");
    Some(HandlerResult::from(if checked { "[x] " } else { "[ ] " }))
}

/// A quote with the class of an alert becomes that alert again.
fn callout(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let classes = element.attrs.iter().find(|attribute| &*attribute.name.local == "class");
    let kind = classes.and_then(|classes| {
        let mut names = classes.value.split_ascii_whitespace();
        names.find_map(|name| name.strip_prefix("callout-")).map(str::to_ascii_uppercase)
    });
    let quote = handlers.fallback(element)?;
    Some(match kind {
        Some(kind) => HandlerResult::from(format!("\n\n> [!{kind}]\n{}", quote.content.trim_start_matches('\n'))),
        None => quote,
    })
}
