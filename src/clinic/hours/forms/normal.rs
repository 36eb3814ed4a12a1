//! The one form of rows that open at the same instants: what two writers of the same hours agree on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Hours;
use crate::clinic::hours::{Interval, LocalTime, SpecialHours, Weekday, WeeklyHours};

/// Whose hours of a particular date: none for the location's own.
type Department = Option<String>;

/// What a particular date says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// Whether the weekly hours are taken away.
    pub(super) closed: bool,
    /// What is added, in order, none twice.
    pub(super) intervals: Vec<Interval>,
    pub(super) reason: Option<String>,
}

/// A row of weekly hours without its days.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    department: Department,
    by_appointment: bool,
    valid_from: Option<NaiveDate>,
    valid_through: Option<NaiveDate>,
    weeks: Vec<i8>,
    opens: LocalTime,
    closes: LocalTime,
}

/// The same hours, each said once, in order: one row for all days of an interval, midnight at the end of a day `24:00`,
/// days with the same exception in one range.
#[must_use]
pub fn normal(rows: &Hours) -> Hours {
    Hours { hours: weekly(&rows.hours), special_hours: join(dates(&rows.special_hours)) }
}

/// The same hours of the location itself as forms say them in which a particular date replaces the week: a date to which
/// hours are added has all that is open then.
#[must_use]
pub fn replaced(rows: &Hours) -> Hours {
    let own = rows.special_hours.iter().filter(|row| row.department.is_none());
    let mut days = dates(own);
    for ((_, date), day) in days.iter_mut().filter(|(_, day)| !day.closed) {
        let weekly = rows.hours.iter().filter(|row| row.opens_on(*date));
        day.intervals.extend(weekly.map(|row| Interval { opens: row.opens, closes: midnight(row.closes) }));
        order(&mut day.intervals);
        day.closed = true;
    }
    Hours { hours: weekly(&rows.hours), special_hours: join(days) }
}

/// The weekly rows in their normal form.
pub(super) fn weekly(rows: &[WeeklyHours]) -> Vec<WeeklyHours> {
    let mut days: BTreeMap<Kind, BTreeSet<Weekday>> = BTreeMap::new();
    for row in rows {
        let weeks: BTreeSet<i8> = row.weeks.iter().copied().collect();
        let kind = Kind {
            department: row.department.clone(),
            by_appointment: row.by_appointment,
            valid_from: row.valid_from,
            valid_through: row.valid_through,
            // The last week stands behind the numbered ones.
            weeks: weeks
                .iter()
                .filter(|week| **week > 0)
                .chain(weeks.iter().filter(|week| **week <= 0))
                .copied()
                .collect(),
            opens: row.opens,
            closes: midnight(row.closes),
        };
        days.entry(kind).or_default().extend(&row.days);
    }
    let mut rows: Vec<WeeklyHours> = days.into_iter().filter(|(_, days)| !days.is_empty()).map(row).collect();
    rows.sort_by_cached_key(|row| {
        (row.department.clone(), row.by_appointment, row.days.clone(), row.opens, row.closes)
    });
    rows
}

fn row((kind, days): (Kind, BTreeSet<Weekday>)) -> WeeklyHours {
    WeeklyHours {
        days: days.into_iter().collect(),
        opens: kind.opens,
        closes: kind.closes,
        valid_from: kind.valid_from,
        valid_through: kind.valid_through,
        department: kind.department,
        weeks: kind.weeks,
        by_appointment: kind.by_appointment,
    }
}

/// A closing at midnight, written as the end of its day.
pub(super) fn midnight(closes: LocalTime) -> LocalTime {
    if closes.minutes() == 0 { LocalTime::END_OF_DAY } else { closes }
}

fn order(intervals: &mut Vec<Interval>) {
    intervals.sort_by_key(|interval| (interval.opens, interval.closes));
    intervals.dedup();
}

/// What each date says, all its rows together. The reason is that of the first row which closes, as the public reads it.
pub(super) fn dates<'a>(rows: impl IntoIterator<Item = &'a SpecialHours>) -> BTreeMap<(Department, NaiveDate), Day> {
    let mut days: BTreeMap<(Department, NaiveDate), Day> = BTreeMap::new();
    for row in rows {
        for date in row.from.iter_days().take_while(|date| *date <= row.through) {
            let day = days.entry((row.department.clone(), date)).or_default();
            let first_closing = row.closed && !day.closed && row.reason.is_some();
            if day.reason.is_none() || first_closing {
                day.reason.clone_from(&row.reason);
            }
            day.closed |= row.closed;
            let closing = |interval: &Interval| Interval { closes: midnight(interval.closes), ..*interval };
            day.intervals.extend(row.intervals.iter().map(closing));
        }
    }
    for day in days.values_mut() {
        order(&mut day.intervals);
    }
    days
}

/// Neighbours that say the same in one row.
pub(super) fn join(days: BTreeMap<(Department, NaiveDate), Day>) -> Vec<SpecialHours> {
    let mut rows: Vec<SpecialHours> = Vec::new();
    for ((department, date), day) in days {
        let follows = |last: &SpecialHours| {
            last.department == department
                && last.through.succ_opt() == Some(date)
                && (last.through - last.from).num_days() + 1 < crate::clinic::hours::MAX_DAYS
                && (last.closed, &last.intervals, &last.reason) == (day.closed, &day.intervals, &day.reason)
        };
        match rows.last_mut().filter(|last| follows(last)) {
            Some(last) => last.through = date,
            None => rows.push(SpecialHours {
                from: date,
                through: date,
                closed: day.closed,
                intervals: day.intervals,
                reason: day.reason,
                department,
            }),
        }
    }
    rows
}

/// Dates that replace the week, told one interval at a time.
#[derive(Debug, Default)]
pub(super) struct Told {
    days: BTreeMap<(Department, NaiveDate), Day>,
}

impl Told {
    /// Takes what a row says of its dates. False, and nothing is taken, where one of them was told to be closed and is
    /// open now, or the other way round.
    pub(super) fn tell(&mut self, row: &SpecialHours) -> bool {
        let dates = || row.from.iter_days().take_while(|date| *date <= row.through);
        let key = |date| (row.department.clone(), date);
        let contradicts = |day: &Day| day.intervals.is_empty() != row.intervals.is_empty();
        if dates().any(|date| self.days.get(&key(date)).is_some_and(contradicts)) {
            return false;
        }
        for date in dates() {
            let day = self.days.entry(key(date)).or_default();
            day.closed = true;
            day.intervals.extend(&row.intervals);
            order(&mut day.intervals);
            if day.reason.is_none() {
                day.reason.clone_from(&row.reason);
            }
        }
        true
    }

    /// The dates as rows.
    pub(super) fn rows(self) -> Vec<SpecialHours> {
        join(self.days)
    }
}
