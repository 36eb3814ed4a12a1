//! Every mistake in a set of hours, found in one pass.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use thiserror::Error;

use super::{Interval, LocalTime, MAX_DAYS, SpecialHours, WeeklyHours, week::LAST_WEEK};

/// The most weekly rows of a location.
pub(super) const MAX_WEEKLY_ROWS: usize = 100;
/// The most special rows of a location.
pub(super) const MAX_SPECIAL_ROWS: usize = 400;
/// The most intervals of a special row.
pub(super) const MAX_INTERVALS: usize = 24;
const MAX_TEXT: usize = 200;
const WEEKS: [i8; 6] = [1, 2, 3, 4, 5, LAST_WEEK];

/// One mistake in a set of hours: where it stands, a stable code, and what to do about it.
///
/// The message never repeats what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[error("{pointer}: {message}")]
pub struct HoursMistake {
    /// JSON pointer (RFC 6901) from the location, such as `/hours/0/closes` or `/special_hours/2/from`.
    pub pointer: String,
    /// A stable code in snake case.
    pub code: &'static str,
    /// One sentence that says what to do.
    pub message: String,
}

/// All mistakes of the rows, in the order of the rows.
pub(super) fn find(hours: &[WeeklyHours], special: &[SpecialHours]) -> Vec<HoursMistake> {
    let mut found = Findings::default();
    found.check_count("/hours", hours.len(), MAX_WEEKLY_ROWS);
    for (index, row) in hours.iter().take(MAX_WEEKLY_ROWS).enumerate() {
        found.check_weekly(&format!("/hours/{index}"), row);
    }
    found.check_count("/special_hours", special.len(), MAX_SPECIAL_ROWS);
    for (index, row) in special.iter().take(MAX_SPECIAL_ROWS).enumerate() {
        found.check_special(&format!("/special_hours/{index}"), row);
    }
    found.mistakes
}

#[derive(Default)]
struct Findings {
    mistakes: Vec<HoursMistake>,
}

impl Findings {
    fn add(&mut self, pointer: String, code: &'static str, message: impl Into<String>) {
        self.mistakes.push(HoursMistake { pointer, code, message: message.into() });
    }

    fn check_count(&mut self, pointer: &str, count: usize, most: usize) {
        if count > most {
            self.add(pointer.to_owned(), "too_many", format!("Give at most {most} rows."));
        }
    }

    fn check_weekly(&mut self, at: &str, row: &WeeklyHours) {
        self.check_days(at, row);
        self.check_opens(at, row.opens);
        let bounds = [("valid_from", row.valid_from), ("valid_through", row.valid_through)];
        for (field, date) in bounds {
            self.check_year(at, field, date);
        }
        if row.valid_from.zip(row.valid_through).is_some_and(|(first, last)| last < first) {
            self.add(
                format!("{at}/valid_through"),
                "range_reversed",
                "Give a valid_through that is not before valid_from.",
            );
        }
        self.check_text(at, "department", row.department.as_deref());
        self.check_weeks(at, &row.weeks);
    }

    fn check_weeks(&mut self, at: &str, weeks: &[i8]) {
        for (index, week) in weeks.iter().enumerate() {
            let pointer = format!("{at}/weeks/{index}");
            if !WEEKS.contains(week) {
                self.add(pointer, "no_such_week", "Give 1 to 5, or -1 for the last of the month.");
            } else if weeks.iter().take(index).any(|earlier| earlier == week) {
                self.add(pointer, "week_repeated", "Name each week once.");
            }
        }
    }

    fn check_days(&mut self, at: &str, row: &WeeklyHours) {
        if row.days.is_empty() {
            self.add(format!("{at}/days"), "days_empty", "Name at least one day of the week.");
        }
        for (index, day) in row.days.iter().enumerate() {
            if row.days.iter().take(index).any(|earlier| earlier == day) {
                self.add(format!("{at}/days/{index}"), "day_repeated", "Name each day of the week once.");
            }
        }
    }

    fn check_special(&mut self, at: &str, row: &SpecialHours) {
        self.check_year(at, "from", Some(row.from));
        self.check_year(at, "through", Some(row.through));
        let span = (row.through - row.from).num_days() + 1;
        if span < 1 {
            let message = "Give a through that is not before from.";
            self.add(format!("{at}/through"), "range_reversed", message);
        }
        if span > MAX_DAYS {
            let message = format!("Give a range of at most {MAX_DAYS} days.");
            self.add(format!("{at}/through"), "range_too_long", message);
        }
        self.check_intervals(at, row.closed, &row.intervals);
        self.check_text(at, "reason", row.reason.as_deref());
        self.check_text(at, "department", row.department.as_deref());
    }

    fn check_intervals(&mut self, at: &str, closed: bool, intervals: &[Interval]) {
        if intervals.is_empty() && !closed {
            let message = "Add an interval, or set closed to true.";
            self.add(format!("{at}/intervals"), "no_intervals", message);
        }
        if intervals.len() > MAX_INTERVALS {
            let message = format!("Give at most {MAX_INTERVALS} intervals.");
            self.add(format!("{at}/intervals"), "too_many", message);
        }
        for (index, interval) in intervals.iter().take(MAX_INTERVALS).enumerate() {
            self.check_opens(&format!("{at}/intervals/{index}"), interval.opens);
        }
    }

    fn check_opens(&mut self, at: &str, opens: LocalTime) {
        if opens == LocalTime::END_OF_DAY {
            let message = "Open at 00:00 of the next day; 24:00 is only a closing time.";
            self.add(format!("{at}/opens"), "opens_at_end_of_day", message);
        }
    }

    /// A date outside these years has no `YYYY-MM-DD` form.
    fn check_year(&mut self, at: &str, field: &str, date: Option<NaiveDate>) {
        if date.is_some_and(|date| !(1..=9999).contains(&date.year())) {
            let message = "Give a date in the years 0001 to 9999.";
            self.add(format!("{at}/{field}"), "date_out_of_range", message);
        }
    }

    fn check_text(&mut self, at: &str, field: &str, text: Option<&str>) {
        if text.is_some_and(|text| text.chars().count() > MAX_TEXT) {
            let message = format!("Write at most {MAX_TEXT} characters.");
            self.add(format!("{at}/{field}"), "text_too_long", message);
        }
    }
}
