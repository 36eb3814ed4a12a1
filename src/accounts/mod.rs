//! Who may do what: accounts, roles, sessions, and the gate around `/v1/admin`. Refuses a permission by
//! remembering: it is a type ([`Permit`]) that only the gate can make.

mod desk;
pub mod factors;
mod first_owner;
mod gate;
mod input;
mod passkeys;
pub mod queries;
mod role;
mod sign_in;
mod staff;

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use desk::{Desk, Visitor};
pub use factors::RelyingParty;
pub use first_owner::{FIRST_OWNER, TOKEN_MINUTES, create_account, issue_first_owner_token};
pub use gate::gate;
pub use input::{NewPerson, check_email, check_password};
pub use role::{Permission, Role};
pub use staff::{ClinicEditor, Editor, InquiryReader, Permit, Staff, request_id};

use crate::{
    audit::Trail,
    crypto::{KeyRing, PasswordGate, PurposeSeal, TagKey},
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
    /// For whom passkeys are made; none where no page could use one.
    pub passkeys: Option<RelyingParty>,
    /// Seals the secrets of authenticator apps.
    pub authenticators: PurposeSeal,
    /// Hashes recovery codes.
    pub recovery_codes: TagKey,
    /// Attempts to sign in, by address.
    pub attempts: RateLimit,
}

/// Mounts `/v1/auth` and the key set.
pub fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/auth/login").post(sign_in::create_session).mount(config);
    Endpoint::at("/v1/auth/refresh").post(sign_in::refresh_session).mount(config);
    Endpoint::at("/v1/auth/logout").post(sign_in::delete_session).mount(config);
    Endpoint::at("/v1/auth/me").get(sign_in::get_me).mount(config);
    Endpoint::at("/v1/auth/passkeys").get(passkeys::list_passkeys).mount(config);
    Endpoint::at("/v1/auth/passkeys/registration/options").post(passkeys::begin_passkey_registration).mount(config);
    Endpoint::at("/v1/auth/passkeys/registration").post(passkeys::create_passkey).mount(config);
    Endpoint::at("/v1/auth/passkeys/assertion/options").post(passkeys::begin_passkey_assertion).mount(config);
    Endpoint::at("/v1/auth/passkeys/assertion").post(passkeys::complete_passkey_assertion).mount(config);
    Endpoint::at("/v1/auth/passkeys/{id}").delete(passkeys::delete_passkey).mount(config);
    Endpoint::at("/v1/auth/invitations/{token}").post(first_owner::accept_invitation).mount(config);
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
    passkeys::list_passkeys,
    passkeys::begin_passkey_registration,
    passkeys::create_passkey,
    passkeys::begin_passkey_assertion,
    passkeys::complete_passkey_assertion,
    passkeys::delete_passkey,
    first_owner::accept_invitation
))]
#[derive(Debug)]
pub struct Docs;
