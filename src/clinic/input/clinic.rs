//! The organisation as staff write it.

use serde_json::Value;
use utoipa::ToSchema;

use super::{MOST_PHONES, email, phones, required_line, schema::PhoneInput, time_zone, web_address};
use crate::{
    clinic::{
        clinic::{ListedPhone, SocialLink},
        values::{Npi, TaxId, TimeZone, WebAddress},
    },
    contact::{Email, LanguageTag},
    http::{ApiError, FieldError, Fields},
};

/// The organisation, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, PartialEq, ToSchema)]
pub struct ClinicInput {
    /// The name that patients know.
    #[schema(min_length = 1, max_length = 200, example = "Palm Coast Family Clinic")]
    pub name: String,
    /// The registered name.
    #[schema(min_length = 1, max_length = 200)]
    pub legal_name: Option<String>,
    /// One sentence.
    #[schema(min_length = 1, max_length = 300)]
    pub tagline: Option<String>,
    /// Other names that it is known by, each at most 200 characters.
    #[schema(max_items = 20, required = false)]
    pub aliases: Vec<String>,
    /// National Provider Identifier (45 CFR 162.406): ten digits with their check digit.
    #[schema(value_type = Option<String>, pattern = "^[12][0-9]{9}$", example = "1234567893")]
    pub npi: Option<Npi>,
    /// Employer identification number.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{2}-[0-9]{7}$", example = "12-3456789")]
    pub tax_id: Option<TaxId>,
    /// Absolute, `http` or `https`, without credentials.
    #[schema(value_type = Option<String>, format = "uri", max_length = 2000, example = "https://clinic.example")]
    pub site_url: Option<WebAddress>,
    /// BCP 47, in any case.
    #[schema(value_type = String, min_length = 2, max_length = 35, example = "en")]
    pub default_locale: LanguageTag,
    /// IANA.
    #[schema(value_type = String, max_length = 64, example = "America/New_York")]
    pub timezone: TimeZone,
    /// In the order in which to show them. A number without `+` is American.
    #[schema(value_type = Vec<PhoneInput>, max_items = 20, required = false)]
    pub phones: Vec<ListedPhone>,
    /// For the organisation as a whole.
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    pub email: Option<Email>,
    /// In the order in which to show them.
    #[schema(max_items = 20, required = false)]
    pub social_links: Vec<SocialLink>,
}

impl ClinicInput {
    /// The names of the fields that staff may write.
    pub const FIELDS: [&str; 12] = [
        "name",
        "legal_name",
        "tagline",
        "aliases",
        "npi",
        "tax_id",
        "site_url",
        "default_locale",
        "timezone",
        "phones",
        "email",
        "social_links",
    ];

    /// Reads the organisation.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = required_line(&mut fields, "name", 200);
        let legal_name = fields.line("legal_name", 200);
        let tagline = fields.line("tagline", 300);
        let aliases = fields.lines("aliases", MOST_PHONES, 200);
        let npi = fields.parsed("npi", Npi::parse);
        let tax_id = fields.parsed("tax_id", TaxId::parse);
        let site_url = web_address(&mut fields, "site_url");
        let default_locale = fields.parsed("default_locale", LanguageTag::parse);
        let default_locale = fields.require("default_locale", default_locale);
        let timezone = time_zone(&mut fields);
        let timezone = fields.require("timezone", timezone);
        let phones = phones(&mut fields, None);
        let email = email(&mut fields);
        let social_links =
            fields.list("social_links", MOST_PHONES, |entry, pointer| social_link(Fields::of(entry, pointer)));
        fields.finish()?;
        let (Some(name), Some(default_locale), Some(timezone)) = (name, default_locale, timezone) else {
            return Err(ApiError::Internal);
        };
        Ok(Self {
            name,
            legal_name,
            tagline,
            aliases,
            npi,
            tax_id,
            site_url,
            default_locale,
            timezone,
            phones,
            email,
            social_links,
        })
    }
}

fn social_link(mut fields: Fields<'_>) -> Result<SocialLink, Vec<FieldError>> {
    let network = required_line(&mut fields, "network", 50);
    let url = web_address(&mut fields, "url");
    let url = fields.require("url", url);
    fields.finish()?;
    let (network, url) = network.zip(url).ok_or_else(Vec::new)?;
    Ok(SocialLink { network, url: url.as_str().to_owned() })
}
