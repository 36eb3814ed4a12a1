//! A service as staff write it.

use serde_json::Value;
use utoipa::ToSchema;

use super::{MOST_PHONES, names, position, required_line, slug};
use crate::{
    body::Body,
    clinic::{
        codes,
        service::{FdaStatus, Price},
    },
    http::{ApiError, FieldError, Fields},
};

/// The most contraindications, or risks.
const MOST_WARNINGS: usize = 50;

/// A service, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, PartialEq, ToSchema)]
pub struct ServiceInput {
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "Low-dose naltrexone")]
    pub name: String,
    /// Unique among services; made from the name where it is absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "low-dose-naltrexone")]
    pub slug: Option<String>,
    /// Other names that it is known by, each at most 200 characters.
    #[schema(max_items = 20, required = false)]
    pub aliases: Vec<String>,
    /// A sentence or two.
    #[schema(min_length = 1, max_length = 500)]
    pub summary: Option<String>,
    /// `CommonMark` with tables, footnotes and callouts. Raw HTML is removed and reported in `warnings`.
    #[schema(rename = "body_markdown", value_type = Option<String>, max_length = 524_288)]
    pub body: Body,
    /// `not_applicable` where it is absent. Disclosures about a treatment go by it.
    #[schema(value_type = Option<FdaStatus>)]
    pub fda_status: FdaStatus,
    /// Who should not have it, each at most 500 characters.
    #[schema(max_items = 50, required = false)]
    pub contraindications: Vec<String>,
    /// What can go wrong, each at most 500 characters.
    #[schema(max_items = 50, required = false)]
    pub risks: Vec<String>,
    /// Null where nobody has said.
    pub referral_required: Option<bool>,
    /// Whether patients may come without an appointment.
    pub walk_ins: Option<bool>,
    /// Whether an appointment can be made on the web.
    pub online_scheduling: Option<bool>,
    /// How long a visit takes.
    #[schema(minimum = 1, maximum = 1440)]
    pub duration_minutes: Option<i32>,
    /// The lowest price.
    pub price_from: Option<Price>,
    /// Slugs or ids of the locations that offer it, in the order in which to show them.
    #[schema(max_items = 100, required = false)]
    pub locations: Vec<String>,
    /// Slugs or ids of the providers who offer it, in the order in which to show them.
    #[schema(max_items = 100, required = false)]
    pub providers: Vec<String>,
    /// Slugs or ids of the conditions that it is for.
    #[schema(max_items = 100, required = false)]
    pub conditions: Vec<String>,
    /// The lowest first in lists, then by name; at the end where it is absent.
    #[schema(minimum = 0, maximum = 100_000, required = false)]
    pub position: i32,
}

impl ServiceInput {
    /// The names of the fields that staff may write.
    pub const FIELDS: [&str; 17] = [
        "name",
        "slug",
        "aliases",
        "summary",
        "body_markdown",
        "fda_status",
        "contraindications",
        "risks",
        "referral_required",
        "walk_ins",
        "online_scheduling",
        "duration_minutes",
        "price_from",
        "locations",
        "providers",
        "conditions",
        "position",
    ];

    /// Reads a service.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = required_line(&mut fields, "name", 200);
        let slug = fields.parsed("slug", slug);
        let aliases = fields.lines("aliases", MOST_PHONES, 200);
        let summary = fields.text("summary", 500);
        let body = match fields.parsed("body_markdown", markdown) {
            None => Body::from_markdown("").ok(),
            given => given,
        };
        let fda_status = fields.one_of("fda_status", &FdaStatus::NAMES).and_then(FdaStatus::named);
        let contraindications = fields.lines("contraindications", MOST_WARNINGS, 500);
        let risks = fields.lines("risks", MOST_WARNINGS, 500);
        let referral_required = fields.boolean("referral_required");
        let walk_ins = fields.boolean("walk_ins");
        let online_scheduling = fields.boolean("online_scheduling");
        let duration_minutes = fields.integer("duration_minutes", 1..=1440).and_then(|minutes| minutes.try_into().ok());
        let price_from = fields.object("price_from", price);
        let locations = names(&mut fields, "locations");
        let providers = names(&mut fields, "providers");
        let conditions = names(&mut fields, "conditions");
        let position = position(&mut fields);
        fields.finish()?;
        let (Some(name), Some(body)) = (name, body) else { return Err(ApiError::Internal) };
        let fda_status = fda_status.unwrap_or(FdaStatus::NotApplicable);
        #[rustfmt::skip]
        let service = Self {
            name, slug, aliases, summary, body, fda_status, contraindications, risks, referral_required, walk_ins,
            online_scheduling, duration_minutes, price_from, locations, providers, conditions, position,
        };
        Ok(service)
    }
}

fn markdown(text: &str) -> Result<Body, (&'static str, String)> {
    Body::from_markdown(text).map_err(|refused| ("bad_body", refused.to_string()))
}

fn price(mut fields: Fields<'_>) -> Result<Price, Vec<FieldError>> {
    let amount = fields.integer("amount", 0..=1_000_000_000);
    let amount = fields.require("amount", amount);
    let currency = fields.parsed("currency", codes::currency);
    let currency = fields.require("currency", currency);
    fields.finish()?;
    let (amount, currency) = amount.zip(currency).ok_or_else(Vec::new)?;
    Ok(Price { amount, currency })
}
