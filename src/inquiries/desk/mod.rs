//! The desk: what the clinic does about inquiries. Lists and one inquiry, where it stands and who looks after it, notes and
//! contacts, who else wrote from the same address, figures, and the live inbox. Refuses to say in a list, a figure or an
//! event what somebody wrote; to show, count, find or change what is out of reach; and to let a change overwrite another's.
//!
//! | file | holds |
//! |---|---|
//! | `status` | where an inquiry may go, and why: one table |
//! | `filters`, `lists`, `opened`, `around` | lists, one inquiry with what stands around it, and both opened |
//! | `change` | one change of one inquiry with its history, event and audit row |
//! | `updates`, `bulk` | a patch; the same for many |
//! | `notes`, `contacts` | what was noted and who was reached |
//! | `searches` | inquiries of an address or a number |
//! | `metrics` | figures |
//! | `stream/` | the live inbox |
//! | `queries/` | all SQL |

mod around;
mod bulk;
mod change;
mod contacts;
mod filters;
mod lists;
mod metrics;
mod notes;
mod opened;
mod queries;
mod searches;
pub mod status;
mod stream;
mod updates;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub(super) use contacts::InquiryContact;
pub(super) use filters::{Asked, Order};
pub(super) use lists::find;
pub(super) use opened::{Found, InquiryDetail};
pub(super) use queries::{
    Filters, GivenConsent, Named, Place, StatusChange, insert_status_change, list_inquiries, plan_for_these_filters,
    resolve,
};
pub(super) use status::Status;
pub use stream::Inbox;

use crate::http::Endpoint;

/// Mounts what staff may call, inside `/v1/admin`. Fixed words come before ids.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/inquiries").get(lists::list_inquiries).mount(config);
    Endpoint::at("/inquiries/bulk").post(bulk::update_inquiries).mount(config);
    Endpoint::at("/inquiries/searches").post(searches::search_inquiries).mount(config);
    Endpoint::at("/inquiries/metrics").get(metrics::get_inquiry_metrics).mount(config);
    Endpoint::at("/inquiries/stream").get(stream::stream_inquiries).mount(config);
    Endpoint::at("/inquiries/{id}").get(lists::get_inquiry).patch(updates::update_inquiry).mount(config);
    Endpoint::at("/inquiries/{id}/notes").get(notes::list_inquiry_notes).post(notes::create_inquiry_note).mount(config);
    Endpoint::at("/inquiries/{id}/contacts")
        .get(contacts::list_inquiry_contacts)
        .post(contacts::create_inquiry_contact)
        .mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    lists::list_inquiries,
    bulk::update_inquiries,
    searches::search_inquiries,
    metrics::get_inquiry_metrics,
    stream::stream_inquiries,
    lists::get_inquiry,
    updates::update_inquiry,
    notes::list_inquiry_notes,
    notes::create_inquiry_note,
    contacts::list_inquiry_contacts,
    contacts::create_inquiry_contact,
))]
#[derive(Debug)]
pub struct Docs;
