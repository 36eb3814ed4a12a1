//! Each rule of the rows, by an example.

use super::*;

#[test]
fn a_weekday_is_open_from_its_opening_until_just_before_its_closing() {
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[]);
    for (instant, open) in [
        ("2026-06-15T07:59-04:00", false),
        ("2026-06-15T08:00-04:00", true),
        ("2026-06-15T16:59-04:00", true),
        ("2026-06-15T17:00-04:00", false),
        ("2026-06-20T10:00-04:00", false),
    ] {
        assert_eq!(ask(&clinic, instant).now, open, "{instant}");
    }
}

#[test]
fn an_open_clinic_names_its_closing_and_its_next_opening() {
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[]);
    let friday = ask(&clinic, "2026-06-19T09:00-04:00");
    assert_eq!(friday.changes_at, Some(at("2026-06-19T17:00-04:00")));
    assert_eq!(friday.next_opens_at, Some(at("2026-06-22T08:00-04:00")));
}

#[test]
fn at_the_instant_of_opening_the_next_opening_is_a_later_one() {
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[]);
    let monday = ask(&clinic, "2026-06-15T08:00-04:00");
    assert!(monday.now);
    assert_eq!(monday.next_opens_at, Some(at("2026-06-16T08:00-04:00")));
}

#[test]
fn hours_that_close_before_they_open_run_past_midnight() {
    let clinic = new_york(&[weekly(&[Weekday::Friday], "22:00", "02:00")], &[]);
    assert_eq!(instants(&clinic, "2026-06-19"), ["2026-06-20T02:00Z/2026-06-20T06:00Z"]);
    assert!(ask(&clinic, "2026-06-20T01:59-04:00").now);
    assert!(!ask(&clinic, "2026-06-20T02:00-04:00").now);
}

#[test]
fn hours_that_close_when_they_open_last_24_hours() {
    let clinic = new_york(&[weekly(&[Weekday::Monday], "08:00", "08:00")], &[]);
    assert_eq!(instants(&clinic, "2026-06-15"), ["2026-06-15T12:00Z/2026-06-16T12:00Z"]);
}

#[test]
fn closing_at_24_00_and_at_00_00_are_the_same_midnight() {
    for closes in ["24:00", "00:00"] {
        let clinic = new_york(&[weekly(&[Weekday::Monday], "08:00", closes)], &[]);
        assert_eq!(instants(&clinic, "2026-06-15"), ["2026-06-15T12:00Z/2026-06-16T04:00Z"]);
        assert_eq!(clinic.days(date("2026-06-15"), date("2026-06-15"))[0].intervals[0].closes, time(closes));
    }
}

#[test]
fn a_place_open_around_the_clock_never_changes() {
    for (opens, closes) in [("00:00", "24:00"), ("00:00", "00:00"), ("07:00", "07:00")] {
        let clinic = new_york(&[weekly(&EVERY_DAY, opens, closes)], &[]);
        let answer = ask(&clinic, "2026-06-15T03:00-04:00");
        assert!(answer.now);
        assert_eq!((answer.changes_at, answer.next_opens_at), (None, None));
    }
}

#[test]
fn overlapping_and_touching_intervals_join() {
    let rows = [
        weekly(&[Weekday::Monday], "08:00", "12:00"),
        weekly(&[Weekday::Monday], "12:00", "15:00"),
        weekly(&[Weekday::Monday], "14:00", "17:00"),
        weekly(&[Weekday::Monday], "09:00", "10:00"),
    ];
    let clinic = new_york(&rows, &[]);
    let day = clinic.days(date("2026-06-15"), date("2026-06-15")).remove(0);
    assert_eq!(day.intervals.len(), 1);
    assert_eq!((day.intervals[0].opens, day.intervals[0].closes), (time("08:00"), time("17:00")));
    assert_eq!(ask(&clinic, "2026-06-15T09:30-04:00").changes_at, Some(at("2026-06-15T17:00-04:00")));
}

#[test]
fn an_interval_that_reaches_the_next_day_s_opening_does_not_change_there() {
    let rows = [weekly(&[Weekday::Monday], "18:00", "08:00"), weekly(&[Weekday::Tuesday], "08:00", "12:00")];
    let answer = ask(&new_york(&rows, &[]), "2026-06-15T20:00-04:00");
    assert_eq!(answer.changes_at, Some(at("2026-06-16T12:00-04:00")));
}

