//! Showing one's strongest factor again. Changing factors, keys and roles asks for one that is not older than ten
//! minutes: an open screen is not the person.

use actix_web::HttpRequest;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Desk, Staff, input::ReauthenticationInput, queries, second_factor, sign_in::Guess};
use crate::{
    audit::Actor,
    http::{Answer, ApiError, JsonBody, Then, no_content, no_parameters},
};

/// Shows a factor again: the code of an authenticator or a recovery code where the account has a second factor, else
/// the password. A passkey goes through `/v1/auth/passkeys/assertion`.
#[utoipa::path(post, path = "/v1/auth/reauthentication", operation_id = "create_reauthentication", tag = "sign-in",
    security(("bearer" = [])), request_body = ReauthenticationInput,
    responses((status = 204, description = "Fresh for ten minutes")))]
pub async fn create_reauthentication(request: HttpRequest, desk: Desk, asked: Then<Staff, JsonBody>) -> Answer {
    let Then(staff, body) = asked;
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let session = staff.session()?.clone();
    let input = ReauthenticationInput::parse(&body.0)?;
    if session.has_factor && input.code.is_none() {
        return Err(ApiError::field("/code", "required", "your account has a second factor: show that one"));
    }
    let guess = Guess::of(&desk, &format!("factor {}", staff.id));
    let password_is_right = match &input.password {
        Some(typed) => {
            let (id, looked) = (staff.id, guess.clone());
            let hash = desk.transact(async move |connection| open_hash(connection, &looked, id).await).await?;
            desk.verify(hash, typed).await?.ok
        }
        None => false,
    };
    let (at_desk, account) = (desk.clone(), staff.id);
    let shown = desk
        .transact(async move |connection| {
            let standing = guess.standing(connection, Some(account)).await?;
            let method = match &input.code {
                _ if standing.is_locked() => None,
                Some(code) => second_factor::accept(connection, &at_desk, account, code.reveal()).await?,
                None => password_is_right.then_some("pwd"),
            };
            let Some(method) = method else {
                guess.count(connection, &standing).await?;
                at_desk.record(connection, Actor::Account(account), "session.refuse", "account", Some(account)).await?;
                return Ok(false);
            };
            guess.forgive(connection).await?;
            let methods: &[&str] = if method == "pwd" { &["pwd"] } else { &[method, "mfa"] };
            mark_fresh(connection, &at_desk, account, session.id, methods).await?;
            Ok(true)
        })
        .await?;
    if shown { Ok(no_content()) } else { Err(ApiError::Unauthenticated) }
}

async fn open_hash(connection: &mut PgConnection, guess: &Guess, account: Uuid) -> Result<Option<String>, ApiError> {
    if guess.standing(connection, Some(account)).await?.is_locked() {
        return Ok(None);
    }
    Ok(queries::find_credentials_of(connection, account).await?.and_then(|account| account.password_hash))
}

/// Makes a session fresh after its person showed `methods` (RFC 8176).
///
/// # Errors
/// Those of the database.
pub async fn mark_fresh(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    session: Uuid,
    methods: &[&str],
) -> Result<(), ApiError> {
    let methods: Vec<String> = methods.iter().map(|method| (*method).to_owned()).collect();
    queries::note_authentication(connection, session, &methods, desk.now()).await?;
    desk.record(connection, Actor::Account(account), "session.reauthenticate", "session", Some(session)).await?;
    Ok(())
}
