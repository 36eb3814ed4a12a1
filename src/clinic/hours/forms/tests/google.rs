//! Google's form.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{google, replaced},
    Hours, all_told, pointers, rows,
    strategies::{hours, plain_rows, special_rows},
};

#[test]
fn hours_are_written_as_periods() {
    let week = json!([
        {"days": ["monday"], "opens": "08:00", "closes": "17:30"},
        {"days": ["saturday"], "opens": "19:00", "closes": "02:00"},
        {"days": ["sunday"], "opens": "00:00", "closes": "24:00"},
        {"days": ["monday"], "opens": "07:00", "closes": "08:00", "department": "Senior hours"},
    ]);
    let special = json!([
        {"from": "2026-12-25", "through": "2026-12-26", "closed": true},
        {"from": "2026-11-30", "through": "2026-11-30", "closed": false, "intervals": [{"opens": "18:00", "closes": "20:00"}]},
    ]);
    let written = google::write(&rows(week, special));
    let expected = json!({
        "regularHours": {"periods": [
            {"openDay": "MONDAY", "openTime": {"hours": 8}, "closeDay": "MONDAY", "closeTime": {"hours": 17, "minutes": 30}},
            {"openDay": "SATURDAY", "openTime": {"hours": 19}, "closeDay": "SUNDAY", "closeTime": {"hours": 2}},
            {"openDay": "SUNDAY", "openTime": {}, "closeDay": "SUNDAY", "closeTime": {"hours": 24}},
        ]},
        "specialHours": {"specialHourPeriods": [
            {"startDate": {"year": 2026, "month": 11, "day": 30}, "openTime": {"hours": 8}, "endDate": {"year": 2026, "month": 11, "day": 30}, "closeTime": {"hours": 17, "minutes": 30}},
            {"startDate": {"year": 2026, "month": 11, "day": 30}, "openTime": {"hours": 18}, "endDate": {"year": 2026, "month": 11, "day": 30}, "closeTime": {"hours": 20}},
            {"startDate": {"year": 2026, "month": 12, "day": 25}, "closed": true},
            {"startDate": {"year": 2026, "month": 12, "day": 26}, "closed": true},
        ]},
        "moreHours": [{"hoursTypeId": "SENIOR_HOURS", "periods": [
            {"openDay": "MONDAY", "openTime": {"hours": 7}, "closeDay": "MONDAY", "closeTime": {"hours": 8}},
        ]}],
    });
    assert_eq!((written.value, written.left_out), (expected, vec![]));
}

