//! Takes from a person what they sign in with and where they are signed in. Refuses a person their own factors: those
//! are taken off under `/v1/auth`, by who can show one.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rules::lock;
use crate::{
    accounts::{Desk, PeopleManager, letters, queries},
    http::{Answer, ApiError, Expected, no_content, no_parameters, path_id},
};

/// Ends all sessions of a person, at once and on every node.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/sessions", operation_id = "revoke_user_sessions", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The person's ETag as it was read, or `*`")),
    responses((status = 204, description = "Signed out everywhere")))]
pub async fn revoke_user_sessions(
    request: HttpRequest,
    desk: Desk,
    permit: PeopleManager,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        lock(connection, &permit.staff, id, &expected).await?;
        permit.staff.record(connection, "session.delete_all", "account", Some(id), &[]).await?;
        Ok(queries::revoke_sessions_of(connection, id, "revoked", now).await?)
    })
    .await?;
    Ok(no_content())
}

/// Takes all second factors off a person who has lost them, and signs them out. Where their role asks for one they
/// enrol anew at the next sign-in.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/factors", operation_id = "delete_user_factors", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The person's ETag as it was read, or `*`")),
    responses((status = 204, description = "Taken off")))]
pub async fn delete_user_factors(
    request: HttpRequest,
    desk: Desk,
    permit: PeopleManager,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        let user = lock(connection, &permit.staff, id, &expected).await?;
        if user.id == permit.staff.id {
            return Err(ApiError::Conflict { code: "own_factors", detail: "take your own off under /v1/auth" });
        }
        permit.staff.record(connection, "factor.delete", "account", Some(id), &[]).await?;
        remove_factors(connection, id, at_desk.now()).await?;
        letters::factor_changed(connection, &at_desk, id, letters::FactorChange::AllRemoved).await
    })
    .await?;
    Ok(no_content())
}

/// Takes every second factor off an account and ends its sessions.
///
/// # Errors
/// Those of the database.
pub async fn remove_factors(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    queries::delete_totp(connection, id).await?;
    queries::delete_passkeys_of(connection, id).await?;
    queries::replace_recovery_codes(connection, id, &[], now).await?;
    queries::revoke_sessions_of(connection, id, "credential_change", now).await
}
