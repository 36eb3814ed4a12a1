//! `export fhir`: the whole directory as one Bundle (<https://hl7.org/fhir/R4/bundle.html>), a resource a line. It carries
//! no time of its own: the same content is the same bytes, and an import takes it back.

use std::{io::Write, path::Path};

use serde_json::Value;
use sqlx::PgConnection;

use super::{
    super::{Failure, Invocation, Opened, progress},
    open,
};
use crate::{
    audit::{Actor, Entry},
    clinic::fhir::{ExportedResource, ResourceType, export_resources},
    http::ApiError,
};

/// Exports the directory.
pub fn fhir(invocation: &Invocation, out: Option<&Path>) -> Result<(), Failure> {
    let mut target = open(out)?;
    let opened = Opened::for_command(invocation)?;
    let bar = progress::spinner("exporting");
    let outcome = opened.block_on(async |opened| {
        let staff = opened.database.staff(1);
        let trail = opened.trail();
        let begin = async move |connection: &mut PgConnection| {
            let entry = Entry {
                actor: Actor::System,
                action: "clinic.export",
                subject: "clinic",
                subject_id: None,
                fields: &[],
                request_id: None,
            };
            Ok::<_, ApiError>(trail.record(connection, entry).await?)
        };
        staff.transact(begin).await?;
        let base = opened.config.public_url.to_string().trim_end_matches('/').to_owned();
        let mut lines = Lines { target: target.as_mut(), written: 0 };
        for kind in ResourceType::ALL {
            let mut after = None;
            loop {
                let (base, place, at) = (base.clone(), after.clone(), opened.clock.now());
                let read = async move |connection: &mut PgConnection| {
                    export_resources(connection, kind, place, &base, at).await
                };
                let resources = staff.transact(read).await?;
                let Some(last) = resources.last() else { break };
                after = Some(last.id.clone());
                resources.iter().try_for_each(|resource| lines.write(resource))?;
            }
        }
        staff.close().await;
        lines.finish()
    });
    bar.finish_and_clear();
    outcome?;
    opened.leave()
}

/// The lines of the Bundle.
struct Lines<'a> {
    target: &'a mut dyn Write,
    written: usize,
}

impl Lines<'_> {
    fn write(&mut self, resource: &ExportedResource) -> Result<(), Failure> {
        let before = if self.written == 0 { r#"{"resourceType":"Bundle","type":"collection","entry":["# } else { "," };
        let url = Value::from(resource.full_url.as_str());
        self.written += 1;
        writeln!(self.target, "{before}")
            .and_then(|()| write!(self.target, r#"{{"fullUrl":{url},"resource":{}}}"#, resource.text.get()))
            .map_err(unwritable)
    }

    /// FHIR knows no empty list of entries.
    fn finish(self) -> Result<(), Failure> {
        let end = if self.written == 0 { r#"{"resourceType":"Bundle","type":"collection"}"# } else { "\n]}" };
        writeln!(self.target, "{end}").and_then(|()| self.target.flush()).map_err(unwritable)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a closure of map_err hands the error over")]
fn unwritable(error: std::io::Error) -> Failure {
    Failure::failed(format!("the export cannot be written: {error}"))
}
