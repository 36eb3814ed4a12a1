//! Hours that repeat every week.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LocalTime;

/// The last week of a month, as [`WeeklyHours::weeks`] names it.
pub(super) const LAST_WEEK: i8 = -1;

/// A day of the week, by its lowercase English name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(example = "monday")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// The seven days, in the order of ISO 8601.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL.into_iter().cycle().skip_while(|day| *day != self).nth(1).unwrap_or(self)
    }

    /// The days from this one through `last`, around the end of the week where that comes earlier.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        let mut ended = false;
        let days = Self::ALL.into_iter().cycle().skip_while(move |day| *day != self).take(7);
        days.take_while(move |day| !std::mem::replace(&mut ended, *day == last))
    }

    /// The weekday of a date in the Gregorian calendar.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        match date.weekday() {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// One row of weekly hours: the same interval on each of `days`.
///
/// `closes` at or before `opens` runs past midnight into the next day; both equal is 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklyHours {
    /// The days on which the interval starts, 1 to 7, none twice.
    #[schema(min_items = 1, max_items = 7, example = json!(["monday", "tuesday", "wednesday"]))]
    pub days: Vec<Weekday>,
    /// Local time of opening; never `24:00`.
    pub opens: LocalTime,
    /// Local time of closing; at or before `opens` it is on the next day.
    #[schema(example = "17:00")]
    pub closes: LocalTime,
    /// The first day on which the interval may start; `null` for no bound.
    #[serde(default)]
    #[schema(required, example = "2026-06-01")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which the interval may start; `null` for no bound.
    #[serde(default)]
    #[schema(required, example = "2026-08-31")]
    pub valid_through: Option<NaiveDate>,
    /// The department whose hours these are, at most 200 characters; `null` for the location's own.
    /// Only the location's own hours decide whether it is open.
    #[serde(default)]
    #[schema(required, max_length = 200, example = "Laboratory")]
    pub department: Option<String>,
    /// In which weeks of the month: 1 for the first such day of a month, up to 5, and -1 for the last; empty for every
    /// week. `["saturday"]` with `[2, 4]` is twice a month.
    #[serde(default)]
    #[schema(required, max_items = 6, example = json!([2, 4]))]
    pub weeks: Vec<i8>,
    /// Whether patients are seen then only by appointment. Such hours do not make the location open.
    #[serde(default)]
    #[schema(required)]
    pub by_appointment: bool,
}

impl WeeklyHours {
    /// Whether this row opens the location itself (and not a department of it, nor by appointment) on `date`.
    pub(super) fn opens_on(&self, date: NaiveDate) -> bool {
        self.department.is_none() && !self.by_appointment && self.applies_on(date)
    }

    /// Whether the row holds on `date`, whoever it is about.
    fn applies_on(&self, date: NaiveDate) -> bool {
        self.days.contains(&Weekday::of(date))
            && self.valid_from.is_none_or(|first| first <= date)
            && self.valid_through.is_none_or(|last| date <= last)
            && (self.weeks.is_empty() || self.weeks.iter().any(|week| is_in_week(*week, date)))
    }
}

/// Whether `date` is the first (1) to fifth, or the last (-1), of its weekday in its month.
pub(super) fn is_in_week(week: i8, date: NaiveDate) -> bool {
    if week == LAST_WEEK {
        return date.checked_add_days(Days::new(7)).is_none_or(|later| later.month() != date.month());
    }
    u32::try_from(week).is_ok_and(|week| week == date.day0() / 7 + 1)
}
