//! A text beside the record: what it says of numbers, addresses and hours that the record does not.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    addresses::{self, Differing, Place},
    finding::{ConsistencyCode, ConsistencyFinding, ConsistencyPlace},
    hours::{self, Told},
    phones,
    record::{OwnLocation, OwnRecord},
};
use crate::clinic::hours::{LocalTime, Weekday, WeeklyHours};

/// The most of what the record has that stands beside a finding.
const MOST_EXPECTED: usize = 10;
/// The most characters of the words that were found.
const LONGEST_FOUND: usize = 200;
/// Whose numbers are read where no location says in which country they are.
const HOME: &str = "US";

/// A record with the texts that it carries.
#[derive(Clone, Debug, Deserialize)]
pub struct WrittenText {
    pub(super) id: Uuid,
    slug: Option<String>,
    name: Option<String>,
    draft: bool,
    passages: Vec<Passage>,
}

#[derive(Clone, Debug, Deserialize)]
struct Passage {
    locale: Option<String>,
    field: String,
    text: Option<String>,
}

type Interval = (u16, u16);

/// Hours of one location, or of a department of it.
struct Keeper {
    /// As they are told.
    line: String,
    /// By day, Monday first: opening and closing in minutes.
    days: [Vec<Interval>; 7],
    /// On particular dates.
    special: Vec<Interval>,
}

/// The record in the forms in which texts are compared with it.
pub(super) struct Yardstick {
    country: String,
    numbers: BTreeSet<String>,
    listed: Vec<String>,
    places: Vec<Place>,
    keepers: Vec<Keeper>,
}

impl Yardstick {
    /// What holds at an instant.
    pub(super) fn of(record: &OwnRecord, now: DateTime<Utc>) -> Self {
        let phones = record.clinic.phones.iter().chain(record.locations.iter().flat_map(OwnLocation::phones));
        let faxes = record.locations.iter().filter_map(|location| location.fax.clone());
        let listed = record.numbers().map(|(display, whose)| format!("{display} ({whose})"));
        let country = record.locations.first().map_or(HOME, |location| location.address.country.as_str());
        Self {
            country: country.to_owned(),
            numbers: phones.map(|phone| phone.number.clone()).chain(faxes).collect(),
            listed: listed.take(MOST_EXPECTED).collect(),
            places: record.locations.iter().filter_map(|location| Place::of(&location.address)).collect(),
            keepers: keepers(record, now),
        }
    }

    /// What a record's texts say that the record of the clinic does not. `kind` is the record's type.
    pub(super) fn compare(&self, kind: &'static str, written: &WrittenText) -> Vec<ConsistencyFinding> {
        let read = written.passages.iter().filter_map(|passage| Some((passage, passage.text.as_deref()?)));
        read.flat_map(|(passage, text)| {
            let told = |(code, message, found, expected): Contradiction| {
                let at = ConsistencyPlace {
                    r#type: kind,
                    id: written.id,
                    slug: written.slug.clone(),
                    name: written.name.clone(),
                    locale: passage.locale.clone(),
                };
                ConsistencyFinding {
                    code,
                    severity: code.severity(),
                    message: message.to_owned(),
                    r#where: at,
                    field: passage.field.clone(),
                    draft: written.draft,
                    found: Some(found.chars().take(LONGEST_FOUND).collect()),
                    expected,
                }
            };
            self.contradictions(text).into_iter().map(told).collect::<Vec<_>>()
        })
        .collect()
    }

    /// What a text says that the record does not.
    pub(super) fn contradictions(&self, text: &str) -> Vec<Contradiction> {
        let mut found = self.phones(text);
        found.extend(self.addresses(text));
        found.extend(self.hours(text));
        found
    }

    fn phones(&self, text: &str) -> Vec<Contradiction> {
        let unknown = phones::find(text, &self.country).into_iter();
        let unknown =
            unknown.filter(|phone| !self.numbers.contains(&phone.number) && !phones::is_public(&phone.number));
        let message = "the number is nobody's of the record";
        unknown
            .map(|phone| (ConsistencyCode::PhoneUnknown, message, phone.found.to_owned(), self.listed.clone()))
            .collect()
    }

