//! The small page behind the links in letters, for installations whose staff have no front end of their own. It holds
//! nothing: the link's token stays in the address, and what is typed goes to the API below the same address. Refuses
//! to be framed, to be cached, and to run any script but its own.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, http::header};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::http::{Answer, no_parameters};

const PAGE: &str = include_str!("link_page.html");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |element: &str| {
        let content = PAGE.split_once(&format!("<{element}>")).map_or("", |(_, rest)| rest);
        let content = content.split_once(&format!("</{element}>")).map_or("", |(content, _)| content);
        BASE64.encode(&Sha256::digest(content))
    };
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash("script"),
        hash("style")
    )
});

/// The page behind the link of an invitation, for people.
#[utoipa::path(get, path = "/v1/auth/invitations/{token}", operation_id = "show_invitation", tag = "sign-in",
    params(("token" = String, Path, description = "As it was mailed or printed")),
    responses((status = 200, description = "A page with a form", body = String, content_type = "text/html")))]
pub async fn show_invitation(request: HttpRequest) -> Answer {
    page(&request)
}

/// The page behind the link of a password reset, for people.
#[utoipa::path(get, path = "/v1/auth/password-resets/{token}", operation_id = "show_password_reset", tag = "sign-in",
    params(("token" = String, Path, description = "As it stands in the mail")),
    responses((status = 200, description = "A page with a form", body = String, content_type = "text/html")))]
pub async fn show_password_reset(request: HttpRequest) -> Answer {
    page(&request)
}

fn page(request: &HttpRequest) -> Answer {
    no_parameters(request)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(PAGE))
}
