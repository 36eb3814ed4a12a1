//! What people write on a door, in English and Spanish: `Mon-Fri 8a-5p, closed for lunch 12-1; 2nd Saturday 9am-noon`.
//! Read only. A small grammar by hand; whatever it does not know is left out with its characters, and so is a time that
//! has two readings: `8-5` may be morning or evening, and a patient would stand before a closed door.
//!
//! | file | holds |
//! |---|---|
//! | `tokens` | characters as words, times and signs |
//! | `words` | the words that are known |
//! | `clause` | days and what is said of them |
//! | `clock` | which minutes of the day a written time is |

mod clause;
mod clock;
mod tokens;
mod words;

use std::collections::BTreeSet;

use clause::{Clause, Says};
use clock::{Span, Style};

use super::{Hours, LeftOut, Reading};
use crate::clinic::hours::{LocalTime, Weekday, WeeklyHours};

/// The longest text, in characters.
pub const LONGEST: usize = 2_000;

/// Reads a text.
pub fn read(text: &str) -> Reading {
    let length = text.chars().count();
    if length > LONGEST {
        let message = "Write at most 2,000 characters.";
        return Reading::of(&Hours::default(), vec![LeftOut::within(LONGEST, length, "too_long", message)]);
    }
    let tokens = tokens::of(text);
    if tokens.is_empty() {
        return Reading::of(&Hours::default(), vec![LeftOut::within(0, length, "blank", "Nothing is said here.")]);
    }
    let mut week = Week { style: Style::of(&tokens), ..Week::default() };
    for clause in clause::all(&tokens) {
        week.take(clause);
    }
    week.finish()
}

/// What the clauses have said so far.
#[derive(Default)]
struct Week {
    style: Style,
    rows: Vec<Row>,
    closed: BTreeSet<Weekday>,
    left_out: Vec<LeftOut>,
}

#[derive(Clone)]
struct Row {
    day: Weekday,
    weeks: Vec<i8>,
    span: Span,
    by_appointment: bool,
}

impl Week {
    fn take(&mut self, clause: Clause) {
        let leave = |code, message| LeftOut::within(clause.from, clause.to, code, message);
        match clause.says {
            Says::Nothing(code, message) => self.left_out.push(leave(code, message)),
            Says::Closed(days) => {
                for (day, weeks) in days {
                    if weeks.is_empty() {
                        self.rows.retain(|row| row.day != day);
                        self.closed.insert(day);
                    } else if let Some(rows) = without_weeks(&self.rows, day, &weeks) {
                        self.rows = rows;
                    } else {
                        let message = "No row says every week but these; name the weeks in which it is open.";
                        self.left_out.push(leave("closed_week", message));
                    }
                }
            }
            Says::Open { days, times } => match clock::resolve(&times, self.style) {
                Err(unclear) => {
                    let message =
                        "This time has more than one reading: say am or pm, or write it on the 24-hour clock.";
                    self.left_out.push(LeftOut::within(unclear.0, unclear.1, "ambiguous_time", message));
                }
                Ok(spans) => {
                    let met = |row: &Row| {
                        days.iter().any(|(day, _)| *day == row.day) && spans.iter().any(|span| meets(*span, row.span))
                    };
                    if days.iter().any(|(day, _)| self.closed.contains(day)) {
                        self.left_out.push(leave("contradiction", "A day is said to be closed and open."));
                    } else if self.rows.iter().any(met) {
                        self.left_out.push(leave("overlap", "Other hours were said of the same time of these days."));
                    } else {
                        self.rows.extend(days.iter().flat_map(|(day, weeks)| {
                            let by_appointment = times.by_appointment;
                            spans.iter().map(move |span| Row {
                                day: *day,
                                weeks: weeks.clone(),
                                span: *span,
                                by_appointment,
                            })
                        }));
                    }
                }
            },
        }
    }

    fn finish(self) -> Reading {
        let hours = self.rows.iter().filter_map(Row::written).collect();
        Reading::of(&Hours { hours, special_hours: Vec::new() }, self.left_out)
    }
}

/// The rows without these weeks of a day; none where a row cannot say so, as the last week is the fourth or the fifth.
fn without_weeks(rows: &[Row], day: Weekday, weeks: &[i8]) -> Option<Vec<Row>> {
    let counted = |weeks: &[i8]| weeks.iter().all(|week| *week > 0);
    let mut left = Vec::new();
    for row in rows.iter().filter(|row| row.day == day) {
        let all: &[i8] = if row.weeks.is_empty() { &[1, 2, 3, 4, 5] } else { &row.weeks };
        if !counted(all) || !counted(weeks) {
            return None;
        }
        let weeks: Vec<i8> = all.iter().filter(|week| !weeks.contains(week)).copied().collect();
        left.extend((!weeks.is_empty()).then(|| Row { weeks, ..row.clone() }));
    }
    left.extend(rows.iter().filter(|row| row.day != day).cloned());
    Some(left)
}

/// Whether two spans of one day share a minute.
fn meets(one: Span, other: Span) -> bool {
    one.0 < other.1 && other.0 < one.1
}

impl Row {
    fn written(&self) -> Option<WeeklyHours> {
        let time = |minutes: u16| LocalTime::new(minutes / 60, minutes % 60);
        let closes = if self.span.1 > clock::DAY { self.span.1 - clock::DAY } else { self.span.1 };
        Some(WeeklyHours {
            days: vec![self.day],
            opens: time(self.span.0)?,
            closes: time(closes)?,
            valid_from: None,
            valid_through: None,
            department: None,
            weeks: self.weeks.clone(),
            by_appointment: self.by_appointment,
        })
    }
}
