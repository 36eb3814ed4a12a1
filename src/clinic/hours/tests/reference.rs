//! A naive evaluation to compare with: step through the minutes and look at the clock on the wall.
//!
//! It never asks which instant a local time is. An opening has come once the wall has shown its time or a later one; a
//! closing has not come while the wall will still show an earlier time, or its very time again.

use chrono::{Datelike, NaiveDateTime, TimeDelta};

use super::*;

/// The minutes from `first` on, each with whether the location is open.
pub(super) struct Minutes {
    first: DateTime<Utc>,
    open: Vec<bool>,
}

const MARGIN: usize = 4 * 1_440;

impl Minutes {
    /// Evaluates `count` minutes from `first`.
    pub(super) fn evaluate(clinic: &Schedule, status: OperatingStatus, first: DateTime<Utc>, count: usize) -> Self {
        let minute = |index: usize| first + minutes(index) - minutes(MARGIN);
        let walls: Vec<_> = (0..count + 2 * MARGIN)
            .map(|index| minute(index).with_timezone(&clinic.timezone()).naive_local())
            .collect();
        let mut latest_before = walls.clone();
        for index in 1..walls.len() {
            latest_before[index] = latest_before[index].max(latest_before[index - 1]);
        }
        let mut earliest_after = walls.clone();
        for index in (0..walls.len() - 1).rev() {
            earliest_after[index] = earliest_after[index].min(earliest_after[index + 1]);
        }
        let intervals = nominal_intervals(clinic, walls[0].date(), walls[walls.len() - 1].date());
        let open = (MARGIN..MARGIN + count)
            .map(|index| {
                let (so_far, from_now, later) =
                    (latest_before[index], earliest_after[index], earliest_after[index + 1]);
                let shut = is_shut(status, from_now) || clinic.closures().iter().any(|out| out.covers(minute(index)));
                !shut
                    && intervals
                        .iter()
                        .any(|(opens, closes)| so_far >= *opens && (from_now < *closes || later <= *closes))
            })
            .collect();
        Self { first, open }
    }

    pub(super) fn at(&self, index: usize) -> (DateTime<Utc>, bool) {
        (self.first + minutes(index), self.open[index])
    }

    /// The first minute after `index` that differs from it.
    pub(super) fn flip_after(&self, index: usize) -> Option<DateTime<Utc>> {
        (index + 1..self.open.len()).find(|later| self.open[*later] != self.open[index]).map(|later| self.at(later).0)
    }

    /// The first minute after `index` at which the location becomes open.
    pub(super) fn opening_after(&self, index: usize) -> Option<DateTime<Utc>> {
        (index + 1..self.open.len())
            .find(|later| self.open[*later] && !self.open[later - 1])
            .map(|later| self.at(later).0)
    }
}

fn minutes(count: usize) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(count).unwrap())
}

fn is_shut(status: OperatingStatus, earliest_wall: NaiveDateTime) -> bool {
    match status {
        OperatingStatus::Open => false,
        OperatingStatus::TemporarilyClosed { until: Some(last) } => earliest_wall.date() <= last,
        _ => true,
    }
}

/// Openings and closings on the wall, of every interval that starts on the days given.
fn nominal_intervals(clinic: &Schedule, from: NaiveDate, to: NaiveDate) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let mut found = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= to) {
        let mut add = |opens: LocalTime, closes: LocalTime| {
            let midnight = day.and_hms_opt(0, 0, 0).unwrap();
            let days = i64::from(closes <= opens);
            let on_wall = |time: LocalTime| TimeDelta::minutes(i64::from(time.minutes()));
            found.push((midnight + on_wall(opens), midnight + on_wall(closes) + TimeDelta::days(days)));
        };
        let of_all = clinic.special().iter().filter(|row| row.department.is_none());
        let special: Vec<_> = of_all.filter(|row| (row.from..=row.through).contains(&day)).collect();
        let holiday = clinic.holidays().is_some_and(|holidays| holidays.between(day, day).next().is_some());
        let shut = special.iter().any(|row| row.closed) || (holiday && special.is_empty());
        let name = EVERY_DAY[day.weekday().num_days_from_monday() as usize];
        let own = clinic.hours().iter().filter(|row| row.department.is_none() && !row.by_appointment);
        for row in own.filter(|row| !shut && row.days.contains(&name) && is_in_weeks(&row.weeks, day)) {
            let begun = row.valid_from.is_none_or(|first| day >= first);
            let ended = row.valid_through.is_some_and(|last| day > last);
            if begun && !ended {
                add(row.opens, row.closes);
            }
        }
        special.iter().flat_map(|row| &row.intervals).for_each(|interval| add(interval.opens, interval.closes));
    }
    found
}

/// Counts the days of that name in the month, one by one.
fn is_in_weeks(weeks: &[i8], day: NaiveDate) -> bool {
    let same = |other: &NaiveDate| other.month() == day.month() && other.weekday() == day.weekday();
    let month = day.with_day(1).unwrap().iter_days().take(31).filter(same).collect::<Vec<_>>();
    let place = month.iter().position(|other| *other == day).unwrap();
    let last = place + 1 == month.len();
    weeks.is_empty()
        || weeks.iter().any(|week| if *week == -1 { last } else { usize::try_from(*week) == Ok(place + 1) })
}
