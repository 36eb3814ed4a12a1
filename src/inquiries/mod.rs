//! Contact inquiries: the form, the way in, and what staff read. What a patient wrote is sealed before it is bound to
//! a statement and opened for staff alone, each time with an audit row.
//!
//! Refuses: a submission that is not understood, with all mistakes at once and none of its words; a file; an
//! `Authorization` that nobody can honour; a way on that the settings do not name. Never refuses what a clinic could
//! still answer: spam is kept apart, not thrown away, and unknown fields of a plain form are kept as extra answers.
//!
//! | file | holds |
//! |---|---|
//! | `inquiry` | what somebody sends, and its canonical form |
//! | `form` | a form: what is asked, what is agreed to, the form token |
//! | `forms` | forms as staff keep them |
//! | `wire`, `plain`, `input` | a body read, brought into one shape, understood |
//! | `schema` | the bodies for the OpenAPI document |
//! | `intake` | the steps that every way in takes |
//! | `door` | keys, receipts, idempotency, the limit |
//! | `sealing` | the seal around personal fields |
//! | `browser` | pages and the way on for plain forms |
//! | `opened` | what staff see |
//! | `public`, `admin` | the handlers by audience |
//! | `queries` | all SQL |
//! | `key_check` | whether the key ring belongs to the database |
//! | `privacy` | keys wrapped anew, erasure, retention, consents, what people ask about what is kept of them |

mod admin;
mod browser;
mod door;
mod form;
mod forms;
mod input;
mod inquiry;
mod intake;
mod key_check;
mod opened;
mod plain;
pub mod privacy;
mod public;
mod queries;
mod schema;
mod sealing;
mod wire;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use door::{Door, DueAfter};
pub use key_check::{RingMismatch, register_keys};
pub use privacy::rotation;
pub use queries::ensure_default_form;
pub use schema::{InquiryAttributionInput, InquiryConsentInput, InquiryForm, InquiryInput, InquiryNameInput};
pub use schema::{InquiryKind, InquiryStatus, OnBehalfOf, PreferredContact};

use crate::http::Endpoint;

/// Mounts what everybody may call.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/forms/{slug}").get(public::get_form).mount(config);
    Endpoint::at("/v1/inquiries").post(public::create_inquiry).mount(config);
}

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/forms").get(forms::list_staff_forms).post(forms::create_form).mount(config);
    Endpoint::at("/forms/{id}")
        .get(forms::get_staff_form)
        .patch(forms::update_form)
        .delete(forms::delete_form)
        .mount(config);
    Endpoint::at("/forms/{id}/restore").post(forms::restore_form).mount(config);
    Endpoint::at("/inquiries").get(admin::list_inquiries).mount(config);
    Endpoint::at("/inquiries/{id}").get(admin::get_inquiry).mount(config);
    privacy::admin_routes(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    public::get_form,
    public::create_inquiry,
    forms::list_staff_forms,
    forms::create_form,
    forms::get_staff_form,
    forms::update_form,
    forms::delete_form,
    forms::restore_form,
    admin::list_inquiries,
    admin::get_inquiry
))]
#[derive(Debug)]
pub struct Docs;

#[cfg(test)]
mod tests;
