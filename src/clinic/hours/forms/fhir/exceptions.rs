//! The lines of `availabilityExceptions`:
//!
//! ```text
//! monday, saturday 09:00-12:00 in weeks 2, 4, last from 2026-06-01 through 2026-08-31 by appointment department "Laboratory"
//! 2026-12-24 to 2026-12-26: closed "Christmas"
//! 2026-12-31: only 09:00-12:00
//! 2026-11-28: also 18:00-20:00, 21:00-22:00 department "Laboratory"
//! ```
//!
//! Texts are quoted as in JSON.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::super::{
    Hours, LeftOut,
    parts::{date_of, day_of},
};
use crate::clinic::hours::{Interval, LocalTime, MAX_DAYS, SpecialHours, WeeklyHours, week::LAST_WEEK};

const LAST: &str = "last";

/// A line for a weekly row.
pub(super) fn weekly(row: &WeeklyHours) -> String {
    let days: Vec<String> = row.days.iter().map(|day| format!("{day:?}").to_lowercase()).collect();
    let mut line = format!("{} {}-{}", days.join(", "), row.opens, row.closes);
    if !row.weeks.is_empty() {
        let name = |week: &i8| if *week > 0 { week.to_string() } else { LAST.to_owned() };
        let weeks: Vec<String> = row.weeks.iter().map(name).collect();
        let _ = write!(line, " in weeks {}", weeks.join(", "));
    }
    for (word, date) in [("from", row.valid_from), ("through", row.valid_through)] {
        if let Some(date) = date {
            let _ = write!(line, " {word} {date}");
        }
    }
    if row.by_appointment {
        line.push_str(" by appointment");
    }
    quote(&mut line, " department ", row.department.as_deref());
    line
}

/// A line for a special row.
pub(super) fn special(row: &SpecialHours) -> String {
    let mut line = row.from.to_string();
    if row.through != row.from {
        let _ = write!(line, " to {}", row.through);
    }
    let intervals: Vec<String> =
        row.intervals.iter().map(|interval| format!("{}-{}", interval.opens, interval.closes)).collect();
    let verb = if row.closed { "only" } else { "also" };
    let says = if intervals.is_empty() { "closed".to_owned() } else { format!("{verb} {}", intervals.join(", ")) };
    let _ = write!(line, ": {says}");
    quote(&mut line, " department ", row.department.as_deref());
    quote(&mut line, " ", row.reason.as_deref());
    line
}

fn quote(line: &mut String, before: &str, text: Option<&str>) {
    if let Some(text) = text {
        let _ = write!(line, "{before}{}", serde_json::Value::from(text));
    }
}

/// Whether a text can be a reason or the name of a department.
pub(super) fn is_short_line(text: &str) -> bool {
    (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Reads the lines. One in another form is left out as a whole, by its characters.
pub(super) fn read(text: &str) -> (Hours, Vec<LeftOut>) {
    let (mut rows, mut left_out, mut from) = (Hours::default(), Vec::new(), 0);
    for line in text.split('\n') {
        let to = from + line.chars().count();
        let trimmed = line.trim();
        if let Some(row) = Line(trimmed).weekly() {
            rows.hours.push(row);
        } else if let Some(row) = Line(trimmed).special() {
            rows.special_hours.push(row);
        } else if !trimmed.is_empty() {
            let message = "This is free text; write it as rows by hand.";
            left_out.push(LeftOut::within(from, to, "free_text", message));
        }
        from = to + 1;
    }
    (rows, left_out)
}

/// What is left of a line.
#[derive(Clone, Copy)]
struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    fn weekly(mut self) -> Option<WeeklyHours> {
        let mut days = Vec::new();
        loop {
            let day = day_of(self.word())?;
            if days.contains(&day) {
                return None;
            }
            days.push(day);
            if !self.skip(", ") {
                break;
            }
        }
        self.0 = self.0.strip_prefix(' ')?;
        let Interval { opens, closes } = self.interval()?;
        let weeks = if self.skip(" in weeks ") { self.weeks()? } else { Vec::new() };
        let valid_from = self.date(" from ")?;
        let valid_through = self.date(" through ")?;
        let by_appointment = self.skip(" by appointment");
        let department = self.quoted(" department ")?;
        let is_range = valid_from.zip(valid_through).is_none_or(|(from, through)| from <= through);
        let row = WeeklyHours { days, opens, closes, valid_from, valid_through, department, weeks, by_appointment };
        (self.0.is_empty() && is_range).then_some(row)
    }

    fn special(mut self) -> Option<SpecialHours> {
        let from = self.date("")??;
        let through = self.date(" to ")?.unwrap_or(from);
        let (closed, intervals) = if self.skip(": closed") {
            (true, Vec::new())
        } else if self.skip(": only ") {
            (true, self.intervals()?)
        } else if self.skip(": also ") {
            (false, self.intervals()?)
        } else {
            return None;
        };
        let department = self.quoted(" department ")?;
        let reason = self.quoted(" ")?;
        let is_range = (0..MAX_DAYS).contains(&(through - from).num_days());
        (self.0.is_empty() && is_range).then_some(SpecialHours { from, through, closed, intervals, reason, department })
    }

    fn skip(&mut self, piece: &str) -> bool {
        match self.0.strip_prefix(piece) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (piece, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(piece)
    }

    fn word(&mut self) -> &'a str {
        let end = self.0.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(self.0.len());
        self.take(end).unwrap_or_default()
    }

    fn interval(&mut self) -> Option<Interval> {
        let opens: LocalTime = self.take(5)?.parse().ok()?;
        let closes = self.skip("-").then(|| self.take(5)?.parse().ok())??;
        (opens != LocalTime::END_OF_DAY).then_some(Interval { opens, closes })
    }

    fn intervals(&mut self) -> Option<Vec<Interval>> {
        let mut intervals = vec![self.interval()?];
        while self.skip(", ") {
            intervals.push(self.interval()?);
        }
        (intervals.len() <= 24).then_some(intervals)
    }

    fn weeks(&mut self) -> Option<Vec<i8>> {
        let mut weeks = Vec::new();
        loop {
            let week = if self.skip(LAST) { LAST_WEEK } else { self.take(1)?.parse().ok()? };
            if weeks.contains(&week) || week == 0 || week > 5 {
                return None;
            }
            weeks.push(week);
            if !self.skip(", ") {
                return Some(weeks);
            }
        }
    }

    /// A date behind `before`; `Some(None)` where there is none, and none where it cannot be read.
    #[expect(clippy::option_option, reason = "absent and unreadable are different")]
    fn date(&mut self, before: &str) -> Option<Option<NaiveDate>> {
        if self.skip(before) { date_of(self.take(10)?).map(Some) } else { Some(None) }
    }

    /// A quoted text behind `before`, likewise.
    #[expect(clippy::option_option, reason = "absent and unreadable are different")]
    fn quoted(&mut self, before: &str) -> Option<Option<String>> {
        if !self.0.strip_prefix(before).is_some_and(|rest| rest.starts_with('"')) {
            return Some(None);
        }
        self.skip(before);
        let mut texts = serde_json::Deserializer::from_str(self.0).into_iter::<String>();
        let text = texts.next()?.ok()?;
        let end = texts.byte_offset();
        self.take(end)?;
        is_short_line(&text).then_some(Some(text))
    }
}
