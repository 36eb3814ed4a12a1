//! Articles: drafts as immutable revisions, publication as a range of time. Refuses to show the public anything but
//! what is published at this very instant: drafts live elsewhere, and no public query can name one.

pub mod addresses;
pub(crate) mod answers;
pub mod article;
pub(crate) mod editing;
pub(crate) mod exports;
pub(crate) mod imports;
pub mod input;
pub(crate) mod staff_answers;

mod admin;
pub(crate) mod authors;
mod bulk;
mod category_tree;
mod changes;
mod check;
mod claims;
mod diff;
pub(crate) mod disclosures;
mod events;
mod exported;
mod feeds;
pub mod gate;
mod history;
pub(crate) mod locale;
pub(crate) mod medical_code;
mod overrides;
pub mod previews;
mod public;
mod public_search;
pub(crate) mod publication;
pub(crate) mod queries;
mod related;
pub(crate) mod review;
mod revisions;
pub(crate) mod search;
mod sitemap;
pub mod snapshot;
mod structured_data;
mod term_input;
mod term_operations;
pub(crate) mod terms;
mod trash;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use check::Gate;

use crate::http::Endpoint;
pub use disclosures::follow_service;
pub use exported::{Position, export_articles, export_terms, find_position};
pub use review::{attestation::Attester, policy::keep_review_policy};
use term_operations::{category, condition, tag};

/// Mounts the public reads.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/articles").get(public::list_articles).mount(config);
    Endpoint::at("/v1/articles/suggestions").get(public_search::list_article_suggestions).mount(config);
    Endpoint::at("/v1/articles/{slug}").get(public::get_article).mount(config);
    Endpoint::at("/v1/articles/{slug}/related").get(related::list_related_articles).mount(config);
    Endpoint::at("/v1/articles/{slug}/jsonld").get(structured_data::get_article_jsonld).mount(config);
    review::public_routes(config);
    Endpoint::at("/v1/categories").get(public::list_categories).mount(config);
    Endpoint::at("/v1/tags").get(public::list_tags).mount(config);
    Endpoint::at("/v1/conditions").get(public::list_conditions).mount(config);
    Endpoint::at("/v1/changes").get(changes::list_changes).mount(config);
    Endpoint::at("/v1/feeds/articles.rss").get(feeds::get_rss_feed).mount(config);
    Endpoint::at("/v1/feeds/articles.atom").get(feeds::get_atom_feed).mount(config);
    Endpoint::at("/v1/feeds/articles.json").get(feeds::get_json_feed).mount(config);
    Endpoint::at("/sitemap.xml").get(sitemap::get_sitemap).mount(config);
    Endpoint::at("/sitemap-{n}.xml").get(sitemap::get_sitemap_part).mount(config);
    addresses::public_routes(config);
    previews::public_routes(config);
}

/// Mounts the editors' side, relative to `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/articles").get(admin::list_staff_articles).post(admin::create_article).mount(config);
    Endpoint::at("/articles/bulk").post(bulk::update_articles).mount(config);
    Endpoint::at("/articles/{id}")
        .get(admin::get_staff_article)
        .patch(admin::update_article)
        .delete(admin::delete_article)
        .mount(config);
    Endpoint::at("/articles/{id}/restore").post(admin::restore_article).mount(config);
    Endpoint::at("/articles/{id}/purge").post(trash::purge_article).mount(config);
    Endpoint::at("/articles/{id}/publication")
        .put(publication::put_publication)
        .delete(publication::delete_publication)
        .mount(config);
    Endpoint::at("/articles/{id}/revisions").get(revisions::list_revisions).mount(config);
    Endpoint::at("/articles/{id}/revisions/{number}").get(revisions::get_revision).mount(config);
    Endpoint::at("/articles/{id}/revisions/{number}/restore").post(revisions::restore_revision).mount(config);
    Endpoint::at("/articles/{id}/diff").get(revisions::compare_revisions).mount(config);
    review::admin_routes(config);
    Endpoint::at("/articles/{id}/history").get(history::get_article_history).mount(config);
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
    previews::admin_routes(config);
    authors::admin_routes(config);
    category::mount(config);
    tag::mount(config);
    condition::mount(config);
    addresses::admin_routes(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    public::list_articles,
    related::list_related_articles,
    public::get_article,
    public_search::list_article_suggestions,
    public::list_categories,
    public::list_tags,
    public::list_conditions,
    changes::list_changes,
    feeds::get_rss_feed,
    feeds::get_atom_feed,
    feeds::get_json_feed,
    sitemap::get_sitemap,
    sitemap::get_sitemap_part,
    structured_data::get_article_jsonld,
    admin::list_staff_articles,
    admin::create_article,
    admin::get_staff_article,
    admin::update_article,
    admin::delete_article,
    admin::restore_article,
    trash::purge_article,
    bulk::update_articles,
    revisions::list_revisions,
    revisions::get_revision,
    revisions::restore_revision,
    revisions::compare_revisions,
    publication::put_publication,
    publication::delete_publication,
    review::attestation::get_article_review,
    review::requests::put_review_request,
    review::requests::delete_review_request,
    review::comments::list_comments,
    review::comments::get_comment,
    review::comments::list_revision_comments,
    review::comments::create_comment,
    review::comments::put_comment_resolution,
    review::comments::delete_comment_resolution,
    review::signoffs::list_signoffs,
    review::signoffs::create_signoff,
    review::signoffs::get_signoff,
    review::signoffs::delete_signoff,
    history::get_article_history,
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
    previews::public::get_preview,
    previews::admin::list_preview_links,
    previews::admin::create_preview_link,
    previews::admin::delete_preview_link,
    authors::admin::list_staff_authors,
    authors::admin::create_author,
    authors::admin::get_author,
    authors::admin::update_author,
    authors::admin::delete_author,
    authors::admin::restore_author,
    category::list_staff_categories,
    category::create_category,
    category::get_category,
    category::update_category,
    category::delete_category,
    category::restore_category,
    tag::list_staff_tags,
    tag::create_tag,
    tag::get_tag,
    tag::update_tag,
    tag::delete_tag,
    tag::restore_tag,
    condition::list_staff_conditions,
    condition::create_condition,
    condition::get_condition,
    condition::update_condition,
    condition::delete_condition,
    condition::restore_condition
))]
#[derive(Debug)]
pub struct Docs;
