//! The table of holidays, read country by country when one is first asked for.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

const TABLE: &str = include_str!("calendars.tsv");
/// How a calendar is named.
pub const CALENDAR_FORM: &str = "a country such as US, or a region such as US-FL (ISO 3166)";

/// The part of the table about each country, by its code.
static COUNTRIES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let parts = TABLE.split("\n=").skip(1);
    parts.filter_map(|part| part.split([' ', '\n']).next().map(|code| (code, part))).collect()
});
/// The calendars that were asked for.
static READ: LazyLock<Mutex<BTreeMap<String, Arc<Calendar>>>> = LazyLock::new(Mutex::default);

/// A public holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holiday {
    /// The day on which it is kept.
    #[schema(example = "2026-11-26")]
    pub date: NaiveDate,
    /// In English where it has a name there. A substitute day says `(observed)`.
    #[schema(value_type = String, example = "Thanksgiving Day")]
    pub name: &'static str,
}

/// The holidays of a country, or of a region of one.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Calendar {
    days: BTreeMap<NaiveDate, Vec<&'static str>>,
}

/// A calendar has hundreds of days.
impl fmt::Debug for Calendar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} days", self.days.len())
    }
}

impl Calendar {
    /// The calendar of a country (`US`) or of a region (`US-FL`); none where the table has no such place.
    pub(super) fn named(name: &str) -> Option<Arc<Self>> {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(calendar) = read.get(name) {
            return Some(Arc::clone(calendar));
        }
        let (country, region) = name.split_once('-').map_or((name, None), |(country, region)| (country, Some(region)));
        let calendar = Arc::new(Self::read(COUNTRIES.get(country)?, region)?);
        read.insert(name.to_owned(), Arc::clone(&calendar));
        Some(calendar)
    }

    /// The names of the holidays on a day.
    pub(super) fn on(&self, date: NaiveDate) -> &[&'static str] {
        self.days.get(&date).map_or(&[], Vec::as_slice)
    }

    /// Whether a holiday is called so.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The names of the holidays, some more than once.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.days.values().flatten().copied()
    }

    pub(super) fn between(&self, from: NaiveDate, to: NaiveDate) -> Vec<Holiday> {
        if to < from {
            return Vec::new();
        }
        let days = self.days.range(from..=to);
        days.flat_map(|(date, names)| names.iter().map(|name| Holiday { date: *date, name })).collect()
    }

    fn read(country: &'static str, region: Option<&str>) -> Option<Self> {
        let mut lines = country.lines();
        let is_known = lines.next()?.split(' ').skip(1).any(|code| Some(code) == region);
        if region.is_some() && !is_known {
            return None;
        }
        let place = region.unwrap_or("-");
        let mut calendar = Self::default();
        for line in lines {
            let mut fields = line.split('\t');
            let (Some(name), Some(places), Some(dates)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            if places == "*" || places.split(' ').any(|code| code == place) {
                calendar.add(name, dates);
            }
        }
        Some(calendar)
    }

    fn add(&mut self, name: &'static str, dates: &'static str) {
        for date in dates.split(' ').flat_map(days_of) {
            self.days.entry(date).or_default().push(name);
        }
    }
}

/// The days that an entry stands for: one date, or a day of each year of the table.
fn days_of(entry: &'static str) -> Vec<NaiveDate> {
    if let Ok(date) = entry.parse() {
        return vec![date];
    }
    years().filter_map(|year| format!("{year}-{entry}").parse().ok()).collect()
}

/// The years that the table is written for.
fn years() -> impl Iterator<Item = i32> {
    let mut bounds = TABLE.lines().next().unwrap_or_default().trim_start_matches('#').split(' ');
    let mut bound = || bounds.next().and_then(|year| year.parse().ok());
    let (first, last) = bound().zip(bound()).unwrap_or((1, 0));
    first..=last
}

/// The names of all calendars.
#[cfg(test)]
pub(super) fn all_names() -> Vec<String> {
    let of_country = |(code, part): (&&str, &&str)| {
        let regions =
            part.lines().next().unwrap_or_default().split(' ').skip(1).map(|region| format!("{code}-{region}"));
        std::iter::once((*code).to_owned()).chain(regions).collect::<Vec<_>>()
    };
    COUNTRIES.iter().flat_map(of_country).collect()
}
