//! The hours of a location for rooms that know no clinic: they hold what the database has of them as JSON, and `app`
//! hands them these functions.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{
    hours::{Closure, HolidayRule, Holidays, OperatingStatus, Schedule, SpecialHours, WeeklyHours},
    location::{LocationStatus, StatusCode},
    values::TimeZone,
};

/// The columns of `site.location` that say when it is open.
#[derive(Deserialize)]
struct StoredHours {
    timezone: TimeZone,
    hours: Vec<WeeklyHours>,
    special_hours: Vec<SpecialHours>,
    holidays: Option<HolidayRule>,
    closures: Vec<Closure>,
    status_code: StatusCode,
    status_until: Option<NaiveDate>,
}

impl StoredHours {
    /// None for hours that the engine does not take.
    fn of(stored: &Value) -> Option<(Schedule, OperatingStatus)> {
        let stored = Self::deserialize(stored).ok()?;
        let holidays = stored.holidays.as_ref().map(Holidays::kept).transpose().ok()?;
        let schedule = Schedule::new(stored.timezone.0, stored.hours, stored.special_hours).ok()?;
        let status = LocationStatus { code: stored.status_code, note: None, until: stored.status_until };
        Some((schedule.closed_during(stored.closures).closed_on(holidays), status.operating()))
    }
}

/// When `minutes` of opening have passed since `at`. A location whose hours cannot tell, because it has none or is
/// closed for good, counts as always open: what waits for it is due all the same.
#[must_use]
pub fn due_after(stored: Option<&Value>, at: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
    let length = TimeDelta::minutes(minutes.into());
    let by_hours =
        stored.and_then(StoredHours::of).and_then(|(schedule, status)| schedule.after_open(at, length, status));
    by_hours.unwrap_or(at + length)
}

/// What the clinic says of its hours to somebody who wrote at `at`: "We reopen Monday at 8:00 AM." None where its hours
/// do not tell.
#[must_use]
pub fn reopening(stored: Option<&Value>, at: DateTime<Utc>, locale: &str) -> Option<String> {
    let (schedule, status) = stored.and_then(StoredHours::of)?;
    schedule.told_of(at, locale, status)
}
