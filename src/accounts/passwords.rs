//! Changing a password, and setting a new one through a link. Refuses to say whether an address has an account.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    rt::time::{Instant, sleep_until},
};
use chrono::Duration;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Desk, Role, Staff,
    input::{PasswordChangeInput, PasswordContext, ResetInput, ResetRequestInput},
    letters, queries,
    sign_in::{Candidate, Ground, Guess, Guesses, Tokens, TokensAnswer, begin_session},
};
use crate::{
    audit::Actor,
    crypto::{OpaqueToken, Password, random},
    http::{Answer, ApiError, JsonBody, Then, no_content, no_parameters, private_answer},
};

/// The purpose of a reset's token.
const PURPOSE: &str = "password_reset";
/// How long every request for a link takes at least, unless the database takes longer. Up to 65 ms more are drawn.
const RESET_ANSWER: std::time::Duration = std::time::Duration::from_millis(250);
/// Minutes that a reset link works.
const RESET_MINUTES: i64 = 30;

/// Changes the signed-in person's own password. Every session ends, this one too; the answer begins a new one.
#[utoipa::path(post, path = "/v1/auth/password", operation_id = "change_password", tag = "sign-in",
    security(("bearer" = [])), request_body = PasswordChangeInput,
    responses((status = 200, description = "Changed; fresh tokens", body = TokensAnswer)))]
pub async fn change_password(request: HttpRequest, desk: Desk, asked: Then<Staff, JsonBody>) -> Answer {
    let Then(staff, body) = asked;
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let session = staff.session()?.clone();
    let guess = Guess::of(&desk, &staff.email);
    let (looked, id) = (guess.clone(), staff.id);
    let second_factor = session.has_factor || desk.accounts.asks_second_factor_of(staff.role);
    let asking = staff.clone();
    let (hash, standing, context) = desk
        .transact(async move |connection| {
            let account = queries::find_credentials_of(connection, id).await?.ok_or(ApiError::Unauthenticated)?;
            let standing = looked.standing(connection, Some(id)).await?;
            let context = context(connection, &asking.email, &asking.name, second_factor).await?;
            Ok((account.password_hash.filter(|_| !standing.is_locked()), standing, context))
        })
        .await?;
    let input = PasswordChangeInput::parse(&body.0, &context)?;
    if !desk.verify(hash, &input.current_password).await?.ok {
        return refuse(&desk, guess, standing, id).await;
    }
    // A password alone makes nobody fresh who has a second factor, and no session longer.
    let authenticated_at = if session.has_factor { session.authenticated_at } else { desk.now() };
    let ground = Ground { methods: session.methods, authenticated_at, expires_at: session.expires_at };
    let tokens = change(&desk, staff, guess, input.new_password, ground).await?;
    Ok(private_answer(StatusCode::OK, &TokensAnswer { data: tokens }))
}

async fn refuse(desk: &Desk, guess: Guess, standing: Guesses, account: Uuid) -> Answer {
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        guess.count(connection, &standing).await?;
        let actor = Actor::Account(account);
        Ok(at_desk.record(connection, actor, "password.refuse", "account", Some(account)).await?)
    })
    .await?;
    Err(ApiError::field("/current_password", "wrong_password", "is not your password"))
}

async fn change(desk: &Desk, staff: Staff, guess: Guess, new: Password, ground: Ground) -> Result<Tokens, ApiError> {
    let short = new.is_short();
    let hash = desk.hash(new).await?;
    let (at_desk, account) = (desk.clone(), staff.id);
    desk.transact(async move |connection| {
        // Of two changes at once, or of a change beside a reset, the later one finds its session ended.
        queries::lock_account(connection, account).await?;
        staff.record(connection, "password.update", "account", Some(account), &[]).await?;
        replace(connection, &at_desk, account, &hash, short).await?;
        guess.forgive(connection).await?;
        let found = queries::find_credentials_of(connection, account).await?.ok_or(ApiError::Unauthenticated)?;
        begin_session(connection, &at_desk, &Candidate::from(found), ground).await
    })
    .await
}

/// What a new password of somebody is measured by.
///
/// # Errors
/// Those of the database.
pub async fn context(
    connection: &mut PgConnection,
    email: &str,
    name: &str,
    second_factor: bool,
) -> Result<PasswordContext, ApiError> {
    let clinic = queries::find_clinic_name(connection).await?.unwrap_or_default();
    Ok(PasswordContext { email: email.to_owned(), name: name.to_owned(), clinic, second_factor })
}