#[test]
fn a_validity_bounds_the_day_an_interval_starts_on() {
    let row = WeeklyHours {
        valid_from: Some(date("2026-06-16")),
        valid_through: Some(date("2026-06-17")),
        ..weekly(&EVERY_DAY, "22:00", "02:00")
    };
    let clinic = new_york(&[row], &[]);
    for (instant, open) in [
        ("2026-06-16T01:00-04:00", false),
        ("2026-06-16T22:00-04:00", true),
        ("2026-06-18T01:00-04:00", true),
        ("2026-06-18T23:00-04:00", false),
    ] {
        assert_eq!(ask(&clinic, instant).now, open, "{instant}");
    }
    assert_eq!(ask(&clinic, "2026-06-18T02:00-04:00").next_opens_at, None);
}

#[test]
fn a_department_does_not_open_the_location() {
    let row = WeeklyHours { department: Some("Laboratory".into()), ..weekly(&EVERY_DAY, "06:00", "20:00") };
    let clinic = new_york(&[row], &[]);
    assert!(!ask(&clinic, "2026-06-15T10:00-04:00").now);
    assert!(clinic.days(date("2026-06-15"), date("2026-06-15"))[0].intervals.is_empty());
}

#[test]
fn a_closed_day_beats_the_weekly_hours() {
    let holiday = closed("2026-11-26", "2026-11-27", Some("Thanksgiving"));
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[holiday]);
    let answer = ask(&clinic, "2026-11-26T10:00-05:00");
    assert!(!answer.now);
    assert_eq!(answer.changes_at, Some(at("2026-11-30T08:00-05:00")));
    let days = clinic.days(date("2026-11-25"), date("2026-11-28"));
    let reasons: Vec<_> = days.iter().map(|day| day.closed_reason.as_deref()).collect();
    assert_eq!(reasons, [None, Some("Thanksgiving"), Some("Thanksgiving"), None]);
    assert!(days[1].intervals.is_empty());
}

#[test]
fn a_short_day_has_its_own_intervals_alone() {
    let eve = short_day("2026-12-24", &[interval("09:00", "12:00")], "Christmas Eve");
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[eve]);
    assert_eq!(instants(&clinic, "2026-12-24"), ["2026-12-24T14:00Z/2026-12-24T17:00Z"]);
}

#[test]
fn an_extra_opening_leaves_the_weekly_hours() {
    let clinic = new_york(
        &[weekly(&MON_TO_FRI, "08:00", "17:00")],
        &[extra("2026-06-15", &[interval("18:00", "20:00")]), extra("2026-06-20", &[interval("09:00", "12:00")])],
    );
    assert_eq!(
        instants(&clinic, "2026-06-15"),
        ["2026-06-15T12:00Z/2026-06-15T21:00Z", "2026-06-15T22:00Z/2026-06-16T00:00Z"]
    );
    assert_eq!(instants(&clinic, "2026-06-20"), ["2026-06-20T13:00Z/2026-06-20T16:00Z"]);
}

#[test]
fn one_row_that_closes_and_another_that_adds_make_a_short_day() {
    let rows = [closed("2026-06-15", "2026-06-15", None), extra("2026-06-15", &[interval("10:00", "11:00")])];
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &rows);
    assert_eq!(instants(&clinic, "2026-06-15"), ["2026-06-15T14:00Z/2026-06-15T15:00Z"]);
}

#[test]
fn friday_night_runs_on_into_a_closed_saturday() {
    let nights = weekly(&[Weekday::Friday, Weekday::Saturday], "22:00", "02:00");
    let clinic = new_york(&[nights], &[closed("2026-06-20", "2026-06-20", Some("Inventory"))]);
    assert!(ask(&clinic, "2026-06-20T01:00-04:00").now);
    assert!(!ask(&clinic, "2026-06-20T23:00-04:00").now);
    assert!(!ask(&clinic, "2026-06-21T01:00-04:00").now);
}

#[test]
fn a_temporary_closure_lasts_to_the_end_of_its_last_day() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
    let status = OperatingStatus::TemporarilyClosed { until: Some(date("2026-06-15")) };
    let during = clinic.open_at(at("2026-06-15T23:59-04:00"), "en", status);
    assert!(!during.now);
    assert_eq!(during.changes_at, Some(at("2026-06-16T00:00-04:00")));
    assert_eq!(during.next_opens_at, during.changes_at);
    assert!(clinic.open_at(at("2026-06-16T00:00-04:00"), "en", status).now);
}

#[test]
fn a_closure_without_an_end_opens_never() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "08:00", "17:00")], &[]);
    for status in [OperatingStatus::TemporarilyClosed { until: None }, OperatingStatus::PermanentlyClosed] {
        let answer = clinic.open_at(at("2026-06-15T10:00-04:00"), "en", status);
        assert_eq!((answer.now, answer.changes_at, answer.next_opens_at), (false, None, None));
    }
}

