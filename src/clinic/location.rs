//! A location: as it is stored, as the public reads it at an instant, and as staff read it.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ListedPhone,
    country::CountryCode,
    department::{self, Department, ShownDepartment},
    hours::{Closure, HolidayRule, Holidays, Open, OperatingStatus, Schedule, SpecialHours, WeeklyHours, forms::Hours},
    values::TimeZone,
};
use crate::http::Reference;

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    /// Street and number.
    #[schema(min_length = 1, max_length = 200, example = "100 Ocean Avenue")]
    pub line1: String,
    /// Suite, floor or building.
    #[schema(required, min_length = 1, max_length = 200, example = "Suite 101")]
    pub line2: Option<String>,
    /// City or town.
    #[schema(min_length = 1, max_length = 100, example = "Boca Raton")]
    pub city: String,
    /// State, province or county.
    #[schema(min_length = 1, max_length = 100, example = "FL")]
    pub region: String,
    /// As the country's post writes it.
    #[schema(min_length = 1, max_length = 20, example = "33432")]
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: CountryCode,
}

/// A place on the map (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Geo {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90, example = 26.3587)]
    pub latitude: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180, example = -80.0831)]
    pub longitude: f64,
}

/// Whether a location keeps its hours at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusCode {
    /// The hours hold.
    Open,
    /// Closed for a time, whatever the hours say.
    TemporarilyClosed,
    /// Closed for good.
    PermanentlyClosed,
}

impl StatusCode {
    /// The code as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::TemporarilyClosed => "temporarily_closed",
            Self::PermanentlyClosed => "permanently_closed",
        }
    }
}

/// Whether a location keeps its hours, and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LocationStatus {
    /// Whether the hours hold.
    pub code: StatusCode,
    /// What to tell patients.
    #[schema(required, min_length = 1, max_length = 300, example = "Closed after the storm")]
    pub note: Option<String>,
    /// The last day of a temporary closure; the location is `open` again on the day after. Null where no end is known.
    #[schema(required, example = "2026-12-01")]
    pub until: Option<NaiveDate>,
}

impl LocationStatus {
    pub(super) fn operating(&self) -> OperatingStatus {
        match self.code {
            StatusCode::Open => OperatingStatus::Open,
            StatusCode::TemporarilyClosed => OperatingStatus::TemporarilyClosed { until: self.until },
            StatusCode::PermanentlyClosed => OperatingStatus::PermanentlyClosed,
        }
    }

    /// The status on a local day: a closure that has ended is none, so that `status` and `open` never disagree.
    fn on(self, day: NaiveDate) -> Self {
        let ended = self.code == StatusCode::TemporarilyClosed && self.until.is_some_and(|last| last < day);
        if ended { Self { code: StatusCode::Open, note: None, until: None } } else { self }
    }
}

/// Stored hours that the engine does not take: somebody wrote to the database past the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("location {0} has hours that cannot be read; write them again through the API")]
pub struct Unreadable(pub Uuid);

/// When and in which language somebody looks.
#[derive(Clone, Copy, Debug)]
pub struct Viewpoint<'a> {
    /// The instant that `open` and `status` are told for.
    pub at: DateTime<Utc>,
    /// BCP 47; the language of `open.text`.
    pub locale: &'a str,
}

/// What the database has of a location.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredLocation {
    /// UUIDv7.
    pub id: Uuid,
    /// Its place in lists, with its name.
    pub position: i32,
    /// For people.
    pub name: String,
    slug: String,
    address: Address,
    geo: Option<Geo>,
    phones: Vec<ListedPhone>,
    fax: Option<String>,
    email: Option<String>,
    timezone: TimeZone,
    hours: Vec<WeeklyHours>,
    special_hours: Vec<SpecialHours>,
    holidays: Option<HolidayRule>,
    departments: Vec<Department>,
    status: LocationStatus,
    accessibility: Vec<String>,
    parking: Option<String>,
    languages: Vec<String>,
    payment_methods: Vec<String>,
    insurance: Vec<String>,
    accepting_new_patients: Option<bool>,
    booking_url: Option<String>,
    /// For which notices close it, now and later.
    closures: Vec<Closure>,
    // Read for a location that is shown whole, and not for one in short.
    #[serde(default)]
    services: Vec<Reference>,
    #[serde(default)]
    providers: Vec<Reference>,
    version: i32,
    updated_at: DateTime<Utc>,
}

/// A location in an answer that is about something else.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LocationInShort {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among locations.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// In the order in which to show them.
    pub phones: Vec<ListedPhone>,
    /// Whether it is open now.
    pub open: Open,
}

