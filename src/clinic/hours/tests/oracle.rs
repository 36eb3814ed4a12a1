//! Agreement with the `opening-hours` crate, an independent evaluator of OpenStreetMap's syntax
//! (<https://wiki.openstreetmap.org/wiki/Key:opening_hours>).
//!
//! It evaluates on the wall alone, so that both copies of a repeated hour read the same to it: those are left out here.

use chrono::{Offset, TimeDelta, TimeZone};
use opening_hours::localization::TzLocation;
use opening_hours::{Context, OpeningHours};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::strategies::{dates, minutes_around, plain_rows, zones};
use super::*;

/// Instants that are looked at in each case.
const INSTANTS: usize = 40;

/// The rows in OpenStreetMap's syntax, one additional rule for each, so that none overrides another.
fn osm(rows: &[WeeklyHours]) -> String {
    let rules: Vec<_> = rows
        .iter()
        .map(|row| {
            let weeks: Vec<_> = row.weeks.iter().map(ToString::to_string).collect();
            let weeks = if weeks.is_empty() { String::new() } else { format!("[{}]", weeks.join(",")) };
            let days: Vec<_> = row.days.iter().map(|day| short_name(*day) + &weeks).collect();
            let past_midnight = if row.closes <= row.opens { 24 } else { 0 };
            let closes = format!("{:02}:{:02}", row.closes.hour() + past_midnight, row.closes.minute());
            format!("{} {}-{closes}", days.join(","), row.opens)
        })
        .collect();
    rules.join(", ")
}

fn short_name(day: Weekday) -> String {
    format!("{day:?}").chars().take(2).collect()
}

/// Whether the clocks change within `hours` before or after `instant`.
fn clocks_change(zone: Tz, instant: DateTime<Utc>, hours: i64) -> bool {
    let offset = |shift: i64| zone.offset_from_utc_datetime(&(instant + TimeDelta::hours(shift)).naive_utc()).fix();
    (-hours..=hours).any(|shift| offset(shift) != offset(0))
}

/// Compares the answers of both at each of the minutes after the start of `base`.
fn both_agree(rows: &[WeeklyHours], zone: Tz, base: NaiveDate, minutes: &[i64]) -> Result<(), TestCaseError> {
    let clinic = schedule(zone, rows, &[]);
    let expression: OpeningHours = osm(rows).parse().unwrap();
    let oracle = expression.with_context(Context::default().with_locale(TzLocation::new(zone)));
    for minute in minutes {
        let instant = base.and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::minutes(*minute);
        let local = instant.with_timezone(&zone);
        if zone.from_local_datetime(&local.naive_local()).single().is_none() {
            continue;
        }
        let answer = clinic.open_at(instant, "en", OperatingStatus::Open);
        prop_assert_eq!(answer.now, oracle.is_open(local), "{} at {}", osm(rows), local);
        if let Some(change) = answer.changes_at
            && change - instant < TimeDelta::days(8)
            && !clocks_change(zone, instant, 8 * 24)
        {
            let theirs = oracle.next_change(local).map(|next| next.to_utc());
            prop_assert_eq!(Some(change), theirs, "{} after {}", osm(rows), local);
        }
    }
    Ok(())
}

fn cases() -> impl Strategy<Value = (Vec<WeeklyHours>, Tz, NaiveDate, Vec<i64>)> {
    (vec(plain_rows(), 1..5), zones(), dates(), vec(minutes_around(5), INSTANTS))
}

fn compare(cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let agree = |(rows, zone, base, minutes): (Vec<WeeklyHours>, Tz, NaiveDate, Vec<i64>)| {
        both_agree(&rows, zone, base, &minutes)
    };
    TestRunner::new(config).run(&self::cases(), agree).unwrap();
}

#[test]
fn the_openstreetmap_evaluator_agrees() {
    compare(80);
}

/// `cargo test --release --lib -- --ignored hours::tests::oracle`
#[test]
#[ignore = "a million instants take minutes"]
fn the_openstreetmap_evaluator_agrees_at_a_million_instants() {
    compare(1_000_000 / u32::try_from(INSTANTS).unwrap() + 1);
}
