//! One step of an import, in the caller's transaction: the record as staff would write it, and the resource beside it.
//! What somebody has changed since the last import, or put into the trash, stays as it is.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    arriving::{Incoming, Step},
    reading::{Read, Reader},
    records::{self, Written},
    resource::ResourceType,
    taking::Left,
    withheld,
};
use crate::{
    clinic::{
        queries::{self, FhirPart, KeptResource, NewResource},
        service_names::ServiceNames,
    },
    clock::Clock,
    http::ApiError,
    outbox::{self, EventKind},
};

/// What was done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrived {
    /// It became a record.
    Created,
    /// It says something else than before, and so does its record now.
    Updated,
    /// It says what it said before.
    Unchanged,
    /// The record was changed here since, or lies in the trash: both stay as they are.
    Kept,
    /// It is kept as a resource, and is no record.
    Stored,
}

/// What came of a step.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Each resource of the step, with what was done with it.
    pub done: Vec<(ResourceType, String, Arrived)>,
    /// The record that was written; none where none was.
    pub record: Option<Uuid>,
    /// What could not be taken for what is in the database.
    pub left: Vec<Left>,
}

/// What an import works with.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The time.
    pub clock: Clock,
    /// Whom a new name of a service is told.
    pub names: ServiceNames,
}

/// Where a resource stands before it is stored.
enum Standing {
    /// Nobody knows it.
    New,
    /// It is kept, and no record.
    Alone(KeptResource),
    /// It is this record, and says what it said.
    Same(Uuid),
    /// It is this record, and says something else now.
    MovedOn(Uuid),
    /// The record is somebody's by now.
    Taken,
}

impl Arrival {
    /// Stores a step.
    ///
    /// # Errors
    /// 422 with what the record cannot take for what others have: [`Step::leave_out`] and try again. Those of the database.
    pub async fn store(&self, connection: &mut PgConnection, step: &Step) -> Result<Outcome, ApiError> {
        let at = self.clock.now();
        let mut outcome = Outcome { done: Vec::new(), record: None, left: Vec::new() };
        let standing = standing(connection, &step.resource, at).await?;
        let role = match &step.role {
            Some(role) => Some((role, standing_of_role(connection, role, &standing, at).await?)),
            None => None,
        };
        let fields = resolved(connection, step, &mut outcome.left).await?;
        let is_taken = matches!(standing, Standing::Taken) || matches!(role, Some((_, Standing::Taken)));
        let role_is_same = role.as_ref().is_none_or(|(_, standing)| matches!(standing, Standing::Same(_)));
        let record = match &standing {
            _ if is_taken => return Ok(outcome.all(step, Arrived::Kept)),
            Standing::Same(_) if role_is_same => return Ok(outcome.all(step, Arrived::Unchanged)),
            Standing::Same(record) | Standing::MovedOn(record) => Some(*record),
            _ => None,
        };
        let Some(fields) = fields else {
            return self.keep_alone(connection, step, &standing, record, outcome).await;
        };
        let id = match records::write(connection, self, step.resource.kind, record, fields).await? {
            Written::Record(id) => id,
            Written::Kept => {
                keep(connection, &step.resource, None, false).await?;
                return Ok(outcome.all(step, Arrived::Kept));
            }
        };
        outbox::record(connection, &self.clock, EventKind::ClinicChanged, id).await?;
        let done = if record.is_some() { Arrived::Updated } else { Arrived::Created };
        outcome.record = Some(id);
        for resource in std::iter::once(&step.resource).chain(&step.role) {
            keep_mapped(connection, resource, id, at).await?;
            outcome.done.push((resource.kind, resource.id.clone(), done));
        }
        Ok(outcome)
    }