/// A location as the public reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Location {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among locations.
    #[schema(example = "boca-raton")]
    pub slug: String,
    /// For people.
    #[schema(example = "Boca Raton")]
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Null where nobody has placed it on the map.
    #[schema(required)]
    pub geo: Option<Geo>,
    /// In the order in which to show them.
    pub phones: Vec<ListedPhone>,
    /// E.164.
    #[schema(required, example = "+15615550101")]
    pub fax: Option<String>,
    /// For this location.
    #[schema(required, format = Email)]
    pub email: Option<String>,
    /// IANA; all local times are in it.
    #[schema(value_type = String, example = "America/New_York")]
    pub timezone: TimeZone,
    /// What repeats every week.
    pub hours: Vec<WeeklyHours>,
    /// What differs on particular dates.
    pub special_hours: Vec<SpecialHours>,
    /// The public holidays on which it is closed, where special hours do not speak of the day; null for none.
    #[schema(required)]
    pub holidays: Option<HolidayRule>,
    /// Those with an own telephone or hours of their own.
    pub departments: Vec<ShownDepartment>,
    /// Whether it is open at the instant asked for.
    pub open: Open,
    /// Whether it keeps its hours at that instant.
    pub status: LocationStatus,
    /// Short texts.
    pub accessibility: Vec<String>,
    /// Where to leave the car.
    #[schema(required)]
    pub parking: Option<String>,
    /// BCP 47; what is spoken there.
    pub languages: Vec<String>,
    /// Short texts.
    pub payment_methods: Vec<String>,
    /// Plans and payers that are taken.
    pub insurance: Vec<String>,
    /// Null where nobody has said.
    #[schema(required)]
    pub accepting_new_patients: Option<bool>,
    /// Where appointments are made.
    #[schema(required, format = "uri")]
    pub booking_url: Option<String>,
    /// What is offered there, by name.
    pub services: Vec<Reference>,
    /// Who sees patients there, by name.
    pub providers: Vec<Reference>,
    /// The lowest first in lists, then by name.
    pub position: i32,
    /// Raised by every change.
    pub version: i32,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

impl StoredLocation {
    /// The hours, ready to be asked.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn schedule(&self) -> Result<Schedule, Unreadable> {
        let hours = Schedule::new(self.timezone.0, self.hours.clone(), self.special_hours.clone());
        let holidays = self.holidays.as_ref().map(Holidays::kept).transpose().map_err(|_| Unreadable(self.id))?;
        Ok(hours.map_err(|_| Unreadable(self.id))?.closed_during(self.closures.clone()).closed_on(holidays))
    }

    /// The first instant after `at` at which the location reads differently by itself; none for never.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn fresh_until(&self, at: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Unreadable> {
        let (schedule, status) = (self.schedule()?, self.status.operating());
        let departments = department::all(&self.departments, &schedule);
        let of_departments = departments.iter().map(|one| schedule.of_department(&one.name).fresh_until(at, status));
        Ok(of_departments.chain([schedule.fresh_until(at, status)]).flatten().min())
    }

    /// The rows as they are stored, with the holidays of the year of an instant and the next as special hours.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(super) fn rows(&self, at: DateTime<Utc>) -> Result<Hours, Unreadable> {
        let mut special_hours = self.special_hours.clone();
        let year = at.with_timezone(&self.timezone.0).year();
        let ends = NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year + 1, 12, 31));
        if let (Some(holidays), Some((first, last))) = (self.schedule()?.holidays(), ends) {
            special_hours.extend(holidays.as_special(first, last, &self.special_hours));
        }
        Ok(Hours { hours: self.hours.clone(), special_hours })
    }

    /// Whether it keeps its hours at an instant.
    pub(super) fn status_at(&self, at: DateTime<Utc>) -> LocationStatus {
        self.status.clone().on(at.with_timezone(&self.timezone.0).date_naive())
    }

    /// What stands beside the organisation.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn in_short(self, seen: &Viewpoint<'_>) -> Result<LocationInShort, Unreadable> {
        let open = self.schedule()?.open_at(seen.at, seen.locale, self.status.operating());
        let Self { id, slug, name, address, phones, .. } = self;
        Ok(LocationInShort { id, slug, name, address, phones, open })
    }

    /// What the public reads at `seen`.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn shown(self, seen: &Viewpoint<'_>) -> Result<Location, Unreadable> {
        let (schedule, operating) = (self.schedule()?, self.status.operating());
        let open = schedule.open_at(seen.at, seen.locale, operating);
        let departments = department::all(&self.departments, &schedule);
        let departments = departments.into_iter().map(|one| one.shown(&schedule, seen, operating)).collect();
        let status = self.status_at(seen.at);
        Ok(Location {
            id: self.id,
            slug: self.slug,
            name: self.name,
            address: self.address,
            geo: self.geo,
            phones: self.phones,
            fax: self.fax,
            email: self.email,
            timezone: self.timezone,
            hours: self.hours,
            special_hours: self.special_hours,
            holidays: self.holidays,
            departments,
            open,
            status,
            accessibility: self.accessibility,
            parking: self.parking,
            languages: self.languages,
            payment_methods: self.payment_methods,
            insurance: self.insurance,
            accepting_new_patients: self.accepting_new_patients,
            booking_url: self.booking_url,
            services: self.services,
            providers: self.providers,
            position: self.position,
            version: self.version,
            updated_at: self.updated_at,
        })
    }
}

#[cfg(test)]
mod tests;
