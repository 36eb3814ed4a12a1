//! What staff with the right to read inquiries may do. Each read writes an audit row in its own transaction: where the
//! row cannot be written, nothing is shown. The list never shows a message.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    door::Door,
    inquiry::STATUSES,
    opened::{InquiryDetail, InquirySummary},
    queries::{self, Filters},
};
use crate::{
    accounts::InquiryReader,
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, no_parameters, path_id,
        private_answer, staff_answer,
    },
};

/// Inquiries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryPage {
    data: Vec<InquirySummary>,
    meta: PageMeta,
    links: PageLinks,
}

/// One inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryAnswer {
    data: InquiryDetail,
}

/// Lists inquiries, newest first. Spam is left out unless it is asked for.
#[utoipa::path(get, path = "/v1/admin/inquiries", operation_id = "list_inquiries", tag = "staff: inquiries",
    params(
        ("status" = Option<String>, Query, description = "Any of these statuses, separated by commas", example = "new"),
        ("location" = Option<String>, Query, description = "Slugs or ids of locations, separated by commas"),
        ("spam" = Option<bool>, Query, description = "Spam alone, or everything else; false where `status` is not given"),
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
    let (filters, names) = read_filters(&mut query);
    let question = filters.question();
    let page = PageRequest::<(DateTime<Utc>, Uuid)>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let asked = page.clone();
    let (mut rows, total) = database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "inquiry.list", "inquiry", None, &names).await?;
            let reach = &permit.staff.reach;
            let after = asked.after().copied();
            let rows =
                queries::list_inquiries(transaction, &filters, reach, after, asked.fetch(), asked.offset()).await?;
            let total = asked.total(queries::count_inquiries(transaction, &filters, reach, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| (row.received_at, row.id), &of);
    let data = rows.into_iter().map(|row| InquirySummary::open(row, &door.ring)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &InquiryPage { data, meta, links }))
}

/// The filters, and the names of those that were given.
fn read_filters(query: &mut QueryReader) -> (Filters, Vec<String>) {
    let known = |text: &str| STATUSES.contains(&text).then(|| text.to_owned());
    let expected = format!("one or more of {}, separated by commas", STATUSES.join(", "));
    let statuses = query.parsed("status", &expected, |text| text.split(',').map(known).collect::<Option<Vec<_>>>());
    let spam = query.parsed("spam", "true or false", |text| text.parse::<bool>().ok());
    let locations = query.any_of("location");
    let given = [("status", statuses.is_some()), ("spam", spam.is_some()), ("location", locations.is_some())];
    let names = given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()).collect();
    // A status says by itself whether spam is meant.
    let spam = spam.or_else(|| statuses.is_none().then_some(false));
    (Filters { statuses, spam, locations }, names)
}

/// Answers everything about one inquiry.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}", operation_id = "get_inquiry", tag = "staff: inquiries",
    params(("id" = Uuid, Path, description = "The inquiry")),
    responses((status = 200, description = "The inquiry", body = InquiryAnswer)),
    security(("bearer" = [])))]
pub async fn get_inquiry(
    request: HttpRequest,
    permit: InquiryReader,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let row = database
        .transact(async move |transaction| {
            let row = queries::find_inquiry(transaction, id, &permit.staff.reach).await?;
            // What is out of somebody's reach is not there for them, and that they asked is written down.
            let action = if row.is_some() { "inquiry.read" } else { "inquiry.refuse" };
            permit.staff.record(transaction, action, "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>(row)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    let inquiry = InquiryDetail::open(row, &door)?;
    let version = inquiry.version;
    Ok(staff_answer(StatusCode::OK, version, &InquiryAnswer { data: inquiry }))
}
