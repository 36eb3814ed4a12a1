//! Articles: drafts as immutable revisions, publication as a range of time. Refuses to show the public anything but
//! what is published at this very instant: drafts live elsewhere, and no public query can name one.

pub(crate) mod answers;
pub mod article;
pub(crate) mod editing;
pub mod input;
pub(crate) mod staff_answers;

mod admin;
mod check;
mod claims;
mod diff;
pub(crate) mod disclosures;
pub mod gate;
mod overrides;
mod public;
pub(crate) mod publication;
pub(crate) mod queries;
mod revisions;
mod term_operations;
pub(crate) mod terms;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use check::Gate;

/// What a revision's text is made by; services are described with the same.
pub use crate::body;
use crate::http::Endpoint;
use term_operations::{category, condition, tag};

/// Mounts the public reads.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/articles").get(public::list_articles).mount(config);
    Endpoint::at("/v1/articles/{slug}").get(public::get_article).mount(config);
    Endpoint::at("/v1/categories").get(public::list_categories).mount(config);
    Endpoint::at("/v1/tags").get(public::list_tags).mount(config);
    Endpoint::at("/v1/conditions").get(public::list_conditions).mount(config);
}

/// Mounts the editors' side, relative to `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/articles").get(admin::list_staff_articles).post(admin::create_article).mount(config);
    Endpoint::at("/articles/{id}")
        .get(admin::get_staff_article)
        .patch(admin::update_article)
        .delete(admin::delete_article)
        .mount(config);
    Endpoint::at("/articles/{id}/restore").post(admin::restore_article).mount(config);
    Endpoint::at("/articles/{id}/publication")
        .put(publication::put_publication)
        .delete(publication::delete_publication)
        .mount(config);
    Endpoint::at("/articles/{id}/revisions").get(revisions::list_revisions).mount(config);
    Endpoint::at("/articles/{id}/revisions/{number}").get(revisions::get_revision).mount(config);
    Endpoint::at("/articles/{id}/revisions/{number}/restore").post(revisions::restore_revision).mount(config);
    Endpoint::at("/articles/{id}/diff").get(revisions::compare_revisions).mount(config);
    Endpoint::at("/articles/{id}/check").get(check::check_article).mount(config);
    Endpoint::at("/articles/{id}/overrides")
        .get(overrides::list_overrides)
        .post(overrides::create_override)
        .mount(config);
    Endpoint::at("/articles/{id}/overrides/{override}").delete(overrides::delete_override).mount(config);
    Endpoint::at("/claims").get(claims::list_claims).post(claims::create_claim).mount(config);
    Endpoint::at("/claims/{id}")
        .get(claims::get_claim)
        .patch(claims::update_claim)
        .delete(claims::delete_claim)
        .mount(config);
    Endpoint::at("/claims/{id}/restore").post(claims::restore_claim).mount(config);
    Endpoint::at("/disclosures").get(disclosures::list_disclosures).post(disclosures::create_disclosure).mount(config);
    Endpoint::at("/disclosures/{id}")
        .get(disclosures::get_disclosure)
        .patch(disclosures::update_disclosure)
        .delete(disclosures::delete_disclosure)
        .mount(config);
    Endpoint::at("/disclosures/{id}/restore").post(disclosures::restore_disclosure).mount(config);
    category::mount(config);
    tag::mount(config);
    condition::mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    public::list_articles,
    public::get_article,
    public::list_categories,
    public::list_tags,
    public::list_conditions,
    admin::list_staff_articles,
    admin::create_article,
    admin::get_staff_article,
    admin::update_article,
    admin::delete_article,
    admin::restore_article,
    revisions::list_revisions,
    revisions::get_revision,
    revisions::restore_revision,
    revisions::compare_revisions,
    publication::put_publication,
    publication::delete_publication,
    check::check_article,
    overrides::list_overrides,
    overrides::create_override,
    overrides::delete_override,
    claims::list_claims,
    claims::create_claim,
    claims::get_claim,
    claims::update_claim,
    claims::delete_claim,
    claims::restore_claim,
    disclosures::list_disclosures,
    disclosures::create_disclosure,
    disclosures::get_disclosure,
    disclosures::update_disclosure,
    disclosures::delete_disclosure,
    disclosures::restore_disclosure,
    category::list,
    category::create,
    category::get,
    category::update,
    category::delete,
    category::restore,
    tag::list,
    tag::create,
    tag::get,
    tag::update,
    tag::delete,
    tag::restore,
    condition::list,
    condition::create,
    condition::get,
    condition::update,
    condition::delete,
    condition::restore
))]
#[derive(Debug)]
pub struct Docs;
