//! Hours in the form of a Google Business Profile (`Location` of the Business Information API v1,
//! <https://developers.google.com/my-business/reference/businessinformation/rest/v1/accounts.locations>): `regularHours`,
//! `specialHours`, `moreHours` and `openInfo`. A period opens on one day and closes on that day or a later one, midnight at
//! the end of a day is 24:00, and what a particular date says replaces the week.

mod dates;
mod periods;

use serde_json::{Map, Value, json};

use super::{
    Hours, LeftOut, Reading, Written,
    normal::{normal, replaced},
    parts::{beyond_days_and_times, entries},
};
use crate::clinic::hours::{SpecialHours, WeeklyHours};

/// The most particular dates that are written: each is a period of its own.
const MOST_DATES: usize = 1_000;

/// The kinds of `moreHours` that are hours of a department: `hoursTypeId`, and our department.
const MORE: [(&str, &str); 6] = [
    ("ACCESS", "Access"),
    ("DELIVERY", "Delivery"),
    ("DRIVE_THROUGH", "Drive-through"),
    ("ONLINE_SERVICE_HOURS", "Online service"),
    ("PICKUP", "Pickup"),
    ("SENIOR_HOURS", "Senior hours"),
];

/// What Google calls a location that keeps its hours, or does not, beside our code of it.
const STATUS: [(&str, &str); 3] =
    [("OPEN", "open"), ("CLOSED_TEMPORARILY", "temporarily_closed"), ("CLOSED_PERMANENTLY", "permanently_closed")];

/// Writes `regularHours`, `specialHours` and `moreHours`, those that there are.
pub fn write(rows: &Hours) -> Written<Value> {
    let mut left_out = Vec::new();
    let mut value = Map::new();
    let own: Vec<WeeklyHours> = sayable(&rows.hours, &mut left_out);
    let weekly = normal(&Hours { hours: own, special_hours: Vec::new() }).hours;
    let (more, regular): (Vec<_>, Vec<_>) = weekly.into_iter().partition(|row| row.department.is_some());
    if !regular.is_empty() {
        value.insert("regularHours".to_owned(), json!({"periods": periods::write(&regular)}));
    }
    let special = special(rows, &mut left_out);
    if !special.is_empty() {
        value.insert("specialHours".to_owned(), json!({"specialHourPeriods": special}));
    }
    let more: Vec<Value> = MORE
        .iter()
        .filter_map(|(id, department)| {
            let of_department = more.iter().filter(|row| row.department.as_deref() == Some(*department));
            let rows: Vec<WeeklyHours> = of_department.cloned().collect();
            (!rows.is_empty()).then(|| json!({"hoursTypeId": id, "periods": periods::write(&rows)}))
        })
        .collect();
    if !more.is_empty() {
        value.insert("moreHours".to_owned(), Value::Array(more));
    }
    Written { value: Value::Object(value), left_out }
}

/// `openInfo` of a location whose status has our code `code`.
pub fn open_info(code: &str) -> Value {
    let status =
        STATUS.iter().find(|(_, ours)| *ours == code).map_or("OPEN_FOR_BUSINESS_UNSPECIFIED", |(theirs, _)| theirs);
    json!({"status": status})
}

/// Our code of the status in `openInfo`; none where there is none that is known.
pub fn status(location: &Value) -> Option<&'static str> {
    let status = location.pointer("/openInfo/status")?.as_str()?;
    STATUS.iter().find(|(theirs, _)| *theirs == status).map(|(_, ours)| *ours)
}

/// The rows that have a place; a piece for each other.
fn sayable(hours: &[WeeklyHours], left_out: &mut Vec<LeftOut>) -> Vec<WeeklyHours> {
    let known = |department: &str| MORE.iter().any(|(_, known)| *known == department);
    let mut own = Vec::new();
    for (index, row) in hours.iter().enumerate() {
        let named = row.department.as_deref().is_some_and(known);
        let nobodys = WeeklyHours { department: row.department.clone().filter(|_| !named), ..row.clone() };
        let bounded = row.valid_from.is_some() || row.valid_through.is_some();
        let why = beyond_days_and_times(&nobodys)
            .or(bounded.then_some(("validity", "This form cannot say from when until when hours hold.")));
        match why {
            Some((code, message)) => left_out.push(LeftOut::at(format!("/hours/{index}"), code, message)),
            None => own.push(row.clone()),
        }
    }
    own
}

