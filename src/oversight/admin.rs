//! The list of the trail.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    entry::AuditEvent,
    filter::Filter,
    queries::{self, Place},
};
use crate::{
    accounts::AuditReader,
    db::StaffDb,
    http::{Answer, ApiError, COUNTED, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, private_answer},
};

/// A part of the trail, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEventPage {
    data: Vec<AuditEvent>,
    meta: PageMeta,
    links: PageLinks,
}

/// Lists who did or saw what, newest first. The list is itself a row of the trail.
#[utoipa::path(get, path = "/v1/admin/audit", operation_id = "list_audit_events", tag = "staff: audit",
    security(("bearer" = [])),
    params(
        ("actor" = Option<String>, Query, description = "The id of an account, an API key or a connection, or `account`, `api_key`, `integration`, `public`, `system`"),
        ("action" = Option<String>, Query, description = "Any of these actions, separated by commas", example = "inquiry.read"),
        ("subject_type" = Option<String>, Query, description = "The kind of record", pattern = "^[a-z_]{1,60}$"),
        ("subject_id" = Option<uuid::Uuid>, Query, description = "The record"),
        ("from" = Option<String>, Query, description = "From this instant (RFC 3339) or date on"),
        ("to" = Option<String>, Query, description = "Before this instant or date"),
        ("request_id" = Option<String>, Query, description = "One request, by its `X-Request-Id`", min_length = 1, max_length = 500),
        Paging,
    ),
    responses((status = 200, description = "A page of the trail", body = AuditEventPage)))]
pub async fn list_audit_events(
    request: HttpRequest,
    permit: AuditReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let (filter, names) = Filter::read(&mut query);
    let question = format!("audit {filter:?}");
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let asked = page.clone();
    let (mut data, total) = database
        .transact(async move |transaction| {
            queries::plan_for_these_filters(transaction).await?;
            let after = asked.after().copied();
            let rows = queries::list_events(transaction, &filter, after, asked.fetch(), asked.offset()).await?;
            let total = asked.total(queries::count_events(transaction, &filter, COUNTED)).await?;
            permit.staff.record(transaction, "audit.list", "audit", None, &names).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut data, total, |event| (event.at, event.id), &of);
    Ok(private_answer(StatusCode::OK, &AuditEventPage { data, meta, links }))
}
