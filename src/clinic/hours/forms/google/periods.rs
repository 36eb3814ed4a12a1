//! `TimePeriod`: from a time of a day of the week to a time of that day or a later one; and `TimeOfDay`, whose zeros may be
//! absent (<https://developers.google.com/my-business/reference/businessinformation/rest/Shared.Types/TimeOfDay>).

use serde_json::{Map, Value, json};

use super::super::{normal::midnight, parts::day_of};
use crate::clinic::hours::{LocalTime, Weekday, WeeklyHours};

/// The periods of rows that say days and times alone, in the order of the week.
pub(super) fn write(rows: &[WeeklyHours]) -> Vec<Value> {
    let mut openings: Vec<(Weekday, LocalTime, LocalTime)> = Vec::new();
    for row in rows {
        openings.extend(row.days.iter().map(|day| (*day, row.opens, midnight(row.closes))));
    }
    openings.sort_unstable();
    openings.dedup();
    openings.into_iter().map(|(day, opens, closes)| period(day, opens, closes)).collect()
}

fn period(day: Weekday, opens: LocalTime, closes: LocalTime) -> Value {
    let last = if closes <= opens { day.next() } else { day };
    let name = |day: Weekday| format!("{day:?}").to_uppercase();
    json!({"openDay": name(day), "openTime": time(opens), "closeDay": name(last), "closeTime": time(closes)})
}

/// `TimeOfDay`, without its zeros, as Google writes it.
pub(super) fn time(time: LocalTime) -> Value {
    let parts = [("hours", time.hour()), ("minutes", time.minute())];
    let given = parts.into_iter().filter(|(_, part)| *part > 0);
    given.map(|(name, part)| (name.to_owned(), json!(part))).collect::<Map<_, _>>().into()
}

const BAD_TIME: (&str, &str) = ("bad_time", "Give hours and minutes of an existing time, with no seconds.");
const BAD_DAY: (&str, &str) = ("bad_day", "Name a day of the week, such as MONDAY.");
const NO_LENGTH: (&str, &str) = ("no_length", "Close later than you open.");

/// A time of a day; absent is midnight.
pub(super) fn time_of(value: Option<&Value>) -> Result<LocalTime, (&'static str, &'static str)> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return LocalTime::new(0, 0).ok_or(BAD_TIME) };
    let parts = value.as_object().ok_or(BAD_TIME)?;
    if parts.keys().any(|name| !["hours", "minutes", "seconds", "nanos"].contains(&name.as_str())) {
        return Err(BAD_TIME);
    }
    let part = |name: &str| parts.get(name).map_or(Some(0), Value::as_u64).ok_or(BAD_TIME);
    if part("seconds")? > 0 || part("nanos")? > 0 {
        return Err(BAD_TIME);
    }
    let small = |part: u64| u16::try_from(part).map_err(|_| BAD_TIME);
    LocalTime::new(small(part("hours")?)?, small(part("minutes")?)?).ok_or(BAD_TIME)
}

/// The rows of a period: one, or one for each day that it runs through.
pub(super) fn read(period: &Value) -> Result<Vec<WeeklyHours>, (&'static str, &'static str)> {
    let day = |name: &str| period.get(name).and_then(Value::as_str).and_then(day_of).ok_or(BAD_DAY);
    let (mut first, mut last) = (day("openDay")?, day("closeDay")?);
    let (mut opens, mut closes) = (time_of(period.get("openTime"))?, time_of(period.get("closeTime"))?);
    let start = LocalTime::new(0, 0).ok_or(BAD_TIME)?;
    if opens == LocalTime::END_OF_DAY {
        (first, opens) = (first.next(), start);
    }
    if closes == start && last != first {
        (last, closes) =
            (first.through(last).filter(|day| day.next() == last).last().unwrap_or(last), LocalTime::END_OF_DAY);
    }
    if first == last {
        return if opens < closes { Ok(vec![row(first, opens, closes)]) } else { Err(NO_LENGTH) };
    }
    if first.next() == last && closes <= opens {
        return Ok(vec![row(first, opens, closes)]);
    }
    // Longer than 24 hours: the first day to its end, whole days, and the last from its beginning.
    let days: Vec<Weekday> = first.through(last).collect();
    let rows = days.into_iter().map(|day| match day {
        day if day == first => row(day, opens, LocalTime::END_OF_DAY),
        day if day == last => row(day, start, closes),
        day => row(day, start, LocalTime::END_OF_DAY),
    });
    Ok(rows.collect())
}

fn row(day: Weekday, opens: LocalTime, closes: LocalTime) -> WeeklyHours {
    WeeklyHours {
        days: vec![day],
        opens,
        closes,
        valid_from: None,
        valid_through: None,
        department: None,
        weeks: Vec::new(),
        by_appointment: false,
    }
}
