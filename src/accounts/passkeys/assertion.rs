//! Showing a passkey: to sign in, as the second factor, or to authenticate anew. Which of the three an answer is for was
//! settled by its question, and who answers has to be who was asked.

use actix_web::{HttpRequest, http::StatusCode, http::header};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    ceremony::{CeremonyAnswer, Purpose, ask, party},
    door::{self, Visit},
    input::{AssertionInput, AssertionOptionsInput},
    registration::possession,
};
use crate::{
    accounts::{
        Desk, Staff,
        factors::{Answered, AssertionRefused},
        gate,
        queries::{self, SpentCeremony, StoredPasskey},
        sign_in::TokensAnswer,
    },
    audit::Actor,
    crypto::Attempt,
    http::{Answer, ApiError, JsonBody, no_content, no_parameters, private_answer},
};

/// Asks the browser for a passkey: without a token, whichever the person chooses to sign in with; with `mfa_token`, one
/// of the account whose sign-in waits; with an access token, one of the signed-in person.
#[utoipa::path(post, path = "/v1/auth/passkeys/assertion/options", operation_id = "begin_passkey_assertion",
    tag = "sign-in", request_body = AssertionOptionsInput, security((), ("bearer" = [])),
    responses((status = 200, description = "For `navigator.credentials.get`", body = CeremonyAnswer)))]
pub async fn begin_passkey_assertion(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let input = AssertionOptionsInput::parse(&body.0)?;
    let staff = signed_in(&request).await?;
    let at_desk = desk.clone();
    let answer = desk
        .transact(async move |connection| {
            let visit = visit(connection, &at_desk, staff, input.mfa_token.as_ref().map(Attempt::reveal)).await?;
            let party = party(&at_desk)?;
            let account = visit.account();
            let allowed = match account {
                Some(account) => queries::list_credential_ids(connection, account).await?,
                None => Vec::new(),
            };
            if account.is_some() && allowed.is_empty() {
                let detail = "this account has no passkey: show another factor";
                return Err(ApiError::Conflict { code: "no_passkey", detail });
            }
            ask(connection, &at_desk, purpose(&visit), account, None, party.begin_assertion(&allowed)).await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &answer))
}

/// Checks the answer of the browser. A sign-in and a second factor give tokens; authenticating anew gives 204.
#[utoipa::path(post, path = "/v1/auth/passkeys/assertion", operation_id = "complete_passkey_assertion",
    tag = "sign-in", request_body = AssertionInput, security((), ("bearer" = [])),
    responses((status = 200, description = "Signed in", body = TokensAnswer),
        (status = 204, description = "Fresh for ten minutes")))]
pub async fn complete_passkey_assertion(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let input = AssertionInput::parse(&body.0)?;
    let staff = signed_in(&request).await?;
    let mfa_token = input.mfa_token.as_ref().map(|token| token.reveal().to_owned());
    let at_desk = desk.clone();
    let visit =
        desk.transact(async move |connection| visit(connection, &at_desk, staff, mfa_token.as_deref()).await).await?;
    let Some(shown) = check(&desk, &visit, input.ceremony.hash(), input.credential).await? else {
        return Err(ApiError::Unauthenticated);
    };
    let at_desk = desk.clone();
    let tokens = desk
        .transact(async move |connection| {
            let moved = queries::note_assertion(
                connection,
                shown.passkey,
                &shown.credential,
                shown.sign_count,
                shown.backed_up,
                at_desk.now(),
            );
            if !moved.await? {
                return Err(ApiError::Unauthenticated);
            }
            door::enter(connection, &at_desk, visit, shown.account, &[shown.method, "user", "mfa"]).await
        })
        .await?;
    Ok(tokens.map_or_else(no_content, |data| private_answer(StatusCode::OK, &TokensAnswer { data })))
}

/// A passkey that was shown, and what has to be kept of that.
struct Shown {
    passkey: Uuid,
    account: Uuid,
    credential: Value,
    sign_count: i64,
    backed_up: bool,
    method: &'static str,
}

