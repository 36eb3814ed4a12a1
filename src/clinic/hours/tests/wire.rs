//! The JSON forms and their place in the OpenAPI document.

use serde_json::{Value, from_value, json, to_value};
use utoipa::{PartialSchema, ToSchema};

use super::super::{OpenDay, OpenInterval};
use super::*;

#[test]
fn a_time_is_read_strictly() {
    for text in ["00:00", "08:05", "23:59", "24:00"] {
        assert_eq!(time(text).to_string(), text);
    }
    for text in
        ["", "8:00", "08:00:00", "24:01", "25:00", "12:60", "+8:00", " 08:00", "08.00", "0８:00", "08:0", "-1:00"]
    {
        assert!(text.parse::<LocalTime>().is_err(), "{text}");
    }
    assert!(from_value::<LocalTime>(json!(800)).is_err());
}

#[test]
fn weekly_hours_have_the_fields_of_the_contract() {
    let written = to_value(weekly(&[Weekday::Monday], "08:00", "24:00")).unwrap();
    let expected = json!({
        "days": ["monday"], "opens": "08:00", "closes": "24:00",
        "valid_from": null, "valid_through": null, "department": null, "weeks": [], "by_appointment": false,
    });
    assert_eq!(written, expected);
}

#[test]
fn special_hours_have_the_fields_of_the_contract() {
    let written = to_value(short_day("2026-12-24", &[interval("09:00", "12:00")], "Christmas Eve")).unwrap();
    let expected = json!({
        "from": "2026-12-24", "through": "2026-12-24", "closed": true,
        "intervals": [{"opens": "09:00", "closes": "12:00"}], "reason": "Christmas Eve",
        "department": null,
    });
    assert_eq!(written, expected);
}

#[test]
fn optional_fields_may_be_left_out_and_unknown_ones_are_refused() {
    let short = json!({"days": ["monday"], "opens": "08:00", "closes": "17:00"});
    assert_eq!(from_value::<WeeklyHours>(short).unwrap(), weekly(&[Weekday::Monday], "08:00", "17:00"));
    let closed_day = json!({"from": "2026-12-25", "through": "2026-12-25", "closed": true});
    assert_eq!(from_value::<SpecialHours>(closed_day).unwrap(), closed("2026-12-25", "2026-12-25", None));
    let unknown = json!({"opens": "08:00", "closes": "17:00", "color": "red"});
    assert!(from_value::<Interval>(unknown).is_err());
    assert!(from_value::<Weekday>(json!("Monday")).is_err());
}

#[test]
fn the_answer_writes_instants_in_utc_and_keeps_every_key() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
    let answer = to_value(ask(&clinic, "2026-06-15T09:00-04:00")).unwrap();
    assert_eq!(answer, json!({"now": true, "changes_at": null, "next_opens_at": null, "text": "Open 24 hours"}));
    let day = to_value(clinic.days(date("2026-06-15"), date("2026-06-15")).remove(0)).unwrap();
    let expected = json!({
        "date": "2026-06-15", "closed_reason": null,
        "intervals": [{
            "opens_at": "2026-06-15T04:00:00Z", "closes_at": "2026-06-16T04:00:00Z", "opens": "00:00", "closes": "24:00",
            "by_appointment": false,
        }],
    });
    assert_eq!(day, expected);
}

fn fields_and_required<T: ToSchema>() -> (usize, usize, Value) {
    let schema = to_value(T::schema()).unwrap();
    let count = |key: &str| match &schema[key] {
        Value::Object(fields) => fields.len(),
        Value::Array(names) => names.len(),
        _ => 0,
    };
    (count("properties"), count("required"), schema.clone())
}

#[test]
fn every_property_is_required_in_the_document() {
    let schemas = [
        fields_and_required::<WeeklyHours>(),
        fields_and_required::<SpecialHours>(),
        fields_and_required::<Interval>(),
        fields_and_required::<Open>(),
        fields_and_required::<OpenDay>(),
        fields_and_required::<OpenInterval>(),
    ];
    for (properties, required, schema) in schemas {
        assert!(properties > 0);
        assert_eq!(properties, required, "{schema}");
    }
}

#[test]
fn the_document_gives_a_time_its_pattern() {
    let schema = to_value(LocalTime::schema()).unwrap();
    assert_eq!(schema["type"], "string");
    assert_eq!(schema["pattern"], "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$");
}
