//! What editors send of a disclosure, and how it is told to them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::rule::AppliesTo;
use crate::{
    articles::{answers::Person, queries::disclosures::DisclosureRow},
    http::{ApiError, Fields, Reference, check_slug},
    records::{self, Texts, read_texts},
};

/// What a disclosure is about.
pub(super) const KINDS: [&str; 4] = ["risk", "off_label", "compounded", "emergency"];

/// Body of a new disclosure. A PATCH takes the same fields, all optional.
#[derive(Clone, Debug, ToSchema)]
pub struct DisclosureInput {
    /// What colleagues call it.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// Made from the name when absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// `risk`, `off_label`, `compounded` or `emergency`.
    #[schema(pattern = "^(risk|off_label|compounded|emergency)$")]
    pub kind: String,
    /// By language (BCP 47), each at most 3,000 characters. An article shows its own language, else the clinic's.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"en": "This use is not approved by the FDA."}))]
    pub texts: Texts,
    /// `named` (the default): wherever a treatment or a service below is named. `clinical`: in every clinical article.
    /// `all`: in every article.
    #[schema(value_type = Option<String>, pattern = "^(named|clinical|all)$", default = "named")]
    pub applies_to: String,
    /// Words by which articles speak of it; whole words, case and accents aside.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub treatments: Vec<String>,
    /// Slugs or ids of the clinic's services.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub services: Vec<String>,
}

impl DisclosureInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let slug = fields.parsed("slug", check_slug);
        let kind = fields.one_of("kind", &KINDS);
        let kind = fields.require("kind", kind);
        let texts = fields.object("texts", |texts| read_texts(texts, 3000));
        let texts = fields.require("texts", texts);
        let applies_to = fields.one_of("applies_to", &AppliesTo::NAMES).unwrap_or("named");
        let treatments = fields.lines("treatments", 50, 100);
        let services = fields.lines("services", 50, 100);
        fields.finish()?;
        let (Some(name), Some(kind), Some(texts)) = (name, kind, texts) else { return Err(ApiError::Internal) };
        let treatments = treatments.iter().map(|treatment| treatment.to_lowercase()).collect();
        Ok(Self { name, slug, kind: kind.to_owned(), texts, applies_to: applies_to.to_owned(), treatments, services })
    }

    /// What is stored, in the form in which it is sent.
    pub(super) fn stored(row: &DisclosureRow) -> Value {
        let services: Vec<_> = row.services.iter().map(|service| service.id.to_string()).collect();
        json!({
            "name": row.name, "slug": row.slug, "kind": row.kind, "texts": row.texts.0, "applies_to": row.applies_to,
            "treatments": row.treatments, "services": services,
        })
    }
}

/// A disclosure as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffDisclosure {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub kind: String,
    pub texts: Texts,
    pub applies_to: String,
    pub treatments: Vec<String>,
    pub services: Vec<Reference>,
    /// Raised by every change of the texts or the kind; articles show it.
    pub text_version: i32,
    /// How many visible articles show it.
    pub articles: i64,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Person>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Person>,
    pub trashed_at: Option<DateTime<Utc>>,
}

impl From<DisclosureRow> for StaffDisclosure {
    fn from(row: DisclosureRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            kind: row.kind,
            texts: row.texts.0,
            applies_to: row.applies_to,
            treatments: row.treatments,
            services: row.services.0,
            text_version: row.text_version,
            articles: row.articles,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.0),
            updated_at: row.updated_at,
            updated_by: row.updated_by.map(|person| person.0),
            trashed_at: row.trashed_at,
        }
    }
}

records::answers! {
    /// One disclosure, for staff.
    DisclosureAnswer: StaffDisclosure from DisclosureRow,
    /// The disclosures by name.
    DisclosureList
}