/// Whoever sends an access token has to be let in by it; a broken one is not nobody's.
async fn signed_in(request: &HttpRequest) -> Result<Option<Staff>, ApiError> {
    if !request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let staff = gate::admit(request).await?;
    // Not for an API key: a passkey is a person's own affair.
    staff.session()?;
    Ok(Some(staff))
}

async fn visit(
    connection: &mut PgConnection,
    desk: &Desk,
    staff: Option<Staff>,
    mfa_token: Option<&str>,
) -> Result<Visit, ApiError> {
    match (staff, mfa_token) {
        (None, None) => Ok(Visit::Stranger),
        (None, Some(token)) => door::waiting(connection, desk, token).await,
        (Some(staff), None) => Ok(Visit::Signed(Box::new(staff))),
        (Some(_), Some(_)) => Err(ApiError::field("/mfa_token", "signed_in", "is not for somebody who is signed in")),
    }
}

fn purpose(visit: &Visit) -> Purpose {
    match visit {
        Visit::Stranger => Purpose::SignIn,
        Visit::Waiting(_) => Purpose::Factor,
        Visit::Signed(_) => Purpose::Reauthentication,
    }
}

/// Spends the question and checks its answer. `None` for every refusal, which is written down.
async fn check(desk: &Desk, visit: &Visit, hash: [u8; 32], credential: Value) -> Result<Option<Shown>, ApiError> {
    let party = party(desk)?;
    let answered = Answered::parse(credential);
    let credential_id = answered.as_ref().map(|answered| answered.credential_id().to_vec()).unwrap_or_default();
    let now = desk.now();
    // Committed by itself: the answer spends the question, whatever it is worth.
    let (spent, stored) = desk
        .transact(async move |connection| {
            let spent = queries::spend_ceremony(connection, &hash, now).await?;
            Ok((spent, queries::find_passkey(connection, &credential_id).await?))
        })
        .await?;
    let (Some(spent), Some(stored), Some(answered)) = (spent, stored, answered) else {
        refuse(desk, None, "session.refuse").await?;
        return Ok(None);
    };
    if !fits(visit, &spent, &stored, &answered) {
        refuse(desk, Some(&stored), "session.refuse").await?;
        return Ok(None);
    }
    match party.finish_assertion(spent.state, &answered, stored.credential.clone()) {
        Ok(right) => Ok(Some(Shown {
            passkey: stored.id,
            account: stored.account_id,
            credential: right.credential,
            sign_count: right.sign_count,
            backed_up: right.backed_up,
            method: possession(stored.backup_eligible),
        })),
        Err(refused) => {
            tracing::info!(%refused, passkey = %stored.id, "an assertion was refused");
            let copied = matches!(refused, AssertionRefused::Copied);
            refuse(desk, Some(&stored), if copied { "passkey.copied" } else { "session.refuse" }).await?;
            Ok(None)
        }
    }
}

/// Whether the answer is for what was asked, by whom it was asked. A sign-in takes the account from the answer, and only
/// where the stored passkey is that account's.
fn fits(visit: &Visit, spent: &SpentCeremony, stored: &StoredPasskey, answered: &Answered) -> bool {
    let claimed = answered.account();
    let owner = stored.account_id;
    Purpose::named(&spent.kind) == Some(purpose(visit))
        && spent.account_id == visit.account()
        && match spent.account_id {
            Some(asked) => asked == owner && claimed.is_none_or(|claimed| claimed == owner),
            None => claimed == Some(owner),
        }
}

async fn refuse(desk: &Desk, stored: Option<&StoredPasskey>, action: &'static str) -> Result<(), ApiError> {
    let (at_desk, passkey) = (desk.clone(), stored.map(|stored| stored.id));
    desk.transact(async move |connection| {
        Ok(at_desk.record(connection, Actor::Public, action, "passkey", passkey).await?)
    })
    .await
}
