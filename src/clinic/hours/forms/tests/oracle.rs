//! What is written as `opening_hours` opens at the same instants in the `opening-hours` crate, an independent evaluator;
//! what is read from it opens at the same instants in our engine.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use opening_hours::localization::TzLocation;
use opening_hours::{Context, OpeningHours};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Hours, osm};
use super::strategies::{base, hours, own_rows, special_rows};
use crate::clinic::hours::{OperatingStatus, Schedule};

/// Without changes of the clocks: the oracle knows the wall alone.
const ZONE: Tz = Tz::America__Phoenix;

fn engine(rows: &Hours) -> Schedule {
    Schedule::new(ZONE, rows.hours.clone(), rows.special_hours.clone()).unwrap()
}

fn is_open(schedule: &Schedule, at: DateTime<Utc>) -> bool {
    schedule.open_at(at, "en", OperatingStatus::Open).now
}

fn oracle(text: &str) -> OpeningHours<TzLocation<Tz>> {
    let parsed: OpeningHours = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    parsed.with_context(Context::default().with_locale(TzLocation::new(ZONE)))
}

fn instant(minute: i64) -> DateTime<Utc> {
    base().and_hms_opt(7, 0, 0).unwrap().and_utc() + TimeDelta::minutes(minute)
}

/// Rules whose parts both evaluators read alike: no rule that replaces runs past midnight, as the oracle forgets the night of
/// such a rule where the next day has hours of its own.
fn rules() -> impl Strategy<Value = String> {
    let days = prop::sample::select(vec![
        "Mo-Fr",
        "Mo,We",
        "Sa",
        "Su",
        "Fr-Mo",
        "Tu[1]",
        "Sa[2,4]",
        "Mo-Su",
        "We[1-3]",
        "2026 Nov 20-2026 Dec 02 Mo-Sa",
        "2026 Nov 25+ Tu,Th",
        "2026 Nov 23-2026 Nov 27 We",
    ]);
    let dates = prop::sample::select(vec!["2026 Nov 26", "2026 Nov 24-2026 Nov 27", "2026 Nov 29-30", "2026 Dec 01"]);
    let when = prop_oneof![4 => days, 2 => dates];
    let day = prop::sample::select(vec![
        "08:00-12:00",
        "09:30-17:00",
        "08:00-12:00,13:00-17:00",
        "00:00-24:00",
        "00:00-06:00",
    ]);
    let night = prop::sample::select(vec!["19:00-02:00", "22:00-26:30", "20:00-24:00"]);
    let off = prop::sample::select(vec![" off", " closed", " 10:00-11:00 off", " 00:00-01:00 off"]);
    (when, day, night, off, 0..10u8).prop_map(|(when, day, night, off, kind)| match kind {
        0..=4 => format!("; {when} {day}"),
        5 | 6 => format!(", {when} {day}"),
        7 => format!(", {when} {night}"),
        _ => format!("; {when}{off}"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_opens_at_the_same_instants_elsewhere(
        rows in hours(own_rows(), special_rows(true)),
        minutes in vec(-12 * 1_440..12 * 1_440i64, 30),
    ) {
        let ours = engine(&rows);
        let text = osm::write(&rows).value;
        let theirs = text.as_deref().map(oracle);
        for minute in minutes {
            let at = instant(minute);
            let elsewhere = theirs.as_ref().is_some_and(|theirs| theirs.is_open(at.with_timezone(&ZONE)));
            prop_assert_eq!(is_open(&ours, at), elsewhere, "{:?} at {}", text, at.with_timezone(&ZONE));
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_opens_at_the_same_instants(
        rows in hours(own_rows(), special_rows(true)),
        minutes in vec(-12 * 1_440..12 * 1_440i64, 30),
    ) {
        let ours = engine(&rows);
        let Some(text) = osm::write(&rows).value else { return Ok(()) };
        let reading = osm::read(&text);
        // What is open takes its time out of what is by appointment, and not every rest of that has a row.
        let by_appointment = rows.hours.iter().any(|row| row.by_appointment);
        prop_assert!(reading.is_complete() || by_appointment, "{} {:?}", text, reading.left_out);
        if !reading.is_complete() {
            return Ok(());
        }
        let again = engine(&reading.rows);
        for minute in minutes {
            let at = instant(minute);
            prop_assert_eq!(is_open(&ours, at), is_open(&again, at), "{} at {}", text, at.with_timezone(&ZONE));
        }
    }

    #[test]
    fn what_was_read_whole_opens_at_the_same_instants_as_elsewhere(
        rules in vec(rules(), 1..6),
        minutes in vec(-12 * 1_440..12 * 1_440i64, 30),
    ) {
        let text = rules.concat().trim_start_matches([';', ',', ' ']).to_owned();
        let reading = osm::read(&text);
        if reading.is_complete() {
            let (ours, theirs) = (engine(&reading.rows), oracle(&text));
            for minute in minutes {
                let at = instant(minute);
                let elsewhere = theirs.is_open(at.with_timezone(&ZONE));
                prop_assert_eq!(is_open(&ours, at), elsewhere, "{} at {}", text, at.with_timezone(&ZONE));
            }
        }
    }
}