#[test]
fn what_the_form_cannot_say_is_left_out_by_its_place() {
    let week = json!([
        {"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2]},
        {"days": ["monday"], "opens": "09:00", "closes": "12:00", "by_appointment": true},
        {"days": ["monday"], "opens": "09:00", "closes": "12:00", "valid_from": "2026-06-01"},
        {"days": ["monday"], "opens": "09:00", "closes": "12:00", "department": "Laboratory"},
    ]);
    let special = json!([
        {"from": "2026-12-25", "through": "2026-12-25", "closed": true, "reason": "Christmas"},
        {"from": "2026-12-26", "through": "2026-12-26", "closed": true, "department": "Laboratory"},
        {"from": "2027-01-01", "through": "2027-12-31", "closed": true}, {"from": "2028-01-01", "through": "2028-12-31", "closed": true},
        {"from": "2029-01-01", "through": "2029-12-31", "closed": true},
    ]);
    let written = google::write(&rows(week, special));
    let expected = json!([
        ["/hours/0", "weeks"],
        ["/hours/1", "by_appointment"],
        ["/hours/2", "validity"],
        ["/hours/3", "department"],
        ["/special_hours/0/reason", "reason"],
        ["/special_hours/1", "department"],
        ["/special_hours", "too_many"],
    ]);
    assert_eq!(pointers(&written.left_out), expected);
    assert_eq!(written.value["specialHours"]["specialHourPeriods"].as_array().unwrap().len(), 1_000);
}

fn reads(value: &Value, expected: &str, left: &Value) {
    let reading = google::read(value);
    assert_eq!((all_told(&reading.rows), &pointers(&reading.left_out)), (expected.to_owned(), left), "{value}");
}

#[test]
fn periods_of_several_days_are_read_day_by_day() {
    let period = |open_day: &str, opens: Value, close_day: &str, closes: Value| json!({"regularHours": {"periods": [{"openDay": open_day, "openTime": opens, "closeDay": close_day, "closeTime": closes}]}});
    let at = |hours: u8| json!({"hours": hours});
    reads(&period("MONDAY", at(8), "WEDNESDAY", at(10)), "mo 08:00-24:00; tu 00:00-24:00; we 00:00-10:00", &json!([]));
    reads(&period("SUNDAY", at(20), "MONDAY", at(0)), "su 20:00-24:00", &json!([]));
    reads(&period("SUNDAY", at(8), "MONDAY", at(8)), "su 08:00-08:00", &json!([]));
    reads(&period("MONDAY", at(24), "TUESDAY", at(8)), "tu 00:00-08:00", &json!([]));
    let bad = json!([["/regularHours/periods/0", "no_length"]]);
    reads(&period("MONDAY", at(17), "MONDAY", at(8)), "", &bad);
    let bad = json!([["/regularHours/periods/0", "bad_time"]]);
    reads(&period("MONDAY", json!({"hours": 8, "seconds": 30}), "MONDAY", at(17)), "", &bad);
    reads(&period("MONDAY", at(25), "MONDAY", at(17)), "", &bad);
    reads(&period("Mon", at(8), "MONDAY", at(17)), "", &json!([["/regularHours/periods/0", "bad_day"]]));
}

#[test]
fn what_is_no_hours_is_left_out_by_its_place() {
    let location = json!({
        "title": "Harbour Clinic",
        "openInfo": {"status": "CLOSED_TEMPORARILY"},
        "moreHours": [{"hoursTypeId": "HAPPY_HOUR", "periods": []}],
        "specialHours": {"specialHourPeriods": [
            {"startDate": {"year": 2026, "month": 12, "day": 25}, "closed": true},
            {"startDate": {"year": 2026, "month": 12, "day": 25}, "openTime": {"hours": 9}, "closeTime": {"hours": 12}},
            {"startDate": {"month": 12, "day": 25}, "closed": true},
            {"startDate": {"year": 2026, "month": 12, "day": 31}, "openTime": {"hours": 20}, "endDate": {"year": 2027, "month": 1, "day": 1}, "closeTime": {"hours": 1}},
            {"startDate": {"year": 2026, "month": 12, "day": 30}, "openTime": {"hours": 20}, "endDate": {"year": 2027, "month": 1, "day": 1}, "closeTime": {"hours": 1}},
        ]},
    });
    let left = json!([
        ["/moreHours/0", "kind_of_hours"],
        ["/openInfo", "status"],
        ["/specialHours/specialHourPeriods/1", "contradiction"],
        ["/specialHours/specialHourPeriods/2", "bad_date"],
        ["/specialHours/specialHourPeriods/4", "bad_time"],
    ]);
    reads(&location, "2026-12-25 closed; 2026-12-31 closed 20:00-01:00", &left);
    reads(&json!({"openInfo": {"status": "OPEN"}}), "", &json!([]));
    reads(&json!("Mo-Fr"), "", &json!([["", "not_an_object"]]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(rows in hours(plain_rows(true), special_rows(true))) {
        let special_hours = rows.special_hours.iter().cloned().map(|row| super::SpecialHours { reason: None, ..row }).collect();
        let rows = Hours { special_hours, ..rows };
        let written = google::write(&rows);
        prop_assert_eq!(&written.left_out, &vec![]);
        let reading = google::read(&written.value);
        prop_assert_eq!(&reading.left_out, &vec![]);
        prop_assert_eq!(all_told(&reading.rows), all_told(&replaced(&rows)));
    }
}
