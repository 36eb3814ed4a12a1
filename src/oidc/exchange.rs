//! The way to the provider and back, as `oauth2` writes and reads it: the address that a browser is sent to, and the
//! code for tokens. Refuses nothing by itself: what an ID token is worth is found out elsewhere.

use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use url::Url;
use zeroize::Zeroizing;

use super::{OidcError, Return, discovery::Discovery, outbound};
use crate::{config::SingleSignOn, crypto::OpaqueToken};

/// What OpenID Connect adds to the answer (Core 1.0 §3.1.3.3). Never printed.
#[derive(Deserialize, Serialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl std::fmt::Debug for IdTokenField {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("IdTokenField([redacted])")
    }
}

impl ExtraTokenFields for IdTokenField {}

type OidcClient = Client<
    BasicErrorResponse,
    StandardTokenResponse<IdTokenField, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The two tokens that a sign-in needs, both used at once and then forgotten.
pub(super) struct ProviderTokens {
    /// Who it is, signed.
    pub(super) id_token: Zeroizing<String>,
    /// Opens the userinfo endpoint.
    pub(super) access_token: Zeroizing<String>,
}

/// Where the browser is sent: the authorization endpoint with what was drawn.
///
/// # Errors
/// [`OidcError::Discovery`] where our own address is none.
pub(super) fn departure_address(
    settings: &SingleSignOn,
    discovery: &Discovery,
    redirect: &str,
    (state, nonce, verifier): (&OpaqueToken, &OpaqueToken, &OpaqueToken),
) -> Result<Url, OidcError> {
    let verifier = PkceCodeVerifier::new(verifier.reveal());
    let client = client(settings, discovery, redirect)?;
    let request = client
        .authorize_url(|| CsrfToken::new(state.reveal()))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_scopes(settings.scopes.iter().cloned().map(Scope::new))
        .add_extra_param("nonce", nonce.reveal());
    Ok(request.url().0)
}

/// Trades the code for tokens, on the thread that it is called on.
///
/// # Errors
/// [`OidcError::Unreachable`], or [`OidcError::Exchange`] where the provider answers anything but tokens.
pub(super) fn trade(
    agent: &Agent,
    settings: &SingleSignOn,
    discovery: &Discovery,
    redirect: &str,
    back: &Return,
) -> Result<ProviderTokens, OidcError> {
    let client = client(settings, discovery, redirect)?;
    let answer = client
        .exchange_code(AuthorizationCode::new(back.code.as_str().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(back.verifier.as_str().to_owned()))
        .request(&|request| outbound::ask(agent, request))
        .map_err(|refused| match refused {
            RequestTokenError::Request(unheard) => unheard,
            _ => OidcError::Exchange,
        })?;
    let id_token = answer.extra_fields().id_token.clone().ok_or(OidcError::Exchange)?;
    let access_token = answer.access_token().secret().clone();
    Ok(ProviderTokens { id_token: Zeroizing::new(id_token), access_token: Zeroizing::new(access_token) })
}

fn client(settings: &SingleSignOn, discovery: &Discovery, redirect: &str) -> Result<OidcClient, OidcError> {
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|_| OidcError::Discovery)?;
    let client = Client::new(ClientId::new(settings.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(discovery.authorization_endpoint.clone()))
        .set_token_uri(TokenUrl::from_url(discovery.token_endpoint.clone()))
        .set_redirect_uri(redirect)
        .set_auth_type(if discovery.wants_secret_in_body() { AuthType::RequestBody } else { AuthType::BasicAuth });
    Ok(match &settings.client_secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
        None => client,
    })
}