async fn replace(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    hash: &str,
    short: bool,
) -> Result<(), ApiError> {
    queries::set_password(connection, account, hash, short, desk.now()).await?;
    queries::revoke_sessions_of(connection, account, "credential_change", desk.now()).await?;
    letters::password_changed(connection, desk, account).await
}

/// Asks for a link to set a new password. The answer is the same whether the address has an account or not.
#[utoipa::path(post, path = "/v1/auth/password-resets", operation_id = "create_password_reset", tag = "sign-in",
    request_body = ResetRequestInput,
    responses((status = 202, description = "If the address has an account, a mail is on its way")))]
pub async fn create_password_reset(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let email = ResetRequestInput::parse(&body.0)?.email;
    let guess = Guess::of(&desk, &format!("reset {email}"));
    let token = random::token256().map_err(|_| ApiError::Internal)?;
    let drawn = random::bytes::<2>().map_err(|_| ApiError::Internal)?;
    let drawn = std::time::Duration::from_micros(u16::from_be_bytes(drawn).into());
    let (at_desk, answered_at) = (desk.clone(), Instant::now() + RESET_ANSWER + drawn);
    let done = desk
        .transact(async move |connection| {
            let known = queries::find_credentials(connection, &email).await?;
            let standing = guess.standing(connection, known.as_ref().map(|account| account.id)).await?;
            // Each request counts: a mailbox is not to be filled by strangers.
            guess.count(connection, &standing).await?;
            let welcome = |account: &queries::Credentials| {
                account.active && at_desk.accounts.local_sign_in.admits(&email, &account.role)
            };
            let Some(account) = known.filter(|account| welcome(account) && !standing.is_locked()) else {
                at_desk.record(connection, Actor::Public, "password.reset_refuse", "account", None).await?;
                return Ok(());
            };
            issue(connection, &at_desk, account.id, &token).await
        })
        .await;
    // The letter to somebody who has an account takes a few statements more: nobody is to see that by a clock.
    sleep_until(answered_at).await;
    done?;
    Ok(HttpResponse::Accepted().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

async fn issue(connection: &mut PgConnection, desk: &Desk, account: Uuid, token: &OpaqueToken) -> Result<(), ApiError> {
    let now = desk.now();
    let ends = now + Duration::minutes(RESET_MINUTES);
    // Of two requests at once, the later link counts.
    queries::lock_account(connection, account).await?;
    queries::replace_one_time_token(connection, PURPOSE, Some(account), &token.hash(), now, ends).await?;
    desk.record(connection, Actor::Public, "password.reset_begin", "account", Some(account)).await?;
    letters::password_reset(connection, desk, account, token, ends).await
}

/// Sets a new password through a link, once. Every session ends.
#[utoipa::path(put, path = "/v1/auth/password-resets/{token}", operation_id = "complete_password_reset", tag = "sign-in",
    params(("token" = String, Path, description = "As it stands in the mail")), request_body = ResetInput,
    responses((status = 204, description = "Set; sign in with it")))]
pub async fn complete_password_reset(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let token = request.match_info().get("token").and_then(OpaqueToken::parse).ok_or(ApiError::NotFound)?.hash();
    let at_desk = desk.clone();
    let (account, context) = desk
        .transact(async move |connection| {
            let found = queries::find_resetting(connection, &token, at_desk.now()).await?;
            let found = found.ok_or(ApiError::NotFound)?;
            let role = Role::named(&found.role).ok_or(ApiError::NotFound)?;
            let second_factor = found.has_factor || at_desk.accounts.asks_second_factor_of(role);
            let context = context(connection, &found.email, &found.name, second_factor).await?;
            Ok((found.id, context))
        })
        .await?;
    let new = ResetInput::parse(&body.0, &context)?.new_password;
    let short = new.is_short();
    let hash = desk.hash(new).await?;
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        if !queries::spend_one_time_token(connection, PURPOSE, &token, at_desk.now()).await? {
            return Err(ApiError::NotFound);
        }
        // Whoever reads the mail is at this place: strangers' failures elsewhere do not keep them out of it.
        queries::note_place(connection, account, &at_desk.place_key(), at_desk.now()).await?;
        at_desk.record(connection, Actor::Account(account), "password.update", "account", Some(account)).await?;
        replace(connection, &at_desk, account, &hash, short).await
    })
    .await?;
    Ok(no_content())
}