    /// Keeps what is no record: with the record that it hangs on, where that is known.
    async fn keep_alone(
        &self,
        connection: &mut PgConnection,
        step: &Step,
        standing: &Standing,
        record: Option<Uuid>,
        mut outcome: Outcome,
    ) -> Result<Outcome, ApiError> {
        if record.is_some() {
            // What it says now makes no record any more: what it said stays.
            return Ok(outcome.all(step, Arrived::Kept));
        }
        let owner = match &step.belongs_to {
            Some(person) => {
                queries::find_record_of_resource(connection, ResourceType::Practitioner.name(), person).await?
            }
            None => None,
        };
        for resource in std::iter::once(&step.resource).chain(&step.role) {
            let is_same =
                matches!(standing, Standing::Alone(kept) if kept.resource == resource.text && kept.record_id == owner);
            if !is_same {
                keep(connection, resource, owner, false).await?;
            }
            let done = if is_same { Arrived::Unchanged } else { Arrived::Stored };
            outcome.done.push((resource.kind, resource.id.clone(), done));
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// Whether something was written that is no record.
    pub fn is_stored_alone(&self) -> bool {
        self.done.iter().any(|(_, _, done)| *done == Arrived::Stored)
    }

    fn all(mut self, step: &Step, done: Arrived) -> Self {
        let resources = std::iter::once(&step.resource).chain(&step.role);
        self.done.extend(resources.map(|resource| (resource.kind, resource.id.clone(), done)));
        self
    }
}

async fn standing(connection: &mut PgConnection, resource: &Incoming, at: DateTime<Utc>) -> Result<Standing, ApiError> {
    let kind = resource.kind.name();
    let kept = queries::find_kept_resource(connection, kind, &resource.id).await?;
    let record = queries::find_record_of_resource(connection, kind, &resource.id).await?;
    Ok(match (kept, record) {
        (None, None) => Standing::New,
        (Some(kept), None) => Standing::Alone(kept),
        (Some(kept), Some(_)) if kept.mapped.is_none() => Standing::Alone(kept),
        (Some(kept), Some(record)) if kept.resource == resource.text => Standing::Same(record),
        (Some(_), Some(record)) => match row(connection, resource, at).await? {
            Some(read) if !is_changed(&read) => Standing::MovedOn(record),
            _ => Standing::Taken,
        },
        // It came from here: an export, given back.
        (None, Some(record)) => {
            let read = row(connection, resource, at).await?.filter(|read| read.kept.is_none());
            let ours = read.map(Read::resource).transpose()?;
            let is_same = ours.is_some_and(|ours| ours.value == resource.value);
            if is_same { Standing::Same(record) } else { Standing::Taken }
        }
    })
}

/// A role has to be the one that its provider was imported with, or the first.
async fn standing_of_role(
    connection: &mut PgConnection,
    role: &Incoming,
    person: &Standing,
    at: DateTime<Utc>,
) -> Result<Standing, ApiError> {
    let standing = standing(connection, role, at).await?;
    let (Standing::Same(provider) | Standing::MovedOn(provider)) = person else { return Ok(standing) };
    let kind = ResourceType::PractitionerRole.name();
    let known = queries::find_resource_of_record(connection, kind, *provider).await?;
    let is_another = known.is_some_and(|id| id != role.id);
    Ok(if is_another { Standing::Taken } else { standing })
}

fn is_changed(read: &Read) -> bool {
    let nothing = Map::new();
    let mapped = read.mapped.as_ref().unwrap_or(&nothing);
    read.ours.as_ref().is_none_or(|ours| !ours.changed_since(mapped).is_empty())
}

async fn row(connection: &mut PgConnection, resource: &Incoming, at: DateTime<Utc>) -> Result<Option<Read>, ApiError> {
    let mut reader = Reader::begin(connection, at).await?;
    let part = FhirPart { after: None, ids: Some(vec![resource.id.clone()]), fetch: 1 };
    Ok(reader.rows(connection, resource.kind, &part).await?.into_iter().next())
}

async fn keep(
    connection: &mut PgConnection,
    resource: &Incoming,
    record: Option<Uuid>,
    is_record: bool,
) -> Result<(), ApiError> {
    let shown = withheld::shown(resource.kind, &resource.text);
    let new = NewResource {
        kind: resource.kind.name(),
        fhir_id: &resource.id,
        full_url: resource.full_url.as_deref(),
        resource: &resource.text,
        shown: shown.as_deref(),
    };
    Ok(queries::keep_resource(connection, &new, record, is_record.then(|| json!({})).as_ref()).await?)
}

/// Keeps a resource beside its record, with what the record says now.
async fn keep_mapped(
    connection: &mut PgConnection,
    resource: &Incoming,
    record: Uuid,
    at: DateTime<Utc>,
) -> Result<(), ApiError> {
    keep(connection, resource, Some(record), true).await?;
    let read = row(connection, resource, at).await?.ok_or(ApiError::Internal)?;
    let mapped = read.ours.ok_or(ApiError::Internal)?.mapped();
    Ok(queries::update_mapped(connection, resource.kind.name(), &resource.id, &mapped).await?)
}

/// What the record would be, with the ids of records in the place of resources' names; none where it would be none.
async fn resolved(
    connection: &mut PgConnection,
    step: &Step,
    left: &mut Vec<Left>,
) -> Result<Option<Map<String, Value>>, ApiError> {
    let Some(taken) = step.taken.as_ref().filter(|_| step.makes_a_record()) else { return Ok(None) };
    let mut fields = taken.fields.clone();
    let mut push = |field: &str, id: Uuid| {
        if let Value::Array(list) = fields.entry(field).or_insert_with(|| json!([])) {
            list.push(json!(id));
        }
    };
    for name in &taken.names {
        let record = match &name.target {
            Some((kind, id)) => queries::find_named_record(connection, kind.name(), id).await?,
            None => None,
        };
        match record {
            Some(id) => push(name.field, id),
            None => left.push(Left {
                element: name.element.clone(),
                code: "unknown_reference".to_owned(),
                sentence: "It names nothing that is a record here.".to_owned(),
            }),
        }
    }
    for person in &step.providers {
        let record = queries::find_named_record(connection, ResourceType::Practitioner.name(), person).await?;
        if let Some(id) = record {
            push("providers", id);
        }
    }
    Ok(Some(fields))
}
