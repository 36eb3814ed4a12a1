//! Stretches of opening, first as the clocks on the wall show them and then in time.

use std::iter;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Closure, LocalTime, zone};

/// From `opens` until just before `closes`, on the wall (`NaiveDateTime`) or in time (`DateTime<Utc>`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<T> {
    pub(super) opens: T,
    pub(super) closes: T,
    /// The closing as its row writes it, since midnight is written both `00:00` and `24:00`.
    pub(super) written_closing: LocalTime,
}

impl Stretch<NaiveDateTime> {
    /// The interval that starts on `date`; closing at or before the opening is on the next day.
    pub(super) fn on(date: NaiveDate, opens: LocalTime, closes: LocalTime) -> Self {
        let days = i64::from(closes <= opens);
        let shown = |time: LocalTime, days: i64| {
            let passed = TimeDelta::minutes(i64::from(time.minutes())) + TimeDelta::days(days);
            let local = date.and_time(NaiveTime::MIN).checked_add_signed(passed);
            local.unwrap_or(NaiveDateTime::MAX)
        };
        Self { opens: shown(opens, 0), closes: shown(closes, days), written_closing: closes }
    }

    /// The same stretch in time; `None` where it lies in a gap of local time and has no length.
    pub(super) fn in_time(self, zone: Tz) -> Option<Stretch<DateTime<Utc>>> {
        let opens = zone::opening(zone, self.opens);
        let closes = zone::closing(zone, self.closes);
        let written_closing = self.written_closing;
        (opens < closes).then_some(Stretch { opens, closes, written_closing })
    }
}

impl Stretch<DateTime<Utc>> {
    /// Whether `at` lies in the stretch.
    pub(super) fn covers(&self, at: DateTime<Utc>) -> bool {
        self.opens <= at && at < self.closes
    }

    /// What is left of the stretch when these closures are taken out of it, in order.
    pub(super) fn without(self, closures: &[Closure]) -> Vec<Self> {
        let mut left = vec![self];
        for closure in closures {
            left = left.into_iter().flat_map(|stretch| stretch.beside(closure)).collect();
        }
        left
    }

    /// The parts before and after a closure that have a length.
    fn beside(self, closure: &Closure) -> impl Iterator<Item = Self> {
        let before = Self { closes: self.closes.min(closure.from), ..self };
        let after = Self { opens: self.opens.max(closure.until), ..self };
        [before, after].into_iter().filter(|part| part.opens < part.closes)
    }
}

/// Puts stretches that come in the order of their openings into time, joined where they overlap or touch.
///
/// Joining on the wall first spares the conversion of each inner edge. It changes nothing, as openings move to the
/// earlier and closings to the later instant; for the same reason neighbours in a repeated hour can overlap only in time.
pub(super) fn joined_in_time(
    zone: Tz,
    on_wall: impl Iterator<Item = Stretch<NaiveDateTime>>,
) -> impl Iterator<Item = Stretch<DateTime<Utc>>> {
    joined(joined(on_wall).filter_map(move |stretch| stretch.in_time(zone)))
}

/// Joins neighbours that overlap or touch; they come in the order of their openings.
fn joined<T: Ord + Copy>(stretches: impl Iterator<Item = Stretch<T>>) -> impl Iterator<Item = Stretch<T>> {
    let mut stretches = stretches.peekable();
    iter::from_fn(move || {
        let mut whole = stretches.next()?;
        while let Some(next) = stretches.next_if(|next| next.opens <= whole.closes) {
            if next.closes > whole.closes {
                whole = Stretch { opens: whole.opens, ..next };
            }
        }
        Some(whole)
    })
}
