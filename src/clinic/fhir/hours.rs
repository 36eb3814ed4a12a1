//! What a `Location` says of its hours: what repeats every week for everybody, and the rest in lines
//! (`hours::forms::fhir`), after a sentence about a closure and before one about holidays.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::Value;

use crate::clinic::{
    hours::{
        HolidayRule,
        forms::{Hours, fhir},
    },
    location::{Location, StatusCode},
};

/// `hoursOfOperation` and `availabilityExceptions`. A location that is closed for good keeps no hours.
pub(super) fn hours_of(location: &Location) -> (Vec<Value>, Option<String>) {
    let closure = closure(location);
    if location.status.code == StatusCode::PermanentlyClosed {
        return (Vec::new(), closure);
    }
    let rows = Hours { hours: location.hours.clone(), special_hours: location.special_hours.clone() };
    let (week, lines) = fhir::write(&rows);
    let holidays = location.holidays.as_ref().map(holidays);
    let told: Vec<String> = [closure, lines, holidays].into_iter().flatten().collect();
    (week, (!told.is_empty()).then(|| told.join("\n")))
}

fn closure(location: &Location) -> Option<String> {
    let mut words = match (location.status.code, location.status.until) {
        (StatusCode::Open, _) => return None,
        (StatusCode::TemporarilyClosed, Some(last)) => format!("Closed until {}", date(last)),
        (StatusCode::TemporarilyClosed, None) => "Closed for the time being".to_owned(),
        (StatusCode::PermanentlyClosed, _) => "Closed for good".to_owned(),
    };
    if let Some(note) = &location.status.note {
        let _ = write!(words, " ({note})");
    }
    words.push('.');
    Some(words)
}

fn holidays(rule: &HolidayRule) -> String {
    let except = if rule.except.is_empty() { String::new() } else { format!(", except {}", rule.except.join(", ")) };
    format!("Closed on the public holidays of {}{except}.", rule.calendar)
}

fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holidays_that_close_a_location_are_told() {
        let rule = |except: &[&str]| HolidayRule {
            calendar: "US-FL".to_owned(),
            except: except.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(holidays(&rule(&[])), "Closed on the public holidays of US-FL.");
        assert_eq!(holidays(&rule(&["Veterans Day"])), "Closed on the public holidays of US-FL, except Veterans Day.");
    }
}
