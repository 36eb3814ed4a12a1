//! What the constructor refuses, and that it says all of it at once.

use super::*;

/// The pointers and codes of every mistake.
fn mistakes(hours: &[WeeklyHours], special: &[SpecialHours]) -> Vec<(String, &'static str)> {
    let found = Schedule::new(Tz::UTC, hours.to_vec(), special.to_vec()).err().unwrap_or_default();
    found.into_iter().map(|mistake| (mistake.pointer, mistake.code)).collect()
}

fn one(pointer: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(pointer.to_owned(), code)]
}

#[test]
fn days_must_be_named_and_none_twice() {
    assert_eq!(mistakes(&[weekly(&[], "08:00", "17:00")], &[]), one("/hours/0/days", "days_empty"));
    let twice = weekly(&[Weekday::Monday, Weekday::Friday, Weekday::Monday], "08:00", "17:00");
    assert_eq!(mistakes(&[twice], &[]), one("/hours/0/days/2", "day_repeated"));
}

#[test]
fn nothing_opens_at_24_00() {
    let row = weekly(&MON_TO_FRI, "24:00", "02:00");
    assert_eq!(mistakes(&[row], &[]), one("/hours/0/opens", "opens_at_end_of_day"));
    let special = extra("2026-06-15", &[interval("08:00", "24:00"), interval("24:00", "02:00")]);
    assert_eq!(mistakes(&[], &[special]), one("/special_hours/0/intervals/1/opens", "opens_at_end_of_day"));
}

#[test]
fn ranges_run_forward() {
    let row = WeeklyHours {
        valid_from: Some(date("2026-06-16")),
        valid_through: Some(date("2026-06-15")),
        ..weekly(&MON_TO_FRI, "08:00", "17:00")
    };
    assert_eq!(mistakes(&[row], &[]), one("/hours/0/valid_through", "range_reversed"));
    let backwards = closed("2026-06-16", "2026-06-15", None);
    assert_eq!(mistakes(&[], &[backwards]), one("/special_hours/0/through", "range_reversed"));
}

#[test]
fn a_special_range_has_400_days_at_most() {
    assert!(mistakes(&[], &[closed("2026-01-01", "2027-02-04", None)]).is_empty());
    let long = closed("2026-01-01", "2027-02-05", None);
    assert_eq!(mistakes(&[], &[long]), one("/special_hours/0/through", "range_too_long"));
}

#[test]
fn a_special_day_that_is_not_closed_needs_an_interval() {
    assert_eq!(mistakes(&[], &[extra("2026-06-15", &[])]), one("/special_hours/0/intervals", "no_intervals"));
    let crowded = extra("2026-06-15", &[interval("08:00", "09:00"); 25]);
    assert_eq!(mistakes(&[], &[crowded]), one("/special_hours/0/intervals", "too_many"));
}

#[test]
fn rows_have_a_limit() {
    let rows = vec![weekly(&MON_TO_FRI, "08:00", "17:00"); 101];
    assert!(mistakes(&rows[..100], &[]).is_empty());
    assert_eq!(mistakes(&rows, &[]), one("/hours", "too_many"));
    let days = vec![closed("2026-06-15", "2026-06-15", None); 401];
    assert!(mistakes(&[], &days[..400]).is_empty());
    assert_eq!(mistakes(&[], &days), one("/special_hours", "too_many"));
}

#[test]
fn texts_have_200_characters_at_most() {
    let (fits, long) = ("é".repeat(200), "é".repeat(201));
    assert!(mistakes(&[], &[closed("2026-06-15", "2026-06-15", Some(&fits))]).is_empty());
    let reason = closed("2026-06-15", "2026-06-15", Some(&long));
    assert_eq!(mistakes(&[], &[reason]), one("/special_hours/0/reason", "text_too_long"));
    let row = WeeklyHours { department: Some(long), ..weekly(&MON_TO_FRI, "08:00", "17:00") };
    assert_eq!(mistakes(&[row], &[]), one("/hours/0/department", "text_too_long"));
}

#[test]
fn dates_have_years_of_four_digits() {
    let row = WeeklyHours { valid_from: Some(NaiveDate::MIN), ..weekly(&MON_TO_FRI, "08:00", "17:00") };
    assert_eq!(mistakes(&[row], &[]), one("/hours/0/valid_from", "date_out_of_range"));
}

#[test]
fn every_mistake_is_told_at_once_and_none_repeats_what_was_sent() {
    let row = WeeklyHours { department: Some("secret ".repeat(40)), ..weekly(&[], "24:00", "17:00") };
    let special = SpecialHours { closed: false, ..closed("2026-06-16", "2026-06-15", None) };
    let found = Schedule::new(Tz::UTC, vec![row], vec![special]).unwrap_err();
    let codes: Vec<_> = found.iter().map(|mistake| mistake.code).collect();
    assert_eq!(codes, ["days_empty", "opens_at_end_of_day", "text_too_long", "range_reversed", "no_intervals"]);
    assert!(found.iter().all(|mistake| !mistake.to_string().contains("secret")));
}
