//! What editors send of an author.

use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::{ApiError, Fields, check_slug};

/// Body of a new author. A PATCH takes the same fields, all optional.
#[derive(Clone, Debug, ToSchema)]
pub struct AuthorInput {
    /// That of the profile when absent; needed where there is none.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: Option<String>,
    /// Made from the name when absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// The member of staff who stands here; not together with `provider`.
    pub account: Option<Uuid>,
    /// Slug or id of the clinic's record of the person.
    #[schema(min_length = 1, max_length = 100)]
    pub provider: Option<String>,
    /// "MD", "RN"; of somebody without a profile alone.
    #[schema(required = false, max_items = 20)]
    pub credentials: Vec<String>,
    /// At most 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub biography: Option<String>,
}

impl AuthorInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.line("name", 200);
        let slug = fields.parsed("slug", check_slug);
        let account = fields.parsed("account", |text| {
            text.parse::<Uuid>().map_err(|_| ("unknown_reference", "must be the id of an account".to_owned()))
        });
        let provider = fields.line("provider", 100);
        let credentials = fields.lines("credentials", 20, 50);
        let biography = fields.text("biography", 2000);
        let has_profile = fields.value("account").or(fields.value("provider")).is_some();
        if account.is_some() && provider.is_some() {
            fields.refuse("provider", "exclusive", "cannot be given together with account");
        }
        if has_profile && !credentials.is_empty() {
            fields.refuse("credentials", "not_applicable", "are kept with the person's profile");
        }
        if !has_profile {
            fields.require("name", name.as_ref());
        }
        fields.finish()?;
        Ok(Self { name, slug, account, provider, credentials, biography })
    }
}
