//! The audit trail, read by those who oversee the clinic's work: listed with filters, and exported whole. Refuses to
//! be read unseen: each list and each export is a row of the trail itself. It holds ids and names of fields, so that
//! nothing here tells what a patient wrote.

mod admin;
mod entry;
mod export;
mod fhir;
mod filter;
mod queries;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

use crate::http::Endpoint;

/// Mounts `/audit` and `/audit/export`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/audit").get(admin::list_audit_events).mount(config);
    Endpoint::at("/audit/export").get(export::export_audit_events).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(admin::list_audit_events, export::export_audit_events))]
#[derive(Debug)]
pub struct Docs;
