//! Signing in, staying signed in, signing out. Refuses to tell apart an unknown address, a wrong password, a disabled
//! account and one that is being guessed at: status, body, headers and work are the same.

mod factor;
mod guesses;
mod refresh;
mod step;
mod tokens;

use actix_web::{HttpRequest, http::StatusCode};
use sqlx::PgConnection;
use uuid::Uuid;

pub use factor::{__path_complete_sign_in, complete_sign_in};
pub use guesses::{Guess, GuessLimits, Guesses};
pub use refresh::{__path_refresh_session, refresh_session};
pub use step::{Candidate, HalfStep, SignIn, SignInAnswer, advance, find_enrolment, spend_half};
pub use tokens::{Ground, Tokens, TokensAnswer, begin_session};

use super::{
    Desk, Staff,
    input::{LoginInput, rehash_rules},
    queries::{self, Credentials},
};
use crate::{
    audit::Actor,
    crypto::Password,
    http::{Answer, ApiError, JsonBody, no_content, no_parameters, private_answer},
};

/// Signs in with an e-mail address and a password. Where a second factor is asked for, the answer is a token for the
/// next step instead.
#[utoipa::path(post, path = "/v1/auth/login", operation_id = "create_session", tag = "sign-in",
    request_body = LoginInput, responses((status = 200, description = "Signed in, or the next step", body = SignInAnswer)))]
pub async fn create_session(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let input = LoginInput::parse(&body.0)?;
    let guess = Guess::of(&desk, &input.email);
    let (email, looked) = (input.email.clone(), guess.clone());
    let (known, standing) = desk
        .transact(async move |connection| {
            let known = queries::find_credentials(connection, &email).await?;
            let standing = looked.standing(connection, known.as_ref().map(|account| account.id)).await?;
            Ok((known, standing))
        })
        .await?;
    standing.refuse_flood()?;
    let candidate = known.as_ref().filter(|_| !standing.is_locked());
    let hash = candidate.and_then(|account| account.password_hash.clone());
    let verified = desk.verify(hash, &input.password).await?;
    let admitted = candidate.filter(|account| {
        verified.ok && account.active && desk.accounts.local_sign_in.admits(&input.email, &account.role)
    });
    let Some(account) = admitted.cloned() else {
        refuse(&desk, known, guess, standing).await?;
        return Err(ApiError::Unauthenticated);
    };
    let newer = if verified.rehash { rehashed(&desk, &account, &input).await? } else { None };
    let at_desk = desk.clone();
    let answer = desk
        .transact(async move |connection| {
            if let Some(hash) = newer {
                queries::update_password_hash(connection, account.id, account.credential_version, &hash).await?;
            }
            guess.forgive(connection).await?;
            advance(connection, &at_desk, Candidate::from(account), &["pwd"]).await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &SignInAnswer { data: answer }))
}

/// The hash under today's parameters. A password that today's rules would refuse keeps the one it has.
async fn rehashed(desk: &Desk, account: &Credentials, input: &LoginInput) -> Result<Option<String>, ApiError> {
    match Password::parse(input.password.reveal(), rehash_rules(account.short_password)) {
        Ok(password) => desk.hash(password).await.map(Some),
        Err(_) => Ok(None),
    }
}

async fn refuse(desk: &Desk, known: Option<Credentials>, guess: Guess, standing: Guesses) -> Result<(), ApiError> {
    let at_desk = desk.clone();
    desk.transact(async move |connection: &mut PgConnection| {
        guess.count(connection, &standing).await?;
        let account = known.map(|account| account.id);
        Ok(at_desk.record(connection, Actor::Public, "session.refuse", "account", account).await?)
    })
    .await
}

/// Writes down that somebody was not let in. `account` is whom they would have been, where that is known.
///
/// # Errors
/// Those of the database.
pub async fn record_refusal(desk: &Desk, account: Option<Uuid>) -> Result<(), ApiError> {
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        Ok(at_desk.record(connection, Actor::Public, "session.refuse", "account", account).await?)
    })
    .await
}

/// Signs out: the session and all its tokens end at once, on every node.
#[utoipa::path(post, path = "/v1/auth/logout", operation_id = "delete_session", tag = "sign-in",
    security(("bearer" = [])), responses((status = 204, description = "Signed out")))]
pub async fn delete_session(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    let session = staff.session()?.id;
    let now = desk.now();
    desk.transact(async move |connection| {
        staff.record(connection, "session.delete", "session", Some(session), &[]).await?;
        queries::revoke_session(connection, session, "logout", now).await?;
        Ok(())
    })
    .await?;
    Ok(no_content())
}
