//! The record itself: what of it contradicts itself or is over.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::finding::{ConsistencyCode, ConsistencyFinding, ConsistencyPlace};
use crate::clinic::{
    clinic::ListedPhone,
    department::Department,
    hours::{SpecialHours, WeeklyHours},
    location::{Address, StatusCode},
    provider::Licence,
    values::TimeZone,
};

/// What the record says of numbers, addresses, hours, licences and risks, outside the trash.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnRecord {
    pub(super) clinic: OwnClinic,
    /// In the order of their names.
    pub(super) locations: Vec<OwnLocation>,
    /// In the order of their names.
    pub(super) providers: Vec<OwnProvider>,
    /// Off-label and compounded ones without risks.
    pub(super) services: Vec<OwnService>,
}

/// The organisation.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OwnClinic {
    id: Uuid,
    pub(super) name: String,
    npi: Option<String>,
    pub(super) phones: Vec<ListedPhone>,
    timezone: TimeZone,
}

/// A location.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OwnLocation {
    id: Uuid,
    slug: String,
    pub(super) name: String,
    pub(super) address: Address,
    pub(super) phones: Vec<ListedPhone>,
    pub(super) fax: Option<String>,
    timezone: TimeZone,
    pub(super) hours: Vec<WeeklyHours>,
    pub(super) special_hours: Vec<SpecialHours>,
    pub(super) departments: Vec<Department>,
    status_code: StatusCode,
    status_until: Option<NaiveDate>,
}

/// A provider.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OwnProvider {
    id: Uuid,
    slug: String,
    name: String,
    npi: Option<String>,
    licences: Vec<Licence>,
}

/// A service.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OwnService {
    id: Uuid,
    slug: String,
    name: String,
}

impl OwnLocation {
    /// Its own numbers, then those of its departments.
    pub(super) fn phones(&self) -> impl Iterator<Item = &ListedPhone> {
        self.phones.iter().chain(self.departments.iter().flat_map(|department| &department.phones))
    }

    /// Whether anybody is ever there again.
    pub(super) fn is_kept(&self) -> bool {
        self.status_code != StatusCode::PermanentlyClosed
    }

    /// The weekly rows that hold on some day from `today` on.
    pub(super) fn rows_from(&self, today: NaiveDate) -> impl Iterator<Item = &WeeklyHours> {
        self.hours.iter().filter(move |row| row.valid_through.is_none_or(|last| today <= last))
    }

    pub(super) fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.timezone.0).date_naive()
    }

    fn place(&self) -> ConsistencyPlace {
        place("location", self.id, &self.slug, &self.name)
    }
}

