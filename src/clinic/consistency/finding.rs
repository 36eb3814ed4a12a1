//! What is found, as staff read it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What does not agree. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsistencyCode {
    /// A telephone number in a text that is nobody's of the record.
    PhoneUnknown,
    /// An address in a text whose street is a location's, and whose number, suite or ZIP code is not.
    AddressDiffers,
    /// An address in a text that is no location's.
    AddressUnknown,
    /// Weekly hours in a text that are no location's.
    HoursDiffer,
    /// Two locations have one address.
    SameAddress,
    /// The number of the organisation rings at no location.
    MainPhoneNowhere,
    /// The organisation and a provider have one NPI.
    NpiShared,
    /// A location has no weekly hours that hold today or later.
    LocationWithoutHours,
    /// A location has no telephone number.
    LocationWithoutPhone,
    /// Every licence of a provider has expired.
    LicencesExpired,
    /// An off-label or compounded treatment names no risk.
    RisksMissing,
    /// A temporary closure is over and still written down.
    ClosureOver,
}

impl ConsistencyCode {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PhoneUnknown => "phone_unknown",
            Self::AddressDiffers => "address_differs",
            Self::AddressUnknown => "address_unknown",
            Self::HoursDiffer => "hours_differ",
            Self::SameAddress => "same_address",
            Self::MainPhoneNowhere => "main_phone_nowhere",
            Self::NpiShared => "npi_shared",
            Self::LocationWithoutHours => "location_without_hours",
            Self::LocationWithoutPhone => "location_without_phone",
            Self::LicencesExpired => "licences_expired",
            Self::RisksMissing => "risks_missing",
            Self::ClosureOver => "closure_over",
        }
    }

    /// An error sends somebody astray; a warning may be right, and deserves a look: a text may speak of somebody else's
    /// number.
    pub(super) fn severity(self) -> ConsistencySeverity {
        match self {
            Self::AddressDiffers | Self::HoursDiffer | Self::NpiShared | Self::LicencesExpired | Self::RisksMissing => {
                ConsistencySeverity::Error
            }
            _ => ConsistencySeverity::Warning,
        }
    }
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsistencySeverity {
    /// It sends somebody astray.
    Error,
    /// It may be right.
    Warning,
}

/// A record in which something was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsistencyPlace {
    /// `clinic`, `location`, `provider`, `service`, `article`, `legal_notice`, `faq` or `notice`.
    pub r#type: &'static str,
    /// UUIDv7.
    pub id: Uuid,
    /// Null for what has none.
    #[schema(required)]
    pub slug: Option<String>,
    /// Null for notices.
    #[schema(required)]
    pub name: Option<String>,
    /// The language of the text; null for what is kept in one.
    #[schema(required)]
    pub locale: Option<String>,
}

/// One contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsistencyFinding {
    /// What it is.
    pub code: ConsistencyCode,
    /// The same for each code.
    pub severity: ConsistencySeverity,
    /// What does not agree, in one sentence.
    pub message: String,
    /// The record that says so.
    pub r#where: ConsistencyPlace,
    /// The field of the record.
    pub field: String,
    /// Whether it stands in what the public does not read, or not yet.
    pub draft: bool,
    /// The words that were found; null where something is missing.
    #[schema(required)]
    pub found: Option<String>,
    /// What the record has, at most ten.
    pub expected: Vec<String>,
}

/// How many records were looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LookedThrough {
    /// Articles that the public reads now.
    pub articles: u32,
    /// The latest revisions of articles that the public does not read; 0 for who may not read them.
    pub drafts: u32,
    /// Those that hold, and those that will.
    pub legal_notices: u32,
    /// Questions with their answers.
    pub faqs: u32,
    /// Live and planned ones.
    pub notices: u32,
    /// Outside the trash.
    pub services: u32,
    /// Outside the trash.
    pub providers: u32,
    /// Outside the trash.
    pub locations: u32,
}

/// What does not agree.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsistencyReport {
    /// The instant that closures, licences and hours were told for.
    pub checked_at: DateTime<Utc>,
    /// Those of the record first, then those of the texts.
    #[schema(max_items = 1000)]
    pub findings: Vec<ConsistencyFinding>,
    /// What was compared.
    pub looked_through: LookedThrough,
    /// Whether there were more, so that not everything was looked through.
    pub truncated: bool,
}
