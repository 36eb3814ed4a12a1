//! What editors send of a term.

use serde_json::Value;
use utoipa::ToSchema;

use super::{
    medical_code::{TermCode, code},
    terms::TermKind,
};
use crate::http::{ApiError, Fields, check_slug};

/// Body of a new term. A PATCH takes the same fields, all optional.
#[derive(Clone, Debug, ToSchema)]
pub struct TermInput {
    /// At most 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub name: String,
    /// Made from the name when absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// At most 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub description: Option<String>,
    /// Slug or id of the category above; for categories.
    #[schema(min_length = 1, max_length = 100)]
    pub parent: Option<String>,
    /// Other names under which people look for it.
    #[schema(required = false, max_items = 20)]
    pub aliases: Vec<String>,
    /// For conditions.
    #[schema(required = false, max_items = 20)]
    pub codes: Vec<TermCode>,
}

impl TermInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(kind: TermKind, body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.line("name", 100);
        let name = fields.require("name", name);
        let slug = fields.parsed("slug", check_slug);
        let description = fields.text("description", 1000);
        let parent = fields.line("parent", 100);
        if kind != TermKind::Category && parent.is_some() {
            fields.refuse("parent", "not_applicable", "categories alone stand below each other");
        }
        let aliases = fields.lines("aliases", 20, 100);
        let codes = fields.list("codes", 20, code);
        if kind != TermKind::Condition && !codes.is_empty() {
            fields.refuse("codes", "not_applicable", "conditions alone have codes");
        }
        let repeats = |at: usize, list: &[String]| list.iter().take(at).any(|other| list.get(at) == Some(other));
        if (0..aliases.len()).any(|at| repeats(at, &aliases)) {
            fields.refuse("aliases", "repeated", "must not repeat an entry");
        }
        if codes.iter().enumerate().any(|(at, code)| codes.iter().take(at).any(|other| other == code)) {
            fields.refuse("codes", "repeated", "must not repeat an entry");
        }
        fields.finish()?;
        Ok(Self { name: name.ok_or(ApiError::Internal)?, slug, description, parent, aliases, codes })
    }
}
