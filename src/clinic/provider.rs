//! A provider: somebody who treats, as the public reads them, and the parts that one is described by.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::Reference;

/// A person's name in its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderName {
    /// As it is said before the name.
    #[schema(required, min_length = 1, max_length = 20, example = "Dr.")]
    pub prefix: Option<String>,
    /// The given name.
    #[schema(required, min_length = 1, max_length = 80, example = "Elena")]
    pub given: Option<String>,
    /// What stands between the given and the family name.
    #[schema(required, min_length = 1, max_length = 80)]
    pub middle: Option<String>,
    /// The family name.
    #[schema(min_length = 1, max_length = 80, example = "Marsh")]
    pub family: String,
    /// As it is said after the name: `Jr.`. A degree is a credential.
    #[schema(required, min_length = 1, max_length = 20)]
    pub suffix: Option<String>,
}

impl ProviderName {
    /// The parts put together, in their order: what is shown, and what lists are ordered by.
    pub fn display(&self) -> String {
        let before = [&self.prefix, &self.given, &self.middle].into_iter().flatten();
        let parts: Vec<&str> = before.chain([&self.family]).chain(&self.suffix).map(String::as_str).collect();
        parts.join(" ")
    }
}

/// A licence to practise, as staff keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// The state, district or territory that gave it, by its two capital letters.
    #[schema(pattern = "^[A-Za-z]{2}$", example = "FL")]
    pub state: String,
    /// As the board writes it.
    #[schema(min_length = 1, max_length = 40, example = "ME 100001")]
    pub number: String,
    /// The last day on which it holds.
    #[schema(example = "2030-01-31")]
    pub expires_on: NaiveDate,
}

/// A licence to practise, as the public reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShownLicence {
    /// The state, district or territory that gave it, by its two capital letters.
    #[schema(example = "FL")]
    pub state: String,
    /// The last day on which it holds.
    #[schema(example = "2030-01-31")]
    pub expires_on: NaiveDate,
}

/// A field of medicine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Specialty {
    /// Of the Health Care Provider Taxonomy (NUCC): ten characters; null where nobody has looked it up.
    #[schema(required, pattern = "^[0-9A-Za-z]{9}[Xx]$", example = "207Q00000X")]
    pub code: Option<String>,
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "Family Medicine")]
    pub name: String,
}

/// A provider in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderSummary {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among providers.
    #[schema(example = "elena-marsh")]
    pub slug: String,
    /// In its parts.
    pub name: ProviderName,
    /// Put together from the parts.
    #[schema(example = "Dr. Elena Marsh")]
    pub display_name: String,
    /// Shown behind the name: `MD`, `APRN`.
    pub credentials: Vec<String>,
    /// The first is what they mostly do.
    pub specialties: Vec<Specialty>,
    /// BCP 47.
    pub languages: Vec<String>,
    /// Null where nobody has said.
    #[schema(required)]
    pub accepting_new_patients: Option<bool>,
    /// Where they see patients.
    pub locations: Vec<Reference>,
    /// The lowest first in lists, then by name.
    pub position: i32,
}

/// A provider with everything a page needs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    /// As in a list.
    #[serde(flatten)]
    pub summary: ProviderSummary,
    /// National Provider Identifier (45 CFR 162.406).
    #[schema(required, example = "1234567893")]
    pub npi: Option<String>,
    /// Where they may practise.
    pub licences: Vec<ShownLicence>,
    /// A few paragraphs of plain text.
    #[schema(required)]
    pub biography: Option<String>,
    /// What they offer.
    pub services: Vec<Reference>,
    /// Raised by every change.
    pub version: i32,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_put_together_from_the_parts_that_are_there() {
        let text = |text: &str| Some(text.to_owned());
        let mut name =
            ProviderName { prefix: None, given: None, middle: None, family: "Marsh".to_owned(), suffix: None };
        assert_eq!(name.display(), "Marsh");
        (name.prefix, name.given, name.middle, name.suffix) = (text("Dr."), text("Elena"), text("R."), text("Jr."));
        assert_eq!(name.display(), "Dr. Elena R. Marsh Jr.");
    }
}
