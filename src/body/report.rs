//! What was removed or changed, in the order of the source, bounded so that a hostile text cannot fill the answer.

use std::collections::HashSet;

use super::Warning;

/// How many warnings are kept before the rest is only counted.
const MAX_WARNINGS: usize = 100;

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Finding {
    RawHtml,
    Element,
    Attribute,
    UnsafeLink,
    CodeChanged,
    ImageWithoutAlt,
    FootnoteUnused,
}

impl Finding {
    fn code(self) -> &'static str {
        match self {
            Self::RawHtml => "raw_html_removed",
            Self::Element => "element_removed",
            Self::Attribute => "attribute_removed",
            Self::UnsafeLink => "unsafe_link_removed",
            Self::CodeChanged => "code_changed",
            Self::ImageWithoutAlt => "image_without_alt",
            Self::FootnoteUnused => "footnote_unused",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::RawHtml => "HTML inside Markdown is removed; write it as Markdown.",
            Self::Element => "This element is not allowed and was removed.",
            Self::Attribute => "This attribute is not allowed and was removed.",
            Self::UnsafeLink => {
                "Only http, https, mailto, tel and relative addresses may be linked; the text was kept."
            }
            Self::CodeChanged => {
                "Code that another Markdown engine could take for HTML had its < replaced by ‹; put it in a fenced block of its own."
            }
            Self::ImageWithoutAlt => "An image has no alternative text for readers who cannot see it.",
            Self::FootnoteUnused => "A footnote is never referred to and is not shown.",
        }
    }
}

/// Collects findings; [`Report::into_warnings`] closes it.
#[derive(Debug, Default)]
pub(super) struct Report {
    warnings: Vec<Warning>,
    beyond: usize,
    attributes_seen: HashSet<String>,
}

impl Report {
    /// Adds a finding. A pasted page repeats `class` a thousand times, so an attribute is named once.
    pub(super) fn add(&mut self, finding: Finding, element: Option<&str>, line: Option<u32>) {
        let element = element.map(shortened);
        if finding == Finding::Attribute
            && let Some(name) = &element
            && !self.attributes_seen.insert(name.clone())
        {
            return;
        }
        if self.warnings.len() >= MAX_WARNINGS {
            self.beyond += 1;
            return;
        }
        self.warnings.push(Warning {
            code: finding.code().to_owned(),
            message: finding.message().to_owned(),
            element,
            line,
        });
    }

    /// The warnings, closed by one that counts those left out.
    pub(super) fn into_warnings(mut self) -> Vec<Warning> {
        if self.beyond > 0 {
            self.warnings.push(Warning {
                code: "more_warnings".to_owned(),
                message: format!("{} more warnings are not listed.", self.beyond),
                element: None,
                line: None,
            });
        }
        self.warnings
    }
}

/// A name as a source may write it, lower-cased and at most 40 characters long.
fn shortened(name: &str) -> String {
    name.chars().take(40).flat_map(char::to_lowercase).collect()
}
