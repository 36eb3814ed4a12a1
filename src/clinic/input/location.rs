//! A location as staff write it.

use serde_json::Value;
use utoipa::ToSchema;

use super::{
    departments, email, hours, languages, phones, position, required_line,
    schema::{AddressInput, DepartmentInput, LocationStatusInput, PhoneInput, SpecialHoursInput, WeeklyHoursInput},
    short_texts, slug, time_zone, web_address,
};
use crate::{
    clinic::{
        clinic::ListedPhone,
        country::CountryCode,
        department::Department,
        hours::{HolidayRule, SpecialHours, WeeklyHours},
        location::{Address, Geo, LocationStatus, StatusCode},
        values::{TimeZone, WebAddress},
    },
    contact::{Email, LanguageTag, Phone},
    http::{ApiError, FieldError, Fields},
};

/// A location, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, PartialEq, ToSchema)]
pub struct LocationInput {
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "Boca Raton")]
    pub name: String,
    /// Unique among locations; made from the name where it is absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "boca-raton")]
    pub slug: Option<String>,
    /// Where it is.
    #[schema(value_type = AddressInput)]
    pub address: Address,
    /// Its place on the map, both numbers or none.
    pub geo: Option<Geo>,
    /// In the order in which to show them. A number without `+` is of the address's country.
    #[schema(value_type = Vec<PhoneInput>, max_items = 20, required = false)]
    pub phones: Vec<ListedPhone>,
    /// A telephone number.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40, example = "(561) 555-0101")]
    pub fax: Option<Phone>,
    /// For this location.
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    pub email: Option<Email>,
    /// IANA; the clinic's where it is absent.
    #[schema(value_type = Option<String>, max_length = 64, example = "America/New_York")]
    pub timezone: Option<TimeZone>,
    /// What repeats every week.
    #[schema(value_type = Vec<WeeklyHoursInput>, max_items = 100, required = false)]
    pub hours: Vec<WeeklyHours>,
    /// What differs on particular dates.
    #[schema(value_type = Vec<SpecialHoursInput>, max_items = 400, required = false)]
    pub special_hours: Vec<SpecialHours>,
    /// On which public holidays it is closed; on none where it is absent.
    pub holidays: Option<HolidayRule>,
    /// Those with an own telephone, none twice. Rows of `hours` and `special_hours` may name others too.
    #[schema(value_type = Vec<DepartmentInput>, max_items = 50, required = false)]
    pub departments: Vec<Department>,
    /// `open` where it is absent.
    #[schema(value_type = Option<LocationStatusInput>)]
    pub status: LocationStatus,
    /// Short texts, each at most 200 characters.
    #[schema(max_items = 50, required = false)]
    pub accessibility: Vec<String>,
    /// Where to leave the car.
    #[schema(min_length = 1, max_length = 500)]
    pub parking: Option<String>,
    /// BCP 47, none twice; what is spoken there.
    #[schema(value_type = Vec<String>, max_items = 50, required = false, example = json!(["en", "es"]))]
    pub languages: Vec<LanguageTag>,
    /// Short texts, each at most 200 characters.
    #[schema(max_items = 50, required = false)]
    pub payment_methods: Vec<String>,
    /// Plans and payers that are taken, each at most 200 characters.
    #[schema(max_items = 50, required = false)]
    pub insurance: Vec<String>,
    /// Null where nobody has said.
    pub accepting_new_patients: Option<bool>,
    /// Where appointments are made: absolute, `http` or `https`, without credentials.
    #[schema(value_type = Option<String>, format = "uri", max_length = 2000, example = "https://clinic.example/book")]
    pub booking_url: Option<WebAddress>,
    /// The lowest first in lists, then by name; at the end where it is absent.
    #[schema(minimum = 0, maximum = 100_000, required = false)]
    pub position: i32,
}

