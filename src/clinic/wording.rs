//! Markdown that is kept by language: cleaned and rendered once, when it is written.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Body, Format, Warning},
    http::Fields,
    records::InLanguages,
};

/// A text in its three forms, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// The cleaned source.
    pub markdown: String,
    html: String,
    text: String,
    /// What the last write took out, or what deserves a look.
    warnings: Vec<Warning>,
}

impl Wording {
    /// Reads a required text of at most `most` characters.
    pub(super) fn read(fields: &mut Fields<'_>, name: &'static str, most: usize) -> Option<Self> {
        let source = fields.text(name, most);
        match Body::from_markdown(&fields.require(name, source)?) {
            Ok(body) => {
                Some(Self { markdown: body.markdown, html: body.html, text: body.text, warnings: body.warnings })
            }
            Err(refused) => {
                fields.refuse(name, "bad_body", refused.to_string());
                None
            }
        }
    }

    /// As it is answered.
    pub(super) fn shown(&self, format: Format) -> ShownWording {
        let value = match format {
            Format::Html => &self.html,
            Format::Markdown => &self.markdown,
            Format::Text => &self.text,
        };
        ShownWording { format, value: value.clone() }
    }
}

/// A text in the format that was asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownWording {
    /// As asked.
    pub format: Format,
    /// The text.
    pub value: String,
}

/// The warnings of each language that has some.
pub(super) fn warnings<'a>(wordings: impl Iterator<Item = (&'a String, &'a Wording)>) -> InLanguages<Vec<Warning>> {
    let warned = wordings.filter(|(_, wording)| !wording.warnings.is_empty());
    warned.map(|(tag, wording)| (tag.clone(), wording.warnings.clone())).collect()
}
