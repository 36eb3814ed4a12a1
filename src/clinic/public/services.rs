//! What is done for patients, for everybody.

use actix_web::{HttpRequest, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::name_in_path;
use crate::{
    body::Format,
    clinic::{
        queries::{self, Part, Place, ServiceFilter},
        service::{FdaStatus, Service, ServiceSummary},
    },
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site},
};

/// A service.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceAnswer {
    data: Service,
}

/// A part of the services.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServicePage {
    data: Vec<ServiceSummary>,
    meta: PageMeta,
    links: PageLinks,
}

/// The services, in the clinic's order, then by name.
#[utoipa::path(get, path = "/v1/services", operation_id = "list_services", tag = "clinic",
    params(
        ("location" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("provider" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("condition" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("fda_status" = Option<String>, Query, example = "off_label",
            description = "`approved`, `off_label`, `compounded` or `not_applicable`; a comma means any of",
            pattern = "^(approved|off_label|compounded|not_applicable)(,(approved|off_label|compounded|not_applicable)){0,3}$"),
        Paging),
    responses((status = 200, description = "A page of services", body = ServicePage)))]
pub async fn list_services(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = ServiceFilter {
        locations: query.any_of("location"),
        providers: query.any_of("provider"),
        fda_statuses: query.any_known("fda_status", &FdaStatus::NAMES),
        conditions: query.any_of("condition"),
    };
    let list = format!("services {filter:?}");
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, &list);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_services(connection, &filter, &part).await?)
        })
        .await?;
    let question = site.question(&request, &list);
    let place = |service: &ServiceSummary| (service.position, service.name.clone(), service.id);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, place, &question);
    let tags: Vec<String> = listed.rows.iter().map(|service| format!("service:{}", service.id)).collect();
    PublicAnswer::json(&ServicePage { data: listed.rows, meta, links }, &["clinic"])?.tagged(tags).send(&request)
}

/// One service.
#[utoipa::path(get, path = "/v1/services/{slug}", operation_id = "get_service", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id"),
        ("format" = Option<String>, Query, description = "Of the body: `html` (default), `markdown` or `text`", pattern = "^(html|markdown|text)$")),
    responses((status = 200, description = "The service", body = ServiceAnswer)))]
pub async fn get_service(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let format = query.one_of("format", &Format::NAMES).unwrap_or("html");
    query.finish()?;
    let name = name_in_path(&request)?;
    let found = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_service(connection, &name, format).await?)
        })
        .await?;
    let service = found.ok_or(ApiError::NotFound)?.service;
    let tag = format!("service:{}", service.summary.id);
    PublicAnswer::json(&ServiceAnswer { data: service }, &["clinic"])?.tagged([tag]).send(&request)
}
