//! A provider as staff write one.

use serde_json::Value;
use utoipa::ToSchema;

use super::{
    languages, names, position, required_line,
    schema::{ProviderNameInput, SpecialtyInput},
    slug,
};
use crate::{
    clinic::{
        codes,
        provider::{Licence, ProviderName, Specialty},
        values::Npi,
    },
    contact::LanguageTag,
    http::{ApiError, FieldError, Fields, check_line},
};

const MOST_CREDENTIALS: usize = 10;
const MOST_LICENCES: usize = 60;
const MOST_SPECIALTIES: usize = 20;

/// A provider, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, PartialEq, ToSchema)]
pub struct ProviderInput {
    /// In its parts; the family name is needed.
    #[schema(value_type = ProviderNameInput)]
    pub name: ProviderName,
    /// Unique among providers; made from the given and the family name where it is absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "elena-marsh")]
    pub slug: Option<String>,
    /// Shown behind the name: `MD`, `APRN`; each at most 50 characters.
    #[schema(max_items = 10, required = false, example = json!(["MD"]))]
    pub credentials: Vec<String>,
    /// National Provider Identifier (45 CFR 162.406): ten digits with their check digit; unique among providers.
    #[schema(value_type = Option<String>, pattern = "^[12][0-9]{9}$", example = "1234567893")]
    pub npi: Option<Npi>,
    /// Where they may practise. Whoever signs an article needs one that holds.
    #[schema(max_items = 60, required = false)]
    pub licences: Vec<Licence>,
    /// The first is what they mostly do.
    #[schema(value_type = Vec<SpecialtyInput>, max_items = 20, required = false)]
    pub specialties: Vec<Specialty>,
    /// BCP 47, none twice.
    #[schema(value_type = Vec<String>, max_items = 50, required = false, example = json!(["en", "es"]))]
    pub languages: Vec<LanguageTag>,
    /// Null where nobody has said.
    pub accepting_new_patients: Option<bool>,
    /// A few paragraphs of plain text.
    #[schema(min_length = 1, max_length = 5000)]
    pub biography: Option<String>,
    /// Slugs or ids of the locations where they see patients, in the order in which to show them.
    #[schema(max_items = 100, required = false)]
    pub locations: Vec<String>,
    /// The lowest first in lists, then by name; at the end where it is absent.
    #[schema(minimum = 0, maximum = 100_000, required = false)]
    pub position: i32,
}

impl ProviderInput {
    /// The names of the fields that staff may write.
    pub const FIELDS: [&str; 11] = [
        "name",
        "slug",
        "credentials",
        "npi",
        "licences",
        "specialties",
        "languages",
        "accepting_new_patients",
        "biography",
        "locations",
        "position",
    ];

    /// Reads a provider.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.object("name", name);
        let name = fields.require("name", name);
        let slug = fields.parsed("slug", slug);
        let credentials = fields.lines("credentials", MOST_CREDENTIALS, 50);
        let npi = fields.parsed("npi", Npi::parse);
        let licences = licences(&mut fields);
        let specialties =
            fields.list("specialties", MOST_SPECIALTIES, |entry, pointer| specialty(Fields::of(entry, pointer)));
        let languages = languages(&mut fields, "languages");
        let accepting_new_patients = fields.boolean("accepting_new_patients");
        let biography = fields.text("biography", 5000);
        let locations = names(&mut fields, "locations");
        let position = position(&mut fields);
        fields.finish()?;
        let Some(name) = name else { return Err(ApiError::Internal) };
        #[rustfmt::skip]
        let provider = Self {
            name, slug, credentials, npi, licences, specialties, languages, accepting_new_patients, biography, locations,
            position,
        };
        Ok(provider)
    }
}

fn name(mut fields: Fields<'_>) -> Result<ProviderName, Vec<FieldError>> {
    let prefix = fields.line("prefix", 20);
    let given = fields.line("given", 80);
    let middle = fields.line("middle", 80);
    let family = required_line(&mut fields, "family", 80);
    let suffix = fields.line("suffix", 20);
    fields.finish()?;
    let family = family.ok_or_else(Vec::new)?;
    Ok(ProviderName { prefix, given, middle, family, suffix })
}

/// Reads `licences`, none twice: two ends of one licence would leave it open whether it holds.
fn licences(fields: &mut Fields<'_>) -> Vec<Licence> {
    let mut seen = std::collections::BTreeSet::new();
    fields.list("licences", MOST_LICENCES, |entry, pointer| {
        let licence = licence(Fields::of(entry, pointer.clone()))?;
        let first = seen.insert((licence.state.clone(), licence.number.clone()));
        first.then_some(licence).ok_or_else(|| vec![FieldError::at(pointer, "repeated", "must not repeat an entry")])
    })
}

fn licence(mut fields: Fields<'_>) -> Result<Licence, Vec<FieldError>> {
    let state = fields.parsed("state", codes::state);
    let state = fields.require("state", state);
    let number = fields.parsed("number", |text| check_line(text, 40));
    let number = fields.require("number", number);
    let expires_on = fields.date("expires_on");
    let expires_on = fields.require("expires_on", expires_on);
    fields.finish()?;
    match (state, number, expires_on) {
        (Some(state), Some(number), Some(expires_on)) => Ok(Licence { state, number, expires_on }),
        _ => Err(Vec::new()),
    }
}

fn specialty(mut fields: Fields<'_>) -> Result<Specialty, Vec<FieldError>> {
    let code = fields.parsed("code", codes::taxonomy_code);
    let name = required_line(&mut fields, "name", 200);
    fields.finish()?;
    let name = name.ok_or_else(Vec::new)?;
    Ok(Specialty { code, name })
}