fn place(kind: &'static str, id: Uuid, slug: &str, name: &str) -> ConsistencyPlace {
    let (slug, name) = (Some(slug.to_owned()), Some(name.to_owned()));
    ConsistencyPlace { r#type: kind, id, slug, name, locale: None }
}

fn finding(code: ConsistencyCode, message: &str, at: ConsistencyPlace, field: &str) -> ConsistencyFinding {
    ConsistencyFinding {
        code,
        severity: code.severity(),
        message: message.to_owned(),
        r#where: at,
        field: field.to_owned(),
        draft: false,
        found: None,
        expected: Vec::new(),
    }
}

/// What contradicts itself in the record, or is over.
pub(super) fn contradictions(record: &OwnRecord, now: DateTime<Utc>) -> Vec<ConsistencyFinding> {
    let mut found = of_clinic(record);
    found.extend(record.locations.iter().flat_map(|location| of_location(record, location, now)));
    let today = now.with_timezone(&record.clinic.timezone.0).date_naive();
    found.extend(record.providers.iter().flat_map(|provider| of_provider(record, provider, today)));
    found.extend(record.services.iter().map(|service| {
        let at = place("service", service.id, &service.slug, &service.name);
        finding(
            ConsistencyCode::RisksMissing,
            "an off-label or compounded treatment has to name its risks",
            at,
            "risks",
        )
    }));
    found
}

fn of_clinic(record: &OwnRecord) -> Vec<ConsistencyFinding> {
    let clinic = &record.clinic;
    let at_locations: Vec<_> =
        record.locations.iter().flat_map(OwnLocation::phones).map(|phone| phone.number.as_str()).collect();
    let main = clinic.phones.first().filter(|_| !at_locations.is_empty());
    let nowhere = main.filter(|main| !at_locations.contains(&main.number.as_str()));
    let told = nowhere.map(|main| {
        let at = ConsistencyPlace {
            r#type: "clinic",
            id: clinic.id,
            slug: None,
            name: Some(clinic.name.clone()),
            locale: None,
        };
        let message = "the organisation's first number rings at no location";
        ConsistencyFinding {
            found: Some(main.display.clone()),
            expected: record
                .numbers_at_locations()
                .map(|(display, whose)| format!("{display} ({whose})"))
                .take(10)
                .collect(),
            ..finding(ConsistencyCode::MainPhoneNowhere, message, at, "phones")
        }
    });
    told.into_iter().collect()
}

impl OwnRecord {
    /// Every number as it is shown, and whose it is, the organisation's first.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.clinic.phones.iter().map(|phone| (phone.display.as_str(), self.clinic.name.as_str()));
        own.chain(self.numbers_at_locations())
    }

    fn numbers_at_locations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.locations.iter().flat_map(|location| {
            let phones = location.phones().map(|phone| phone.display.as_str());
            phones.chain(location.fax.as_deref()).map(|display| (display, location.name.as_str()))
        })
    }
}

fn of_location(record: &OwnRecord, location: &OwnLocation, now: DateTime<Utc>) -> Vec<ConsistencyFinding> {
    let mut found = Vec::new();
    let mut tell = |code, message, field| found.push(finding(code, message, location.place(), field));
    let today = location.today(now);
    if location.is_kept() && location.rows_from(today).next().is_none() {
        tell(ConsistencyCode::LocationWithoutHours, "no weekly hours hold today or later", "hours");
    }
    if location.is_kept() && location.phones().next().is_none() {
        tell(ConsistencyCode::LocationWithoutPhone, "nobody can call the location", "phones");
    }
    if location.status_code == StatusCode::TemporarilyClosed && location.status_until.is_some_and(|last| last < today) {
        tell(ConsistencyCode::ClosureOver, "the temporary closure is over: the location is shown as open", "status");
    }
    let twin = record.locations.iter().take_while(|other| other.id != location.id).find(|other| {
        let line = |address: &Address| {
            let second = address.line2.clone().unwrap_or_default();
            [&address.line1, &second, &address.postal_code].map(|part| part.trim().to_lowercase())
        };
        line(&other.address) == line(&location.address)
    });
    if let Some(twin) = twin {
        found.push(ConsistencyFinding {
            expected: vec![twin.name.clone()],
            ..finding(
                ConsistencyCode::SameAddress,
                "another location has the same address",
                location.place(),
                "address",
            )
        });
    }
    found
}

fn of_provider(record: &OwnRecord, provider: &OwnProvider, today: NaiveDate) -> Vec<ConsistencyFinding> {
    let at = || place("provider", provider.id, &provider.slug, &provider.name);
    let shared = provider.npi.is_some() && provider.npi == record.clinic.npi;
    let shared = shared.then(|| ConsistencyFinding {
        found: provider.npi.clone(),
        ..finding(ConsistencyCode::NpiShared, "the organisation has the same NPI; it is one's alone", at(), "npi")
    });
    let last = provider.licences.iter().map(|licence| licence.expires_on).max();
    let expired = last.filter(|last| *last < today).map(|last| ConsistencyFinding {
        found: Some(last.to_string()),
        ..finding(ConsistencyCode::LicencesExpired, "every licence has expired", at(), "licences")
    });
    shared.into_iter().chain(expired).collect()
}
