//! What holds of any hours, in any zone, at any instant.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::super::{OpenDay, zone};
use super::reference::Minutes;
use super::strategies::{schedules, statuses};
use super::*;

const MINUTES: usize = 2 * 1_440;

fn cases_with_status() -> impl Strategy<Value = (Schedule, NaiveDate, OperatingStatus)> {
    schedules().prop_flat_map(|(clinic, base)| statuses(base).prop_map(move |status| (clinic.clone(), base, status)))
}

fn start_of(base: NaiveDate) -> DateTime<Utc> {
    base.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::hours(20)
}

/// Compares one answer with the minutes stepped through; a change beyond them cannot be compared.
fn agrees(answer: &Open, minutes: &Minutes, index: usize) -> Result<(), TestCaseError> {
    let (instant, open) = minutes.at(index);
    prop_assert_eq!(answer.now, open, "{}", instant);
    let end = minutes.at(MINUTES - 1).0;
    let seen = |found: Option<DateTime<Utc>>| found.filter(|found| *found <= end);
    prop_assert_eq!(seen(answer.changes_at), minutes.flip_after(index), "change after {}", instant);
    prop_assert_eq!(seen(answer.next_opens_at), minutes.opening_after(index), "opening after {}", instant);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_agrees_with_stepping_through_the_minutes(
        (clinic, base, status) in cases_with_status(),
        picks in prop::collection::vec(0..MINUTES, 20),
    ) {
        let minutes = Minutes::evaluate(&clinic, status, start_of(base), MINUTES);
        let mut instant = minutes.at(0).0;
        let mut walk = vec![];
        while let Ok(index) = usize::try_from((instant - minutes.at(0).0).num_minutes()) && index < MINUTES {
            walk.push(index);
            let change = clinic.open_at(instant, "en", status).changes_at;
            let Some(change) = change else { break };
            prop_assert!(change > instant);
            instant = change;
        }
        for index in walk.into_iter().chain(picks) {
            let answer = clinic.open_at(minutes.at(index).0, "en", status);
            agrees(&answer, &minutes, index)?;
        }
    }

    #[test]
    fn the_days_list_the_same_hours_as_the_minutes((clinic, base) in schedules()) {
        let minutes = Minutes::evaluate(&clinic, OperatingStatus::Open, start_of(base), MINUTES);
        let days = clinic.days(base - TimeDelta::days(5), base + TimeDelta::days(5));
        for index in 0..MINUTES {
            let (instant, open) = minutes.at(index);
            let covers = |day: &OpenDay| {
                let own = day.intervals.iter().filter(|interval| !interval.by_appointment);
                own.into_iter().any(|interval| interval.opens_at <= instant && instant < interval.closes_at)
            };
            prop_assert_eq!(days.iter().any(covers), open, "{}", instant);
        }
    }

    #[test]
    fn the_intervals_of_a_day_are_in_order_and_apart((clinic, base) in schedules()) {
        for day in clinic.days(base - TimeDelta::days(5), base + TimeDelta::days(5)) {
            prop_assert!(day.intervals.iter().all(|interval| interval.opens_at < interval.closes_at));
            for pair in day.intervals.windows(2) {
                let may_touch = pair[0].by_appointment != pair[1].by_appointment;
                let apart = pair[0].closes_at < pair[1].opens_at;
                prop_assert!(apart || (may_touch && pair[0].closes_at == pair[1].opens_at), "{:?}", pair);
            }
        }
    }

    #[test]
    fn the_sentence_holds_until_it_is_no_longer_fresh(
        (clinic, base, status) in cases_with_status(),
        start in 0..2 * 1_440i64,
        picks in prop::collection::vec(0..1_000i64, 12),
    ) {
        let instant = start_of(base) + TimeDelta::minutes(start);
        let today = zone::wall(clinic.timezone(), instant).date();
        // A wall that goes back into yesterday makes "today" a word that changes twice.
        let near_midnight = [today.pred_opt().unwrap(), today].map(|day| {
            let next = day.succ_opt().unwrap().and_time(chrono::NaiveTime::MIN);
            zone::end_of(clinic.timezone(), day) == zone::opening(clinic.timezone(), next)
        });
        prop_assume!(near_midnight == [true, true]);
        let answer = clinic.open_at(instant, "en", status);
        let until = clinic.fresh_until(instant, status).unwrap();
        prop_assert!(until > instant);
        prop_assert!(until <= zone::end_of(clinic.timezone(), today));
        let seconds = (until - instant).num_seconds();
        let last = until - TimeDelta::seconds(1);
        let between = picks.into_iter().map(|pick| instant + TimeDelta::seconds(seconds * pick / 1_000));
        for later in between.chain([last]) {
            prop_assert_eq!(&clinic.open_at(later, "en", status).text, &answer.text, "{} to {}", instant, later);
        }
    }

    #[test]
    fn hours_survive_the_wire((clinic, base) in schedules()) {
        let written = serde_json::to_string(&(clinic.hours(), clinic.special())).unwrap();
        let (hours, special): (Vec<WeeklyHours>, Vec<SpecialHours>) = serde_json::from_str(&written).unwrap();
        let read = Schedule::new(clinic.timezone(), hours, special).unwrap();
        let read = read.closed_during(clinic.closures().to_vec()).closed_on(clinic.holidays().cloned());
        prop_assert_eq!(&read, &clinic);
        let days = clinic.days(base, base + TimeDelta::days(3));
        let read: Vec<OpenDay> = serde_json::from_str(&serde_json::to_string(&days).unwrap()).unwrap();
        prop_assert_eq!(read, days);
    }

    #[test]
    fn any_text_is_a_time_or_an_error(text in "\\PC{0,6}|[0-9]{2}:[0-9]{2}") {
        if let Ok(time) = text.parse::<LocalTime>() {
            prop_assert_eq!(time.to_string(), text);
        }
    }
}
