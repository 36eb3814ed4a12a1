//! The hours of a location in the forms of others.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::LocationHoursAnswer;
use crate::clinic::{
    hours::forms::{Hours, LeftOut, Written, fhir, google, osm, schema_org},
    location::{StoredLocation, Unreadable},
};

/// The forms that hours are written in.
pub(super) const FORMATS: [&str; 4] = ["osm", "schema_org", "fhir", "google"];

/// The days, or the hours in a form of others where `format` asks for one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the derived schema names both answers of one address")]
pub enum LocationHoursAnswers {
    /// Without `format`.
    Days(LocationHoursAnswer),
    /// With `format`.
    Form(FormattedHoursAnswer),
}

/// The hours of a location in a form of others.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormattedHoursAnswer {
    pub(super) data: FormattedHours,
}

/// Hours in a form of others.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormattedHours {
    /// `osm`, `schema_org`, `fhir` or `google`.
    #[schema(example = "osm")]
    format: &'static str,
    /// A text for `osm`, null where the location has no hours of its own; for the others an object with the members that
    /// the form keeps hours in.
    #[schema(required, example = "Mo-Fr 08:00-17:00; Sa 09:00-12:00")]
    value: Value,
    /// What the form cannot say, by its place in the location.
    left_out: Vec<LeftOut>,
}

impl FormattedHours {
    /// The hours of a location, and its status at an instant where the form tells of it.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(super) fn of(location: &StoredLocation, format: &'static str, at: DateTime<Utc>) -> Result<Self, Unreadable> {
        let rows = location.rows(at)?;
        let (value, left_out) = match format {
            "osm" => {
                let Written { value, left_out } = osm::write(&rows);
                (json!(value), left_out)
            }
            "schema_org" => written(schema_org::write(&rows)),
            "google" => google_form(&rows, location, at),
            _ => {
                let (hours, exceptions) = fhir::write(&rows);
                (json!({"hoursOfOperation": hours, "availabilityExceptions": exceptions}), Vec::new())
            }
        };
        Ok(Self { format, value, left_out })
    }
}

fn written(Written { value, left_out }: Written<Value>) -> (Value, Vec<LeftOut>) {
    (value, left_out)
}

fn google_form(rows: &Hours, location: &StoredLocation, at: DateTime<Utc>) -> (Value, Vec<LeftOut>) {
    let (mut value, left_out) = written(google::write(rows));
    if let Some(members) = value.as_object_mut() {
        members.insert("openInfo".to_owned(), google::open_info(location.status_at(at).code.as_str()));
    }
    (value, left_out)
}
