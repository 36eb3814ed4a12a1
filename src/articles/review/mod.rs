//! The editorial review: colleagues are asked, comment, and sign what they read; the public is told who did, in a form that
//! anybody can verify. Refuses to let a name stand under a text that its bearer did not read: a sign-off is bound to the
//! hash of the content.
//!
//! | file | holds |
//! |---|---|
//! | `requests` | who is asked |
//! | `comments` | what is said |
//! | `signing`, `signoffs` | who may sign, and signing |
//! | `policy` | what becomes of a review that is overdue |
//! | `attestation` | what the public is told, signed |
//! | `answers` | their shapes |

pub(crate) mod answers;
pub(super) mod attestation;
pub(super) mod comments;
pub(super) mod policy;
pub(super) mod requests;
pub(crate) mod signing;
pub(crate) mod signoffs;

use actix_web::{HttpRequest, web::ServiceConfig};
use uuid::Uuid;

use crate::http::{ApiError, Endpoint};

/// Mounts the public read.
pub(super) fn public_routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/articles/{slug}/review").get(attestation::get_article_review).mount(config);
}

/// Mounts the colleagues' side, relative to `/v1/admin`.
pub(super) fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/articles/{id}/review")
        .put(requests::put_review_request)
        .delete(requests::delete_review_request)
        .mount(config);
    Endpoint::at("/articles/{id}/comments").get(comments::list_comments).mount(config);
    Endpoint::at("/articles/{id}/comments/{comment}").get(comments::get_comment).mount(config);
    Endpoint::at("/articles/{id}/comments/{comment}/resolution")
        .put(comments::put_comment_resolution)
        .delete(comments::delete_comment_resolution)
        .mount(config);
    Endpoint::at("/articles/{id}/revisions/{number}/comments")
        .get(comments::list_revision_comments)
        .post(comments::create_comment)
        .mount(config);
    Endpoint::at("/articles/{id}/signoffs").get(signoffs::list_signoffs).post(signoffs::create_signoff).mount(config);
    Endpoint::at("/articles/{id}/signoffs/{signoff}")
        .get(signoffs::get_signoff)
        .delete(signoffs::delete_signoff)
        .mount(config);
}

/// The id in a path segment of that name.
fn path_uuid(request: &HttpRequest, name: &str) -> Result<Uuid, ApiError> {
    request.match_info().get(name).and_then(|id| id.parse().ok()).ok_or(ApiError::NotFound)
}
