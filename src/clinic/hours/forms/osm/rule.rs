//! One rule: its days, its times, and what it says of them; or why our rows cannot say it.

use chrono::{Datelike, NaiveDate};
use opening_hours_syntax::rules::{
    RuleKind, RuleOperator, RuleSequence,
    day::{Date, DateOffset, DaySelector, HolidayKind, MonthdayRange, WeekDayRange, Weekday as Day, Year, YearRange},
    time::{Time, TimeSpan},
};

use super::{DAY, Span, Why};
use crate::clinic::hours::{
    MAX_DAYS, Weekday,
    week::{LAST_WEEK, is_in_week},
};

/// The most years of months that are named apart from them.
const MOST_YEARS: i32 = 20;

/// What a rule says of its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    ByAppointment,
    Closed,
}

/// Days that repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) weekdays: Vec<Weekday>,
    /// In which weeks of the month; empty for every week.
    pub(super) weeks: Vec<i8>,
    pub(super) from: Option<NaiveDate>,
    pub(super) through: Option<NaiveDate>,
}

impl Days {
    /// Whether `date` is one of them.
    pub(super) fn contain(&self, date: NaiveDate) -> bool {
        self.weekdays.contains(&Weekday::of(date))
            && self.from.is_none_or(|from| from <= date)
            && self.through.is_none_or(|through| date <= through)
            && (self.weeks.is_empty() || self.weeks.iter().any(|week| is_in_week(*week, date)))
    }
}

/// A rule in our terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) kind: Kind,
    /// Whether it is added to the rules before it.
    pub(super) joins: bool,
    pub(super) days: Vec<Days>,
    /// Particular dates, where the rule names no days of the week and few dates; then `days` is empty.
    pub(super) dates: Vec<NaiveDate>,
    pub(super) spans: Vec<Span>,
    pub(super) reason: Option<String>,
}

const NO_YEAR: Why = ("no_year", "Give the years: dates without one come back each year, which no row says.");
const MOVABLE: Why = ("movable_date", "Name the date itself.");
const HOLIDAYS: Why = ("holidays", "Use the location's holidays, or name the dates.");
const COMMENT: Why = ("comment", "No weekly row holds a comment; behind times it says that nobody knows.");
const BAD_DATE: Why = ("bad_date", "Give an existing date between 1900 and 2200.");

impl Rule {
    /// Reads a rule whose words are `text`, with a note where a part of it has no row and the rest is good without.
    pub(super) fn of(sequence: &RuleSequence, text: &str) -> Result<(Self, Option<Why>), Why> {
        let selector = &sequence.day_selector;
        if !selector.week.is_empty() {
            return Err(("week_numbers", "Name the dates: no row counts the weeks of a year."));
        }
        let (weekdays, mut note) = weekdays(&selector.weekday)?;
        let ranges = ranges(selector)?;
        let spans = sequence.time_selector.spans.iter().map(span).collect::<Result<Vec<_>, _>>()?;
        let length: i64 = ranges
            .iter()
            .map(|range| range.1.zip(range.0).map_or(MAX_DAYS, |(to, from)| (to - from).num_days() + 1))
            .sum();
        let is_dates = selector.weekday.is_empty() && !ranges.is_empty() && length <= MAX_DAYS;
        let (kind, reason, remark) = said(sequence, text, is_dates)?;
        note = note.or(remark);
        if is_dates && kind == Kind::ByAppointment {
            return Err(("appointment_on_dates", "No row of particular dates says by appointment; use weekly hours."));
        }
        let bounds = if ranges.is_empty() { vec![(None, None)] } else { ranges };
        let mut rule = Self { kind, joins: joins(sequence), days: Vec::new(), dates: Vec::new(), spans, reason };
        if is_dates {
            let dates = bounds.into_iter().filter_map(|(from, through)| from.zip(through));
            rule.dates =
                dates.flat_map(|(from, through)| from.iter_days().take_while(move |date| *date <= through)).collect();
        } else {
            for (from, through) in bounds {
                let days = weekdays.iter().map(|(weekdays, weeks)| Days {
                    weekdays: weekdays.clone(),
                    weeks: weeks.clone(),
                    from,
                    through,
                });
                rule.days.extend(days);
            }
        }
        Ok((rule, note))
    }
}

