//! Tests of the forms, and the short way to write rows that they share.

mod fhir;
mod google;
mod oracle;
mod osm;
mod plain;
mod plain_cases;
mod schema_org;
mod strategies;

use serde_json::{Value, json};

use super::{Hours, LeftOut, Reading};
use crate::clinic::hours::{SpecialHours, WeeklyHours};

/// Rows as the API has them.
fn rows(hours: Value, special: Value) -> Hours {
    let hours: Vec<WeeklyHours> = serde_json::from_value(hours).unwrap();
    let special_hours: Vec<SpecialHours> = serde_json::from_value(special).unwrap();
    Hours { hours, special_hours }
}

/// A row in few words: `monday,friday 08:00-17:00`, then what is not the default: `weeks 2,-1`, `from …`, `through …`,
/// `appointment`, `department …`.
fn told(row: &WeeklyHours) -> String {
    let days: Vec<String> =
        row.days.iter().map(|day| format!("{day:?}").to_lowercase().chars().take(2).collect()).collect();
    let weeks: Vec<String> = row.weeks.iter().map(ToString::to_string).collect();
    let parts = [
        Some(format!("{} {}-{}", days.join(","), row.opens, row.closes)),
        (!weeks.is_empty()).then(|| format!("weeks {}", weeks.join(","))),
        row.valid_from.map(|date| format!("from {date}")),
        row.valid_through.map(|date| format!("through {date}")),
        row.by_appointment.then(|| "appointment".to_owned()),
        row.department.as_ref().map(|name| format!("department {name}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn told_special(row: &SpecialHours) -> String {
    let intervals: Vec<String> = row.intervals.iter().map(|one| format!("{}-{}", one.opens, one.closes)).collect();
    let through = if row.through == row.from { String::new() } else { format!("/{}", row.through) };
    let parts = [
        Some(format!("{}{through} {}", row.from, if row.closed { "closed" } else { "also" })),
        (!intervals.is_empty()).then(|| intervals.join(",")),
        row.reason.as_ref().map(|reason| format!("({reason})")),
        row.department.as_ref().map(|name| format!("department {name}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// All rows in few words, `; ` between them.
fn all_told(rows: &Hours) -> String {
    let special = rows.special_hours.iter().map(told_special);
    rows.hours.iter().map(told).chain(special).collect::<Vec<_>>().join("; ")
}

fn codes(left_out: &[LeftOut]) -> Vec<&'static str> {
    left_out.iter().map(|left| left.code).collect()
}

/// A reading in few words: the rows, then the code and the words of each piece.
fn read_of(text: &str, reading: &Reading) -> String {
    let words = |left: &LeftOut| {
        let (from, to) = (left.from.unwrap_or_default(), left.to.unwrap_or_default());
        let piece: String = text.chars().skip(from).take(to - from).collect();
        format!("{} “{piece}”", left.code)
    };
    let rows = all_told(&reading.rows);
    let left: Vec<String> = reading.left_out.iter().map(words).collect();
    [rows].into_iter().filter(|rows| !rows.is_empty()).chain(left).collect::<Vec<_>>().join(" | ")
}

fn pointers(left_out: &[LeftOut]) -> Value {
    let pairs: Vec<_> = left_out.iter().map(|left| (left.pointer.as_deref(), left.code)).collect();
    json!(pairs)
}
