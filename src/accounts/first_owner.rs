//! How the first person gets in: there is no default account. A set-up link is printed once, works once and
//! for half an hour.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::Duration;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Accounts, Role,
    input::{NewPerson, email_taken},
    queries::{self, NewAccount},
    request_id,
    sign_in::busy,
};
use crate::{
    audit::{Actor, Entry, Trail},
    clock::Clock,
    crypto::{OpaqueToken, random},
    db::StaffDb,
    http::{Answer, ApiError, JsonBody, Site, no_parameters, private_answer},
};

/// The purpose of the set-up token.
pub const FIRST_OWNER: &str = "first_owner";
/// Minutes that a set-up link works.
pub const TOKEN_MINUTES: i64 = 30;

/// A fresh set-up token, while nobody has an account. An earlier one stops working.
///
/// # Errors
/// Those of the database.
pub async fn issue_first_owner_token(
    connection: &mut PgConnection,
    clock: &Clock,
) -> Result<Option<OpaqueToken>, ApiError> {
    if queries::has_accounts(connection).await? {
        return Ok(None);
    }
    let token = random::token256().map_err(|_| ApiError::Internal)?;
    let now = clock.now();
    let ends = now + Duration::minutes(TOKEN_MINUTES);
    queries::replace_one_time_token(connection, FIRST_OWNER, &token.hash(), now, ends).await?;
    Ok(Some(token))
}

/// Stores an account with its audit row.
///
/// # Errors
/// 422 where the address is taken; those of the database.
pub async fn create_account(
    connection: &mut PgConnection,
    trail: &Trail,
    account: &NewAccount,
    actor: Actor,
    request_id: Option<&str>,
) -> Result<(), ApiError> {
    if !queries::insert_account(connection, account).await? {
        return Err(email_taken());
    }
    let entry = Entry {
        actor,
        action: "account.create",
        subject: "account",
        subject_id: Some(account.id),
        fields: &[],
        request_id,
    };
    Ok(trail.record(connection, entry).await?)
}

/// An account that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountAnswer {
    data: Account,
}

/// A person who may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    id: Uuid,
    email: String,
    name: String,
    role: Role,
}

/// Makes the first owner with the token of the printed set-up link, once.
#[utoipa::path(post, path = "/v1/auth/invitations/{token}", operation_id = "accept_invitation", tag = "sign-in",
    params(("token" = String, Path, description = "As it was printed")), request_body = NewPerson,
    responses((status = 201, description = "The account is ready to sign in", body = AccountAnswer)))]
pub async fn accept_invitation(
    request: HttpRequest,
    site: Data<Site>,
    accounts: Data<Accounts>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    accounts.attempts.spend(site.trusted_proxies.client(&request))?;
    let token = request.match_info().get("token").and_then(OpaqueToken::parse).ok_or(ApiError::NotFound)?.hash();
    let now = site.clock.now();
    let live = database
        .transact(async move |connection| {
            Ok::<_, ApiError>(queries::has_one_time_token(connection, FIRST_OWNER, &token, now).await?)
        })
        .await?;
    if !live {
        return Err(ApiError::NotFound);
    }
    let person = NewPerson::parse(&body.0)?;
    let password_hash = accounts.passwords.hash(person.password).await.map_err(busy)?;
    let role = Role::Owner;
    let account = NewAccount {
        id: site.clock.new_id(),
        email: person.email,
        name: person.name,
        role: role.name(),
        password_hash,
    };
    let answer = Account { id: account.id, email: account.email.clone(), name: account.name.clone(), role };
    let (trail, request_id) = (accounts.trail.clone(), request_id(&request));
    database
        .transact(async move |connection| {
            if !queries::spend_one_time_token(connection, FIRST_OWNER, &token, now).await? {
                return Err(ApiError::NotFound);
            }
            create_account(connection, &trail, &account, Actor::Public, request_id.as_deref()).await
        })
        .await?;
    Ok(private_answer(StatusCode::CREATED, &AccountAnswer { data: answer }))
}
