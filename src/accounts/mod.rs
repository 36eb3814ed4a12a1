//! Who may do what: accounts, roles, sessions, and the gate around `/v1/admin`. Refuses a permission by
//! remembering: it is a type ([`Permit`]) that only the gate can make.

mod first_owner;
mod gate;
mod input;
mod local_sign_in;
pub mod queries;
mod role;
mod sign_in;
mod single_sign_on;
mod staff;

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use first_owner::{FIRST_OWNER, TOKEN_MINUTES, create_account, issue_first_owner_token};
pub use gate::gate;
pub use input::{NewPerson, check_email, check_password};
pub use local_sign_in::LocalSignIn;
pub use role::{Permission, Role};
pub use single_sign_on::SingleSignOn;
pub use staff::{ClinicEditor, Editor, InquiryReader, Permit, Staff, request_id};

use crate::{
    audit::Trail,
    crypto::{KeyRing, PasswordGate},
    http::{Endpoint, RateLimit},
};

/// What signing in needs beside the database.
#[derive(Debug)]
pub struct Accounts {
    /// Signs and checks access tokens.
    pub ring: Arc<KeyRing>,
    /// Lets a bounded number of passwords be hashed at once.
    pub passwords: PasswordGate,
    /// Where sign-ins and refusals are written down.
    pub trail: Trail,
    /// Who may sign in with a password.
    pub local_sign_in: LocalSignIn,
    /// Attempts to sign in, by address.
    pub attempts: RateLimit,
}

/// Mounts `/v1/auth` and the key set.
pub fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/auth/login").post(sign_in::create_session).mount(config);
    Endpoint::at("/v1/auth/refresh").post(sign_in::refresh_session).mount(config);
    Endpoint::at("/v1/auth/logout").post(sign_in::delete_session).mount(config);
    Endpoint::at("/v1/auth/me").get(sign_in::get_me).mount(config);
    Endpoint::at("/v1/auth/invitations/{token}").post(first_owner::accept_invitation).mount(config);
    single_sign_on::routes(config);
    Endpoint::at("/.well-known/jwks.json").get(sign_in::get_jwks).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    sign_in::create_session,
    sign_in::refresh_session,
    sign_in::delete_session,
    sign_in::get_me,
    sign_in::get_jwks,
    first_owner::accept_invitation,
    single_sign_on::start_single_sign_on,
    single_sign_on::finish_single_sign_on,
    single_sign_on::exchange_single_sign_on
))]
#[derive(Debug)]
pub struct Docs;
