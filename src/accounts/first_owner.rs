//! How the first person gets in: there is no default account. A set-up link is printed once, works once and
//! for half an hour.

use chrono::Duration;
use sqlx::PgConnection;

use super::{
    input::email_taken,
    queries::{self, NewAccount},
};
use crate::{
    audit::{Actor, Entry, Trail},
    clock::Clock,
    crypto::{OpaqueToken, random},
    http::ApiError,
    outbox::{self, EventKind},
};

/// The purpose of the set-up token.
pub const FIRST_OWNER: &str = "first_owner";
/// Minutes that a set-up link works.
pub const TOKEN_MINUTES: i64 = 30;

/// A fresh set-up token, while nobody is an owner. An earlier one stops working.
///
/// # Errors
/// Those of the database.
pub async fn issue_first_owner_token(
    connection: &mut PgConnection,
    clock: &Clock,
) -> Result<Option<OpaqueToken>, ApiError> {
    if queries::has_owner(connection).await? {
        return Ok(None);
    }
    let token = random::token256().map_err(|_| ApiError::Internal)?;
    let now = clock.now();
    let ends = now + Duration::minutes(TOKEN_MINUTES);
    queries::replace_one_time_token(connection, FIRST_OWNER, None, &token.hash(), now, ends).await?;
    Ok(Some(token))
}

/// Stores an account with its audit row and its event.
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
    trail.record(connection, entry).await?;
    Ok(outbox::record(connection, trail.clock(), EventKind::UserCreated, account.id).await?)
}
