//! The organisation: as it is stored, as the public reads it and as staff read it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    legal_notices::{LegalNotice, StoredLegalNotice},
    location::{LocationInShort, StoredLocation, Unreadable, Viewpoint},
    notices::{Notice, StoredNotice},
    values::TimeZone,
};
use crate::body::Format;

/// A telephone number as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListedPhone {
    /// E.164.
    #[schema(pattern = r"^\+[1-9][0-9]{6,14}$", example = "+15615550100")]
    pub number: String,
    /// As people of the place write it.
    #[schema(min_length = 1, max_length = 60, example = "(561) 555-0100")]
    pub display: String,
    /// What the number is for.
    #[schema(min_length = 1, max_length = 50, example = "Front desk")]
    pub label: Option<String>,
}

/// The organisation's page in a social network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SocialLink {
    /// The network's name.
    #[schema(min_length = 1, max_length = 50, example = "facebook")]
    pub network: String,
    /// Absolute, `http` or `https`.
    #[schema(format = "uri", max_length = 2000, example = "https://social.example/clinic")]
    pub url: String,
}

/// What the database has of the organisation, with its locations in their order.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredClinic {
    id: Uuid,
    name: String,
    legal_name: Option<String>,
    tagline: Option<String>,
    aliases: Vec<String>,
    npi: Option<String>,
    tax_id: Option<String>,
    site_url: Option<String>,
    /// The language of those who ask for none.
    pub default_locale: String,
    timezone: TimeZone,
    phones: Vec<ListedPhone>,
    email: Option<String>,
    social_links: Vec<SocialLink>,
    version: i32,
    updated_at: DateTime<Utc>,
    /// In the clinic's order, then by name.
    pub locations: Vec<StoredLocation>,
    notices: Vec<StoredNotice>,
    legal_notices: Vec<StoredLegalNotice>,
    /// Seconds until a notice comes or goes by itself.
    pub valid_for: Option<i64>,
}

/// The organisation as the public reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Clinic {
    /// UUIDv7.
    pub id: Uuid,
    /// The name that patients know.
    #[schema(example = "Palm Coast Family Clinic")]
    pub name: String,
    /// The registered name.
    #[schema(required)]
    pub legal_name: Option<String>,
    /// One sentence.
    #[schema(required)]
    pub tagline: Option<String>,
    /// Other names that it is known by.
    pub aliases: Vec<String>,
    /// National Provider Identifier (45 CFR 162.406).
    #[schema(required, example = "1234567893")]
    pub npi: Option<String>,
    /// Employer identification number.
    #[schema(required, example = "12-3456789")]
    pub tax_id: Option<String>,
    /// The clinic's site.
    #[schema(required, format = "uri", example = "https://clinic.example")]
    pub site_url: Option<String>,
    /// BCP 47; the language of answers to those who ask for none.
    #[schema(example = "en")]
    pub default_locale: String,
    /// IANA.
    #[schema(value_type = String, example = "America/New_York")]
    pub timezone: TimeZone,
    /// In the order in which to show them.
    pub phones: Vec<ListedPhone>,
    /// For the organisation as a whole.
    #[schema(required, format = Email)]
    pub email: Option<String>,
    /// In the order in which to show them.
    pub social_links: Vec<SocialLink>,
    /// The first 200 in their order; `/v1/locations` has all, with all that is known of them.
    pub locations: Vec<LocationInShort>,
    /// Those that are live now, the gravest first.
    pub notices: Vec<Notice>,
    /// Those that hold today, by kind; `/v1/legal-notices/{slug}` has their text.
    pub legal_notices: Vec<LegalNotice>,
    /// The last change of the organisation itself; its locations have their own.
    pub updated_at: DateTime<Utc>,
    /// Raised by every change of the organisation itself.
    pub version: i32,
}

impl StoredClinic {
    /// What the public reads at `seen`. `site_url` is the configured address, for a clinic that names none.
    ///
    /// # Errors
    /// [`Unreadable`] where the hours of a location cannot be understood.
    pub fn shown(self, seen: &Viewpoint<'_>, site_url: Option<&str>) -> Result<Clinic, Unreadable> {
        let locations = self.locations.into_iter().map(|location| location.in_short(seen)).collect::<Result<_, _>>()?;
        let own = self.default_locale.clone();
        let legal = self.legal_notices.into_iter().filter_map(|row| row.shown(seen.locale, &own, Format::Html));
        Ok(Clinic {
            id: self.id,
            name: self.name,
            legal_name: self.legal_name,
            tagline: self.tagline,
            aliases: self.aliases,
            npi: self.npi,
            tax_id: self.tax_id,
            site_url: self.site_url.or_else(|| site_url.map(str::to_owned)),
            default_locale: self.default_locale,
            timezone: self.timezone,
            phones: self.phones,
            email: self.email,
            social_links: self.social_links,
            locations,
            notices: self.notices.into_iter().map(|notice| notice.shown(seen.locale, &own)).collect(),
            legal_notices: legal.map(|notice| notice.summary).collect(),
            updated_at: self.updated_at,
            version: self.version,
        })
    }
}

/// The person who wrote something last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedBy {
    /// The account.
    pub id: Uuid,
    /// The name that colleagues see.
    pub name: String,
}

/// The organisation as staff read it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffClinic {
    /// UUIDv7.
    pub id: Uuid,
    /// The name that patients know.
    pub name: String,
    /// The registered name.
    #[schema(required)]
    pub legal_name: Option<String>,
    /// One sentence.
    #[schema(required)]
    pub tagline: Option<String>,
    /// Other names that it is known by.
    pub aliases: Vec<String>,
    /// National Provider Identifier (45 CFR 162.406).
    #[schema(required)]
    pub npi: Option<String>,
    /// Employer identification number.
    #[schema(required)]
    pub tax_id: Option<String>,
    /// As it was written; the public sees the configured address where it is null.
    #[schema(required, format = "uri")]
    pub site_url: Option<String>,
    /// BCP 47.
    pub default_locale: String,
    /// IANA.
    #[schema(value_type = String, example = "America/New_York")]
    pub timezone: TimeZone,
    /// In the order in which to show them.
    pub phones: Vec<ListedPhone>,
    /// For the organisation as a whole.
    #[schema(required, format = Email)]
    pub email: Option<String>,
    /// In the order in which to show them.
    pub social_links: Vec<SocialLink>,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When the installation was set up.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub updated_by: Option<ChangedBy>,
}
