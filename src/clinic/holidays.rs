//! The public holidays that a location may be closed on, for whoever chooses a calendar and its exceptions.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::hours::{CALENDAR_FORM, Holiday, holidays_of};
use crate::{
    accounts::ClinicReader,
    db::StaffDb,
    http::{Answer, ApiError, QueryReader, Site, private_answer},
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
    params(("calendar" = Option<String>, Query, description = "A country such as `US`, or a region such as `US-FL` (ISO 3166); `US` where it is absent", pattern = "^[A-Z]{2}(-[A-Za-z0-9]{1,20})?$"),
        ("year" = Option<i32>, Query, description = "From 2000 to 2100; this year where it is absent", minimum = 2000, maximum = 2100)),
    responses((status = 200, description = "The holidays", body = HolidayList)))]
pub async fn list_holidays(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let year = query.parsed("year", "a year from 2000 to 2100", |text| {
        text.parse::<i32>().ok().filter(|year| YEARS.contains(year))
    });
    let calendar = query.text("calendar").unwrap_or_else(|| "US".to_owned());
    query.finish()?;
    let year = year.unwrap_or_else(|| site.clock.now().year());
    let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(ApiError::Internal)?;
    let last = NaiveDate::from_ymd_opt(year, 12, 31).ok_or(ApiError::Internal)?;
    let unknown = || ApiError::bad_parameter("calendar", "unknown_calendar", &format!("must be {CALENDAR_FORM}"));
    let data = holidays_of(&calendar, first, last).ok_or_else(unknown)?;
    database
        .transact(async move |connection| permit.staff.record(connection, "holiday.list", "holiday", None, &[]).await)
        .await?;
    Ok(private_answer(StatusCode::OK, &HolidayList { data }))
}
