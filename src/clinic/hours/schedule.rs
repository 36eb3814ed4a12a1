//! The rows of one location, checked, and the days they open.

use std::iter;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::stretch::{Stretch, joined_in_time};
use super::{Closure, Holidays, HoursMistake, LocalTime, SpecialHours, WeeklyHours, mistakes, zone};

/// The longest range of days that is computed or may be closed in one row, in days.
pub const MAX_DAYS: i64 = 400;

/// The checked hours of one location in its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    timezone: Tz,
    hours: Vec<WeeklyHours>,
    special: Vec<SpecialHours>,
    holidays: Option<Holidays>,
    /// In no order.
    closures: Vec<Closure>,
}

/// Why a day's weekly hours are taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason<'a> {
    /// As staff wrote it, in their language.
    Written(&'a str),
    /// A public holiday, by its English name.
    Holiday(&'a str),
}

/// One day of a location and the intervals that start on it, in order; none overlap, and of one kind none touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenDay {
    /// The local date.
    #[schema(example = "2026-11-25")]
    pub date: NaiveDate,
    /// The intervals that start on this day.
    pub intervals: Vec<OpenInterval>,
    /// Why special hours or a holiday take this day's weekly hours away; `null` where they do not or give no reason.
    #[schema(required, example = "Thanksgiving")]
    pub closed_reason: Option<String>,
}

/// One interval as instants, and as the clock on the wall shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenInterval {
    /// The first instant that is open.
    #[schema(example = "2026-11-25T13:00:00Z")]
    pub opens_at: DateTime<Utc>,
    /// The first instant that is closed again.
    #[schema(example = "2026-11-25T22:00:00Z")]
    pub closes_at: DateTime<Utc>,
    /// Local time of `opens_at`.
    pub opens: LocalTime,
    /// Local time of `closes_at`, which may be on a later day.
    #[schema(example = "17:00")]
    pub closes: LocalTime,
    /// Whether patients are seen then only by appointment: the location does not count as open.
    pub by_appointment: bool,
}

impl Schedule {
    /// Checks the rows against each rule of the room.
    ///
    /// # Errors
    /// Every mistake at once, each with a JSON pointer from the location (`/hours/…`, `/special_hours/…`).
    pub fn new(timezone: Tz, hours: Vec<WeeklyHours>, special: Vec<SpecialHours>) -> Result<Self, Vec<HoursMistake>> {
        let mistakes = mistakes::find(&hours, &special);
        if mistakes.is_empty() {
            Ok(Self { timezone, hours, special, holidays: None, closures: Vec::new() })
        } else {
            Err(mistakes)
        }
    }

    /// Other rows in the same zone, with the same holidays and closures; parts of checked rows are checked.
    pub(super) fn with_rows(&self, hours: Vec<WeeklyHours>, special: Vec<SpecialHours>) -> Self {
        let (holidays, closures) = (self.holidays.clone(), self.closures.clone());
        Self { timezone: self.timezone, hours, special, holidays, closures }
    }

    /// The same hours, with these closures taken out.
    #[must_use]
    pub fn closed_during(self, closures: Vec<Closure>) -> Self {
        Self { closures, ..self }
    }

    /// The same hours, but closed on these holidays.
    #[must_use]
    pub fn closed_on(self, holidays: Option<Holidays>) -> Self {
        Self { holidays, ..self }
    }

    /// The holidays on which it is closed.
    #[must_use]
    pub fn holidays(&self) -> Option<&Holidays> {
        self.holidays.as_ref()
    }

    /// The closures.
    pub(super) fn closures(&self) -> &[Closure] {
        &self.closures
    }

    /// The zone that all local times are in.
    #[must_use]
    pub fn timezone(&self) -> Tz {
        self.timezone
    }

    /// The weekly rows, those of departments included.
    #[must_use]
    pub fn hours(&self) -> &[WeeklyHours] {
        &self.hours
    }

    /// The rows of particular dates.
    #[must_use]
    pub fn special(&self) -> &[SpecialHours] {
        &self.special
    }

    /// The days from `from` through `to`, each with the location's own intervals and those by appointment.
    ///
    /// A range longer than [`MAX_DAYS`] ends after that many days; one that ends before it starts is empty.
    #[must_use]
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> Vec<OpenDay> {
        let length = ((to - from).num_days() + 1).clamp(0, MAX_DAYS);
        let appointments = self.by_appointment().map(|asked| self.out_of(asked, from, length));
        days_after(from)
            .take(usize::try_from(length).unwrap_or_default())
            .map(|date| OpenDay {
                date,
                intervals: self.intervals_with(appointments.as_ref(), date),
                closed_reason: self.closed_reason(date).map(str::to_owned),
            })
            .collect()
    }

    /// Why special hours or a holiday take the weekly hours of `date` away, in words.
    fn closed_reason(&self, date: NaiveDate) -> Option<&str> {
        match self.closed_for(date)? {
            Reason::Written(words) | Reason::Holiday(words) => Some(words),
        }
    }

