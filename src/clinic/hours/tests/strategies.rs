//! Random hours, zones and instants for the property tests.

use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

/// Zones with the odd rules: gaps and overlaps at midnight, half an hour, a whole day, and ordinary ones.
pub(super) fn zones() -> impl Strategy<Value = Tz> {
    let odd = [
        Tz::America__New_York,
        Tz::America__Phoenix,
        Tz::America__Havana,
        Tz::America__Sao_Paulo,
        Tz::America__St_Johns,
        Tz::Australia__Lord_Howe,
        Tz::Pacific__Apia,
        Tz::Pacific__Kwajalein,
        Tz::Asia__Kathmandu,
        Tz::Africa__Casablanca,
    ];
    prop_oneof![3 => select(odd.to_vec()), 1 => select(chrono_tz::TZ_VARIANTS.to_vec())]
}

/// Days from 1975 to 2036, every other time one on which the clocks change somewhere, or a holiday.
pub(super) fn dates() -> impl Strategy<Value = NaiveDate> {
    let changes = [
        "2026-03-08",
        "2026-11-01",
        "2011-12-30",
        "1993-08-21",
        "2018-11-04",
        "2018-02-18",
        "2010-11-07",
        "2026-10-04",
        "2026-04-05",
    ];
    let holidays = ["2026-11-26", "2026-12-25", "2027-01-01", "2026-07-03", "2027-05-03"];
    let any_day = (0..22_000i64).prop_map(|days| date("1975-01-01") + TimeDelta::days(days));
    let known = [changes.as_slice(), holidays.as_slice()].concat();
    prop_oneof![any_day, select(known).prop_map(date)]
}

pub(super) fn intervals() -> impl Strategy<Value = Interval> {
    let night = prop_oneof![0..288u16, 0..40u16];
    (night.clone(), prop_oneof![night, Just(288u16)]).prop_map(|(opens, closes)| {
        let five_minutes = |count: u16| LocalTime::new(count / 12, count % 12 * 5).unwrap();
        Interval { opens: five_minutes(opens), closes: five_minutes(closes) }
    })
}

/// A row without bounds or department, every other time of some weeks of the month alone.
pub(super) fn plain_rows() -> impl Strategy<Value = WeeklyHours> {
    let weeks = prop_oneof![Just(Vec::new()), subsequence(vec![1i8, 2, 3, 4, 5, -1], 1..=3)];
    (subsequence(EVERY_DAY.to_vec(), 1..=7), intervals(), weeks).prop_map(
        |(days, Interval { opens, closes }, weeks)| WeeklyHours {
            opens,
            closes,
            weeks,
            ..weekly(&days, "00:00", "00:00")
        },
    )
}

/// Minutes around `base`, every third time within two minutes of a midnight.
pub(super) fn minutes_around(days: i64) -> impl Strategy<Value = i64> {
    let near_midnight = (-days..days, -2..3i64).prop_map(|(day, minute)| day * 1_440 + minute);
    prop_oneof![2 => -days * 1_440..days * 1_440, 1 => near_midnight]
}

fn rows_near(base: NaiveDate) -> impl Strategy<Value = WeeklyHours> {
    let bounds = (option::weighted(0.2, -3..4i64), option::weighted(0.2, 0..4i64));
    let others = (prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    (plain_rows(), bounds, others).prop_map(move |(row, (from, length), (department, by_appointment))| WeeklyHours {
        by_appointment,
        valid_from: from.map(|days| base + TimeDelta::days(days)),
        valid_through: length.map(|days| base + TimeDelta::days(from.unwrap_or_default() + days)),
        department: department.then(|| "Laboratory".to_owned()),
        ..row
    })
}

fn special_near(base: NaiveDate) -> impl Strategy<Value = SpecialHours> {
    let reasons = option::of("[A-Z][a-z]{2,8}");
    let department = prop::bool::weighted(0.1).prop_map(|of_it| of_it.then(|| "Laboratory".to_owned()));
    (-4..5i64, 0..3i64, any::<bool>(), vec(intervals(), 0..3), reasons, department).prop_map(
        move |(start, length, closed, intervals, reason, department)| SpecialHours {
            from: base + TimeDelta::days(start),
            through: base + TimeDelta::days(start + length),
            closed: closed || intervals.is_empty(),
            intervals,
            reason,
            department,
        },
    )
}

/// Every other time the holidays of a region, so that some lie near.
fn holidays() -> impl Strategy<Value = Option<Holidays>> {
    let rule = select(vec!["US", "US-FL", "DE-BY", "JP"])
        .prop_map(|calendar| Holidays::of(&HolidayRule { calendar: calendar.to_owned(), except: Vec::new() }).unwrap());
    option::of(rule)
}

fn closure_near(base: NaiveDate) -> impl Strategy<Value = Closure> {
    (-3 * 1_440..3 * 1_440i64, 1..2 * 1_440i64).prop_map(move |(start, length)| {
        let from = base.and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::minutes(start);
        Closure { from, until: from + TimeDelta::minutes(length) }
    })
}

/// A schedule and a date that its bounds and special days lie around.
pub(super) fn schedules() -> impl Strategy<Value = (Schedule, NaiveDate)> {
    (zones(), dates()).prop_flat_map(|(zone, base)| {
        let rows = vec(rows_near(base), 0..5);
        let special = vec(special_near(base), 0..4);
        let closures = vec(closure_near(base), 0..3);
        (rows, special, closures, holidays()).prop_map(move |(rows, special, closures, holidays)| {
            (schedule(zone, &rows, &special).closed_during(closures).closed_on(holidays), base)
        })
    })
}

/// A status, with closures that end around `base`.
pub(super) fn statuses(base: NaiveDate) -> impl Strategy<Value = OperatingStatus> {
    let until = (-2..3i64).prop_map(move |days| Some(base + TimeDelta::days(days)));
    prop_oneof![
        3 => Just(OperatingStatus::Open),
        1 => until.prop_map(|until| OperatingStatus::TemporarilyClosed { until }),
    ]
}
