//! Hours in FHIR R4's form: `Location.hoursOfOperation` (<https://hl7.org/fhir/R4/location.html>), and the `availableTime` of
//! `HealthcareService` and `PractitionerRole`, which says the same with other names. FHIR has no time 24:00: what closes at
//! midnight closes at 00:00:00, and an interval that closes before it opens runs past midnight, as in ours.
//!
//! `availabilityExceptions` is a text. What the elements cannot say stands there, a line for each row in a fixed form that
//! people can read, so that nothing is lost; `exceptions` writes and reads those lines.

mod exceptions;

use serde_json::{Value, json};

use super::{
    Hours, LeftOut, Reading,
    normal::{Told, midnight, normal},
    parts::{beyond_days_and_times, date_of, entries, is_turned_day, time_of},
};
use crate::clinic::hours::{LocalTime, MAX_DAYS, SpecialHours, Weekday, WeeklyHours};

/// The codes of <http://hl7.org/fhir/days-of-week>, in the order of the week.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Writes `hoursOfOperation` and `availabilityExceptions`. Nothing is left out.
pub fn write(rows: &Hours) -> (Vec<Value>, Option<String>) {
    let Hours { hours, special_hours } = normal(rows);
    let (sayable, others): (Vec<_>, Vec<_>) = hours.into_iter().partition(is_sayable);
    let lines: Vec<String> =
        others.iter().map(exceptions::weekly).chain(special_hours.iter().map(exceptions::special)).collect();
    (sayable.iter().map(hours_of_operation).collect(), (!lines.is_empty()).then(|| lines.join("\n")))
}

fn is_sayable(row: &WeeklyHours) -> bool {
    let bounded = row.valid_from.is_some() || row.valid_through.is_some();
    !bounded && beyond_days_and_times(row).is_none() && !is_turned_day(row.opens, row.closes)
}

fn hours_of_operation(row: &WeeklyHours) -> Value {
    let codes = Weekday::ALL.into_iter().zip(DAYS).filter(|(day, _)| row.days.contains(day));
    let days: Vec<&str> = codes.map(|(_, code)| code).collect();
    if row.opens.minutes() == 0 && midnight(row.closes) == LocalTime::END_OF_DAY {
        return json!({"daysOfWeek": days, "allDay": true});
    }
    let closes = if row.closes == LocalTime::END_OF_DAY { "00:00".to_owned() } else { row.closes.to_string() };
    json!({"daysOfWeek": days, "openingTime": format!("{}:00", row.opens), "closingTime": format!("{closes}:00")})
}

/// Reads a `Location`, `HealthcareService` or `PractitionerRole`, or the list of `hoursOfOperation` alone.
pub fn read(value: &Value) -> Reading {
    let mut found = Found::default();
    if let Value::Object(resource) = value {
        for (name, value) in resource.iter().filter(|(_, value)| !value.is_null()) {
            let at = format!("/{name}");
            match name.as_str() {
                "hoursOfOperation" | "availableTime" => found.elements(value, &at),
                "notAvailable" => entries(value, &at).iter().for_each(|(at, entry)| found.not_available(entry, at)),
                "availabilityExceptions" => found.exceptions(value, &at),
                // What else a resource says of itself is not about its hours.
                _ => {}
            }
        }
    } else {
        found.elements(value, "");
    }
    found.rows.special_hours.extend(std::mem::take(&mut found.not_available).rows());
    Reading::of(&found.rows, found.left_out)
}

type Why = (&'static str, &'static str);
const NOT_AN_ELEMENT: Why = ("not_an_element", "This is no element with daysOfWeek and times.");
const BAD_DAY: Why = ("bad_day", "Name days by their codes, such as mon.");
const NO_DAYS: Why = ("no_days", "Name the days of the week.");
const BAD_TIME: Why = ("bad_time", "Write both times as HH:MM:SS, or allDay.");
const BAD_PERIOD: Why = ("bad_period", "Give a start and an end as YYYY-MM-DD, at most 400 days.");

#[derive(Default)]
struct Found {
    rows: Hours,
    not_available: Told,
    left_out: Vec<LeftOut>,
}

