//! The ends of chrono's calendar, where nothing may panic.

use chrono::TimeDelta;
use chrono_tz::TZ_VARIANTS;

use super::*;

fn statuses() -> [OperatingStatus; 4] {
    [
        OperatingStatus::Open,
        OperatingStatus::TemporarilyClosed { until: Some(NaiveDate::MIN) },
        OperatingStatus::TemporarilyClosed { until: Some(NaiveDate::MAX) },
        OperatingStatus::TemporarilyClosed { until: NaiveDate::MAX.pred_opt() },
    ]
}

#[test]
fn no_zone_panics_at_the_ends_of_the_calendar() {
    let near = [TimeDelta::zero(), TimeDelta::hours(7), TimeDelta::days(2)];
    for zone in TZ_VARIANTS.iter().step_by(9).chain(&[Tz::Pacific__Kiritimati, Tz::Etc__GMTPlus12]) {
        let rows =
            [weekly(&[Weekday::Monday, Weekday::Thursday], "22:00", "02:00"), weekly(&EVERY_DAY, "06:00", "12:00")];
        let clinic = schedule(*zone, &rows, &[]);
        for ahead in near {
            for instant in [DateTime::<Utc>::MIN_UTC + ahead, DateTime::<Utc>::MAX_UTC - ahead] {
                for status in statuses() {
                    let answer = clinic.open_at(instant, "en", status);
                    assert!(answer.changes_at.is_none_or(|change| change > instant), "{zone} {instant}");
                    let _ = clinic.fresh_until(instant, status);
                }
            }
        }
    }
}

#[test]
fn around_the_clock_never_changes_at_the_end_of_the_calendar_either() {
    for zone in [Tz::UTC, Tz::Pacific__Kiritimati, Tz::America__New_York] {
        let clinic = schedule(zone, &[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
        let answer = clinic.open_at(DateTime::<Utc>::MAX_UTC - TimeDelta::days(30), "en", OperatingStatus::Open);
        assert_eq!((answer.now, answer.changes_at), (true, None), "{zone}");
    }
}

#[test]
fn the_first_and_the_last_day_can_be_listed() {
    for zone in [Tz::UTC, Tz::Pacific__Kiritimati, Tz::America__New_York] {
        let clinic = schedule(zone, &[weekly(&EVERY_DAY, "20:00", "20:00")], &[]);
        assert_eq!(clinic.days(NaiveDate::MAX, NaiveDate::MAX).len(), 1);
        assert_eq!(clinic.days(NaiveDate::MIN, NaiveDate::MAX).len(), 400);
        assert!(clinic.days(NaiveDate::MAX, NaiveDate::MIN).is_empty());
    }
}
