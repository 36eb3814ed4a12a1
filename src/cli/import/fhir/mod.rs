//! `import fhir`: a directory in FHIR R4 becomes the clinic's record. Every resource is kept as it came, whatever the record
//! has no place for, and goes out again with it; what somebody changed here stays.

mod report;
mod source;

use std::{io::Write as _, path::PathBuf};

use indicatif::ProgressBar;
use sqlx::PgConnection;

use super::super::{Exit, Failure, Invocation, Opened, print_json, progress};
use super::note;
use crate::{
    articles,
    audit::{Actor, Entry, Trail},
    clinic::{
        ServiceNames,
        fhir::{Arrival, Changed, Outcome, ResourceType, Step, find_changed, plan, rebase},
    },
    db::StaffDb,
    http::ApiError,
};
use report::{Done, Report};

/// How often a record is tried with less.
const TRIES: usize = 5;
/// What is told of a record that the database did not take: its own words may hold the text.
const REFUSED: &str = "the database refused it; the log says by which rule";

/// What was asked for.
#[derive(Clone, Debug)]
pub struct FhirImport {
    /// A folder of resources, a Bundle, or a file with a resource a line.
    pub path: PathBuf,
    /// Which organisation is the clinic.
    pub organization: Option<String>,
    /// Change nothing.
    pub dry_run: bool,
    /// Report as JSON.
    pub json: bool,
}

/// Imports a directory.
pub fn run(invocation: &Invocation, wanted: &FhirImport) -> Result<(), Failure> {
    let bar = progress::bar("reading");
    let mut report = Report::new(wanted.path.display().to_string(), wanted.dry_run);
    let incoming = source::read(&wanted.path, &bar, &mut report)?;
    if let Some(named) = &wanted.organization
        && !incoming.iter().any(|resource| resource.kind == ResourceType::Organization && resource.id == *named)
    {
        return Err(Failure::new(Exit::Usage, format!("--organization {named}: there is no such Organization in it")));
    }
    let steps = plan(incoming, wanted.organization.as_deref());
    report.choose_clinic(&steps);
    if wanted.dry_run {
        for step in &steps {
            report.would_take(step);
        }
    } else {
        store(invocation, steps, &bar, &mut report)?;
    }
    bar.finish_and_clear();
    if wanted.json {
        print_json(&report.to_json())?;
    } else {
        // Whoever has stopped reading does not want the rest.
        let _ = write!(std::io::stdout(), "{report}");
    }
    if report.dropped() > 0 { Err(Failure::new(Exit::Partial, "")) } else { Ok(()) }
}

fn store(invocation: &Invocation, steps: Vec<Step>, bar: &ProgressBar, report: &mut Report) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let outcome = opened.block_on(async |opened| {
        let staff = opened.database.staff(1);
        let desk = Desk {
            arrival: Arrival { clock: opened.clock.clone(), names: ServiceNames(articles::follow_service) },
            trail: opened.trail(),
            staff: staff.clone(),
        };
        let outcome = desk.take(steps, bar, report).await;
        staff.close().await;
        Ok(outcome?)
    });
    let left = opened.leave();
    outcome.and(left)
}

/// What an import works with.
struct Desk {
    arrival: Arrival,
    trail: Trail,
    staff: StaffDb,
}

impl Desk {
    async fn take(&self, steps: Vec<Step>, bar: &ProgressBar, report: &mut Report) -> Result<(), ApiError> {
        let mut changed = Vec::new();
        for kind in ResourceType::ALL {
            changed.push((kind, self.changed(kind).await?));
        }
        bar.set_position(0);
        bar.set_length(u64::try_from(steps.len()).unwrap_or(0));
        for step in steps {
            bar.inc(1);
            self.store(step, report).await?;
        }
        for (kind, changed) in changed {
            let at = self.arrival.clock.now();
            let work = async move |connection: &mut PgConnection| rebase(connection, kind, &changed, at).await;
            self.staff.transact(work).await?;
        }
        Ok(())
    }

    async fn changed(&self, kind: ResourceType) -> Result<Changed, ApiError> {
        let at = self.arrival.clock.now();
        self.staff.transact(async move |connection| find_changed(connection, kind, at).await).await
    }

    /// Stores a step; with less where others have what it brings.
    async fn store(&self, mut step: Step, report: &mut Report) -> Result<(), ApiError> {
        for _ in 0..TRIES {
            let (arrival, trail, wanted) = (self.arrival.clone(), self.trail.clone(), step.clone());
            let work = async move |connection: &mut PgConnection| {
                let outcome = arrival.store(connection, &wanted).await?;
                write_down(connection, &trail, &wanted, &outcome).await?;
                Ok::<_, ApiError>(outcome)
            };
            match self.staff.transact(work).await {
                Ok(outcome) => {
                    report.took(&step, outcome);
                    return Ok(());
                }
                Err(ApiError::Invalid(mistakes)) => step.leave_out(&mistakes),
                Err(ApiError::Busy) => return Err(ApiError::Busy),
                Err(_) => break,
            }
        }
        for resource in std::iter::once(&step.resource).chain(&step.role) {
            report.refuse(&resource.label(), REFUSED);
            report.count(resource.kind, Done::Refused);
        }
        Ok(())
    }
}

/// Writes down in the trail what was written.
async fn write_down(
    connection: &mut PgConnection,
    trail: &Trail,
    step: &Step,
    outcome: &Outcome,
) -> Result<(), ApiError> {
    let Some(id) = outcome.record else {
        if outcome.is_stored_alone() {
            let entry = Entry {
                actor: Actor::System,
                action: "fhir_resource.import",
                subject: "fhir_resource",
                subject_id: None,
                fields: &[],
                request_id: None,
            };
            trail.record(connection, entry).await?;
        }
        return Ok(());
    };
    match step.resource.kind {
        ResourceType::Organization => note(connection, trail, "clinic.import", "clinic", id).await,
        ResourceType::Location => note(connection, trail, "location.import", "location", id).await,
        ResourceType::HealthcareService => note(connection, trail, "service.import", "service", id).await,
        ResourceType::Practitioner | ResourceType::PractitionerRole => {
            note(connection, trail, "provider.import", "provider", id).await
        }
    }
}
