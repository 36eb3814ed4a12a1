//! The way to the provider. Refuses to send a browser anywhere but to the provider's own authorization endpoint.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use super::{SingleSignOn, arrival::refusal, binding_cookie, callback_address, discreet, seal_place};
use crate::{
    accounts::{
        Desk,
        queries::{self, NewFlow},
    },
    http::{Answer, ApiError, QueryReader, Site},
    oidc::Departure,
};

/// Sends the browser to the identity provider.
#[utoipa::path(get, path = "/v1/auth/oidc/{provider}/start", operation_id = "start_single_sign_on", tag = "sign-in",
    params(
        ("provider" = String, Path, description = "Name of the provider (CMS_OIDC_NAME)"),
        ("challenge" = Option<String>, Query, description = "S256 of a value that the staff front end keeps and shows \
            as `verifier` when it exchanges the code, so that nobody else's sign-in can be handed to it"),
    ),
    responses((status = 302, description = "To the provider; sets the cookie that the way back needs")))]
pub async fn start_single_sign_on(request: HttpRequest, desk: Desk, sign_on: Data<SingleSignOn>) -> Answer {
    let provider = sign_on.provider(&request)?;
    let mut query = QueryReader::of(&request);
    let challenge = query.parsed("challenge", "43 characters of base64url", parse_challenge);
    query.finish()?;
    desk.spend_attempt()?;
    let departure = provider.depart(&callback_address(&desk.site, provider)).await.map_err(refusal)?;
    let flow = kept(&departure, challenge, provider.name(), &desk.site, &sign_on)?;
    let now = desk.now();
    desk.transact(async move |connection| Ok(queries::insert_flow(connection, &flow, now).await?)).await?;
    let answer = HttpResponse::Found()
        .insert_header((header::LOCATION, departure.address.as_str()))
        .cookie(binding_cookie(&desk.site, departure.binding.reveal()))
        .finish();
    Ok(discreet(answer))
}

fn parse_challenge(text: &str) -> Option<String> {
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (text.len() == 43 && text.bytes().all(base64url)).then(|| text.to_owned())
}

fn kept(
    departure: &Departure,
    challenge: Option<String>,
    provider: &str,
    site: &Site,
    sign_on: &SingleSignOn,
) -> Result<NewFlow, ApiError> {
    let id = site.clock.new_id();
    let verifier = zeroize::Zeroizing::new(departure.verifier.reveal());
    let sealed = sign_on.seal.seal(seal_place(id), verifier.as_bytes()).map_err(|_| ApiError::Internal)?;
    Ok(NewFlow {
        id,
        state_hash: departure.state.hash(),
        binding_hash: departure.binding.hash(),
        nonce_hash: departure.nonce.hash(),
        provider: provider.to_owned(),
        verifier_sealed: sealed,
        challenge,
    })
}
