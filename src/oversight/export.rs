//! The export of the trail: one JSON object a line, newest first, in constant memory. What is written after it began
//! is left out, so that it comes to an end. A failure on the way breaks the connection, and never looks like the end.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;
use serde::Serialize;

use super::{
    entry::AuditEvent,
    fhir,
    filter::Filter,
    queries::{self, Place},
};
use crate::{
    accounts::AuditReader,
    db::StaffDb,
    http::{Answer, ApiError, QueryReader, Site},
};

/// Rows that are read at once.
const PART: i64 = 500;

/// The shape of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// As the list has it.
    Ndjson,
    /// A FHIR R4 `AuditEvent` (<https://hl7.org/fhir/R4/auditevent.html>).
    Fhir,
}

/// An export under way.
struct Export {
    database: StaffDb,
    filter: Filter,
    format: Format,
    /// The API's address, which names the source.
    source: String,
    after: Option<Place>,
    is_over: bool,
}

/// Exports who did or saw what, newest first. The export is itself a row of the trail.
#[utoipa::path(get, path = "/v1/admin/audit/export", operation_id = "export_audit_events", tag = "staff: audit",
    security(("bearer" = [])),
    params(
        ("format" = Option<String>, Query, description = "`ndjson` (the default), or `fhir` for FHIR R4 AuditEvent", pattern = "^(ndjson|fhir)$"),
        ("actor" = Option<String>, Query, description = "The id of an account, an API key or a connection, or `account`, `api_key`, `integration`, `public`, `system`"),
        ("action" = Option<String>, Query, description = "Any of these actions, separated by commas", example = "inquiry.read"),
        ("subject_type" = Option<String>, Query, description = "The kind of record", pattern = "^[a-z_]{1,60}$"),
        ("subject_id" = Option<uuid::Uuid>, Query, description = "The record"),
        ("from" = Option<String>, Query, description = "From this instant (RFC 3339) or date on"),
        ("to" = Option<String>, Query, description = "Before this instant or date"),
        ("request_id" = Option<String>, Query, description = "One request, by its `X-Request-Id`", min_length = 1, max_length = 500),
    ),
    responses((status = 200, description = "One JSON object a line", body = String, content_type = "application/x-ndjson")))]
pub async fn export_audit_events(
    request: HttpRequest,
    permit: AuditReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let (mut filter, mut names) = Filter::read(&mut query);
    let format = query.one_of("format", &["ndjson", "fhir"]);
    query.finish()?;
    names.extend(format.map(|_| "format".to_owned()));
    let now = site.clock.now();
    filter.to = Some(filter.to.map_or(now, |to| to.min(now)));
    database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "audit.export", "audit", None, &names).await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    let format = if format == Some("fhir") { Format::Fhir } else { Format::Ndjson };
    let export = Export {
        database: StaffDb::clone(&database),
        filter,
        format,
        source: site.public_url.clone(),
        after: None,
        is_over: false,
    };
    Ok(answer(export))
}

fn answer(export: Export) -> HttpResponse {
    let (media_type, name) = match export.format {
        Format::Ndjson => ("application/x-ndjson", "audit.ndjson"),
        Format::Fhir => ("application/fhir+ndjson", "audit.fhir.ndjson"),
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(stream::try_unfold(export, Export::part))
}

impl Export {
    /// The next lines, which are read when the client has taken those before.
    async fn part(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        if self.is_over {
            return Ok(None);
        }
        let (filter, after) = (self.filter.clone(), self.after);
        let events = self
            .database
            .transact(async move |transaction| {
                queries::plan_for_these_filters(transaction).await?;
                Ok::<_, ApiError>(queries::list_events(transaction, &filter, after, PART, 0).await?)
            })
            .await?;
        let Some(last) = events.last() else { return Ok(None) };
        self.after = Some((last.at, last.id));
        self.is_over = i64::try_from(events.len()).is_ok_and(|read| read < PART);
        let mut lines = Vec::with_capacity(events.len() * 512);
        for event in &events {
            self.write(event, &mut lines)?;
        }
        Ok(Some((Bytes::from(lines), self)))
    }

    fn write(&self, event: &AuditEvent, lines: &mut Vec<u8>) -> Result<(), ApiError> {
        match self.format {
            Format::Ndjson => write_line(event, lines),
            Format::Fhir => write_line(&fhir::audit_event(event, &self.source), lines),
        }
    }
}

fn write_line(line: &impl Serialize, lines: &mut Vec<u8>) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *lines, line).map_err(|_| ApiError::Internal)?;
    lines.push(b'\n');
    Ok(())
}
