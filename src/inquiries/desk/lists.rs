//! The list, and one inquiry with everything. Each read writes an audit row in its own transaction: where the row cannot
//! be written, nothing is shown. The list never shows a message.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    filters::Asked,
    opened::{Found, InquiryDetail, InquirySummary},
    queries::{self, Filters},
};
use crate::{
    accounts::{InquiryReader, Reach},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, no_parameters, path_id,
        private_answer, staff_answer,
    },
    inquiries::{attachments::list_attachments, door::Door},
};

/// Notes and contacts that the detail shows; the rest have lists of their own.
const SHOWN: i64 = 100;

/// Inquiries in the order that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryPage {
    /// Never with their messages.
    pub data: Vec<InquirySummary>,
    /// Of the page.
    pub meta: PageMeta,
    /// Of the page.
    pub links: PageLinks,
}

/// One inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryAnswer {
    data: InquiryDetail,
}

impl From<InquiryDetail> for InquiryAnswer {
    fn from(data: InquiryDetail) -> Self {
        Self { data }
    }
}

/// Lists inquiries, newest first, or by what is due. Spam is left out unless it is asked for; what is held is shown.
#[utoipa::path(get, path = "/v1/admin/inquiries", operation_id = "list_inquiries", tag = "staff: inquiries",
    params(
        ("status" = Option<String>, Query, description = "Any of these statuses, separated by commas", example = "new"),
        ("location" = Option<String>, Query, description = "Slugs or ids of locations, separated by commas"),
        ("form" = Option<String>, Query, description = "Slugs or ids of forms, separated by commas"),
        ("service" = Option<String>, Query, description = "Slugs or ids of the services that they were recognised to be about, separated by commas"),
        ("kind" = Option<String>, Query, description = "Any of these kinds, separated by commas", example = "appointment"),
        ("source" = Option<String>, Query, description = "Any of these ways in, separated by commas", example = "form"),
        ("priority" = Option<String>, Query, description = "Any of `normal`, `urgent`, `stat`, separated by commas"),
        ("assignee" = Option<String>, Query, description = "Ids of people, `me` or `none`, separated by commas"),
        ("spam" = Option<bool>, Query, description = "Spam alone, or everything else; false where `status` is not given"),
        ("held" = Option<bool>, Query, description = "What is held alone, or everything else; both where it is not given"),
        ("overdue" = Option<bool>, Query, description = "What is overdue alone, or everything else"),
        ("due_before" = Option<String>, Query, description = "Due before this instant (RFC 3339) or date"),
        ("received_from" = Option<String>, Query, description = "Received at this instant or date, or later"),
        ("received_until" = Option<String>, Query, description = "Received before this instant or date"),
        ("sort" = Option<String>, Query, description = "`-received_at` (the default) or `due`: the most overdue first, what nobody has to act on last", pattern = "^(-received_at|due)$"),
        Paging),
    responses((status = 200, description = "A page of inquiries", body = InquiryPage)),
    security(("bearer" = [])))]
pub async fn list_inquiries(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let (asked, names) = Asked::read(&mut query, permit.staff.id);
    let question = asked.question();
    let page = PageRequest::<queries::Place>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let (order, now, part) = (asked.order, site.clock.now(), page.clone());
    let (mut rows, total) = database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "inquiry.list", "inquiry", None, &names).await?;
            queries::plan_for_these_filters(transaction).await?;
            let named = queries::resolve(transaction, &asked, &permit.staff.reach).await?;
            let filters = Filters { asked, named, now };
            let after = part.after().copied();
            let rows = queries::list_inquiries(transaction, &filters, after, part.fetch(), part.offset()).await?;
            let total = part.total(queries::count_inquiries(transaction, &filters, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| row.place(order), &of);
    let data = rows.into_iter().map(|row| InquirySummary::open(row, &door.ring, now)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &InquiryPage { data, meta, links }))
}

/// Answers everything about one inquiry.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}", operation_id = "get_inquiry", tag = "staff: inquiries",
    params(("id" = Uuid, Path, description = "The inquiry")),
    responses((status = 200, description = "The inquiry", body = InquiryAnswer,
        headers(("ETag" = String, description = "The version, for If-Match")))),
    security(("bearer" = [])))]
pub async fn get_inquiry(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let found = database
        .transact(async move |transaction| {
            let reach = &permit.staff.reach;
            let found = find(transaction, id, reach, reach).await?;
            // What is out of somebody's reach is not there for them, and that they asked is written down.
            let action = if found.is_some() { "inquiry.read" } else { "inquiry.refuse" };
            permit.staff.record(transaction, action, "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(answer(InquiryDetail::open(found, &door, site.clock.now())?))
}

/// The answer with everything about one inquiry.
pub fn answer(inquiry: InquiryDetail) -> HttpResponse {
    let version = inquiry.version;
    staff_answer(StatusCode::OK, version, &InquiryAnswer::from(inquiry))
}

/// Everything about an inquiry within `reach`, with what is linked to it within `linked`.
///
/// # Errors
/// Those of the database.
pub async fn find(
    transaction: &mut PgConnection,
    id: Uuid,
    reach: &Reach,
    linked: &Reach,
) -> Result<Option<Found>, ApiError> {
    let Some(row) = queries::find_inquiry(transaction, id, reach, linked).await? else { return Ok(None) };
    Ok(Some(Found {
        notes: queries::list_notes(transaction, id, None, SHOWN, 0).await?,
        contacts: queries::list_contacts(transaction, id, None, SHOWN, 0).await?,
        history: queries::list_status_changes(transaction, id).await?,
        routings: queries::list_routings(transaction, id).await?,
        attachments: list_attachments(transaction, id).await?,
        linked: queries::list_linked(transaction, &row, linked).await?,
        duplicates: queries::list_duplicates(transaction, id, linked).await?,
        row,
    }))
}
