//! Hours in FHIR's form (<https://hl7.org/fhir/R4/location-definitions.html#Location.hoursOfOperation>): what repeats
//! every week, the same for everybody. An interval past midnight closes at an earlier time than it opens, as in ours. The
//! rest has no place there and is told in a sentence.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use crate::clinic::{
    hours::{Interval, LocalTime, SpecialHours, Weekday, WeeklyHours},
    location::{Location, StatusCode},
};

/// The codes of the days (<https://hl7.org/fhir/R4/valueset-days-of-week.html>).
pub(super) const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// The weekly hours that hold always.
pub(super) fn hours_of_operation(hours: &[WeeklyHours]) -> Vec<Value> {
    hours.iter().filter(|row| is_plain(row)).map(row_of_operation).collect()
}

/// Whether a row is the location's own, every week, for all time, without an appointment.
fn is_plain(row: &WeeklyHours) -> bool {
    let always = row.weeks.is_empty() && row.valid_from.is_none() && row.valid_through.is_none();
    always && row.department.is_none() && !row.by_appointment
}

fn row_of_operation(row: &WeeklyHours) -> Value {
    let days: Vec<&str> = DAYS.iter().filter(|(_, day)| row.days.contains(day)).map(|(code, _)| *code).collect();
    if is_all_day(row.opens, row.closes) {
        return json!({"daysOfWeek": days, "allDay": true});
    }
    json!({"daysOfWeek": days, "openingTime": time(row.opens), "closingTime": time(row.closes)})
}

fn is_all_day(opens: LocalTime, closes: LocalTime) -> bool {
    opens.minutes() == 0 && (closes == LocalTime::END_OF_DAY || closes.minutes() == 0)
}

/// FHIR knows no 24:00.
fn time(time: LocalTime) -> String {
    if time == LocalTime::END_OF_DAY { "23:59:59".to_owned() } else { format!("{time}:00") }
}

/// What the weekly hours do not say, in one sentence; none where they say all.
pub(super) fn availability_exceptions(location: &Location) -> Option<String> {
    let status = closure(location);
    if location.status.code == StatusCode::PermanentlyClosed {
        return status.map(|words| sentence(&words));
    }
    let weekly = location.hours.iter().filter(|row| !is_plain(row)).map(weekly_words);
    let special = location.special_hours.iter().map(special_words);
    let parts: Vec<String> = status.into_iter().chain(weekly).chain(special).collect();
    (!parts.is_empty()).then(|| sentence(&parts.join("; ")))
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn closure(location: &Location) -> Option<String> {
    let mut words = match (location.status.code, location.status.until) {
        (StatusCode::Open, _) => return None,
        (StatusCode::TemporarilyClosed, Some(last)) => format!("closed until {}", date(last)),
        (StatusCode::TemporarilyClosed, None) => "closed for the time being".to_owned(),
        (StatusCode::PermanentlyClosed, _) => "closed for good".to_owned(),
    };
    add_reason(&mut words, location.status.note.as_deref());
    Some(words)
}

fn weekly_words(row: &WeeklyHours) -> String {
    let mut words = row.department.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    if !row.weeks.is_empty() {
        let weeks: Vec<_> = row.weeks.iter().map(|week| week_words(*week)).collect();
        let _ = write!(words, "every {} ", listed(&weeks));
    }
    let days: Vec<_> = row.days.iter().map(|day| format!("{day:?}")).collect();
    let month = if row.weeks.is_empty() { "" } else { " of the month" };
    let _ = write!(words, "{}{month} {}", listed(&days), from_to(row.opens, row.closes));
    if row.by_appointment {
        words.push_str(" by appointment");
    }
    if let Some(first) = row.valid_from {
        let _ = write!(words, " from {}", date(first));
    }
    if let Some(last) = row.valid_through {
        let _ = write!(words, " through {}", date(last));
    }
    words
}

fn week_words(week: i8) -> &'static str {
    match week {
        1 => "1st",
        2 => "2nd",
        3 => "3rd",
        4 => "4th",
        5 => "5th",
        _ => "last",
    }
}

