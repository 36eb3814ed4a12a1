//! Who may do what: people, roles, sessions, factors, keys, and the gate around `/v1/admin`. Refuses a permission by
//! remembering: it is a type ([`Permit`]) that only the gate can make.
//!
//! | file | holds |
//! |---|---|
//! | `role`, `scope` | the one table of who may do what, and what narrows an API key |
//! | `gate`, `staff`, `standing` | who is behind a request; permissions as types; whether they still stand |
//! | `desk` | what signing in works with, and who stands before it |
//! | `sign_in/`, `reauthentication`, `sessions` | from a password to tokens, and out again |
//! | `passwords`, `authenticator`, `second_factor`, `factors/` | what people show |
//! | `enrolment` | what every second factor begins and ends with |
//! | `passkeys/` | making, showing and removing passkeys |
//! | `invitations`, `first_owner`, `people`, `profile`, `roles` | who people are |
//! | `api_keys/` | integrations |
//! | `break_glass` | access to inquiries in an emergency |
//! | `clearing` | the removal of what is over |
//! | `precondition` | `If-Match` of people and keys |
//! | `letters`, `link_page` | what people are told by mail, and the page behind its links |

mod api_keys;
mod authenticator;
mod break_glass;
mod clearing;
mod desk;
mod enrolment;
pub mod factors;
mod first_owner;
mod gate;
mod input;
mod invitations;
mod letters;
mod link_page;
mod local_sign_in;
mod passkeys;
mod passwords;
mod people;
mod precondition;
mod profile;
pub mod queries;
mod reauthentication;
mod role;
mod roles;
mod scope;
mod second_factor;
mod sessions;
mod sign_in;
mod single_sign_on;
mod staff;
mod standing;

use std::sync::Arc;

use actix_web::{HttpRequest, web::Data, web::ServiceConfig};
use chrono::Duration;
use utoipa::OpenApi;

pub use api_keys::integration_behind;
pub use clearing::{Cleared, clear_hourly, clear_old};
pub use desk::Desk;
pub use factors::RelyingParty;
pub use first_owner::{FIRST_OWNER, TOKEN_MINUTES, create_account, issue_first_owner_token};
pub use gate::{gate, record_denials};
pub use input::{NewPerson, PasswordContext, check_email, check_password};
pub use letters::review_requested;
pub use local_sign_in::LocalSignIn;
pub use people::remove_factors;
pub use role::{Permission, Role, table_in_markdown};
pub use scope::Scope;
pub use sign_in::GuessLimits;
pub use single_sign_on::SingleSignOn;
pub use staff::{
    ArticleReader, AuditReader, ClinicEditor, ClinicReader, Commenter, Credential, Editor, EmergencyReader, GateKeeper,
    InquiryDesk, InquiryExporter, InquiryReader, IntegrationManager, IntegrationReader, KeyManager, KeyReader,
    PeopleManager, PeopleReader, Permit, PrivacyOfficer, PrivacyReader, Reach, Reviewer, Session, Staff, Writer,
    request_id,
};

use crate::{
    audit::Trail,
    crypto::{KeyRing, PasswordGate, PurposeSeal, TagKey},
    delivery::PublicAnswer,
    http::{Answer, Endpoint, RateLimit, no_parameters},
    mail::Postbox,
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
    /// Attempts to sign in, by address, on this node.
    pub attempts: RateLimit,
    /// Refused API keys, by address, on this node.
    pub refused_keys: RateLimit,
    /// Failures, by account and place, on all nodes; none where limits are off.
    pub guess_limits: Option<GuessLimits>,
    /// Hashes what failures are counted by.
    pub guesses: TagKey,
    /// Takes the letters to people about their accounts.
    pub postbox: Postbox,
    /// What links in letters begin with: a page for people is below it.
    pub links: String,
    /// Whether who reads inquiries must have a second factor.
    pub require_mfa: bool,
    /// How long who reads inquiries may leave the desk.
    pub idle: Duration,
    /// For whom passkeys are made; none where no page could use one.
    pub passkeys: Option<RelyingParty>,
    /// Seals the secrets of authenticators.
    pub authenticators: PurposeSeal,
    /// Hashes recovery codes.
    pub recovery_codes: TagKey,
    /// Seals the reasons of emergencies.
    pub reasons: PurposeSeal,
}