impl LocationInput {
    /// The names of the fields that staff may write.
    pub const FIELDS: [&str; 21] = [
        "name",
        "slug",
        "address",
        "geo",
        "phones",
        "fax",
        "email",
        "timezone",
        "hours",
        "special_hours",
        "holidays",
        "departments",
        "status",
        "accessibility",
        "parking",
        "languages",
        "payment_methods",
        "insurance",
        "accepting_new_patients",
        "booking_url",
        "position",
    ];

    /// Reads a location.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = required_line(&mut fields, "name", 200);
        let slug = fields.parsed("slug", slug);
        let address = fields.object("address", address);
        let address = fields.require("address", address);
        let region = address.as_ref().map(|address| address.country.as_str());
        let geo = fields.object("geo", geo);
        let phones = phones(&mut fields, region);
        let fax = fields.parsed("fax", |text| Phone::parse(text, region));
        let email = email(&mut fields);
        let timezone = time_zone(&mut fields);
        let hours = hours::weekly(&mut fields);
        let special_hours = hours::special(&mut fields);
        let holidays = fields.object("holidays", hours::holidays);
        let departments = departments::read(&mut fields, region);
        let status = fields.object("status", status);
        let accessibility = short_texts(&mut fields, "accessibility");
        let parking = fields.text("parking", 500);
        let languages = languages(&mut fields, "languages");
        let payment_methods = short_texts(&mut fields, "payment_methods");
        let insurance = short_texts(&mut fields, "insurance");
        let accepting_new_patients = fields.boolean("accepting_new_patients");
        let booking_url = web_address(&mut fields, "booking_url");
        let position = position(&mut fields);
        fields.finish()?;
        let (Some(name), Some(address)) = (name, address) else { return Err(ApiError::Internal) };
        let status = status.unwrap_or(LocationStatus { code: StatusCode::Open, note: None, until: None });
        #[rustfmt::skip]
        let location = Self {
            name, slug, address, geo, phones, fax, email, timezone, hours, special_hours, holidays, departments, status,
            accessibility, parking, languages, payment_methods, insurance, accepting_new_patients, booking_url, position,
        };
        Ok(location)
    }
}

fn address(mut fields: Fields<'_>) -> Result<Address, Vec<FieldError>> {
    let line1 = required_line(&mut fields, "line1", 200);
    let line2 = fields.line("line2", 200);
    let city = required_line(&mut fields, "city", 100);
    let region = required_line(&mut fields, "region", 100);
    let postal_code = required_line(&mut fields, "postal_code", 20);
    let country = fields.parsed("country", CountryCode::parse);
    let country = fields.require("country", country);
    fields.finish()?;
    match (line1, city, region, postal_code, country) {
        (Some(line1), Some(city), Some(region), Some(postal_code), Some(country)) => {
            Ok(Address { line1, line2, city, region, postal_code, country })
        }
        _ => Err(Vec::new()),
    }
}

fn geo(mut fields: Fields<'_>) -> Result<Geo, Vec<FieldError>> {
    let latitude = fields.number("latitude", -90.0..=90.0);
    let latitude = fields.require("latitude", latitude);
    let longitude = fields.number("longitude", -180.0..=180.0);
    let longitude = fields.require("longitude", longitude);
    fields.finish()?;
    let (latitude, longitude) = latitude.zip(longitude).ok_or_else(Vec::new)?;
    Ok(Geo { latitude, longitude })
}

fn status(mut fields: Fields<'_>) -> Result<LocationStatus, Vec<FieldError>> {
    let code = fields.one_of("code", &["open", "temporarily_closed", "permanently_closed"]);
    let code = fields.require("code", code).map(|code| match code {
        "temporarily_closed" => StatusCode::TemporarilyClosed,
        "permanently_closed" => StatusCode::PermanentlyClosed,
        _ => StatusCode::Open,
    });
    let note = fields.line("note", 300);
    let until = fields.date("until");
    if until.is_some() && code.is_some_and(|code| code != StatusCode::TemporarilyClosed) {
        fields.refuse("until", "not_applicable", "goes with temporarily_closed alone; clear it with null");
    }
    fields.finish()?;
    code.map(|code| LocationStatus { code, note, until }).ok_or_else(Vec::new)
}
