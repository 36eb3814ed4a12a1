//! Inquiries on their way out of the house: one or a range, as FHIR R4 for another system, as a table for a person, as
//! lines of JSON for a program. Refuses to go without a fresh sign-in, and to let one inquiry out whose audit row is not
//! written: the trail names each of them.
//!
//! | file | holds |
//! |---|---|
//! | `bundle` | one inquiry as a FHIR Bundle: a Task and what belongs to it |
//! | `table` | one inquiry as a row of CSV that no spreadsheet takes for a formula |
//! | `export` | the handlers, and the stream |
//! | `queries` | what only a hand-off reads |

mod bundle;
mod export;
mod queries;
mod table;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

use crate::http::Endpoint;

/// Mounts the staff's addresses in the scope `/v1/admin`; before `/inquiries/{id}`, which would take `export` for an id.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/inquiries/export").get(export::export_inquiries).mount(config);
    Endpoint::at("/inquiries/{id}/fhir").get(export::get_inquiry_bundle).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(export::export_inquiries, export::get_inquiry_bundle))]
#[derive(Debug)]
pub struct Docs;
