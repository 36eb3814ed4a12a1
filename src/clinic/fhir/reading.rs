//! From the rows of the database to resources: our record, mapped, laid over what was imported.

use chrono::{DateTime, Days, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, value::RawValue};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    healthcare_service::healthcare_service,
    json_text::Members,
    location::location,
    organization::organization,
    ours::Ours,
    practitioner::practitioner,
    practitioner_role::practitioner_role,
    resource::{Known, Resource, ResourceType},
};
use crate::{
    clinic::{
        location::{StoredLocation, Viewpoint},
        provider::Provider,
        queries::{self, FhirPart, FhirRow},
        service::Service,
    },
    http::ApiError,
};

/// Reads resources as they are at one instant.
#[derive(Debug)]
pub(super) struct Reader {
    known: Known,
    /// When the clinic's day ends.
    midnight: Option<DateTime<Utc>>,
}

/// A row, its record mapped.
#[derive(Debug)]
pub(super) struct Read {
    kind: ResourceType,
    /// Unique among its type.
    pub id: String,
    /// The record that it is, or that it hangs on.
    pub record: Option<Uuid>,
    /// What the record says now; none for a resource that is none.
    pub ours: Option<Ours>,
    /// What it said when it was imported.
    pub mapped: Option<Map<String, Value>>,
    /// The text of the imported resource.
    pub kept: Option<String>,
    until: Option<DateTime<Utc>>,
}

impl Reader {
    /// Looks at the clinic that everything belongs to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(connection: &mut PgConnection, at: DateTime<Utc>) -> Result<Self, ApiError> {
        let clinic = queries::find_fhir_clinic(connection).await?;
        let zone = clinic.as_ref().and_then(|clinic| clinic.timezone.parse::<Tz>().ok()).unwrap_or(Tz::UTC);
        let today = at.with_timezone(&zone).date_naive();
        let mut known = Known { organization: None, ids: std::collections::BTreeMap::new(), at, today };
        if let Some((id, name)) = clinic.and_then(|clinic| Some((clinic.id, clinic.name?))) {
            learn(connection, &mut known, &[id]).await?;
            known.organization = Some((known.id(ResourceType::Organization, id), name));
        }
        let tomorrow = today.checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN));
        let midnight = tomorrow.and_then(|local| zone.from_local_datetime(&local).earliest());
        Ok(Self { known, midnight: midnight.map(|instant| instant.to_utc()) })
    }

    /// A part of a type, in the order of the ids.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rows(
        &mut self,
        connection: &mut PgConnection,
        kind: ResourceType,
        part: &FhirPart,
    ) -> Result<Vec<Read>, ApiError> {
        match kind {
            ResourceType::Organization => {
                let rows = queries::find_fhir_organizations(connection, part).await?;
                self.all(kind, rows, |clinic, _| Ok((organization(&clinic), None)))
            }
            ResourceType::Location => {
                let rows = queries::find_fhir_locations(connection, part).await?;
                self.all(kind, rows, read_location)
            }
            ResourceType::Practitioner => {
                let rows = queries::find_fhir_practitioners(connection, part).await?;
                self.all(kind, rows, |provider, known| Ok(self.read_practitioner(&provider, known)))
            }
            ResourceType::PractitionerRole => {
                let rows = queries::find_fhir_practitioner_roles(connection, part).await?;
                learn(connection, &mut self.known, &named(&rows, named_by_role)).await?;
                self.all(kind, rows, |provider, known| Ok((practitioner_role(&provider, known), None)))
            }
            ResourceType::HealthcareService => {
                let rows = queries::find_fhir_healthcare_services(connection, part).await?;
                learn(connection, &mut self.known, &named(&rows, named_by_service)).await?;
                self.all(kind, rows, |service, known| Ok((healthcare_service(&service, known), None)))
            }
        }
    }

    /// A part of a type, as it goes out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resources(
        &mut self,
        connection: &mut PgConnection,
        kind: ResourceType,
        part: &FhirPart,
    ) -> Result<Vec<Resource>, ApiError> {
        self.rows(connection, kind, part).await?.into_iter().map(Read::resource).collect()
    }

    fn all<T>(
        &self,
        kind: ResourceType,
        rows: Vec<FhirRow<T>>,
        map: impl Fn(T, &Known) -> Result<Mapped, ApiError>,
    ) -> Result<Vec<Read>, ApiError> {
        let read = |row: FhirRow<T>| {
            let (ours, until) = row.record.map(|record| map(record.0, &self.known)).transpose()?.unzip();
            let mapped = row.mapped.and_then(|mapped| match mapped.0 {
                Value::Object(mapped) => Some(mapped),
                _ => None,
            });
            let until = until.flatten();
            Ok(Read { kind, id: row.fhir_id, record: row.record_id, ours, mapped, kept: row.resource, until })
        };
        rows.into_iter().map(read).collect()
    }

    /// A licence that ends today is told otherwise tomorrow.
    fn read_practitioner(&self, provider: &Provider, known: &Known) -> Mapped {
        let ends = provider.licences.iter().any(|held| held.expires_on == known.today);
        (practitioner(provider, known), self.midnight.filter(|_| ends))
    }
}

/// What a record says, and when it says something else by itself.
type Mapped = (Ours, Option<DateTime<Utc>>);

fn read_location(stored: StoredLocation, known: &Known) -> Result<Mapped, ApiError> {
    let until = stored.fresh_until(known.at)?;
    let shown = stored.shown(&Viewpoint { at: known.at, locale: "en" })?;
    Ok((location(&shown, known), until))
}

impl Read {
    /// As it goes out.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where what was kept cannot be read, which does not happen.
    pub fn resource(self) -> Result<Resource, ApiError> {
        let unreadable = |_| ApiError::Internal;
        let kept = self.kept.as_deref().map(Members::parse).transpose().map_err(unreadable)?;
        let members = match (&self.ours, kept) {
            (Some(ours), Some(kept)) => ours.over(kept, &self.mapped.unwrap_or_default())?,
            (Some(ours), None) => ours.alone(&self.id)?,
            (None, Some(kept)) => kept,
            (None, None) => return Err(ApiError::Internal),
        };
        let text = serde_json::to_string(&members).map_err(unreadable)?;
        let value = serde_json::from_str(&text).map_err(unreadable)?;
        let text = RawValue::from_string(text).map_err(unreadable)?;
        Ok(Resource { kind: self.kind, id: self.id, text, value, record: self.record, until: self.until })
    }
}

/// The records that these name.
fn named<T>(rows: &[FhirRow<T>], by: impl Fn(&T) -> Vec<Uuid>) -> Vec<Uuid> {
    rows.iter().filter_map(|row| row.record.as_ref()).flat_map(|record| by(&record.0)).collect()
}

fn named_by_role(provider: &Provider) -> Vec<Uuid> {
    let others = provider.summary.locations.iter().chain(&provider.services);
    others.map(|other| other.id).chain([provider.summary.id]).collect()
}

fn named_by_service(service: &Service) -> Vec<Uuid> {
    service.summary.locations.iter().map(|place| place.id).collect()
}

/// Learns under which ids these records were imported.
async fn learn(connection: &mut PgConnection, known: &mut Known, records: &[Uuid]) -> Result<(), ApiError> {
    for (kind, record, id) in queries::find_fhir_ids(connection, records).await? {
        if let Some(kind) = ResourceType::named(&kind) {
            known.ids.insert((kind, record), id);
        }
    }
    Ok(())
}
