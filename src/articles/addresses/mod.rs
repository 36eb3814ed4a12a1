//! Where things stand on the clinic's site: what an address leads to, the redirects that staff keep, and the addresses
//! that articles once had. Refuses a redirect that leads back to itself, and to tell what a draft or a withdrawn article
//! was called.

mod admin;
mod answers;
mod input;
mod path;
mod public;
mod table;

use actix_web::web::ServiceConfig;
use serde::Serialize;
use utoipa::OpenApi;

use crate::http::Endpoint;

pub use crate::articles::queries::redirects::keep_rules;
pub use answers::{PublicRedirect, Redirect, Resolution};
pub use path::SitePath;
pub use public::find_successor;
pub use table::Step;

/// A rule of where articles stand, as the settings give it. Rules are tried in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathRule {
    /// For articles in this language; null for any.
    pub locale: Option<String>,
    /// For articles in the category of this slug; null for any.
    pub category: Option<String>,
    /// For articles in the clinic's own language alone.
    pub default_locale: bool,
    /// A path with `{slug}`, and perhaps `{locale}` and `{category}`.
    pub template: String,
}

/// Mounts the public reads.
pub fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/resolve").get(public::resolve_path).mount(config);
    Endpoint::at("/v1/redirects").get(public::list_redirects).mount(config);
}

/// Mounts the editors' side, relative to `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/redirects").get(admin::list_staff_redirects).post(admin::create_redirect).mount(config);
    Endpoint::at("/redirects/{id}")
        .get(admin::get_redirect)
        .patch(admin::update_redirect)
        .delete(admin::delete_redirect)
        .mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    public::resolve_path,
    public::list_redirects,
    admin::list_staff_redirects,
    admin::create_redirect,
    admin::get_redirect,
    admin::update_redirect,
    admin::delete_redirect
))]
#[derive(Debug)]
pub struct Docs;
