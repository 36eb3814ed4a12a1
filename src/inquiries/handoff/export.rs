//! The handlers, and the stream. Inquiries are read in small parts as the client takes them, each part in a transaction
//! that names all of it in the audit trail first. A failure on the way breaks the connection, and never looks like the end.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use chrono::{DateTime, Utc};
use futures_util::stream;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    bundle::HandedOff,
    queries::{self, AgreedText},
    table,
};
use crate::{
    accounts::{InquiryExporter, Staff},
    db::StaffDb,
    http::{Answer, ApiError, QueryReader, Site, no_parameters, path_id},
    inquiries::{
        desk::{self, Asked, Filters, Found, InquiryDetail, Named, Place},
        door::Door,
    },
};

/// Inquiries that are read at once.
const PART: i64 = 25;

/// The shape of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// As the detail has it, one a line.
    Ndjson,
    /// A table.
    Csv,
    /// A FHIR R4 Bundle a line.
    Fhir,
}

impl Format {
    fn named(name: Option<&str>) -> Self {
        match name {
            Some("csv") => Self::Csv,
            Some("fhir") => Self::Fhir,
            _ => Self::Ndjson,
        }
    }

    /// Media type and file name.
    fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Ndjson => ("application/x-ndjson", "inquiries.ndjson"),
            Self::Csv => ("text/csv; charset=utf-8; header=present", "inquiries.csv"),
            Self::Fhir => ("application/fhir+ndjson", "inquiries.fhir.ndjson"),
        }
    }
}

/// Exports inquiries, newest first, by the filters of the list. Each of them gets an audit row of its own.
#[utoipa::path(get, path = "/v1/admin/inquiries/export", operation_id = "export_inquiries", tag = "staff: inquiries",
    security(("bearer" = [])),
    params(
        ("format" = Option<String>, Query, description = "`ndjson` (the default), `csv`, or `fhir` for a FHIR R4 Bundle a line", pattern = "^(ndjson|csv|fhir)$"),
        ("status" = Option<String>, Query, description = "Any of these statuses, separated by commas", example = "new"),
        ("location" = Option<String>, Query, description = "Slugs or ids of locations, separated by commas"),
        ("form" = Option<String>, Query, description = "Slugs or ids of forms, separated by commas"),
        ("service" = Option<String>, Query, description = "Slugs or ids of the services that they were recognised to be about, separated by commas"),
        ("kind" = Option<String>, Query, description = "Any of these kinds, separated by commas"),
        ("source" = Option<String>, Query, description = "Any of these ways in, separated by commas"),
        ("priority" = Option<String>, Query, description = "Any of `normal`, `urgent`, `stat`, separated by commas"),
        ("assignee" = Option<String>, Query, description = "Ids of people, `me` or `none`, separated by commas"),
        ("spam" = Option<bool>, Query, description = "Spam alone, or everything else; false where `status` is not given"),
        ("held" = Option<bool>, Query, description = "What is held alone, or everything else"),
        ("overdue" = Option<bool>, Query, description = "What is overdue alone, or everything else"),
        ("due_before" = Option<String>, Query, description = "Due before this instant (RFC 3339) or date"),
        ("received_from" = Option<String>, Query, description = "Received at this instant or date, or later"),
        ("received_until" = Option<String>, Query, description = "Received before this instant or date"),
    ),
    responses((status = 200, description = "One inquiry a line", body = String, content_type = "application/x-ndjson")))]
pub async fn export_inquiries(
    request: HttpRequest,
    permit: InquiryExporter,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let format = query.one_of("format", &["ndjson", "csv", "fhir"]);
    let (mut asked, mut names) = Asked::read(&mut query, permit.staff.id);
    query.finish()?;
    names.extend(format.map(|_| "format".to_owned()));
    let now = site.clock.now();
    // What comes in meanwhile is left out, so that it comes to an end.
    asked.received_until = Some(asked.received_until.map_or(now, |until| until.min(now)));
    asked.order = desk::Order::Received;
    let (staff, question) = (permit.staff.clone(), asked.clone());
    let named = database
        .transact(async move |transaction| {
            staff.record(transaction, "inquiry.export", "inquiry", None, &names).await?;
            desk::resolve(transaction, &question, &staff.reach).await
        })
        .await?;
    let (format, public_url) = (Format::named(format), site.public_url.clone());
    let (database, staff) = (StaffDb::clone(&database), permit.staff);
    let export = Export { database, door, staff, asked, named, format, public_url, now, stands: Stands::AtTheHead };
    let (media_type, name) = format.labels();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(stream::try_unfold(export, Export::part)))
}

