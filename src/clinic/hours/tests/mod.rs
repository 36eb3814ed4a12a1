//! Tests of the room, by subject, and the short way to write hours that they share.

mod business;
mod daylight;
mod limits;
mod mistakes;
mod oracle;
mod properties;
mod reference;
mod rules;
mod strategies;
mod wire;
mod wording;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{
    Closure, HolidayRule, Holidays, Interval, LocalTime, Open, OperatingStatus, Schedule, SpecialHours, Weekday,
    WeeklyHours,
};

const MON_TO_FRI: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
const EVERY_DAY: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn time(text: &str) -> LocalTime {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An instant from a time with an offset, such as `2026-06-15T09:00-04:00`.
fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").unwrap().to_utc()
}

fn weekly(days: &[Weekday], opens: &str, closes: &str) -> WeeklyHours {
    WeeklyHours {
        days: days.to_vec(),
        opens: time(opens),
        closes: time(closes),
        valid_from: None,
        valid_through: None,
        department: None,
        weeks: Vec::new(),
        by_appointment: false,
    }
}

fn interval(opens: &str, closes: &str) -> Interval {
    Interval { opens: time(opens), closes: time(closes) }
}

fn closed(from: &str, through: &str, reason: Option<&str>) -> SpecialHours {
    SpecialHours {
        from: date(from),
        through: date(through),
        closed: true,
        intervals: Vec::new(),
        reason: reason.map(str::to_owned),
        department: None,
    }
}

fn extra(day: &str, intervals: &[Interval]) -> SpecialHours {
    SpecialHours { closed: false, intervals: intervals.to_vec(), ..closed(day, day, None) }
}

fn short_day(day: &str, intervals: &[Interval], reason: &str) -> SpecialHours {
    SpecialHours { intervals: intervals.to_vec(), ..closed(day, day, Some(reason)) }
}

fn schedule(zone: Tz, hours: &[WeeklyHours], special: &[SpecialHours]) -> Schedule {
    Schedule::new(zone, hours.to_vec(), special.to_vec()).unwrap()
}

fn new_york(hours: &[WeeklyHours], special: &[SpecialHours]) -> Schedule {
    schedule(Tz::America__New_York, hours, special)
}

fn ask(schedule: &Schedule, instant: &str) -> Open {
    schedule.open_at(at(instant), "en-US", OperatingStatus::Open)
}

/// The intervals of one day as instants in UTC, `opens_at/closes_at`.
fn instants(schedule: &Schedule, day: &str) -> Vec<String> {
    let form = |instant: DateTime<Utc>| instant.format("%Y-%m-%dT%H:%MZ").to_string();
    let days = schedule.days(date(day), date(day));
    days[0].intervals.iter().map(|i| format!("{}/{}", form(i.opens_at), form(i.closes_at))).collect()
}
