//! The public holidays that a location may be closed on, for whoever chooses a calendar and its exceptions.

use actix_web::{HttpRequest, http::StatusCode};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::hours::{CALENDAR_FORM, Holiday, holidays_of};
use crate::{
    accounts::ClinicReader,
    http::{Answer, ApiError, QueryReader, private_answer},
};

/// The years that may be asked for: no calendar reaches further.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// The public holidays of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct HolidayList {
    data: Vec<Holiday>,
}

/// The public holidays of a country or region in a year, in their order. Empty for a year that the calendar does not
/// know.
#[utoipa::path(get, path = "/v1/admin/holidays", operation_id = "list_holidays", tag = "staff: clinic",
    security(("bearer" = [])),
    params(("calendar" = String, Query, description = "A country such as `US`, or a region such as `US-FL` (ISO 3166)", pattern = "^[A-Z]{2}(-[A-Za-z0-9]{1,20})?$"),
        ("year" = i32, Query, description = "From 2000 to 2100", minimum = 2000, maximum = 2100)),
    responses((status = 200, description = "The holidays", body = HolidayList)))]
pub async fn list_holidays(request: HttpRequest, _permit: ClinicReader) -> Answer {
    let mut query = QueryReader::of(&request);
    let year = query.parsed("year", "a year from 2000 to 2100", |text| {
        text.parse::<i32>().ok().filter(|year| YEARS.contains(year))
    });
    let calendar = query.text("calendar");
    query.finish()?;
    let (Some(calendar), Some(year)) = (calendar, year) else {
        return Err(ApiError::bad_parameter("calendar", "required", "calendar and year are both needed"));
    };
    let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(ApiError::Internal)?;
    let last = NaiveDate::from_ymd_opt(year, 12, 31).ok_or(ApiError::Internal)?;
    let unknown = || ApiError::bad_parameter("calendar", "unknown_calendar", &format!("must be {CALENDAR_FORM}"));
    let data = holidays_of(&calendar, first, last).ok_or_else(unknown)?;
    Ok(private_answer(StatusCode::OK, &HolidayList { data }))
}