    fn addresses(&self, text: &str) -> Vec<Contradiction> {
        let judged = addresses::find(text).into_iter().filter_map(|written| {
            let (differing, meant) = addresses::judge(&written, &self.places)?;
            let (code, message) = match differing {
                Differing::Number => (ConsistencyCode::AddressDiffers, "the street is a location's, the number is not"),
                Differing::Unit => (ConsistencyCode::AddressDiffers, "the street is a location's, the suite is not"),
                Differing::Zip => (ConsistencyCode::AddressDiffers, "the street is a location's, the ZIP code is not"),
                Differing::All => (ConsistencyCode::AddressUnknown, "the address is no location's"),
            };
            let meant = if meant.is_empty() { self.places.iter().collect() } else { meant };
            let expected = meant.into_iter().map(|place| place.line.clone()).take(MOST_EXPECTED).collect();
            Some((code, message, written.found.to_owned(), expected))
        });
        judged.collect()
    }

    fn hours(&self, text: &str) -> Vec<Contradiction> {
        if self.keepers.is_empty() {
            return Vec::new();
        }
        let wrong = hours::read(text).into_iter().filter(|told| !self.keepers.iter().any(|keeper| keeper.keeps(told)));
        let message = "these hours are no location's";
        let expected: Vec<_> = self.keepers.iter().take(MOST_EXPECTED).map(|keeper| keeper.line.clone()).collect();
        wrong.map(|told| (ConsistencyCode::HoursDiffer, message, told.found.to_owned(), expected.clone())).collect()
    }
}

/// Code, sentence, the words found, what the record has.
pub(super) type Contradiction = (ConsistencyCode, &'static str, String, Vec<String>);

impl Keeper {
    /// Whether everything that is told of each day is so. A text may leave a part of a day out.
    fn keeps(&self, told: &Told<'_>) -> bool {
        let intervals: Vec<Interval> = told.intervals.iter().map(|(opens, closes)| minutes(*opens, *closes)).collect();
        let special = intervals.iter().all(|interval| self.special.contains(interval));
        special
            || told.days.iter().all(|day| {
                let kept = self.days.get(*day as usize);
                intervals.iter().all(|interval| kept.is_some_and(|kept| kept.contains(interval)))
            })
    }
}

/// Opening and closing in minutes of the day; the end of the day is its beginning, as it is written both ways.
fn minutes(opens: LocalTime, closes: LocalTime) -> Interval {
    (opens.minutes(), closes.minutes() % LocalTime::END_OF_DAY.minutes())
}

fn keepers(record: &OwnRecord, now: DateTime<Utc>) -> Vec<Keeper> {
    let kept = record.locations.iter().filter(|location| location.is_kept());
    kept.flat_map(|location| {
        let rows: Vec<&WeeklyHours> = location.rows_from(location.today(now)).collect();
        let departments: BTreeSet<Option<&str>> = rows.iter().map(|row| row.department.as_deref()).collect();
        let special: Vec<Interval> = location
            .special_hours
            .iter()
            .flat_map(|row| &row.intervals)
            .map(|interval| minutes(interval.opens, interval.closes))
            .collect();
        departments.into_iter().map(move |department| {
            let own: Vec<_> = rows.iter().copied().filter(|row| row.department.as_deref() == department).collect();
            let whose = department.map_or_else(|| location.name.clone(), |of| format!("{}, {of}", location.name));
            Keeper { line: format!("{whose}: {}", line(&own)), days: by_day(&own), special: special.clone() }
        })
    })
    .collect()
}

fn by_day(rows: &[&WeeklyHours]) -> [Vec<Interval>; 7] {
    let mut days: [Vec<Interval>; 7] = Default::default();
    for row in rows {
        for day in &row.days {
            if let Some(of_day) = days.get_mut(*day as usize) {
                of_day.push(minutes(row.opens, row.closes));
            }
        }
    }
    // Two rows that meet are one interval to whoever writes of them.
    for day in &mut days {
        let met: Vec<_> = day
            .iter()
            .flat_map(|(opens, closes)| day.iter().filter(move |next| next.0 == *closes).map(|next| (*opens, next.1)))
            .collect();
        day.extend(met);
    }
    days
}

fn line(rows: &[&WeeklyHours]) -> String {
    let told = rows.iter().map(|row| {
        let days: Vec<_> = row.days.iter().map(|day| short(*day)).collect();
        format!("{} {}–{}", days.join(" "), row.opens, row.closes)
    });
    told.collect::<Vec<_>>().join("; ")
}

fn short(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}
