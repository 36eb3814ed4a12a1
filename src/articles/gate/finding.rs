//! One finding of the gate.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{Code, Severity};

/// The longest excerpt, in characters.
const EXCERPT: usize = 300;
/// The longest subject, in characters: what an override's may have.
const SUBJECT: usize = 200;

/// Something that stands in the way of publication or deserves a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// Whether it stops a publication.
    pub severity: Severity,
    /// JSON Pointer (RFC 6901) into the article as staff see it.
    pub pointer: String,
    /// For people.
    pub message: String,
    /// What to do about it.
    pub suggestion: String,
    /// What it is about (the words of a claim, the name of a treatment, an address): what an override names. Empty where
    /// the code says it all.
    pub subject: String,
    /// The sentence or the heading in which it stands.
    pub excerpt: Option<String>,
    /// Line of the stored Markdown, from 1.
    pub line: Option<u32>,
    /// Whether somebody answers for it.
    pub overridden: bool,
}

impl Finding {
    /// A finding at `pointer`. Its severity is for the policy to say.
    pub fn at(pointer: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Blocker,
            pointer: pointer.into(),
            message: message.into(),
            suggestion: code.advice().to_owned(),
            subject: String::new(),
            excerpt: None,
            line: None,
            overridden: false,
        }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(self, subject: &str) -> Self {
        Self { subject: shortened(subject, SUBJECT), ..self }
    }

    /// Says in what it stands.
    #[must_use]
    pub fn within(self, text: &str) -> Self {
        Self { excerpt: Some(shortened(text, EXCERPT)), ..self }
    }

    /// Says on which line it stands.
    #[must_use]
    pub fn on_line(self, line: u32) -> Self {
        Self { line: Some(line), ..self }
    }

    /// Whether it stops the publication.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Blocker && !self.overridden
    }
}

/// One line of at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
