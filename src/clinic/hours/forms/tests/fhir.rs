//! FHIR's form.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{fhir, normal},
    all_told, pointers, rows,
    strategies::{hours, own_rows, special_rows},
};
use crate::clinic::hours::WeeklyHours;

fn resource(rows: &super::Hours) -> Value {
    let (hours, exceptions) = fhir::write(rows);
    json!({"resourceType": "Location", "hoursOfOperation": hours, "availabilityExceptions": exceptions})
}

#[test]
fn elements_say_what_they_can_and_the_text_the_rest() {
    let week = json!([
        {"days": ["monday", "friday"], "opens": "08:00", "closes": "17:00"},
        {"days": ["sunday"], "opens": "00:00", "closes": "24:00"},
        {"days": ["tuesday"], "opens": "18:00", "closes": "24:00"},
        {"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2, -1], "valid_from": "2026-06-01", "by_appointment": true, "department": "Laboratory"},
    ]);
    let special = json!([
        {"from": "2026-12-24", "through": "2026-12-26", "closed": true, "reason": "Christmas; \"holidays\""},
        {"from": "2026-11-28", "through": "2026-11-28", "closed": false, "intervals": [{"opens": "18:00", "closes": "20:00"}]},
    ]);
    let (elements, text) = fhir::write(&rows(week, special));
    let expected = json!([
        {"daysOfWeek": ["mon", "fri"], "openingTime": "08:00:00", "closingTime": "17:00:00"},
        {"daysOfWeek": ["tue"], "openingTime": "18:00:00", "closingTime": "00:00:00"},
        {"daysOfWeek": ["sun"], "allDay": true},
    ]);
    assert_eq!(Value::Array(elements), expected);
    let lines = [
        "saturday 09:00-12:00 in weeks 2, last from 2026-06-01 by appointment department \"Laboratory\"",
        "2026-11-28: also 18:00-20:00",
        "2026-12-24 to 2026-12-26: closed \"Christmas; \\\"holidays\\\"\"",
    ];
    assert_eq!(text.unwrap(), lines.join("\n"));
}

#[test]
fn available_times_are_read_as_hours() {
    let service = json!({
        "resourceType": "HealthcareService",
        "availableTime": [{"daysOfWeek": ["mon", "tue"], "availableStartTime": "08:30:00", "availableEndTime": "16:30:00"}],
        "notAvailable": [{"description": "Staff training", "during": {"start": "2026-12-01", "end": "2026-12-02"}}],
    });
    let reading = fhir::read(&service);
    assert_eq!(all_told(&reading.rows), "mo,tu 08:30-16:30; 2026-12-01/2026-12-02 closed (Staff training)");
    assert!(reading.is_complete());
}

#[test]
fn what_is_not_understood_is_left_out_by_its_place() {
    let location = json!({
        "hoursOfOperation": [
            {"daysOfWeek": ["mon"], "openingTime": "08:00:00"},
            {"openingTime": "08:00:00", "closingTime": "17:00:00"},
            {"daysOfWeek": ["Monday"], "allDay": true},
            {"daysOfWeek": ["wed"], "openingTime": "08:00:00", "closingTime": "08:00:00"},
            {"daysOfWeek": ["thu"], "openingTime": "08:00:00", "closingTime": "17:00:30"},
        ],
        "notAvailable": [{"description": "Summer"}],
        "availabilityExceptions": "2026-12-25: closed\nClosed on public holidays",
    });
    let reading = fhir::read(&location);
    assert_eq!(all_told(&reading.rows), "2026-12-25 closed");
    let left = json!([
        ["/availabilityExceptions", "free_text"],
        ["/hoursOfOperation/0", "bad_time"],
        ["/hoursOfOperation/1", "no_days"],
        ["/hoursOfOperation/2", "bad_day"],
        ["/hoursOfOperation/3", "bad_time"],
        ["/hoursOfOperation/4", "bad_time"],
        ["/notAvailable/0", "bad_period"],
    ]);
    assert_eq!(pointers(&reading.left_out), left);
    assert_eq!((reading.left_out[0].from, reading.left_out[0].to), (Some(19), Some(44)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(rows in hours(own_rows(), special_rows(true)), department in prop::option::of("[ -~]{1,12}[a-z]")) {
        let mut rows = rows;
        let named = |row: &WeeklyHours| WeeklyHours { department: department.clone(), ..row.clone() };
        rows.hours.extend(rows.hours.clone().iter().take(2).map(named));
        let reading = fhir::read(&resource(&rows));
        prop_assert_eq!(&reading.left_out, &vec![]);
        prop_assert_eq!(reading.rows, normal(&rows));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(\\PC{0,40}|(monday|2026-12-25|: closed|: also |08:00-12:00|, | to |\"x|\" ){1,8})") {
        let _ = fhir::read(&json!({"availabilityExceptions": text}));
    }
}