    /// The reason of the first special row with one that takes the weekly hours of `date` away, or the holiday that does.
    pub(super) fn closed_for(&self, date: NaiveDate) -> Option<Reason<'_>> {
        let mut closing = self.special_of(date).filter(|row| row.closed);
        let reason = closing.find_map(|row| row.reason.as_deref().filter(|reason| !reason.trim().is_empty()));
        reason.map(Reason::Written).or_else(|| self.holiday(date).map(Reason::Holiday))
    }

    /// The location's own special rows of `date`.
    fn special_of(&self, date: NaiveDate) -> impl Iterator<Item = &SpecialHours> {
        self.special.iter().filter(move |row| row.department.is_none() && row.covers(date))
    }

    /// The holiday that closes `date`. Special hours of that day are what somebody decided about it.
    fn holiday(&self, date: NaiveDate) -> Option<&'static str> {
        let holidays = self.holidays.as_ref().filter(|_| self.special_of(date).next().is_none());
        holidays.and_then(|holidays| holidays.closing(date))
    }

    /// A schedule without the time at which this one is open, on `length` days from `from`.
    fn out_of(&self, other: Self, from: NaiveDate, length: i64) -> Self {
        let first = from.checked_sub_signed(TimeDelta::days(3)).unwrap_or(from);
        let days = days_after(first).take(usize::try_from(length + 6).unwrap_or_default());
        let open = joined_in_time(self.timezone, days.flat_map(|day| self.on_wall(day)));
        let open = open.map(|stretch| Closure { from: stretch.opens, until: stretch.closes });
        let closures = self.closures.iter().copied().chain(open).collect();
        other.closed_during(closures)
    }

    /// The intervals that start on `date`, and those by appointment beside them, in order.
    fn intervals_with(&self, appointments: Option<&Self>, date: NaiveDate) -> Vec<OpenInterval> {
        let mut intervals = self.intervals_of(date);
        let asked = appointments.into_iter().flat_map(|schedule| schedule.intervals_of(date));
        intervals.extend(asked.map(|interval| OpenInterval { by_appointment: true, ..interval }));
        intervals.sort_by_key(|interval| (interval.opens_at, interval.closes_at));
        intervals
    }

    /// The intervals that start on `date`, in order, joined where they overlap or touch.
    fn intervals_of(&self, date: NaiveDate) -> Vec<OpenInterval> {
        let stretches = joined_in_time(self.timezone, self.on_wall(date).into_iter());
        let left = stretches.flat_map(|stretch| stretch.without(&self.closures));
        left.map(|stretch| self.shown(&stretch)).collect()
    }

    /// A stretch as the list of days has it: local times are the wall's, and midnight is written as its row does.
    fn shown(&self, stretch: &Stretch<DateTime<Utc>>) -> OpenInterval {
        let time_at = |instant| LocalTime::of(zone::wall(self.timezone, instant));
        let closes = time_at(stretch.closes);
        let written = stretch.written_closing;
        let at_midnight = closes.minutes() == 0 && written == LocalTime::END_OF_DAY;
        OpenInterval {
            opens_at: stretch.opens,
            closes_at: stretch.closes,
            opens: time_at(stretch.opens),
            closes: if at_midnight { written } else { closes },
            by_appointment: false,
        }
    }

    /// What starts on `date`, in the order of the openings.
    fn on_wall(&self, date: NaiveDate) -> Vec<Stretch<NaiveDateTime>> {
        let (mut stretches, mut closed) = (Vec::new(), self.holiday(date).is_some());
        for row in self.special_of(date) {
            closed |= row.closed;
            let intervals = row.intervals.iter();
            stretches.extend(intervals.map(|added| Stretch::on(date, added.opens, added.closes)));
        }
        if !closed {
            stretches.extend(self.weekly_on_wall(date));
        }
        stretches.sort_by_key(|stretch| (stretch.opens, stretch.closes));
        stretches
    }

    /// What the weekly rows alone would start on `date`, in the order of the rows.
    fn weekly_on_wall(&self, date: NaiveDate) -> impl Iterator<Item = Stretch<NaiveDateTime>> {
        let rows = self.hours.iter().filter(move |row| row.opens_on(date));
        rows.map(move |row| Stretch::on(date, row.opens, row.closes))
    }

    /// What the weekly rows would have started the day before `today`, had special hours with a reason not closed it.
    pub(super) fn nights_taken_away(&self, today: NaiveDate) -> impl Iterator<Item = Stretch<DateTime<Utc>>> {
        let yesterday = today.pred_opt().filter(|day| self.closed_reason(*day).is_some());
        let nights = yesterday.into_iter().flat_map(|day| self.weekly_on_wall(day));
        nights.filter_map(|night| night.in_time(self.timezone))
    }

    /// The stretches of unbroken opening that end after `at`, in order, up to the last that opens by `horizon`.
    ///
    /// The first may have begun earlier than its `opens` says. Days are computed as the stretches are asked for.
    pub(super) fn stretches_after(
        &self,
        at: DateTime<Utc>,
        horizon: DateTime<Utc>,
    ) -> impl Iterator<Item = Stretch<DateTime<Utc>>> {
        let today = zone::wall(self.timezone, at).date();
        // An interval reaches into the day after the one it starts on, and clocks have gone back by as much as a day.
        let first = today.checked_sub_signed(TimeDelta::days(3)).unwrap_or(NaiveDate::MIN);
        let last = zone::wall(self.timezone, horizon).date().checked_add_signed(TimeDelta::days(1));
        let days = days_after(first).take_while(move |day| last.is_none_or(|last| *day <= last));
        let stretches = joined_in_time(self.timezone, days.flat_map(|day| self.on_wall(day)));
        let stretches = stretches.flat_map(|stretch| stretch.without(&self.closures));
        stretches.filter(move |stretch| stretch.closes > at).take_while(move |stretch| stretch.opens <= horizon)
    }
}

fn days_after(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    iter::successors(Some(first), NaiveDate::succ_opt)
}
