//! Contact inquiries: the form, the way in, and what staff read. What a patient wrote is sealed before it is bound to
//! a statement and opened for staff alone, each time with an audit row.
//!
//! Refuses: a submission that is not understood, with all mistakes at once and none of its words; a file that no form
//! asks for; an `Authorization` that nobody can honour; a way on that the settings do not name. Never refuses what a clinic
//! could still answer: spam is kept apart, not thrown away, and unknown fields of a plain form are kept as extra answers.
//!
//! | file | holds |
//! |---|---|
//! | `inquiry` | what somebody sends, and its canonical form |
//! | `form` | a form: what is asked, what is agreed to, the form token |
//! | `forms` | forms as staff keep them |
//! | `wire`, `plain`, `input` | a body read, brought into one shape, understood |
//! | `schema` | the bodies for the OpenAPI document |
//! | `intake` | the steps that every way in takes |
//! | `kept` | what inquiries are understood by, kept while it is the same |
//! | `door` | keys, receipts, idempotency, the limit |
//! | `letters/` | what leaves by mail because of an inquiry |
//! | `attachments/` | files that come with an inquiry |
//! | `sealing` | the seal around personal fields |
//! | `spam` | whether an inquiry looks like a patient's; released and marked by staff |
//! | `emergency` | words that tell of an emergency |
//! | `browser` | pages and the way on for plain forms |
//! | `public` | the handlers for everybody |
//! | `desk/` | what staff do about inquiries |
//! | `handoff/` | inquiries on their way out of the house |
//! | `queries` | all SQL |
//! | `connectors/` | services that bring inquiries |
//! | `key_check` | whether the key ring belongs to the database |
//! | `privacy` | keys wrapped anew, erasure, retention, consents, what people ask about what is kept of them |

mod attachments;
mod browser;
mod connectors;
mod desk;
mod door;
pub mod emergency;
mod form;
mod forms;
mod handoff;
mod input;
mod inquiry;
mod intake;
mod kept;
mod key_check;
mod letters;
mod plain;
pub mod privacy;
mod public;
mod queries;
mod schema;
mod sealing;
pub mod spam;
mod wire;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use connectors::{Connections, Docs as ConnectorDocs, FetchRound, LeadFetching};
pub use desk::Inbox;
pub use door::{Door, DueAfter};
pub use key_check::{RingMismatch, register_keys};
pub use letters::{Correspondence, Docs as LetterDocs, Reopening};
pub use privacy::rotation;
pub use queries::ensure_default_form;
pub use queries::may_post_from;
pub use schema::{
    InquiryAttributionInput, InquiryConsentInput, InquiryForm, InquiryInput, InquiryMultipart, InquiryNameInput,
};
pub use schema::{InquiryKind, InquiryStatus, OnBehalfOf, PreferredContact};
pub use spam::{Guard, HELD_FROM, Judgement, Proof, Reason, SPAM_FROM, Signals, Verdict, judge};

use crate::http::Endpoint;

/// Mounts what everybody may call.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/forms/{slug}").get(public::get_form).mount(config);
    Endpoint::at("/v1/inquiries").post(public::create_inquiry).mount(config);
    connectors::public_routes(config);
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
    handoff::admin_routes(config);
    desk::admin_routes(config);
    spam::admin_routes(config);
    emergency::admin_routes(config);
    letters::admin_routes(config);
    connectors::admin_routes(config);
    privacy::admin_routes(config);
    attachments::admin_routes(config);
}

/// What stands in this room itself.
#[derive(OpenApi)]
#[openapi(paths(
    public::get_form,
    public::create_inquiry,
    forms::list_staff_forms,
    forms::create_form,
    forms::get_staff_form,
    forms::update_form,
    forms::delete_form,
    forms::restore_form
))]
#[derive(Debug)]
struct OwnDocs;

/// The part of the OpenAPI document that this room answers for.
#[derive(Debug)]
pub struct Docs;

impl OpenApi for Docs {
    fn openapi() -> utoipa::openapi::OpenApi {
        let mut document = OwnDocs::openapi();
        document.merge(desk::Docs::openapi());
        document.merge(handoff::Docs::openapi());
        document.merge(attachments::Docs::openapi());
        document
    }
}

#[cfg(test)]
mod tests;
