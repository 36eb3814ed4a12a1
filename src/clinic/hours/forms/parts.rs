//! The small values that forms share: names of days, times, dates, and which rows a form has a place for.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use super::LeftOut;
use crate::clinic::hours::{LocalTime, Weekday, WeeklyHours};

/// The years that the API takes.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// A day by its English name, in any case.
pub(super) fn day_of(name: &str) -> Option<Weekday> {
    Weekday::ALL.into_iter().find(|day| format!("{day:?}").eq_ignore_ascii_case(name))
}

/// A time as `HH:MM` or `HH:MM:SS`, whose seconds are zero.
pub(super) fn time_of(text: &str) -> Option<LocalTime> {
    let minutes = text.strip_suffix(":00").filter(|minutes| minutes.len() == 5).unwrap_or(text);
    minutes.parse().ok()
}

/// A date, `YYYY-MM-DD`, in the years that the API takes.
pub(super) fn date_of(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|date| text.len() == 10 && YEARS.contains(&date.year()))
}

/// The entries of a value that is a list, or the value itself, each with its pointer. Null is nothing.
pub(super) fn entries<'a>(value: &'a Value, pointer: &str) -> Vec<(String, &'a Value)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(entries) => {
            entries.iter().enumerate().map(|(index, entry)| (format!("{pointer}/{index}"), entry)).collect()
        }
        one => vec![(pointer.to_owned(), one)],
    }
}

/// A piece for each member of an object that no reader knows.
pub(super) fn unknown_members(value: &Value, pointer: &str, known: &[&str]) -> Vec<LeftOut> {
    let members = value.as_object().into_iter().flatten();
    let unknown = members.filter(|(name, value)| !known.contains(&name.as_str()) && !value.is_null());
    let at = |name: &String| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    unknown
        .map(|(name, _)| {
            LeftOut::at(at(name), "unknown_member", "Nothing is known about this member; say it in the others.")
        })
        .collect()
}

/// Why a weekly row has no place in a form that says nothing but days and times; none where it has one.
pub(super) fn beyond_days_and_times(row: &WeeklyHours) -> Option<(&'static str, &'static str)> {
    if row.department.is_some() {
        return Some(("department", "This form tells of the location's own hours alone."));
    }
    if row.by_appointment {
        return Some(("by_appointment", "This form cannot say that patients are seen by appointment alone."));
    }
    (!row.weeks.is_empty()).then_some(("weeks", "This form cannot name weeks of the month."))
}

/// Whether an interval is of 24 hours and begins within a day: most forms read equal times as no time at all.
pub(super) fn is_turned_day(opens: LocalTime, closes: LocalTime) -> bool {
    opens == closes && opens.minutes() != 0
}

/// What [`is_turned_day`] leaves out.
pub(super) const TURNED_DAY: (&str, &str) =
    ("turned_day", "This form cannot say 24 hours that begin within a day; write two rows, to midnight and from it.");