/// Mounts `/v1/auth` and the key set.
pub fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/auth/login").post(sign_in::create_session).mount(config);
    Endpoint::at("/v1/auth/mfa").post(sign_in::complete_sign_in).mount(config);
    Endpoint::at("/v1/auth/refresh").post(sign_in::refresh_session).mount(config);
    Endpoint::at("/v1/auth/logout").post(sign_in::delete_session).mount(config);
    Endpoint::at("/v1/auth/reauthentication").post(reauthentication::create_reauthentication).mount(config);
    Endpoint::at("/v1/auth/me").get(profile::get_me).patch(profile::update_me).mount(config);
    Endpoint::at("/v1/auth/password").post(passwords::change_password).mount(config);
    Endpoint::at("/v1/auth/password-resets").post(passwords::create_password_reset).mount(config);
    Endpoint::at("/v1/auth/password-resets/{token}")
        .get(link_page::show_password_reset)
        .put(passwords::complete_password_reset)
        .mount(config);
    Endpoint::at("/v1/auth/invitations/{token}")
        .get(link_page::show_invitation)
        .post(invitations::accept_invitation)
        .mount(config);
    Endpoint::at("/v1/auth/totp")
        .post(authenticator::create_totp)
        .put(authenticator::confirm_totp)
        .delete(authenticator::delete_totp)
        .mount(config);
    Endpoint::at("/v1/auth/passkeys").get(passkeys::list_passkeys).mount(config);
    Endpoint::at("/v1/auth/passkeys/registration/options").post(passkeys::begin_passkey_registration).mount(config);
    Endpoint::at("/v1/auth/passkeys/registration").post(passkeys::create_passkey).mount(config);
    Endpoint::at("/v1/auth/passkeys/assertion/options").post(passkeys::begin_passkey_assertion).mount(config);
    Endpoint::at("/v1/auth/passkeys/assertion").post(passkeys::complete_passkey_assertion).mount(config);
    Endpoint::at("/v1/auth/passkeys/{id}").delete(passkeys::delete_passkey).mount(config);
    Endpoint::at("/v1/auth/recovery-codes").post(authenticator::create_recovery_codes).mount(config);
    Endpoint::at("/v1/auth/sessions")
        .get(sessions::list_own_sessions)
        .delete(sessions::delete_own_sessions)
        .mount(config);
    Endpoint::at("/v1/auth/sessions/{id}").delete(sessions::delete_own_session).mount(config);
    single_sign_on::routes(config);
    Endpoint::at("/.well-known/jwks.json").get(get_jwks).mount(config);
}

/// Mounts what those who manage people see, below `/v1/admin` and behind the gate.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/roles").get(roles::list_roles).mount(config);
    Endpoint::at("/users").get(people::list_users).mount(config);
    Endpoint::at("/users/{id}")
        .get(people::get_user)
        .patch(people::update_user)
        .delete(people::delete_user)
        .mount(config);
    Endpoint::at("/users/{id}/restore").post(people::restore_user).mount(config);
    Endpoint::at("/users/{id}/sessions").delete(people::revoke_user_sessions).mount(config);
    Endpoint::at("/users/{id}/factors").delete(people::delete_user_factors).mount(config);
    Endpoint::at("/invitations").get(invitations::list_invitations).post(invitations::create_invitation).mount(config);
    Endpoint::at("/invitations/{id}")
        .get(invitations::get_invitation)
        .delete(invitations::delete_invitation)
        .mount(config);
    Endpoint::at("/sessions").get(sessions::list_sessions).mount(config);
    Endpoint::at("/sessions/{id}").get(sessions::get_session).delete(sessions::revoke_session).mount(config);
    Endpoint::at("/api-keys").get(api_keys::admin::list_api_keys).post(api_keys::admin::create_api_key).mount(config);
    Endpoint::at("/api-keys/{id}")
        .get(api_keys::admin::get_api_key)
        .patch(api_keys::admin::update_api_key)
        .delete(api_keys::admin::delete_api_key)
        .mount(config);
    Endpoint::at("/api-keys/{id}/rotation")
        .post(api_keys::rotation::rotate_api_key)
        .delete(api_keys::rotation::end_api_key_rotation)
        .mount(config);
    Endpoint::at("/break-glass").get(break_glass::list_break_glass).post(break_glass::create_break_glass).mount(config);
    Endpoint::at("/break-glass/{id}")
        .get(break_glass::get_break_glass)
        .delete(break_glass::delete_break_glass)
        .mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    sign_in::create_session,
    sign_in::complete_sign_in,
    sign_in::refresh_session,
    sign_in::delete_session,
    reauthentication::create_reauthentication,
    profile::get_me,
    profile::update_me,
    passwords::change_password,
    passwords::create_password_reset,
    passwords::complete_password_reset,
    link_page::show_password_reset,
    link_page::show_invitation,
    invitations::accept_invitation,
    authenticator::create_totp,
    authenticator::confirm_totp,
    authenticator::delete_totp,
    authenticator::create_recovery_codes,
    passkeys::list_passkeys,
    passkeys::begin_passkey_registration,
    passkeys::create_passkey,
    passkeys::begin_passkey_assertion,
    passkeys::complete_passkey_assertion,
    passkeys::delete_passkey,
    sessions::list_own_sessions,
    sessions::delete_own_sessions,
    sessions::delete_own_session,
    get_jwks,
    roles::list_roles,
    people::list_users,
    people::get_user,
    people::update_user,
    people::delete_user,
    people::restore_user,
    people::revoke_user_sessions,
    people::delete_user_factors,
    invitations::list_invitations,
    invitations::create_invitation,
    invitations::get_invitation,
    invitations::delete_invitation,
    sessions::list_sessions,
    sessions::get_session,
    sessions::revoke_session,
    api_keys::admin::list_api_keys,
    api_keys::admin::create_api_key,
    api_keys::admin::get_api_key,
    api_keys::admin::update_api_key,
    api_keys::admin::delete_api_key,
    api_keys::rotation::rotate_api_key,
    api_keys::rotation::end_api_key_rotation,
    break_glass::list_break_glass,
    break_glass::create_break_glass,
    break_glass::get_break_glass,
    break_glass::delete_break_glass,
    single_sign_on::start_single_sign_on,
    single_sign_on::finish_single_sign_on,
    single_sign_on::exchange_single_sign_on,
))]
#[derive(Debug)]
pub struct Docs;

/// The public halves of the signing keys (RFC 7517), so that anybody can check a token.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "get_jwks", tag = "sign-in",
    responses((status = 200, description = "The key set", body = Object)))]
pub async fn get_jwks(request: HttpRequest, accounts: Data<Accounts>) -> Answer {
    no_parameters(&request)?;
    PublicAnswer::json(&accounts.ring.jwks(), &["keys"])?.send(&request)
}