fn special_words(row: &SpecialHours) -> String {
    let mut words = row.department.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    words.push_str(match (row.closed, row.intervals.is_empty()) {
        (true, true) => "closed",
        (true, false) => "open only",
        (false, _) => "also open",
    });
    if !row.intervals.is_empty() {
        let intervals: Vec<_> =
            row.intervals.iter().map(|Interval { opens, closes }| from_to(*opens, *closes)).collect();
        let _ = write!(words, " {}", listed(&intervals));
    }
    if row.from == row.through {
        let _ = write!(words, " on {}", date(row.from));
    } else {
        let _ = write!(words, " from {} through {}", date(row.from), date(row.through));
    }
    add_reason(&mut words, row.reason.as_deref());
    words
}

fn add_reason(words: &mut String, reason: Option<&str>) {
    if let Some(reason) = reason {
        let _ = write!(words, " ({reason})");
    }
}

fn from_to(opens: LocalTime, closes: LocalTime) -> String {
    if is_all_day(opens, closes) { "all day".to_owned() } else { format!("{opens} to {closes}") }
}

fn date(day: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = usize::try_from(day.month0()).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
    format!("{} {month} {}", day.day(), day.year())
}

fn listed(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [others @ .., last] => {
            let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", others.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: Value) -> Vec<WeeklyHours> {
        serde_json::from_value(rows).unwrap()
    }

    #[test]
    fn a_week_is_written_with_its_nights_and_its_whole_days() {
        let week = rows(json!([
            {"days": ["friday", "monday"], "opens": "08:00", "closes": "17:30"},
            {"days": ["saturday"], "opens": "19:00", "closes": "02:00"},
            {"days": ["sunday"], "opens": "00:00", "closes": "24:00"},
            {"days": ["tuesday"], "opens": "18:00", "closes": "24:00"},
        ]));
        let wanted = json!([
            {"daysOfWeek": ["mon", "fri"], "openingTime": "08:00:00", "closingTime": "17:30:00"},
            {"daysOfWeek": ["sat"], "openingTime": "19:00:00", "closingTime": "02:00:00"},
            {"daysOfWeek": ["sun"], "allDay": true},
            {"daysOfWeek": ["tue"], "openingTime": "18:00:00", "closingTime": "23:59:59"},
        ]);
        assert_eq!(Value::from(hours_of_operation(&week)), wanted);
    }

    #[test]
    fn what_has_no_place_in_the_week_is_told_in_words() {
        let week = rows(json!([
            {"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2, -1]},
            {"days": ["monday", "tuesday"], "opens": "08:00", "closes": "10:00", "department": "Laboratory"},
            {"days": ["sunday"], "opens": "10:00", "closes": "11:00", "by_appointment": true, "valid_from": "2026-06-01"},
        ]));
        assert!(hours_of_operation(&week).is_empty());
        let told: Vec<String> = week.iter().map(weekly_words).collect();
        assert_eq!(
            told,
            [
                "every 2nd and last Saturday of the month 09:00 to 12:00",
                "Laboratory: Monday and Tuesday 08:00 to 10:00",
                "Sunday 10:00 to 11:00 by appointment from 1 June 2026",
            ]
        );
    }

    #[test]
    fn a_holiday_is_told_with_its_reason() {
        let rows: Vec<SpecialHours> = serde_json::from_value(json!([
            {"from": "2026-12-25", "through": "2026-12-26", "closed": true, "reason": "Christmas"},
            {"from": "2026-12-24", "through": "2026-12-24", "closed": true, "intervals": [{"opens": "08:00", "closes": "11:00"}]},
            {"from": "2026-11-28", "through": "2026-11-28", "closed": false, "intervals": [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "14:00"}]},
        ]))
        .unwrap();
        let told: Vec<String> = rows.iter().map(special_words).collect();
        assert_eq!(
            told,
            [
                "closed from 25 December 2026 through 26 December 2026 (Christmas)",
                "open only 08:00 to 11:00 on 24 December 2026",
                "also open 09:00 to 12:00 and 13:00 to 14:00 on 28 November 2026",
            ]
        );
        assert_eq!(sentence(&told.join("; ")).chars().next(), Some('C'));
    }
}
