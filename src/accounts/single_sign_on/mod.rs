//! Single sign-on: to the clinic's identity provider and back (`oidc` knows how), and what that means for accounts.
//! Refuses an answer in another browser than the question's (login CSRF), a second use of anything, and tokens in an
//! address: they are handed over for a one-time code, or as JSON.

mod admission;
mod arrival;
mod departure;
mod handover;

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web::ServiceConfig,
};
use uuid::Uuid;

use crate::{
    crypto::{PurposeSeal, sealed::Place},
    http::{ApiError, Endpoint, Site},
    oidc::Provider,
};

pub use arrival::{__path_finish_single_sign_on, finish_single_sign_on};
pub use departure::{__path_start_single_sign_on, start_single_sign_on};
pub use handover::{__path_exchange_single_sign_on, exchange_single_sign_on};

/// As long as the sign-in that it belongs to.
const COOKIE_MINUTES: i64 = 10;

/// What single sign-on needs beside the database.
#[derive(Debug)]
pub struct SingleSignOn {
    /// The identity provider, where there is one.
    pub provider: Option<Provider>,
    /// Whether somebody without an account gets one.
    pub create_accounts: bool,
    /// The staff front end, without a slash at its end.
    pub staff_url: Option<String>,
    /// Seals PKCE verifiers.
    pub seal: PurposeSeal,
}

impl SingleSignOn {
    /// The provider that the address names.
    fn provider(&self, request: &HttpRequest) -> Result<&Provider, ApiError> {
        let named = request.match_info().get("provider");
        self.provider.as_ref().filter(|provider| named == Some(provider.name())).ok_or(ApiError::NotFound)
    }
}

/// Mounts `/v1/auth/oidc`.
pub(super) fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/auth/oidc/{provider}/start").get_alone(start_single_sign_on).mount(config);
    Endpoint::at("/v1/auth/oidc/{provider}/callback").get_alone(finish_single_sign_on).mount(config);
    Endpoint::at("/v1/auth/oidc/{provider}/exchange").post(exchange_single_sign_on).mount(config);
}

/// Where the provider sends the browser back: as it is registered there.
fn callback_address(site: &Site, provider: &Provider) -> String {
    format!("{}/v1/auth/oidc/{}/callback", site.public_url, provider.name())
}

/// Where the verifier of a sign-in is sealed.
fn seal_place(flow: Uuid) -> Place<'static> {
    Place { table: "oidc_flow", column: "verifier_sealed", row: flow, version: 1 }
}

/// The cookie that binds a sign-in to its browser. `SameSite=Lax` lets it come along when the provider sends the browser
/// back. Over TLS its name asks browsers to take it over TLS alone (RFC 6265bis §4.1.3.1).
fn binding_cookie(site: &Site, value: String) -> Cookie<'static> {
    let secure = is_secure(site);
    Cookie::build(cookie_name(secure), value)
        .path("/v1/auth/oidc")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::minutes(COOKIE_MINUTES))
        .finish()
}

/// The binding that the browser sent.
fn binding(request: &HttpRequest, site: &Site) -> Option<String> {
    request.cookie(cookie_name(is_secure(site))).map(|cookie| cookie.value().to_owned())
}

/// Takes the cookie out of the browser.
fn spent_cookie(site: &Site) -> Cookie<'static> {
    let mut cookie = binding_cookie(site, String::new());
    cookie.make_removal();
    cookie
}

/// Everywhere but on this host, which start-up sees to.
fn is_secure(site: &Site) -> bool {
    site.public_url.starts_with("https://")
}

fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Secure-clinic-cms-sso" } else { "clinic-cms-sso" }
}

/// Keeps an answer of this room out of every cache, and its address out of the next request's `Referer`.
fn discreet(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, header::HeaderValue::from_static("no-referrer"));
    answer
}
