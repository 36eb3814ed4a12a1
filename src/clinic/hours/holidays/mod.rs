//! Public holidays of countries and their regions, on which a location is closed without anybody writing it each year.
//!
//! `calendars.tsv` holds the dates; `scripts/holidays` writes it anew from the package that keeps them, and says how to
//! read it. Beyond the years of the table no day is a holiday.

mod calendar;

use std::{collections::BTreeSet, sync::Arc};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use calendar::Calendar;

use super::SpecialHours;
pub use calendar::{CALENDAR_FORM, Holiday};

/// What a substitute day is called beside the holiday that it stands for.
const OBSERVED: &str = " (observed)";

/// On which public holidays a location is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayRule {
    /// A country, or a region of one: ISO 3166-1 alpha-2, or ISO 3166-2.
    #[schema(pattern = "^[A-Z]{2}(-[A-Za-z0-9]{1,20})?$", example = "US-FL")]
    pub calendar: String,
    /// Holidays on which it keeps its hours, by their names in the calendar; the substitute day goes with the holiday.
    #[serde(default)]
    #[schema(required, max_items = 100, example = json!(["Columbus Day"]))]
    pub except: Vec<String>,
}

/// The holidays of one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holidays {
    calendar: Arc<Calendar>,
    except: Vec<String>,
}

/// Why a [`HolidayRule`] names no holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HolidayMistake {
    /// No such country or region.
    #[error("names no country or region whose holidays are known")]
    UnknownCalendar,
    /// The exception of this index is no holiday of the calendar.
    #[error("names no holiday of the calendar")]
    UnknownHoliday(usize),
}

impl Holidays {
    /// The holidays that a rule names.
    ///
    /// # Errors
    /// [`HolidayMistake`], the first one.
    pub fn of(rule: &HolidayRule) -> Result<Self, HolidayMistake> {
        let kept = Self::kept(rule)?;
        let unknown = rule.except.iter().position(|name| !kept.calendar.has(name));
        unknown.map_or(Ok(kept), |index| Err(HolidayMistake::UnknownHoliday(index)))
    }

    /// The holidays that a stored rule names: an exception that the calendar has no more is nothing to stumble over.
    ///
    /// # Errors
    /// [`HolidayMistake::UnknownCalendar`].
    pub fn kept(rule: &HolidayRule) -> Result<Self, HolidayMistake> {
        let calendar = Calendar::named(&rule.calendar).ok_or(HolidayMistake::UnknownCalendar)?;
        Ok(Self { calendar, except: rule.except.clone() })
    }

    /// The name of the holiday that closes the location on `date`, without saying that it is a substitute day.
    pub(super) fn closing(&self, date: NaiveDate) -> Option<&'static str> {
        let mut kept = self.calendar.on(date).iter().map(|name| name.strip_suffix(OBSERVED).unwrap_or(name));
        kept.find(|name| !self.except.iter().any(|except| except == name))
    }

    /// Special hours that say the same of the days from `from` through `to`, where none of `special` speaks of the day: for
    /// what knows no holidays.
    pub fn as_special(&self, from: NaiveDate, to: NaiveDate, special: &[SpecialHours]) -> Vec<SpecialHours> {
        let spoken_of = |date| special.iter().any(|row| row.department.is_none() && row.covers(date));
        let days = self.between(from, to).filter(|(date, _)| !spoken_of(*date));
        let row = |(date, name): (NaiveDate, &str)| SpecialHours {
            from: date,
            through: date,
            closed: true,
            intervals: Vec::new(),
            reason: Some(name.to_owned()),
            department: None,
        };
        days.map(row).collect()
    }

    /// The dates from `from` through `to` on which the location is closed, with the names.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = (NaiveDate, &'static str)> {
        let days = from.iter_days().take_while(move |day| *day <= to);
        days.filter_map(|day| self.closing(day).map(|name| (day, name)))
    }
}

/// The public holidays of a country or region from `from` through `to`, in order; none where it is not known.
pub fn holidays_of(calendar: &str, from: NaiveDate, to: NaiveDate) -> Option<Vec<Holiday>> {
    Some(Calendar::named(calendar)?.between(from, to))
}

/// The names of the holidays of a calendar, each once; none where it is not known.
pub fn holiday_names(calendar: &str) -> BTreeSet<&'static str> {
    Calendar::named(calendar).map(|calendar| calendar.names().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn florida(except: &[&str]) -> Holidays {
        let except = except.iter().map(|name| (*name).to_owned()).collect();
        Holidays::of(&HolidayRule { calendar: "US-FL".to_owned(), except }).unwrap()
    }

    #[test]
    fn a_region_keeps_its_own_holidays() {
        let kept = |calendar: &str, date: &str| {
            let rule = HolidayRule { calendar: calendar.to_owned(), except: Vec::new() };
            Holidays::of(&rule).unwrap().closing(day(date))
        };
        assert_eq!(kept("US-FL", "2026-11-26"), Some("Thanksgiving Day"));
        assert_eq!(kept("US-FL", "2026-11-27"), Some("Friday After Thanksgiving"));
        assert_eq!(kept("US-MA", "2026-04-20"), Some("Patriots' Day"));
        assert_eq!(kept("US-FL", "2026-04-20"), None);
        assert_eq!(kept("US", "2026-10-12"), Some("Columbus Day"));
        assert_eq!(kept("US-FL", "2026-10-12"), None, "Florida's offices are open then");
        assert_eq!(kept("DE-BY", "2027-01-06"), Some("Epiphany"));
    }

    #[test]
    fn an_exception_goes_with_its_substitute_day() {
        // The fourth of July 2026 is a Saturday.
        assert_eq!(florida(&[]).closing(day("2026-07-03")), Some("Independence Day"));
        assert_eq!(florida(&["Independence Day"]).closing(day("2026-07-03")), None);
        assert_eq!(florida(&["Independence Day"]).closing(day("2026-12-25")), Some("Christmas Day"));
    }

    #[test]
    fn what_the_calendar_does_not_know_is_refused() {
        let rule = |calendar: &str, except: &[&str]| {
            let except = except.iter().map(|name| (*name).to_owned()).collect();
            Holidays::of(&HolidayRule { calendar: calendar.to_owned(), except }).unwrap_err()
        };
        for unknown in ["", "U", "XX", "US-XX", "US-", "us-fl", "US-FL-1", "US AK", "=US", "#2026"] {
            assert_eq!(rule(unknown, &[]), HolidayMistake::UnknownCalendar, "{unknown:?}");
        }
        let except = ["Christmas Day", "Columbus Day"];
        assert_eq!(rule("US-FL", &except), HolidayMistake::UnknownHoliday(1));
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        for calendar in calendar::all_names() {
            let found = holidays_of(&calendar, day("2026-01-01"), day("2040-12-31"));
            assert!(found.is_some(), "{calendar}");
        }
        let year = holidays_of("US", day("2027-01-01"), day("2027-12-31")).unwrap();
        let names: Vec<_> = year.iter().map(|holiday| holiday.name).collect();
        assert!(names.contains(&"Washington's Birthday") && names.contains(&"Christmas Day (observed)"), "{names:?}");
    }
}