impl Found {
    fn leave(&mut self, at: &str, (code, message): Why) {
        self.left_out.push(LeftOut::at(at, code, message));
    }

    fn elements(&mut self, value: &Value, at: &str) {
        for (at, entry) in entries(value, at) {
            match weekly_row(entry) {
                Ok(row) => self.rows.hours.push(row),
                Err(why) => self.leave(&at, why),
            }
        }
    }

    /// `notAvailable` closes the days of its period.
    fn not_available(&mut self, entry: &Value, at: &str) {
        let date = |name: &str| entry.pointer(&format!("/during/{name}")).and_then(Value::as_str).and_then(date_of);
        let Some((from, through)) = date("start").zip(date("end")) else { return self.leave(at, BAD_PERIOD) };
        if !(0..MAX_DAYS).contains(&(through - from).num_days()) {
            return self.leave(at, BAD_PERIOD);
        }
        let reason = entry.get("description").and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        if reason.is_some_and(|reason| !exceptions::is_short_line(reason)) {
            return self.leave(at, ("bad_reason", "Write a description of at most 200 characters on one line."));
        }
        let reason = reason.map(str::to_owned);
        let row = SpecialHours { from, through, closed: true, intervals: Vec::new(), reason, department: None };
        // Closed and closed again is no contradiction.
        self.not_available.tell(&row);
    }

    fn exceptions(&mut self, value: &Value, at: &str) {
        let Some(text) = value.as_str() else { return self.leave(at, ("not_a_text", "This is no text.")) };
        let (rows, left_out) = exceptions::read(text);
        self.rows.hours.extend(rows.hours);
        self.rows.special_hours.extend(rows.special_hours);
        self.left_out.extend(left_out.into_iter().map(|left| LeftOut { pointer: Some(at.to_owned()), ..left }));
    }
}

fn weekly_row(entry: &Value) -> Result<WeeklyHours, Why> {
    let given = entry.as_object().ok_or(NOT_AN_ELEMENT)?.get("daysOfWeek").unwrap_or(&Value::Null);
    let mut days = Vec::new();
    for (_, code) in entries(given, "") {
        let code = code.as_str().ok_or(BAD_DAY)?;
        let (day, _) = Weekday::ALL.into_iter().zip(DAYS).find(|(_, known)| *known == code).ok_or(BAD_DAY)?;
        if !days.contains(&day) {
            days.push(day);
        }
    }
    if days.is_empty() {
        return Err(NO_DAYS);
    }
    let (opens, closes) = times(entry)?;
    Ok(WeeklyHours {
        days,
        opens,
        closes,
        valid_from: None,
        valid_through: None,
        department: None,
        weeks: Vec::new(),
        by_appointment: false,
    })
}

/// Both times: those of `hoursOfOperation` or those of `availableTime`, and none where the element is all day.
fn times(entry: &Value) -> Result<(LocalTime, LocalTime), Why> {
    let member = |names: [&str; 2]| names.iter().find_map(|name| entry.get(*name).filter(|value| !value.is_null()));
    let opens = member(["openingTime", "availableStartTime"]);
    let closes = member(["closingTime", "availableEndTime"]);
    let all_day = entry.get("allDay").is_some_and(|all_day| all_day == &json!(true));
    if all_day && opens.is_none() && closes.is_none() {
        let midnight = LocalTime::new(0, 0).ok_or(BAD_TIME)?;
        return Ok((midnight, LocalTime::END_OF_DAY));
    }
    let time = |value: Option<&Value>| value.and_then(Value::as_str).and_then(time_of).ok_or(BAD_TIME);
    let opens = time(opens)?;
    // Many write the end of the day as its last second.
    if closes == Some(&json!("23:59:59")) && opens.minutes() > 0 {
        return Ok((opens, LocalTime::END_OF_DAY));
    }
    let closes = time(closes)?;
    // Whether equal times are none or 24 hours is said nowhere; FHIR's time has no 24:00.
    let unclear = opens == closes || opens == LocalTime::END_OF_DAY || closes == LocalTime::END_OF_DAY || all_day;
    if unclear { Err(BAD_TIME) } else { Ok((opens, midnight(closes))) }
}
