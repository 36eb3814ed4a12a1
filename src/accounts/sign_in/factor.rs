//! The second step of a sign-in: a code of an authenticator, or a recovery code.

use actix_web::{HttpRequest, http::StatusCode};

use super::{
    Guess,
    step::{HalfStep, SignIn, SignInAnswer, advance, find_half, spend_half},
};
use crate::{
    accounts::{Desk, input::MfaInput, second_factor},
    audit::Actor,
    http::{Answer, ApiError, JsonBody, no_parameters, private_answer},
};

/// Completes a sign-in with the second factor. A token takes five codes; failures are counted for the account as well.
#[utoipa::path(post, path = "/v1/auth/mfa", operation_id = "complete_sign_in", tag = "sign-in",
    request_body = MfaInput, responses((status = 200, description = "Signed in", body = SignInAnswer)))]
pub async fn complete_sign_in(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let input = MfaInput::parse(&body.0)?;
    let at_desk = desk.clone();
    // Committed by itself: an attempt counts, whatever comes of it.
    let half = desk
        .transact(async move |connection| {
            find_half(connection, &at_desk, input.mfa_token.reveal(), HalfStep::Factor).await
        })
        .await?;
    let guess = Guess::of(&desk, &format!("factor {}", half.account_id));
    let at_desk = desk.clone();
    let signed_in = desk
        .transact(async move |connection| {
            let standing = guess.standing(connection, Some(half.account_id)).await?;
            standing.refuse_flood()?;
            let account = half.account_id;
            let method = if standing.is_locked() {
                None
            } else {
                second_factor::accept(connection, &at_desk, account, input.code.reveal()).await?
            };
            let Some(method) = method else {
                // Committed, although the answer is 401.
                guess.count(connection, &standing).await?;
                at_desk.record(connection, Actor::Public, "session.refuse", "account", Some(account)).await?;
                return Ok(None);
            };
            let candidate = spend_half(connection, &at_desk, &half).await?;
            guess.forgive(connection).await?;
            let shown: Vec<&str> = half.methods.iter().map(String::as_str).chain([method, "mfa"]).collect();
            advance(connection, &at_desk, candidate, &shown).await.map(Some)
        })
        .await?;
    let answer: SignIn = signed_in.ok_or(ApiError::Unauthenticated)?;
    Ok(private_answer(StatusCode::OK, &SignInAnswer { data: answer }))
}
