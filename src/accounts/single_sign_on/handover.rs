//! The tokens, to whoever asked for the sign-in. Refuses to write a token into an address: what stands in the fragment is
//! a code for one use within a minute, which the front end exchanges (and proves to have asked for, where it said
//! how).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use serde_json::Value;
use utoipa::ToSchema;

use super::{SingleSignOn, discreet, spent_cookie};
use crate::{
    accounts::{
        Desk,
        queries::{self, Credentials, NewHandover},
        sign_in::{Candidate, SignInAnswer, advance, record_refusal},
    },
    crypto::{OpaqueToken, random},
    http::{Answer, ApiError, Fields, JsonBody, no_parameters, private_answer},
    oidc::{Provider, challenge_of, proves_second_factor},
};

/// A finished sign-in.
pub(super) struct Signed {
    pub(super) account: Credentials,
    /// How the person signed in at the provider.
    pub(super) amr: Vec<String>,
    pub(super) challenge: Option<String>,
}

/// Tokens as JSON, or a code for the staff front end.
pub(super) async fn answer(desk: &Desk, signed: Signed, provider: &Provider, sign_on: &SingleSignOn) -> Answer {
    let mut answer = match &sign_on.staff_url {
        None => conclude(desk, signed.account, &signed.amr).await?,
        Some(staff) => {
            let code = keep(desk, signed, provider.name()).await?;
            let address = format!("{staff}/sso#code={}&provider={}", code.reveal(), provider.name());
            HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
        }
    };
    answer.add_cookie(&spent_cookie(&desk.site)).map_err(|_| ApiError::Internal)?;
    Ok(discreet(answer))
}

/// The one place where a sign-in at the provider becomes a session. The provider's word for a second factor counts where
/// it gives one ([`proves_second_factor`]); its silence is no second factor.
async fn conclude(desk: &Desk, account: Credentials, amr: &[String]) -> Answer {
    let shown: &'static [&'static str] = if proves_second_factor(amr) { &["fed", "mfa"] } else { &["fed"] };
    let at_desk = desk.clone();
    let answer = desk
        .transact(async move |connection| advance(connection, &at_desk, Candidate::from(account), shown).await)
        .await?;
    Ok(private_answer(StatusCode::OK, &SignInAnswer { data: answer }))
}

async fn keep(desk: &Desk, signed: Signed, provider: &str) -> Result<OpaqueToken, ApiError> {
    let code = random::token256().map_err(|_| ApiError::Internal)?;
    let handover = NewHandover {
        code_hash: code.hash(),
        provider: provider.to_owned(),
        account: signed.account,
        challenge: signed.challenge,
        amr: signed.amr,
    };
    let now = desk.now();
    desk.transact(async move |connection| Ok(queries::insert_handover(connection, &handover, now).await?)).await?;
    Ok(code)
}

/// Body of an exchange.
#[derive(Debug, ToSchema)]
pub struct SingleSignOnInput {
    /// From the fragment, good for one use within a minute.
    #[schema(value_type = String, min_length = 43, max_length = 43)]
    code: Option<OpaqueToken>,
    /// The value whose S256 was the `challenge` at the start; null where there was none.
    #[schema(value_type = Option<String>, min_length = 43, max_length = 128)]
    verifier: Option<zeroize::Zeroizing<String>>,
}

impl SingleSignOnInput {
    /// A text that is no code is an unknown one like any other.
    fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let code = fields.line("code", 200);
        let code = fields.require("code", code);
        let verifier = fields.line("verifier", 200);
        fields.finish()?;
        let code = code.and_then(|code| OpaqueToken::parse(&code));
        Ok(Self { code, verifier: verifier.map(zeroize::Zeroizing::new) })
    }
}

/// Exchanges the one-time code of a finished single sign-on for tokens.
#[utoipa::path(post, path = "/v1/auth/oidc/{provider}/exchange", operation_id = "exchange_single_sign_on",
    tag = "sign-in", params(("provider" = String, Path, description = "Name of the provider (CMS_OIDC_NAME)")),
    request_body = SingleSignOnInput, responses((status = 200, description = "Signed in", body = SignInAnswer)))]
pub async fn exchange_single_sign_on(
    request: HttpRequest,
    desk: Desk,
    sign_on: Data<SingleSignOn>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let provider = sign_on.provider(&request)?.name().to_owned();
    desk.spend_attempt()?;
    let input = SingleSignOnInput::parse(&body.0)?;
    let shown = input.verifier.as_ref().map(|verifier| challenge_of(verifier).unwrap_or_default());
    let now = desk.now();
    let spent = match input.code.map(|code| code.hash()) {
        None => None,
        Some(hash) => {
            let spend = desk.transact(async move |connection| {
                Ok(queries::spend_handover(connection, &provider, &hash, shown.as_deref(), now).await?)
            });
            spend.await?
        }
    };
    let Some(spent) = spent else {
        record_refusal(&desk, None).await?;
        return Err(ApiError::Unauthenticated);
    };
    conclude(&desk, spent.account, &spent.amr).await
}