/// One inquiry as a FHIR R4 Bundle: a `Task`, its `QuestionnaireResponse`, contacts and consents.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/fhir", operation_id = "get_inquiry_bundle", tag = "staff: inquiries",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The inquiry")),
    responses((status = 200, description = "A Bundle of type `collection`", body = serde_json::Value, content_type = "application/fhir+json")))]
pub async fn get_inquiry_bundle(
    request: HttpRequest,
    permit: InquiryExporter,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let staff = permit.staff;
    let (found, texts) = database
        .transact(async move |transaction| {
            let found = find(transaction, &staff, id).await?;
            let action = if found.is_some() { "inquiry.export" } else { "inquiry.refuse" };
            staff.record(transaction, action, "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    let now = site.clock.now();
    let inquiry = InquiryDetail::open(found, &door, now)?;
    let bundle = HandedOff { inquiry: &inquiry, texts: &texts, public_url: &site.public_url, at: now }.bundle();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/fhir+json"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"inquiry-{id}.fhir.json\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bundle.to_string()))
}

/// An inquiry within reach, with the texts of its form.
async fn find(transaction: &mut PgConnection, staff: &Staff, id: Uuid) -> Result<Option<Opened>, ApiError> {
    let Some(found) = desk::find(transaction, id, &staff.reach, &staff.reach).await? else { return Ok(None) };
    let texts = queries::list_agreed_texts(transaction, found.row.listed.form_id).await?;
    Ok(Some((found, texts)))
}

/// An inquiry that was found, and the texts of its form.
type Opened = (Found, Vec<AgreedText>);

/// How far an export has come.
enum Stands {
    AtTheHead,
    After(Place),
    AtTheEnd,
}

/// An export under way.
struct Export {
    database: StaffDb,
    door: Data<Door>,
    staff: Staff,
    asked: Asked,
    named: Named,
    format: Format,
    public_url: String,
    now: DateTime<Utc>,
    stands: Stands,
}

impl Export {
    /// The next lines, which are read when the client has taken those before.
    async fn part(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        let mut lines = Vec::new();
        let after = match &self.stands {
            Stands::AtTheEnd => return Ok(None),
            Stands::After(place) => Some(*place),
            Stands::AtTheHead if self.format == Format::Csv => {
                lines = table::head()?;
                None
            }
            Stands::AtTheHead => None,
        };
        let (found, next) = self.read(after).await?;
        self.stands = next.map_or(Stands::AtTheEnd, Stands::After);
        for (found, texts) in found {
            self.write(found, &texts, &mut lines)?;
        }
        Ok(Some((Bytes::from(lines), self)))
    }

    /// The next inquiries, each written into the trail, and the place of the last where more may follow.
    async fn read(&self, after: Option<Place>) -> Result<(Vec<Opened>, Option<Place>), ApiError> {
        let (asked, named, staff, now) = (self.asked.clone(), self.named.clone(), self.staff.clone(), self.now);
        self.database
            .transact(async move |transaction| {
                desk::plan_for_these_filters(transaction).await?;
                let filters = Filters { asked, named, now };
                let rows = desk::list_inquiries(transaction, &filters, after, PART, 0).await?;
                let is_full = i64::try_from(rows.len()).is_ok_and(|read| read == PART);
                let next = rows.last().filter(|_| is_full).map(|last| last.place(desk::Order::Received));
                let mut part = Vec::with_capacity(rows.len());
                for row in rows {
                    staff.record(transaction, "inquiry.export", "inquiry", Some(row.id), &[]).await?;
                    // One that was erased in between is not there any more.
                    part.extend(find(transaction, &staff, row.id).await?);
                }
                Ok::<_, ApiError>((part, next))
            })
            .await
    }

    fn write(&self, found: Found, texts: &[AgreedText], lines: &mut Vec<u8>) -> Result<(), ApiError> {
        let inquiry = InquiryDetail::open(found, &self.door, self.now)?;
        match self.format {
            Format::Csv => lines.extend(table::row(&inquiry)?),
            Format::Ndjson => write_line(&inquiry, lines)?,
            Format::Fhir => {
                let handed = HandedOff { inquiry: &inquiry, texts, public_url: &self.public_url, at: self.now };
                write_line(&handed.bundle(), lines)?;
            }
        }
        Ok(())
    }
}

fn write_line(line: &impl serde::Serialize, lines: &mut Vec<u8>) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *lines, line).map_err(|_| ApiError::Internal)?;
    lines.push(b'\n');
    Ok(())
}
