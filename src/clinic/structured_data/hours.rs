//! Hours in schema.org's form (<https://schema.org/OpeningHoursSpecification>). An interval past midnight closes at an
//! earlier time than it opens, as in ours; all day is from 00:00 to 23:59, as search engines read it.

use serde_json::{Value, json};

use crate::clinic::hours::{LocalTime, SpecialHours, Weekday, WeeklyHours};

/// The location's own weekly hours; those of departments are not when the location is open.
pub(super) fn weekly(hours: &[WeeklyHours]) -> Vec<Value> {
    let own = hours.iter().filter(|row| row.department.is_none());
    own.map(|row| {
        let (opens, closes) = times(row.opens, row.closes);
        json!({
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": row.days.iter().map(|day| format!("https://schema.org/{day:?}")).collect::<Vec<_>>(),
            "opens": opens,
            "closes": closes,
            "validFrom": row.valid_from,
            "validThrough": row.valid_through,
        })
    })
    .collect()
}

/// What differs on particular dates. In schema.org such a day replaces the weekly hours, so a day to which hours are added
/// is written with all that is open then.
pub(super) fn special(hours: &[WeeklyHours], special: &[SpecialHours]) -> Vec<Value> {
    special.iter().flat_map(|row| of_row(hours, row)).collect()
}

fn of_row(hours: &[WeeklyHours], row: &SpecialHours) -> Vec<Value> {
    let written = |opens: &str, closes: &str, from, through, days: Option<Vec<String>>| {
        json!({
            "@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": opens, "closes": closes,
            "validFrom": from, "validThrough": through,
        })
    };
    if row.closed && row.intervals.is_empty() {
        return vec![written("00:00", "00:00", row.from, row.through, None)];
    }
    let added = row.intervals.iter().map(|interval| {
        let (opens, closes) = times(interval.opens, interval.closes);
        written(&opens, &closes, row.from, row.through, None)
    });
    let kept = hours.iter().filter(|weekly| !row.closed && weekly.department.is_none()).filter_map(|weekly| {
        let from = weekly.valid_from.map_or(row.from, |first| first.max(row.from));
        let through = weekly.valid_through.map_or(row.through, |last| last.min(row.through));
        let days = row_days(weekly, from, through);
        let (opens, closes) = times(weekly.opens, weekly.closes);
        (from <= through && !days.is_empty()).then(|| written(&opens, &closes, from, through, Some(days)))
    });
    added.chain(kept).collect()
}

/// The days of the week of a weekly row that lie between two dates.
fn row_days(weekly: &WeeklyHours, from: chrono::NaiveDate, through: chrono::NaiveDate) -> Vec<String> {
    let within: Vec<Weekday> = from.iter_days().take_while(|day| *day <= through).take(7).map(Weekday::of).collect();
    let days = weekly.days.iter().filter(|day| within.contains(day));
    days.map(|day| format!("https://schema.org/{day:?}")).collect()
}

fn times(opens: LocalTime, closes: LocalTime) -> (String, String) {
    let all_day = closes == opens || closes == LocalTime::END_OF_DAY;
    let closes = match (closes, opens.minutes()) {
        _ if all_day && opens.minutes() == 0 => "23:59".to_owned(),
        (LocalTime::END_OF_DAY, _) => "23:59".to_owned(),
        (closes, _) => closes.to_string(),
    };
    (opens.to_string(), closes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: Value) -> WeeklyHours {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_week_is_written_as_search_engines_read_it() {
        let week = [
            row(json!({"days": ["monday", "friday"], "opens": "08:00", "closes": "17:00", "valid_from": "2026-06-01"})),
            row(json!({"days": ["saturday"], "opens": "19:00", "closes": "02:00"})),
            row(json!({"days": ["sunday"], "opens": "00:00", "closes": "24:00"})),
            row(json!({"days": ["sunday"], "opens": "09:00", "closes": "12:00", "department": "Laboratory"})),
        ];
        let written = weekly(&week);
        let told: Vec<_> =
            written.iter().map(|row| (row["opens"].as_str().unwrap(), row["closes"].as_str().unwrap())).collect();
        assert_eq!(told, [("08:00", "17:00"), ("19:00", "02:00"), ("00:00", "23:59")]);
        assert_eq!(written[0]["dayOfWeek"], json!(["https://schema.org/Monday", "https://schema.org/Friday"]));
        assert_eq!(written[0]["validFrom"], "2026-06-01");
    }

    #[test]
    fn a_day_with_added_hours_is_written_with_all_that_is_open() {
        let week = [row(json!({"days": ["monday", "saturday"], "opens": "08:00", "closes": "17:00"}))];
        let rows: Vec<SpecialHours> = serde_json::from_value(json!([
            {"from": "2026-12-25", "through": "2026-12-26", "closed": true},
            {"from": "2026-11-28", "through": "2026-11-29", "closed": false, "intervals": [{"opens": "18:00", "closes": "20:00"}]},
        ]))
        .unwrap();
        let written = special(&week, &rows);
        let told: Vec<_> = written
            .iter()
            .map(|row| (row["opens"].as_str().unwrap(), row["closes"].as_str().unwrap(), row["dayOfWeek"].clone()))
            .collect();
        assert_eq!(
            told,
            [
                ("00:00", "00:00", Value::Null),
                ("18:00", "20:00", Value::Null),
                ("08:00", "17:00", json!(["https://schema.org/Saturday"])),
            ]
        );
    }
}