#[test]
fn a_closure_that_ends_after_400_days_names_no_opening() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "08:00", "17:00")], &[]);
    let status = OperatingStatus::TemporarilyClosed { until: Some(date("2028-06-15")) };
    assert_eq!(clinic.open_at(at("2026-06-15T10:00-04:00"), "en", status).changes_at, None);
}

#[test]
fn an_opening_is_looked_for_400_days_ahead_and_no_further() {
    let asked = "2026-06-15T10:00-04:00";
    for (opening, found) in [("2027-07-20", true), ("2027-07-21", false)] {
        let clinic = new_york(&[], &[extra(opening, &[interval("09:00", "12:00")])]);
        assert_eq!(ask(&clinic, asked).next_opens_at.is_some(), found, "{opening}");
    }
}

#[test]
fn the_answer_may_be_kept_until_midnight_or_the_next_change() {
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[]);
    for (instant, until) in [
        ("2026-06-15T09:00-04:00", Some("2026-06-15T17:00-04:00")),
        ("2026-06-19T20:00-04:00", Some("2026-06-20T00:00-04:00")),
    ] {
        assert_eq!(clinic.fresh_until(at(instant), OperatingStatus::Open), until.map(at));
    }
    assert_eq!(clinic.fresh_until(at("2026-06-15T09:00-04:00"), OperatingStatus::PermanentlyClosed), None);
}

#[test]
fn a_range_of_days_ends_after_400_and_is_empty_backwards() {
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[]);
    assert_eq!(clinic.days(date("2026-01-01"), date("2026-01-31")).len(), 31);
    assert_eq!(clinic.days(date("2026-01-01"), date("2036-01-01")).len(), 400);
    assert!(clinic.days(date("2026-01-02"), date("2026-01-01")).is_empty());
}

#[test]
fn a_closure_takes_its_time_out_of_whatever_is_open() {
    let storm = Closure { from: at("2026-06-16T11:30-04:00"), until: at("2026-06-17T10:00-04:00") };
    let clinic = new_york(&[weekly(&MON_TO_FRI, "09:00", "17:00")], &[]).closed_during(vec![storm]);
    let before = ask(&clinic, "2026-06-16T11:00-04:00");
    assert_eq!((before.now, before.changes_at, before.text.as_str()), (true, Some(storm.from), "Open until 11:30 AM"));
    let during = ask(&clinic, "2026-06-16T12:00-04:00");
    assert_eq!((during.now, during.changes_at), (false, Some(storm.until)));
    assert_eq!(during.text, "Temporarily closed until tomorrow at 10:00 AM");
    assert!(ask(&clinic, "2026-06-17T10:00-04:00").now);
    assert_eq!(instants(&clinic, "2026-06-16"), ["2026-06-16T13:00Z/2026-06-16T15:30Z"]);
    assert_eq!(instants(&clinic, "2026-06-17"), ["2026-06-17T14:00Z/2026-06-17T21:00Z"]);
    let evening = at("2026-06-15T18:00-04:00");
    assert_eq!(
        clinic.fresh_until(at("2026-06-17T08:00-04:00"), OperatingStatus::Open),
        Some(at("2026-06-17T10:00-04:00")),
        "an answer is kept until the closure ends"
    );
    assert_eq!(clinic.open_at(evening, "es", OperatingStatus::Open).text, "Cerrado, abre mañana a las 9:00 a. m.");
}

#[test]
fn the_second_and_last_saturday_are_counted_in_their_month() {
    let row = WeeklyHours { weeks: vec![2, -1], ..weekly(&[Weekday::Saturday], "09:00", "12:00") };
    let clinic = new_york(&[row], &[]);
    let days = clinic.days(date("2026-08-01"), date("2026-10-31"));
    let open: Vec<_> = days.iter().filter(|day| !day.intervals.is_empty()).map(|day| day.date.to_string()).collect();
    assert_eq!(open, ["2026-08-08", "2026-08-29", "2026-09-12", "2026-09-26", "2026-10-10", "2026-10-31"]);
}

