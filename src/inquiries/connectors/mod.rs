//! Services that bring inquiries: lead forms of Google Ads and Meta, Typeform, calls of `CallRail`, and whatever signs by
//! Standard Webhooks. Each has an address with a token of its own, secrets, and rules by which its words become an inquiry.
//!
//! Refuses: whoever cannot sign, in the same words whatever is wrong; to answer before what was brought is committed; to
//! lose a lead over a mistake in it; to fetch a recording; to show a secret twice.
//!
//! | file | holds |
//! |---|---|
//! | `kind` | the services, and the secrets that each has |
//! | `body` | a body as JSON, read forgivingly |
//! | `signature` | whether a delivery comes from where it says |
//! | `payload` | what a delivery says, as facts |
//! | `mapping`, `mapping_input` | which fact becomes which field |
//! | `understood` | a lead as an inquiry |
//! | `taking` | what is done with a lead, however it got here |
//! | `arrivals` | where services deliver to |
//! | `graph`, `fetching` | the fields of Meta's leads, fetched after their delivery is stored |
//! | `connection`, `connection_input`, `connections` | connections as staff keep them |
//! | `deliveries`, `opened_delivery` | what is no inquiry yet; what one of them says |
//! | `dry_runs` | a mapping tried on a sample |
//! | `keys` | seals and hashes |
//! | `queries` | all SQL |

mod arrivals;
mod body;
mod connection;
mod connection_input;
mod connections;
mod deliveries;
mod dry_runs;
mod fetching;
mod graph;
mod keys;
mod kind;
mod mapping;
mod mapping_input;
mod opened_delivery;
mod payload;
mod queries;
mod signature;
mod taking;
mod understood;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use fetching::{FetchRound, LeadFetching};
pub use keys::Connections;
pub use kind::IntegrationKind;

use crate::http::Endpoint;

/// Mounts what services call.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/integrations/{source}/{key}")
        .get(arrivals::get_delivery_challenge)
        .post(arrivals::create_delivery)
        .mount(config);
}

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/integrations")
        .get(connections::list_integrations)
        .post(connections::create_integration)
        .mount(config);
    Endpoint::at("/integrations/dry-runs").post(dry_runs::try_integration_mapping).mount(config);
    Endpoint::at("/integrations/{id}")
        .get(connections::get_integration)
        .patch(connections::update_integration)
        .delete(connections::delete_integration)
        .mount(config);
    Endpoint::at("/integrations/{id}/restore").post(connections::restore_integration).mount(config);
    Endpoint::at("/integrations/{id}/secret")
        .post(connections::rotate_integration_secret)
        .delete(connections::end_integration_rotation)
        .mount(config);
    Endpoint::at("/integrations/{id}/dry-runs").post(dry_runs::try_integration).mount(config);
    Endpoint::at("/integrations/{id}/deliveries").get(deliveries::list_integration_deliveries).mount(config);
    Endpoint::at("/integrations/{id}/deliveries/{delivery}")
        .get(opened_delivery::get_integration_delivery)
        .mount(config);
    Endpoint::at("/integrations/{id}/deliveries/{delivery}/retry")
        .post(deliveries::retry_integration_delivery)
        .mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    arrivals::create_delivery,
    arrivals::get_delivery_challenge,
    connections::list_integrations,
    connections::create_integration,
    connections::get_integration,
    connections::update_integration,
    connections::delete_integration,
    connections::restore_integration,
    connections::rotate_integration_secret,
    connections::end_integration_rotation,
    dry_runs::try_integration_mapping,
    dry_runs::try_integration,
    deliveries::list_integration_deliveries,
    deliveries::retry_integration_delivery,
    opened_delivery::get_integration_delivery
))]
pub struct Docs;
