//! A service: what is done for patients, as the public reads it, and the parts that one is described by.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::{Format, Heading},
    http::Reference,
};

/// How the Food and Drug Administration stands to a treatment: it decides which disclosures stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FdaStatus {
    /// For this use.
    Approved,
    /// For another use.
    OffLabel,
    /// Made up by a pharmacy; the agency has approved no such product.
    Compounded,
    /// Nothing that the agency approves.
    NotApplicable,
}

impl FdaStatus {
    /// As they are written.
    pub const NAMES: [&'static str; 4] = ["approved", "off_label", "compounded", "not_applicable"];

    /// As it stands in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::OffLabel => "off_label",
            Self::Compounded => "compounded",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Approved, Self::OffLabel, Self::Compounded, Self::NotApplicable]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// A price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// In the smallest unit of the currency: 12500 for 125 dollars.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 12500)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(pattern = "^[A-Za-z]{3}$", example = "USD")]
    pub currency: String,
}

/// A service in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceSummary {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among services.
    #[schema(example = "low-dose-naltrexone")]
    pub slug: String,
    /// For people.
    #[schema(example = "Low-dose naltrexone")]
    pub name: String,
    /// A sentence or two.
    #[schema(required)]
    pub summary: Option<String>,
    /// How the Food and Drug Administration stands to it.
    pub fda_status: FdaStatus,
    /// Null where nobody has said.
    #[schema(required)]
    pub referral_required: Option<bool>,
    /// Whether patients may come without an appointment. Null where nobody has said.
    #[schema(required)]
    pub walk_ins: Option<bool>,
    /// Whether an appointment can be made on the web. Null where nobody has said.
    #[schema(required)]
    pub online_scheduling: Option<bool>,
    /// How long a visit takes.
    #[schema(required)]
    pub duration_minutes: Option<i32>,
    /// The lowest price.
    #[schema(required)]
    pub price_from: Option<Price>,
    /// Where it is offered.
    pub locations: Vec<Reference>,
    /// Who offers it.
    pub providers: Vec<Reference>,
    /// What it is for.
    pub conditions: Vec<Reference>,
    /// The lowest first in lists, then by name.
    pub position: i32,
}

/// What is said of a service, in the format that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceBody {
    /// As asked.
    pub format: Format,
    /// The text.
    pub value: String,
    /// Their ids stand in the HTML.
    pub headings: Vec<Heading>,
}

/// A service with everything a page needs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// As in a list.
    #[serde(flatten)]
    pub summary: ServiceSummary,
    /// Other names that it is known by.
    pub aliases: Vec<String>,
    /// What is said of it.
    pub body: ServiceBody,
    /// Who should not have it.
    pub contraindications: Vec<String>,
    /// What can go wrong.
    pub risks: Vec<String>,
    /// Raised by every change.
    pub version: i32,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_called_the_same_everywhere() {
        for name in FdaStatus::NAMES {
            let status = FdaStatus::named(name).unwrap();
            assert_eq!((status.as_str(), serde_json::to_value(status).unwrap()), (name, name.into()));
        }
        assert_eq!(FdaStatus::named("unknown"), None);
    }
}
