//! Hours as staff write them. Each row is read field by field and then checked by the engine's own rules, at its own
//! pointer, so that one answer names every mistake.

use chrono_tz::Tz;
use serde_json::Value;

use crate::{
    clinic::hours::{HoursMistake, Interval, LocalTime, Schedule, SpecialHours, Weekday, WeeklyHours},
    contact::Refusal,
    http::{FieldError, Fields},
};

/// The engine's bounds.
const MOST_WEEKLY: usize = 100;
const MOST_SPECIAL: usize = 400;
const MOST_INTERVALS: usize = 24;
const MOST_WEEKS: usize = 6;
const LONGEST_TEXT: usize = 200;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Reads `hours`.
pub(super) fn weekly(fields: &mut Fields<'_>) -> Vec<WeeklyHours> {
    fields.list("hours", MOST_WEEKLY, |entry, pointer| {
        let row = weekly_row(Fields::of(entry, pointer.clone()))?;
        check(vec![row.clone()], Vec::new(), "/hours/0", &pointer)?;
        Ok(row)
    })
}

/// Reads `special_hours`.
pub(super) fn special(fields: &mut Fields<'_>) -> Vec<SpecialHours> {
    fields.list("special_hours", MOST_SPECIAL, |entry, pointer| {
        let row = special_row(Fields::of(entry, pointer.clone()))?;
        check(Vec::new(), vec![row.clone()], "/special_hours/0", &pointer)?;
        Ok(row)
    })
}

/// Asks the engine about one row. Its rules hold in every zone.
fn check(
    weekly: Vec<WeeklyHours>,
    special: Vec<SpecialHours>,
    alone: &str,
    pointer: &str,
) -> Result<(), Vec<FieldError>> {
    let moved = |mistake: HoursMistake| {
        let rest = mistake.pointer.strip_prefix(alone).unwrap_or_default();
        FieldError::at(format!("{pointer}{rest}"), mistake.code, mistake.message)
    };
    match Schedule::new(Tz::UTC, weekly, special) {
        Ok(_) => Ok(()),
        Err(mistakes) => Err(mistakes.into_iter().map(moved).collect()),
    }
}

fn weekly_row(mut fields: Fields<'_>) -> Result<WeeklyHours, Vec<FieldError>> {
    let given = fields.set_of("days", &WEEKDAYS.map(|(name, _)| name));
    let day_of = |given: &String| WEEKDAYS.iter().find(|(name, _)| name == given).map(|(_, day)| *day);
    let days = given.iter().filter_map(day_of).collect();
    let (opens, closes) = times(&mut fields);
    let valid_from = fields.date("valid_from");
    let valid_through = fields.date("valid_through");
    let department = fields.line("department", LONGEST_TEXT);
    let weeks = fields.list("weeks", MOST_WEEKS, week);
    let by_appointment = fields.boolean("by_appointment").unwrap_or(false);
    fields.finish()?;
    let (opens, closes) = opens.zip(closes).ok_or_else(Vec::new)?;
    Ok(WeeklyHours { days, opens, closes, valid_from, valid_through, department, weeks, by_appointment })
}

fn week(entry: &Value, pointer: String) -> Result<i8, Vec<FieldError>> {
    let week = entry.as_i64().and_then(|week| i8::try_from(week).ok());
    week.ok_or_else(|| {
        vec![FieldError::at(pointer, "wrong_type", "must be a whole number: 1 to 5, or -1 for the last")]
    })
}

fn special_row(mut fields: Fields<'_>) -> Result<SpecialHours, Vec<FieldError>> {
    let from = fields.date("from");
    let from = fields.require("from", from);
    let through = fields.date("through");
    let through = fields.require("through", through);
    let closed = fields.boolean("closed");
    let closed = fields.require("closed", closed);
    let intervals = fields.list("intervals", MOST_INTERVALS, |entry, pointer| interval(Fields::of(entry, pointer)));
    let reason = fields.line("reason", LONGEST_TEXT);
    let department = fields.line("department", LONGEST_TEXT);
    fields.finish()?;
    match (from, through, closed) {
        (Some(from), Some(through), Some(closed)) => {
            Ok(SpecialHours { from, through, closed, intervals, reason, department })
        }
        _ => Err(Vec::new()),
    }
}

fn interval(mut fields: Fields<'_>) -> Result<Interval, Vec<FieldError>> {
    let (opens, closes) = times(&mut fields);
    fields.finish()?;
    let (opens, closes) = opens.zip(closes).ok_or_else(Vec::new)?;
    Ok(Interval { opens, closes })
}

fn times(fields: &mut Fields<'_>) -> (Option<LocalTime>, Option<LocalTime>) {
    let opens = fields.parsed("opens", local_time);
    let opens = fields.require("opens", opens);
    let closes = fields.parsed("closes", local_time);
    let closes = fields.require("closes", closes);
    (opens, closes)
}

fn local_time(text: &str) -> Result<LocalTime, Refusal> {
    text.parse().map_err(|_| ("bad_time", "must be a time from 00:00 to 23:59, or 24:00 for closing".to_owned()))
}
