//! Minutes of opening, counted.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

const TEN_TO_FIVE: [(&str, &str); 1] = [("10:00", "17:00")];

fn weekdays() -> Schedule {
    let rows = TEN_TO_FIVE.map(|(opens, closes)| weekly(&MON_TO_FRI, opens, closes));
    Schedule::new(chrono_tz::America::New_York, rows.to_vec(), Vec::new()).unwrap()
}

fn due(schedule: &Schedule, from: &str, minutes: i64) -> Option<DateTime<Utc>> {
    schedule.after_open(at(from), TimeDelta::minutes(minutes), OperatingStatus::Open)
}

#[test]
fn what_comes_on_friday_afternoon_is_due_on_monday() {
    // 2026-06-12 is a Friday.
    assert_eq!(due(&weekdays(), "2026-06-12T16:00-04:00", 60), Some(at("2026-06-12T17:00-04:00")));
    assert_eq!(due(&weekdays(), "2026-06-12T16:00-04:00", 240), Some(at("2026-06-15T13:00-04:00")));
    assert_eq!(due(&weekdays(), "2026-06-13T03:00-04:00", 30), Some(at("2026-06-15T10:30-04:00")));
}

#[test]
fn a_closure_for_a_time_is_waited_for_and_one_for_good_is_not() {
    let closed = OperatingStatus::TemporarilyClosed { until: Some(date("2026-06-16")) };
    let hour = TimeDelta::hours(1);
    assert_eq!(weekdays().after_open(at("2026-06-12T16:00-04:00"), hour, closed), Some(at("2026-06-17T11:00-04:00")));
    let never = OperatingStatus::TemporarilyClosed { until: None };
    assert_eq!(weekdays().after_open(at("2026-06-12T16:00-04:00"), hour, never), None);
    assert_eq!(weekdays().after_open(at("2026-06-12T16:00-04:00"), hour, OperatingStatus::PermanentlyClosed), None);
}

#[test]
fn hours_that_never_come_make_nothing_due() {
    let none = Schedule::new(chrono_tz::UTC, Vec::new(), Vec::new()).unwrap();
    assert_eq!(due(&none, "2026-06-12T16:00+00:00", 1), None);
}

proptest! {
    #[test]
    fn waiting_in_two_parts_is_waiting_once(from in 0_i64..500_000, first in 1_i64..3_000, second in 1_i64..3_000) {
        let (schedule, from) = (weekdays(), at("2026-01-01T00:00-05:00") + TimeDelta::minutes(from));
        let wait = |from, minutes| schedule.after_open(from, TimeDelta::minutes(minutes), OperatingStatus::Open);
        let parts = wait(from, first).and_then(|then| wait(then, second));
        prop_assert_eq!(parts, wait(from, first + second));
    }
}