fn special(rows: &Hours, left_out: &mut Vec<LeftOut>) -> Vec<Value> {
    for (index, row) in rows.special_hours.iter().enumerate() {
        let at = format!("/special_hours/{index}");
        if row.department.is_some() {
            left_out.push(LeftOut::at(at, "department", "This form tells of the location's own dates alone."));
        } else if row.reason.is_some() {
            left_out.push(LeftOut::at(format!("{at}/reason"), "reason", "This form has no place for a reason."));
        }
    }
    let mut written = Vec::new();
    for row in replaced(rows).special_hours {
        for date in row.from.iter_days().take_while(|date| *date <= row.through) {
            if written.len() >= MOST_DATES {
                left_out.push(LeftOut::at("/special_hours", "too_many", "This form takes 1,000 particular dates."));
                return written;
            }
            written.extend(dates::write(date, &row.intervals));
        }
    }
    written
}

/// Reads a `Location`, as far as it is about hours. `openInfo` is no row: it is left out unless it says open.
pub fn read(value: &Value) -> Reading {
    let mut rows = Hours::default();
    let mut left_out = Vec::new();
    let Some(location) = value.as_object() else {
        return Reading::of(
            &rows,
            vec![LeftOut::at("", "not_an_object", "This is no location of a Business Profile.")],
        );
    };
    for (name, value) in location {
        match name.as_str() {
            "regularHours" => rows.hours.extend(weekly(value, "/regularHours", None, &mut left_out)),
            "moreHours" => rows.hours.extend(more_hours(value, &mut left_out)),
            "specialHours" => rows.special_hours.extend(special_hours(value, &mut left_out)),
            "openInfo" if status(&json!({"openInfo": value})) != Some("open") => {
                let message = "This is no matter of hours; set the location's status.";
                left_out.push(LeftOut::at("/openInfo", "status", message));
            }
            // What else a location says of itself is not about its hours.
            _ => {}
        }
    }
    Reading::of(&rows, left_out)
}

fn weekly(value: &Value, at: &str, department: Option<&str>, left_out: &mut Vec<LeftOut>) -> Vec<WeeklyHours> {
    let mut rows = Vec::new();
    for (at, period) in entries(value.get("periods").unwrap_or(&Value::Null), &format!("{at}/periods")) {
        match periods::read(period) {
            Ok(read) => rows
                .extend(read.into_iter().map(|row| WeeklyHours { department: department.map(str::to_owned), ..row })),
            Err((code, message)) => left_out.push(LeftOut::at(at, code, message)),
        }
    }
    rows
}

fn more_hours(value: &Value, left_out: &mut Vec<LeftOut>) -> Vec<WeeklyHours> {
    let mut rows = Vec::new();
    for (at, more) in entries(value, "/moreHours") {
        let id = more.get("hoursTypeId").and_then(Value::as_str).unwrap_or_default();
        match MORE.iter().find(|(known, _)| *known == id) {
            Some((_, department)) => rows.extend(weekly(more, &at, Some(department), left_out)),
            None => {
                left_out.push(LeftOut::at(at, "kind_of_hours", "Say by hand whose hours these are, as a department."));
            }
        }
    }
    rows
}

fn special_hours(value: &Value, left_out: &mut Vec<LeftOut>) -> Vec<SpecialHours> {
    let mut told = super::normal::Told::default();
    let periods = value.get("specialHourPeriods").unwrap_or(&Value::Null);
    for (at, period) in entries(periods, "/specialHours/specialHourPeriods") {
        let contradiction = ("contradiction", "This date is closed and open at once.");
        let taken = dates::read(period).and_then(|row| told.tell(&row).then_some(()).ok_or(contradiction));
        if let Err((code, message)) = taken {
            left_out.push(LeftOut::at(at, code, message));
        }
    }
    told.rows()
}
