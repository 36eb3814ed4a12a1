//! Where events go: the endpoints that staff keep, what was delivered to them, and the register of who receives what from
//! the clinic and on which paper.
//!
//! Refuses: to show a secret again; an address that leads into this house, unless a setting names its network; an
//! endpoint for events about inquiries without a processor whose agreement holds, or the word that no health data
//! reaches it.
//!
//! | file | holds |
//! |---|---|
//! | `webhook`, `input` | an endpoint as staff keep it, and as they write it |
//! | `admin` | making, reading, changing endpoints |
//! | `secret` | a new secret, with the former one beside it for a while |
//! | `deliveries` | the log of an endpoint, sending again, a ping |
//! | `processors` | who receives what |
//! | `queries` | all SQL of the room |

mod admin;
mod deliveries;
mod input;
mod processors;
mod queries;
mod secret;
mod webhook;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use input::{Destinations, WebhookInput};
pub use processors::ProcessorInput;

use crate::http::Endpoint;

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/webhooks").get(admin::list_webhooks).post(admin::create_webhook).mount(config);
    Endpoint::at("/webhooks/{id}")
        .get(admin::get_webhook)
        .patch(admin::update_webhook)
        .delete(admin::delete_webhook)
        .mount(config);
    Endpoint::at("/webhooks/{id}/restore").post(admin::restore_webhook).mount(config);
    Endpoint::at("/webhooks/{id}/secret").post(secret::rotate_webhook_secret).mount(config);
    Endpoint::at("/webhooks/{id}/ping").post(deliveries::ping_webhook).mount(config);
    Endpoint::at("/webhooks/{id}/deliveries").get(deliveries::list_webhook_deliveries).mount(config);
    Endpoint::at("/webhooks/{id}/deliveries/{delivery}/redeliver").post(deliveries::redeliver_webhook).mount(config);
    Endpoint::at("/processors").get(processors::list_processors).post(processors::create_processor).mount(config);
    Endpoint::at("/processors/{id}")
        .get(processors::get_processor)
        .patch(processors::update_processor)
        .delete(processors::delete_processor)
        .mount(config);
    Endpoint::at("/processors/{id}/restore").post(processors::restore_processor).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    admin::list_webhooks,
    admin::create_webhook,
    admin::get_webhook,
    admin::update_webhook,
    admin::delete_webhook,
    admin::restore_webhook,
    secret::rotate_webhook_secret,
    deliveries::ping_webhook,
    deliveries::list_webhook_deliveries,
    deliveries::redeliver_webhook,
    processors::list_processors,
    processors::create_processor,
    processors::get_processor,
    processors::update_processor,
    processors::delete_processor,
    processors::restore_processor
))]
#[derive(Debug)]
pub struct Docs;
