//! Random rows of the kinds that a form can say.

use chrono::{NaiveDate, TimeDelta};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::super::Hours;
use crate::clinic::hours::{Interval, LocalTime, SpecialHours, Weekday, WeeklyHours};

/// The day that random dates lie around.
pub(super) fn base() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

/// An interval of five-minute times; with `turned`, one of 24 hours may begin within a day.
pub(super) fn intervals(turned: bool) -> impl Strategy<Value = Interval> {
    let five_minutes = |count: u16| LocalTime::new(count / 12, count % 12 * 5).unwrap();
    (0..288u16, prop_oneof![0..288u16, Just(288u16), 0..60u16])
        .prop_map(move |(opens, closes)| Interval { opens: five_minutes(opens), closes: five_minutes(closes) })
        .prop_filter("no turned day", move |one| turned || one.opens != one.closes || one.opens.minutes() == 0)
}

fn near(days: i64) -> NaiveDate {
    base() + TimeDelta::days(days)
}

/// A row of days and times alone.
pub(super) fn plain_rows(turned: bool) -> impl Strategy<Value = WeeklyHours> {
    (subsequence(Weekday::ALL.to_vec(), 1..=7).prop_shuffle(), intervals(turned)).prop_map(
        |(days, Interval { opens, closes })| WeeklyHours {
            days,
            opens,
            closes,
            valid_from: None,
            valid_through: None,
            department: None,
            weeks: Vec::new(),
            by_appointment: false,
        },
    )
}

/// A row with bounds.
pub(super) fn bounded_rows(turned: bool) -> impl Strategy<Value = WeeklyHours> {
    (plain_rows(turned), option::weighted(0.3, -9..9i64), option::weighted(0.3, 0..9i64)).prop_map(
        |(row, from, length)| WeeklyHours {
            valid_from: from.map(near),
            valid_through: length.map(|days| near(from.unwrap_or_default() + days)),
            ..row
        },
    )
}

/// Any row of the location itself.
pub(super) fn own_rows() -> impl Strategy<Value = WeeklyHours> {
    let weeks = prop_oneof![3 => Just(Vec::new()), 1 => subsequence(vec![1i8, 2, 3, 4, 5, -1], 1..4)];
    (bounded_rows(true), weeks, prop::bool::weighted(0.15)).prop_map(|(row, weeks, by_appointment)| WeeklyHours {
        weeks,
        by_appointment,
        ..row
    })
}

/// A row of particular dates.
pub(super) fn special_rows(turned: bool) -> impl Strategy<Value = SpecialHours> {
    let reason = option::of("[A-Z][a-z ]{1,8}[a-z\"]".prop_map(|text| text.trim().to_owned()));
    (-5..6i64, 0..3i64, any::<bool>(), vec(intervals(turned), 0..3), reason).prop_map(
        |(start, length, closed, intervals, reason)| SpecialHours {
            from: near(start),
            through: near(start + length),
            closed: closed || intervals.is_empty(),
            intervals,
            reason,
            department: None,
        },
    )
}

/// Rows of one kind with special ones.
pub(super) fn hours(
    row: impl Strategy<Value = WeeklyHours>,
    special: impl Strategy<Value = SpecialHours>,
) -> impl Strategy<Value = Hours> {
    (vec(row, 0..6), vec(special, 0..5)).prop_map(|(hours, special_hours)| Hours { hours, special_hours })
}
