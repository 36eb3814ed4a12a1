//! The way back. Refuses in one word, 401, whatever is wrong with state, cookie, code or token, and whoever has no
//! account here; the log says which. Only a missing role is told (403), since somebody can do something about it.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};
use zeroize::Zeroizing;

use super::{
    SingleSignOn,
    admission::{self, Admission},
    binding, callback_address, discreet,
    handover::{self, Signed},
    seal_place, spent_cookie,
};
use crate::{
    accounts::{
        Desk,
        queries::{self, SpentFlow},
        sign_in::{SignInAnswer, record_refusal},
    },
    crypto::OpaqueToken,
    http::{Answer, ApiError, Site},
    oidc::{CallbackQuery, Identity, OidcError, Provider, Return},
};

/// Takes the provider's answer: tokens as JSON, or a redirect to the staff front end with a one-time code (or the code of
/// the problem, as `error`) in the fragment. Parameters that the provider adds are ignored (RFC 6749 §4.1.2).
#[utoipa::path(get, path = "/v1/auth/oidc/{provider}/callback", operation_id = "finish_single_sign_on", tag = "sign-in",
    params(
        ("provider" = String, Path, description = "Name of the provider (CMS_OIDC_NAME)"),
        ("state" = Option<String>, Query, description = "Names the sign-in"),
        ("code" = Option<String>, Query, description = "The provider's code"),
        ("iss" = Option<String>, Query, description = "Who answers (RFC 9207)"),
        ("error" = Option<String>, Query, description = "The provider refused"),
    ),
    responses(
        (status = 200, description = "Signed in; without CMS_STAFF_URL", body = SignInAnswer),
        (status = 303, description = "To `/sso#code=…&provider=…` or `/sso#error=…` below CMS_STAFF_URL"),
    ))]
pub async fn finish_single_sign_on(request: HttpRequest, desk: Desk, sign_on: Data<SingleSignOn>) -> Answer {
    let provider = sign_on.provider(&request)?;
    let answer = match arrive(&request, provider, &desk, &sign_on).await {
        Ok(signed) => handover::answer(&desk, signed, provider, &sign_on).await,
        Err(refused) => Err(refused),
    };
    match (answer, &sign_on.staff_url) {
        (Err(refused), Some(staff)) => Ok(told_to_the_front_end(staff, &refused, &desk.site)),
        (answer, _) => answer,
    }
}

/// A person stands before a browser here, and the front end has words for them.
fn told_to_the_front_end(staff: &str, refused: &ApiError, site: &Site) -> HttpResponse {
    let address = format!("{staff}/sso#error={}", refused.kind().1);
    let answer =
        HttpResponse::SeeOther().insert_header((header::LOCATION, address)).cookie(spent_cookie(site)).finish();
    discreet(answer)
}

async fn arrive(
    request: &HttpRequest,
    provider: &Provider,
    desk: &Desk,
    sign_on: &SingleSignOn,
) -> Result<Signed, ApiError> {
    desk.spend_attempt()?;
    let (identity, flow) = match identify(request, provider, desk, sign_on).await {
        Ok(known) => known,
        Err(ApiError::Unauthenticated) => {
            record_refusal(desk, None).await?;
            return Err(ApiError::Unauthenticated);
        }
        Err(other) => return Err(other),
    };
    let amr = identity.amr.clone();
    let rules = admission::Rules { maps_roles: provider.maps_roles(), create_accounts: sign_on.create_accounts };
    match admission::admit(identity, rules, desk).await? {
        Admission::Admitted(account) => Ok(Signed { account, amr, challenge: flow.handover_challenge }),
        Admission::Refused(account) => {
            record_refusal(desk, account).await?;
            Err(ApiError::Unauthenticated)
        }
        Admission::NoRole(account) => {
            record_refusal(desk, account).await?;
            Err(ApiError::NoRole)
        }
    }
}

/// Who it is, and what was kept of the sign-in. The state is spent before the provider is asked anything.
async fn identify(
    request: &HttpRequest,
    provider: &Provider,
    desk: &Desk,
    sign_on: &SingleSignOn,
) -> Result<(Identity, SpentFlow), ApiError> {
    let query = CallbackQuery::parse(request.query_string()).ok_or(ApiError::Unauthenticated)?;
    let flow = spend(request, &query, provider, desk).await?;
    let verifier = sign_on.seal.open(seal_place(flow.id), &flow.verifier_sealed).map_err(|error| {
        tracing::error!(%error, "a sealed PKCE verifier does not open");
        ApiError::Internal
    })?;
    let verifier = std::str::from_utf8(&verifier).map_err(|_| ApiError::Internal)?.to_owned();
    let code = provider.accept(query).await.map_err(refusal)?;
    let back = Return { nonce_hash: flow.nonce_hash.clone(), verifier: Zeroizing::new(verifier), code };
    let identity = provider.identify(&callback_address(&desk.site, provider), back).await.map_err(refusal)?;
    Ok((identity, flow))
}

async fn spend(
    request: &HttpRequest,
    query: &CallbackQuery,
    provider: &Provider,
    desk: &Desk,
) -> Result<SpentFlow, ApiError> {
    let hash = |text: Option<&str>| text.and_then(OpaqueToken::parse).map(|token| token.hash());
    let state = hash(query.state.as_deref());
    let binding = hash(binding(request, &desk.site).as_deref());
    let (Some(state), Some(binding)) = (state, binding) else { return Err(ApiError::Unauthenticated) };
    let (provider, now) = (provider.name().to_owned(), desk.now());
    let spent = desk
        .transact(async move |connection| Ok(queries::spend_flow(connection, &provider, &state, &binding, now).await?));
    spent.await?.ok_or(ApiError::Unauthenticated)
}

/// What the client learns. The log learns more, and nothing of the person.
pub(super) fn refusal(error: OidcError) -> ApiError {
    tracing::warn!(%error, "a single sign-on came to nothing");
    match error {
        OidcError::Random => ApiError::Internal,
        passing if passing.is_passing() => ApiError::Busy,
        _ => ApiError::Unauthenticated,
    }
}
