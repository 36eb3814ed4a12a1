//! Days on which the clocks change. In New York they skip 02:00–03:00 on 2026-03-08 and repeat 01:00–02:00 on
//! 2026-11-01.

use super::*;

const SPRING: &str = "2026-03-08";
const FALL: &str = "2026-11-01";

fn sunday(opens: &str, closes: &str) -> Schedule {
    new_york(&[weekly(&[Weekday::Sunday], opens, closes)], &[])
}

#[test]
fn times_that_the_clocks_skip_move_forward() {
    for (opens, closes, expected) in [
        ("02:30", "06:00", "2026-03-08T07:00Z/2026-03-08T10:00Z"),
        ("00:00", "02:30", "2026-03-08T05:00Z/2026-03-08T07:00Z"),
        ("00:00", "24:00", "2026-03-08T05:00Z/2026-03-09T04:00Z"),
        ("08:00", "17:00", "2026-03-08T12:00Z/2026-03-08T21:00Z"),
    ] {
        assert_eq!(instants(&sunday(opens, closes), SPRING), [expected], "{opens}-{closes}");
    }
}

#[test]
fn an_interval_inside_the_skipped_hour_is_dropped() {
    let clinic = sunday("02:15", "02:45");
    assert!(instants(&clinic, SPRING).is_empty());
    assert_eq!(ask(&clinic, "2026-03-08T01:59-05:00").changes_at, Some(at("2026-03-15T02:15-04:00")));
}

#[test]
fn a_moved_time_is_shown_as_the_clock_shows_it() {
    let day = sunday("02:30", "06:00").days(date(SPRING), date(SPRING)).remove(0);
    assert_eq!((day.intervals[0].opens, day.intervals[0].closes), (time("03:00"), time("06:00")));
}

#[test]
fn of_a_repeated_hour_an_opening_takes_the_first_and_a_closing_the_second() {
    for (opens, closes, expected) in [
        ("01:30", "06:00", "2026-11-01T05:30Z/2026-11-01T11:00Z"),
        ("00:00", "01:30", "2026-11-01T04:00Z/2026-11-01T06:30Z"),
        ("01:15", "01:45", "2026-11-01T05:15Z/2026-11-01T06:45Z"),
        ("00:00", "24:00", "2026-11-01T04:00Z/2026-11-02T05:00Z"),
        ("08:00", "17:00", "2026-11-01T13:00Z/2026-11-01T22:00Z"),
    ] {
        assert_eq!(instants(&sunday(opens, closes), FALL), [expected], "{opens}-{closes}");
    }
}

#[test]
fn intervals_that_the_repeated_hour_makes_overlap_join() {
    let rows = [weekly(&[Weekday::Sunday], "01:00", "01:20"), weekly(&[Weekday::Sunday], "01:40", "02:00")];
    assert_eq!(instants(&new_york(&rows, &[]), FALL), ["2026-11-01T05:00Z/2026-11-01T07:00Z"]);
}

#[test]
fn a_night_that_the_clocks_change_in_ends_at_its_time_on_the_wall() {
    let nights = new_york(&[weekly(&[Weekday::Saturday], "22:00", "06:00")], &[]);
    assert_eq!(instants(&nights, "2026-03-07"), ["2026-03-08T03:00Z/2026-03-08T10:00Z"]);
    assert_eq!(instants(&nights, "2026-10-31"), ["2026-11-01T02:00Z/2026-11-01T11:00Z"]);
}

#[test]
fn around_the_clock_stays_unbroken_over_both_changes() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
    for instant in ["2026-03-07T23:00-05:00", "2026-10-31T23:00-04:00"] {
        assert_eq!(ask(&clinic, instant).changes_at, None);
    }
}

#[test]
fn where_midnight_is_skipped_the_day_opens_at_the_first_instant_there_is() {
    let clinic = schedule(Tz::America__Sao_Paulo, &[weekly(&[Weekday::Sunday], "00:00", "06:00")], &[]);
    assert_eq!(instants(&clinic, "2018-11-04"), ["2018-11-04T03:00Z/2018-11-04T08:00Z"]);
}

#[test]
fn a_day_that_a_zone_skips_has_no_hours() {
    let clinic = schedule(Tz::Pacific__Apia, &[weekly(&EVERY_DAY, "08:00", "17:00")], &[]);
    assert!(instants(&clinic, "2011-12-30").is_empty());
    let thursday = clinic.open_at(at("2011-12-29T18:00-10:00"), "en", OperatingStatus::Open);
    assert_eq!(thursday.next_opens_at, Some(at("2011-12-31T08:00+14:00")));
}

#[test]
fn around_the_clock_is_unbroken_over_a_skipped_day() {
    let clinic = schedule(Tz::Pacific__Apia, &[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
    let answer = clinic.open_at(at("2011-12-29T12:00-10:00"), "en", OperatingStatus::Open);
    assert_eq!((answer.now, answer.changes_at), (true, None));
}

#[test]
fn a_closure_through_a_skipped_day_ends_where_the_next_day_begins() {
    let clinic = schedule(Tz::Pacific__Apia, &[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
    for until in ["2011-12-29", "2011-12-30"] {
        let status = OperatingStatus::TemporarilyClosed { until: Some(date(until)) };
        let answer = clinic.open_at(at("2011-12-29T12:00-10:00"), "en", status);
        assert_eq!(answer.changes_at, Some(at("2011-12-31T00:00+14:00")), "{until}");
    }
}

#[test]
fn a_closure_ends_with_the_last_instant_of_its_day_where_midnight_comes_twice() {
    // Havana goes back from 01:00 to 00:00; St. John's went back from 00:01 to 23:01 of the day before.
    for (zone, until, reopens) in [
        (Tz::America__Havana, "2026-10-31", "2026-11-01T00:00-04:00"),
        (Tz::America__St_Johns, "2010-11-06", "2010-11-07T00:00-03:30"),
    ] {
        let clinic = schedule(zone, &[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
        let status = OperatingStatus::TemporarilyClosed { until: Some(date(until)) };
        let noon = date(until).and_hms_opt(12, 0, 0).unwrap().and_utc();
        assert_eq!(clinic.open_at(noon, "en", status).changes_at, Some(at(reopens)), "{zone}");
    }
}