fn joins(sequence: &RuleSequence) -> bool {
    sequence.operator == RuleOperator::Additional
}

/// The kind, the reason of particular dates, and a note.
fn said(sequence: &RuleSequence, text: &str, is_dates: bool) -> Result<(Kind, Option<String>, Option<Why>), Why> {
    let comment = sequence.comment.trim();
    if comment.chars().count() > 200 || comment.chars().any(char::is_control) {
        return Err(("comment", "Write a comment of at most 200 characters on one line."));
    }
    let told = (!comment.is_empty()).then(|| comment.to_owned());
    let by_appointment = is_appointment(comment);
    let outside = text.split('"').step_by(2).collect::<String>().to_lowercase();
    match sequence.kind {
        RuleKind::Unknown | RuleKind::Open if by_appointment => Ok((Kind::ByAppointment, None, None)),
        RuleKind::Unknown => Err(("unknown", "Say whether it is open then.")),
        RuleKind::Closed => {
            Ok((Kind::Closed, told.clone().filter(|_| is_dates), told.filter(|_| !is_dates).map(|_| COMMENT)))
        }
        RuleKind::Open if is_dates => Ok((Kind::Open, told, None)),
        RuleKind::Open if told.is_some() && !outside.contains("open") => Err(COMMENT),
        RuleKind::Open => Ok((Kind::Open, None, told.map(|_| COMMENT))),
    }
}

/// Whether a comment says that patients come by appointment, in the ways that mappers write it.
fn is_appointment(comment: &str) -> bool {
    let ways =
        ["by appointment", "by appointment only", "on appointment", "appointment only", "con cita previa", "con cita"];
    ways.contains(&comment.to_lowercase().as_str())
}

type Weekdays = Vec<(Vec<Weekday>, Vec<i8>)>;

/// The days of the week, each group with its weeks of the month. Every day where none is named.
fn weekdays(selector: &[WeekDayRange]) -> Result<(Weekdays, Option<Why>), Why> {
    if selector.is_empty() {
        return Ok((vec![(Weekday::ALL.to_vec(), Vec::new())], None));
    }
    let (mut groups, mut note): (Weekdays, _) = (Vec::new(), None);
    for range in selector {
        match range {
            WeekDayRange::Holiday { kind: HolidayKind::Public, .. } => note = Some(HOLIDAYS),
            WeekDayRange::Holiday { kind: HolidayKind::School, .. } => {
                note = Some(("school_holidays", "Name the dates of the school's holidays."));
            }
            WeekDayRange::Fixed { offset, .. } if *offset != 0 => return Err(MOVABLE),
            WeekDayRange::Fixed { range, nth_from_start, nth_from_end, .. } => {
                let days = day(*range.start()).through(day(*range.end())).collect();
                groups.push((days, weeks(*nth_from_start, *nth_from_end)?));
            }
        }
    }
    match note {
        Some(why) if groups.is_empty() => Err(why),
        note => Ok((groups, note)),
    }
}

fn day(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}

fn weeks(from_start: [bool; 5], from_end: [bool; 5]) -> Result<Vec<i8>, Why> {
    if !from_start.contains(&false) {
        return Ok(Vec::new());
    }
    if from_end.iter().skip(1).any(|week| *week) {
        return Err(("week_of_month", "Count from the beginning of the month, or name its last week."));
    }
    let counted = (1..).zip(from_start).filter(|(_, named)| *named).map(|(week, _)| week);
    Ok(counted.chain(from_end.first().filter(|last| **last).map(|_| LAST_WEEK)).collect())
}

type Range = (Option<NaiveDate>, Option<NaiveDate>);

