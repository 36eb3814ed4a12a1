//! The hours of a listing as rows. What no row says refuses the listing, unless all the rest is right without it.

use serde_json::Value;

use super::report::Reason;
use crate::{
    clinic::hours::forms::{Hours, LeftOut, Reading, google, normal, osm, plain},
    import::listings::WrittenHours,
};

/// What may be left of hours while the rows are right: days on which a clinic is closed beside them, and hours of somebody
/// else.
const BESIDE: [&str; 3] = ["holidays", "school_holidays", "kind_of_hours"];
/// What tells of the status and is read as such.
const STATUS: &str = "status";

/// Rows, and what stands beside them; or why there are none.
pub(super) fn read(written: &[WrittenHours]) -> Result<(Hours, Vec<Reason>), Vec<Reason>> {
    let (mut refused, mut beside) = (Vec::new(), Vec::new());
    let (mut whole, mut by_day) = (Hours::default(), Hours::default());
    for one in written {
        let (reading, before) = reading(one);
        for left in reading.left_out.into_iter().filter(|left| left.code != STATUS) {
            let is_beside = BESIDE.contains(&left.code);
            let reason = reason(one, &left, before);
            if is_beside { beside.push(reason) } else { refused.push(reason) }
        }
        let rows = if one.day.is_some() { &mut by_day } else { &mut whole };
        rows.hours.extend(reading.rows.hours);
        rows.special_hours.extend(reading.rows.special_hours);
    }
    let (whole, by_day) = (normal(&whole), normal(&by_day));
    let said_twice = [true, false].iter().all(|day| written.iter().any(|one| one.day.is_some() == *day));
    if said_twice && whole != by_day {
        let column = written.iter().find(|one| one.day.is_none()).map(|one| one.column.clone()).unwrap_or_default();
        let message = "it says other hours than the columns of the days: take one of them in the mapping";
        refused.push(Reason {
            column,
            field: "/hours".to_owned(),
            code: "hours_twice".to_owned(),
            message: message.to_owned(),
        });
    }
    if refused.is_empty() {
        Ok((if said_twice || by_day == Hours::default() { whole } else { by_day }, beside))
    } else {
        Err(refused)
    }
}

/// What was read, and how many characters stood before the cell's own.
fn reading(written: &WrittenHours) -> (Reading, usize) {
    let text = written.value.as_str().unwrap_or_default();
    match (written.format.as_str(), written.day) {
        ("google", _) => (google::read(&written.value), 0),
        ("osm", None) => (osm::read(text), 0),
        ("osm", Some(day)) => {
            let day: String = day.chars().take(2).collect();
            (osm::read(&format!("{day} {text}")), 3)
        }
        (_, None) => (plain::read(text), 0),
        (_, Some(day)) => {
            // All of the cell is of its day, whatever stands between its times.
            let text: String = text.chars().map(|c| if matches!(c, ';' | '\n' | '|') { ',' } else { c }).collect();
            (plain::read(&format!("{day}: {text}")), day.len() + 2)
        }
    }
}

/// Why, with the words of the cell: this report is for whoever has the table.
fn reason(written: &WrittenHours, left: &LeftOut, before: usize) -> Reason {
    let place = match (left.from, left.to, &left.pointer) {
        (Some(from), Some(to), _) => {
            let text = written.value.as_str().unwrap_or_default();
            let from = from.saturating_sub(before);
            let piece: String = text.chars().skip(from).take(to.saturating_sub(before).saturating_sub(from)).collect();
            format!("“{}”: ", piece.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        (_, _, Some(pointer)) if !pointer.is_empty() => format!("{pointer}: "),
        _ => String::new(),
    };
    Reason {
        column: written.column.clone(),
        field: "/hours".to_owned(),
        code: left.code.to_owned(),
        message: format!("{place}{}", left.message),
    }
}

/// The status that a Business Profile tells beside its hours.
pub(super) fn status(written: &[WrittenHours]) -> Option<Value> {
    let code = written.iter().filter(|one| one.format == "google").find_map(|one| google::status(&one.value));
    code.map(|code| serde_json::json!({"code": code}))
}
