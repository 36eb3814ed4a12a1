//! Trading a refresh token for new tokens. A token that comes back after its use ends the whole session, and its
//! person is told: somebody holds a copy.

use actix_web::{HttpRequest, http::StatusCode};

use super::tokens::{TokensAnswer, reissue};
use crate::{
    accounts::{Desk, input::RefreshInput, letters, queries},
    audit::Actor,
    crypto::{OpaqueToken, random},
    http::{Answer, ApiError, JsonBody, no_parameters, private_answer},
};

/// Trades a refresh token for new tokens. A token that comes back after its use ends the whole session.
#[utoipa::path(post, path = "/v1/auth/refresh", operation_id = "refresh_session", tag = "sign-in",
    request_body = RefreshInput, responses((status = 200, description = "Fresh tokens", body = TokensAnswer)))]
pub async fn refresh_session(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let input = RefreshInput::parse(&body.0)?;
    let old = OpaqueToken::parse(input.refresh_token.reveal()).ok_or(ApiError::Unauthenticated)?.hash();
    let next = random::token256().map_err(|_| ApiError::Internal)?;
    let (new, now, at_desk) = (next.hash(), desk.now(), desk.clone());
    let refreshed = desk
        .transact(async move |connection| {
            if let Some(session) = queries::spend_refresh_token(connection, &old, now).await? {
                if !at_desk.accounts.is_live(&session.standing(), now) {
                    return Err(ApiError::Unauthenticated);
                }
                queries::supersede_successors(connection, &old, now).await?;
                let (id, ends) = (session.id, session.expires_at);
                queries::insert_refresh_token(connection, &new, id, Some(&old), now, ends).await?;
                return Ok(Some(session));
            }
            // Committed, although the answer is 401.
            if let Some((session, account)) = queries::find_reused_session(connection, &old).await? {
                queries::revoke_session(connection, session, "refresh_reuse", now).await?;
                let actor = Actor::Account(account);
                at_desk.record(connection, actor, "session.reuse", "session", Some(session)).await?;
                letters::session_reuse(connection, &at_desk, account).await?;
            }
            Ok(None)
        })
        .await?
        .ok_or(ApiError::Unauthenticated)?;
    let tokens = reissue(&desk, refreshed, &next)?;
    Ok(private_answer(StatusCode::OK, &TokensAnswer { data: tokens }))
}