/// The ranges of dates; empty where none is named.
fn ranges(selector: &DaySelector) -> Result<Vec<Range>, Why> {
    match (selector.year.as_slice(), selector.monthday.as_slice()) {
        ([], monthdays) => monthdays.iter().map(monthdays_of).collect(),
        (years, []) => {
            let ranges = years.iter().map(|years| {
                let (first, last) = of_years(years)?;
                bounded(date(first, 1, 1)?, date(last, 12, 31)?)
            });
            ranges.collect()
        }
        (years, monthdays) => {
            let mut ranges = Vec::new();
            for years in years {
                let (first, last) = of_years(years)?;
                for year in first..=last.min(first + MOST_YEARS) {
                    let months = monthdays.iter().map(|months| monthdays_of(&in_year(months, year)?));
                    ranges.extend(months.collect::<Result<Vec<_>, _>>()?);
                }
                if last - first >= MOST_YEARS {
                    return Err(("too_many_years", "Name at most 20 years."));
                }
            }
            Ok(ranges)
        }
    }
}

fn of_years(years: &YearRange) -> Result<(i32, i32), Why> {
    let (range, step) = years.into_parts();
    let every = (step == 1).then_some((**range.start(), **range.end()));
    every.ok_or(("every_other_year", "Name the years: no row leaves out every other one."))
}

/// Months of a year that is named apart from them. Those that run into the next year are of two.
fn in_year(range: &MonthdayRange, year: i32) -> Result<MonthdayRange, Why> {
    match range {
        MonthdayRange::Month { year: None, range } if range.start() <= range.end() => {
            Ok(MonthdayRange::Month { year: Some(Year(year)), range: range.clone() })
        }
        _ => Err(NO_YEAR),
    }
}

fn monthdays_of(range: &MonthdayRange) -> Result<Range, Why> {
    match range {
        MonthdayRange::Month { year: None, .. } => Err(NO_YEAR),
        MonthdayRange::Month { year: Some(year), range } => {
            let first = date(**year, u32::from(*range.start()), 1)?;
            let last = date(**year, u32::from(*range.end()), 1)?;
            let next = last.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt());
            bounded(first, next.ok_or(BAD_DATE)?)
        }
        MonthdayRange::Date { start: (start, before), end: (end, after) } => {
            if *before != DateOffset::default() || *after != DateOffset::default() {
                return Err(MOVABLE);
            }
            let (year, month, day) = fixed(start)?;
            let from = date(year.ok_or(NO_YEAR)?, month, day)?;
            let (end_year, month, day) = fixed(end)?;
            let same_year = date(end_year.unwrap_or(from.year()), month, day);
            match (end_year, same_year) {
                (None, Ok(through)) if through < from => bounded(from, date(from.year() + 1, month, day)?),
                (_, through) => bounded(from, through?),
            }
        }
    }
}

fn fixed(date: &Date) -> Result<(Option<i32>, u32, u32), Why> {
    match date {
        Date::Fixed { year, month, day } => Ok((year.map(|year| *year), u32::from(*month), u32::from(*day))),
        Date::Weekday { .. } | Date::Easter { .. } => Err(MOVABLE),
    }
}

fn date(year: i32, month: u32, day: u32) -> Result<NaiveDate, Why> {
    NaiveDate::from_ymd_opt(year, month, day).ok_or(BAD_DATE)
}

/// A range whose ends at the ends of the syntax's calendar are none.
fn bounded(from: NaiveDate, through: NaiveDate) -> Result<Range, Why> {
    let from = Some(from).filter(|from| from.year() > 1900 || from.ordinal() > 1);
    let through = Some(through).filter(|through| through.year() < 9999);
    let in_years = [from, through].into_iter().flatten().all(|date| (1900..=2200).contains(&date.year()));
    let in_order = from.zip(through).is_none_or(|(from, through)| from <= through);
    if in_years && in_order { Ok((from, through)) } else { Err(BAD_DATE) }
}

fn span(span: &TimeSpan) -> Result<Span, Why> {
    if span.open_end {
        return Err(("open_end", "Say when it closes."));
    }
    if span.repeats.is_some() {
        return Err(("repeats", "These are times of departure and not of opening."));
    }
    let (Time::Fixed(opens), Time::Fixed(closes)) = (span.range.start, span.range.end) else {
        return Err(("sun", "Say the time: no row follows the sun."));
    };
    let (opens, closes) = (opens.mins_from_midnight(), closes.mins_from_midnight());
    let closes = if closes <= opens { closes + DAY } else { closes };
    let is_day = opens < DAY && closes - opens <= DAY;
    is_day.then_some((opens, closes)).ok_or(("too_long", "An interval is at most 24 hours."))
}
