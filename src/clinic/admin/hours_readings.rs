//! Hours in the forms of others, read as a dry run: what the rows would be, and what no row says. Stores nothing.

use actix_web::{HttpRequest, http::StatusCode};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    accounts::ClinicEditor,
    clinic::hours::{
        SpecialHours, WeeklyHours,
        forms::{LeftOut, Reading, fhir, google, osm, plain, schema_org},
    },
    http::{Answer, ApiError, Fields, JsonBody, no_parameters, private_answer},
};

/// The largest value that is no text, in bytes of JSON: far more than a location's hours.
const LARGEST: usize = 64 * 1024;
const FORMATS: [&str; 5] = ["osm", "schema_org", "fhir", "google", "text"];

/// Hours in a form of others.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the derived schema reads the fields; `parse` makes the reading at once")]
pub struct HoursReadingInput {
    /// `osm` (OpenStreetMap's `opening_hours`), `schema_org`, `fhir` (R4), `google` (Business Profile) or `text`, what people
    /// write in English or Spanish.
    #[schema(pattern = "^(osm|schema_org|fhir|google|text)$", example = "text")]
    format: String,
    /// A text of at most 2,000 characters for `osm` and `text`; JSON of at most 64 KiB for the others, whole resources
    /// included.
    #[schema(example = "Mon-Fri 8a-5p, closed for lunch 12-1")]
    value: Value,
}

/// What was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursReadingAnswer {
    data: HoursReading,
}

/// Rows as a location takes them, and what was not understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursReading {
    /// What repeats every week.
    hours: Vec<WeeklyHours>,
    /// What differs on particular dates.
    special_hours: Vec<SpecialHours>,
    /// The form.
    #[schema(example = "text")]
    by: &'static str,
    /// Each piece that no row says, by its place.
    left_out: Vec<LeftOut>,
    /// Whether nothing was left out.
    complete: bool,
}

/// Reads hours out of a form of others. A dry run: nothing is stored, and nothing is guessed.
#[utoipa::path(post, path = "/v1/admin/hours/readings", operation_id = "create_hours_reading", tag = "staff: clinic",
    security(("bearer" = [])), request_body = HoursReadingInput,
    responses((status = 200, description = "What was understood, and what was not", body = HoursReadingAnswer)))]
pub async fn create_hours_reading(request: HttpRequest, permit: ClinicEditor, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    // A reading is of what its sender has; nothing of the clinic is read or written, so that the trail has no row of it.
    drop(permit);
    let (by, reading) = read(&body.0)?;
    let complete = reading.is_complete();
    let Reading { rows, left_out } = reading;
    let data = HoursReading { hours: rows.hours, special_hours: rows.special_hours, by, left_out, complete };
    Ok(private_answer(StatusCode::OK, &HoursReadingAnswer { data }))
}

fn read(body: &Value) -> Result<(&'static str, Reading), ApiError> {
    let mut fields = Fields::of(body, "");
    let format = fields.one_of("format", &FORMATS);
    let format = fields.require("format", format);
    let value = fields.value("value");
    let value = fields.require("value", value);
    if let (Some(format), Some(value)) = (format, value) {
        check(&mut fields, format, value);
    }
    fields.finish()?;
    let (format, value) = format.zip(value).ok_or(ApiError::Internal)?;
    let text = value.as_str().unwrap_or_default();
    let reading = match format {
        "osm" => osm::read(text),
        "text" => plain::read(text),
        "schema_org" => schema_org::read(value),
        "fhir" => fhir::read(value),
        _ => google::read(value),
    };
    Ok((format, reading))
}

fn check(fields: &mut Fields<'_>, format: &str, value: &Value) {
    match value {
        Value::String(text) if ["osm", "text", "schema_org"].contains(&format) => {
            if text.trim().is_empty() {
                fields.refuse("value", "blank", "must not be empty");
            } else if text.chars().count() > plain::LONGEST {
                fields.refuse("value", "too_long", format!("at most {} characters", plain::LONGEST));
            }
        }
        _ if ["osm", "text"].contains(&format) => fields.refuse("value", "wrong_type", "must be a text in this format"),
        Value::Object(_) | Value::Array(_) => {
            if value.to_string().len() > LARGEST {
                fields.refuse("value", "too_long", "at most 64 KiB of JSON");
            }
        }
        _ => fields.refuse("value", "wrong_type", "must be an object or a list in this format"),
    }
}
