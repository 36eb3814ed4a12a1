//! schema.org's form.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{normal, replaced, schema_org},
    all_told, pointers, rows,
    strategies::{bounded_rows, hours, special_rows},
};

#[test]
fn a_week_is_written_as_search_engines_read_it() {
    let week = json!([
        {"days": ["monday", "friday"], "opens": "08:00", "closes": "17:00", "valid_from": "2026-06-01"},
        {"days": ["saturday"], "opens": "19:00", "closes": "02:00"},
        {"days": ["sunday"], "opens": "00:00", "closes": "24:00"},
        {"days": ["sunday"], "opens": "09:00", "closes": "12:00", "department": "Laboratory"},
    ]);
    let written = schema_org::weekly(&rows(week, json!([])).hours);
    let told: Vec<_> =
        written.iter().map(|row| (row["opens"].as_str().unwrap(), row["closes"].as_str().unwrap())).collect();
    assert_eq!(told, [("08:00", "17:00"), ("19:00", "02:00"), ("00:00", "23:59")]);
    assert_eq!(written[0]["dayOfWeek"], json!(["https://schema.org/Monday", "https://schema.org/Friday"]));
    assert_eq!(written[0]["validFrom"], "2026-06-01");
}

#[test]
fn a_day_with_added_hours_is_written_with_all_that_is_open() {
    let week = json!([{"days": ["monday", "saturday"], "opens": "08:00", "closes": "17:00"}]);
    let special = json!([
        {"from": "2026-12-25", "through": "2026-12-26", "closed": true, "reason": "Christmas"},
        {"from": "2026-11-28", "through": "2026-11-29", "closed": false, "intervals": [{"opens": "18:00", "closes": "20:00"}]},
    ]);
    let rows = rows(week, special);
    let written = schema_org::special(&rows.hours, &rows.special_hours);
    let told: Vec<_> = written
        .iter()
        .map(|row| {
            format!(
                "{} {}-{}",
                row["validFrom"].as_str().unwrap(),
                row["opens"].as_str().unwrap(),
                row["closes"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        ["2026-11-28 08:00-17:00", "2026-11-28 18:00-20:00", "2026-11-29 18:00-20:00", "2026-12-25 00:00-00:00"]
    );
    assert_eq!((&written[3]["name"], &written[3]["validThrough"]), (&json!("Christmas"), &json!("2026-12-26")));
}

#[test]
fn what_the_form_cannot_say_is_left_out_by_its_place() {
    let week = json!([
        {"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2]},
        {"days": ["monday"], "opens": "09:00", "closes": "12:00", "by_appointment": true},
        {"days": ["monday"], "opens": "08:00", "closes": "08:00"},
        {"days": ["monday"], "opens": "00:00", "closes": "23:59"},
        {"days": ["monday"], "opens": "09:00", "closes": "12:00", "department": "Laboratory"},
    ]);
    let written = schema_org::write(&rows(week, json!([])));
    assert_eq!(written.value["openingHoursSpecification"], json!([]));
    let expected = json!([
        ["/hours/0", "weeks"],
        ["/hours/1", "by_appointment"],
        ["/hours/2", "turned_day"],
        ["/hours/3", "until_23_59"],
        ["/hours/4", "department"],
    ]);
    assert_eq!(pointers(&written.left_out), expected);
}

fn reads(value: &Value, expected: &str, left: &Value) {
    let reading = schema_org::read(value);
    assert_eq!((all_told(&reading.rows), &pointers(&reading.left_out)), (expected.to_owned(), left), "{value}");
}

#[test]
fn pages_as_they_are_found_are_read() {
    let page = json!({
        "@type": "MedicalClinic", "name": "Harbour Clinic", "telephone": "+15615550100",
        "openingHoursSpecification": [
            {"@type": "OpeningHoursSpecification", "dayOfWeek": ["Monday", "http://schema.org/Tuesday"], "opens": "08:00:00", "closes": "17:00"},
            {"@type": "OpeningHoursSpecification", "dayOfWeek": {"@id": "https://schema.org/Saturday"}, "opens": "00:00", "closes": "23:59"},
            {"@type": "OpeningHoursSpecification", "dayOfWeek": "Sunday", "opens": "00:00", "closes": "00:00"},
            {"@type": "OpeningHoursSpecification", "validFrom": "2026-12-25", "validThrough": "2026-12-25", "opens": "00:00", "closes": "00:00"},
        ],
    });
    reads(&page, "mo,tu 08:00-17:00; sa 00:00-24:00; 2026-12-25 closed", &json!([]));
    reads(&json!("Mo-Fr 08:00-17:00"), "mo,tu,we,th,fr 08:00-17:00", &json!([]));
    reads(
        &json!({"openingHours": ["Mo-Fr 08:00-17:00", "Sa 09:00-12:00"]}),
        "mo,tu,we,th,fr 08:00-17:00; sa 09:00-12:00",
        &json!([]),
    );
}

#[test]
fn what_is_not_understood_is_left_out_by_its_place() {
    let value = json!([
        {"dayOfWeek": "Funday", "opens": "08:00", "closes": "17:00"},
        {"dayOfWeek": "PublicHolidays", "opens": "08:00", "closes": "17:00"},
        {"dayOfWeek": "Monday", "opens": "8am", "closes": "17:00"},
        {"dayOfWeek": "Monday", "opens": "09:00", "closes": "09:00"},
        {"opens": "08:00", "closes": "17:00"},
        {"dayOfWeek": "Tuesday", "opens": "08:00", "closes": "17:00", "mood": "good"},
        7,
        {"validFrom": "2026-01-01", "validThrough": "2028-01-01", "opens": "08:00", "closes": "17:00"},
        {"validFrom": "01/02/2026", "opens": "08:00", "closes": "17:00"},
    ]);
    let left = json!([
        ["/0/dayOfWeek", "bad_day"],
        ["/1/dayOfWeek", "holidays"],
        ["/2", "bad_time"],
        ["/3", "bad_time"],
        ["/4", "no_days"],
        ["/5/mood", "unknown_member"],
        ["/6", "not_a_specification"],
        ["/7", "range_too_long"],
        ["/8/validFrom", "bad_date"],
    ]);
    reads(&value, "tu 08:00-17:00", &left);
    let both = json!({"specialOpeningHoursSpecification": [
        {"validFrom": "2026-12-25", "validThrough": "2026-12-25", "opens": "00:00", "closes": "00:00"},
        {"validFrom": "2026-12-25", "validThrough": "2026-12-25", "opens": "09:00", "closes": "12:00"},
    ]});
    reads(&both, "2026-12-25 closed", &json!([["/specialOpeningHoursSpecification/1", "contradiction"]]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(rows in hours(bounded_rows(false), special_rows(false))) {
        let written = schema_org::write(&rows);
        prop_assert_eq!(&written.left_out, &vec![]);
        let reading = schema_org::read(&written.value);
        prop_assert_eq!(&reading.left_out, &vec![]);
        prop_assert_eq!(all_told(&reading.rows), all_told(&normal(&replaced(&rows))));
    }
}