#[test]
fn hours_by_appointment_are_listed_but_do_not_open() {
    let asked = WeeklyHours { by_appointment: true, ..weekly(&[Weekday::Monday], "08:00", "18:00") };
    let clinic = new_york(&[weekly(&[Weekday::Monday], "10:00", "12:00"), asked], &[]);
    let monday = ask(&clinic, "2026-06-15T13:00-04:00");
    assert_eq!((monday.now, monday.text.as_str()), (false, "By appointment until 6:00 PM"));
    assert_eq!(monday.next_opens_at, Some(at("2026-06-22T10:00-04:00")));
    assert_eq!(ask(&clinic, "2026-06-15T10:30-04:00").text, "Open until 12:00 PM");
    assert_eq!(ask(&clinic, "2026-06-15T19:00-04:00").text, "Closed, opens Monday, June 22 at 10:00 AM");
    let listed = &clinic.days(date("2026-06-15"), date("2026-06-15"))[0].intervals;
    let kinds: Vec<_> =
        listed.iter().map(|one| format!("{}-{} {}", one.opens, one.closes, one.by_appointment)).collect();
    assert_eq!(kinds, ["08:00-10:00 true", "10:00-12:00 false", "12:00-18:00 true"]);
    assert_eq!(ask(&clinic, "2026-06-15T08:30-04:00").text, "By appointment until 10:00 AM");
    let fresh = clinic.fresh_until(at("2026-06-15T13:00-04:00"), OperatingStatus::Open);
    assert_eq!(fresh, Some(at("2026-06-15T18:00-04:00")), "the sentence changes then");
}

#[test]
fn a_practice_that_is_never_open_names_the_next_appointment() {
    let asked = WeeklyHours { by_appointment: true, ..weekly(&[Weekday::Tuesday], "08:00", "18:00") };
    let clinic = new_york(&[asked], &[]);
    let monday = clinic.open_at(at("2026-06-15T13:00-04:00"), "es", OperatingStatus::Open);
    assert_eq!((monday.changes_at, monday.text.as_str()), (None, "Cerrado, con cita mañana a las 8:00 a. m."));
    let closed = OperatingStatus::TemporarilyClosed { until: Some(date("2026-06-30")) };
    assert_eq!(
        clinic.open_at(at("2026-06-16T09:00-04:00"), "en", closed).text,
        "Temporarily closed through June 30, 2026"
    );
    assert_eq!(clinic.open_at(at("2026-07-07T09:00-04:00"), "en", closed).text, "By appointment until 6:00 PM");
}

#[test]
fn a_holiday_closes_unless_somebody_wrote_about_the_day() {
    let rule = HolidayRule { calendar: "US-FL".to_owned(), except: vec!["Veterans Day".to_owned()] };
    let holidays = Some(Holidays::of(&rule).unwrap());
    let week = [weekly(&EVERY_DAY, "08:00", "17:00")];
    let short = short_day("2026-12-25", &[interval("09:00", "11:00")], "Christmas morning");
    let clinic = new_york(&week, &[short]).closed_on(holidays);
    let thanksgiving = ask(&clinic, "2026-11-26T10:00-05:00");
    assert_eq!(thanksgiving.text, "Closed for Thanksgiving Day, opens Saturday at 8:00 AM");
    let in_spanish = clinic.open_at(at("2026-11-26T10:00-05:00"), "es", OperatingStatus::Open).text;
    assert_eq!(in_spanish, "Cerrado por día festivo, abre el sábado a las 8:00 a. m.");
    assert!(ask(&clinic, "2026-11-11T10:00-05:00").now, "an exception");
    assert!(ask(&clinic, "2026-12-25T10:00-05:00").now, "special hours");
    assert!(!ask(&clinic, "2027-01-01T10:00-05:00").now);
    let day = &clinic.days(date("2026-11-26"), date("2026-11-26"))[0];
    assert_eq!((day.intervals.len(), day.closed_reason.as_deref()), (0, Some("Thanksgiving Day")));
}

#[test]
fn a_department_keeps_its_own_hours_and_closes_with_the_location() {
    let laboratory = Some("Laboratory".to_owned());
    let own = WeeklyHours { department: laboratory.clone(), ..weekly(&EVERY_DAY, "06:00", "10:00") };
    let closed_day = closed("2026-06-16", "2026-06-16", Some("the move"));
    let extra_day = extra("2026-06-17", &[interval("18:00", "20:00")]);
    let of_laboratory = SpecialHours { department: laboratory, ..closed("2026-06-18", "2026-06-18", None) };
    let clinic = new_york(&[weekly(&EVERY_DAY, "09:00", "17:00"), own], &[closed_day, extra_day, of_laboratory]);
    let open = |instant: &str| {
        let of_it = clinic.of_department("Laboratory").open_at(at(instant), "en", OperatingStatus::Open).now;
        (ask(&clinic, instant).now, of_it)
    };
    assert_eq!(open("2026-06-15T07:00-04:00"), (false, true));
    assert_eq!(open("2026-06-15T11:00-04:00"), (true, false));
    assert_eq!(open("2026-06-16T09:30-04:00"), (false, false), "both are closed");
    assert_eq!(open("2026-06-17T19:00-04:00"), (true, false), "the location alone");
    assert_eq!(open("2026-06-18T09:30-04:00"), (true, false), "the laboratory alone");
    assert_eq!(clinic.departments(), ["Laboratory"]);
}
