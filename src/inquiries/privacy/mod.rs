//! What a person may ask of the clinic about what they wrote, and what the clinic owes them without being asked: that it
//! is sealed, kept no longer than it has to be, shown and corrected on request, and forgotten.
//!
//! | room | holds |
//! |---|---|
//! | `rotation` | data keys wrapped anew when another key takes their place |
//! | `erasure` | what is taken away, and the tombstone that stays, also after a restore |
//! | `holds` | what must not be erased |
//! | `retention` | what is kept long enough |
//! | `ledger` | what was agreed to and withdrawn, its proof, and who does not want to be written to |
//! | `requests` | what people ask about what is kept of them |
//! | `breach` | whose inquiries somebody saw |
//! | `inventory` | what is kept where, how, for how long |
//! | `standing` | an inquiry, and who does something about it |

pub mod breach;
pub mod erasure;
pub mod holds;
pub mod inventory;
pub mod ledger;
mod queries;
pub mod requests;
pub mod retention;
pub mod rotation;
mod standing;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use standing::By;

use crate::http::Endpoint;

/// Mounts what those may call who answer for what is kept of people, inside `/v1/admin`. Stands before `/inquiries/{id}`'s
/// own addresses nowhere in the way of them.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/inquiries/{id}/legal-hold")
        .get(holds::get_legal_hold)
        .put(holds::put_legal_hold)
        .delete(holds::delete_legal_hold)
        .mount(config);
    Endpoint::at("/inquiries/{id}/erasure").post(erasure::admin::create_erasure).mount(config);
    Endpoint::at("/inquiries/{id}/consents")
        .get(ledger::admin::list_consents)
        .post(ledger::admin::create_consent)
        .mount(config);
    Endpoint::at("/consents/proof")
        .get(ledger::proof::get_consent_proof)
        .post(ledger::proof::create_consent_proof)
        .mount(config);
    Endpoint::at("/opt-outs").get(ledger::opt_outs::list_opt_outs).post(ledger::opt_outs::create_opt_out).mount(config);
    Endpoint::at("/opt-outs/{id}").delete(ledger::opt_outs::delete_opt_out).mount(config);
    Endpoint::at("/retention")
        .get(retention::policy::get_retention)
        .put(retention::policy::put_retention)
        .mount(config);
    Endpoint::at("/data-requests")
        .get(requests::admin::list_data_requests)
        .post(requests::admin::create_data_request)
        .mount(config);
    Endpoint::at("/data-requests/{id}").get(requests::admin::get_data_request).mount(config);
    Endpoint::at("/data-requests/{id}/verification").put(requests::admin::put_data_request_verification).mount(config);
    Endpoint::at("/data-requests/{id}/extension").put(requests::admin::put_data_request_extension).mount(config);
    Endpoint::at("/data-requests/{id}/refusal").put(requests::admin::put_data_request_refusal).mount(config);
    Endpoint::at("/data-requests/{id}/matches").get(requests::matches::list_data_request_matches).mount(config);
    Endpoint::at("/data-requests/{id}/fulfilment")
        .post(requests::fulfilment::create_data_request_fulfilment)
        .mount(config);
    Endpoint::at("/data-inventory").get(inventory::list_data_inventory).mount(config);
    Endpoint::at("/breach-report").get(breach::admin::get_breach_report).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    holds::get_legal_hold,
    holds::put_legal_hold,
    holds::delete_legal_hold,
    erasure::admin::create_erasure,
    ledger::admin::list_consents,
    ledger::admin::create_consent,
    ledger::proof::get_consent_proof,
    ledger::proof::create_consent_proof,
    ledger::opt_outs::list_opt_outs,
    ledger::opt_outs::create_opt_out,
    ledger::opt_outs::delete_opt_out,
    retention::policy::get_retention,
    retention::policy::put_retention,
    requests::admin::list_data_requests,
    requests::admin::create_data_request,
    requests::admin::get_data_request,
    requests::admin::put_data_request_verification,
    requests::admin::put_data_request_extension,
    requests::admin::put_data_request_refusal,
    requests::matches::list_data_request_matches,
    requests::fulfilment::create_data_request_fulfilment,
    inventory::list_data_inventory,
    breach::admin::get_breach_report
))]
#[derive(Debug)]
pub struct Docs;
