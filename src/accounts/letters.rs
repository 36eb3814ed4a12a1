//! What people are told by mail about their own account, and of what they are asked to do, in the transaction that it
//! tells of. Links are built from the configured address, never from a request.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Desk, queries, queries::Addressee};
pub use crate::mail::FactorChange;
use crate::{
    crypto::OpaqueToken,
    http::ApiError,
    mail::{Language, Letter, MailError, Recipient},
};

/// A sign-in from a device that was not seen before.
///
/// # Errors
/// Those of the database and of sealing.
pub async fn new_device(connection: &mut PgConnection, desk: &Desk, account: Uuid) -> Result<(), ApiError> {
    let device = desk.visitor.device.clone();
    let address = desk.visitor.address.map(|address| address.to_string()).unwrap_or_default();
    post(connection, desk, account, Letter::NewDevice { device, address, at: desk.now() }).await
}

/// A spent refresh token came back.
///
/// # Errors
/// As [`new_device`].
pub async fn session_reuse(connection: &mut PgConnection, desk: &Desk, account: Uuid) -> Result<(), ApiError> {
    post(connection, desk, account, Letter::SessionReuse { at: desk.now() }).await
}

/// A second factor came, went or was made anew.
///
/// # Errors
/// As [`new_device`].
pub async fn factor_changed(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    what: FactorChange,
) -> Result<(), ApiError> {
    post(connection, desk, account, Letter::FactorChanged { what, at: desk.now() }).await
}

/// The password is another.
///
/// # Errors
/// As [`new_device`].
pub async fn password_changed(connection: &mut PgConnection, desk: &Desk, account: Uuid) -> Result<(), ApiError> {
    post(connection, desk, account, Letter::PasswordChanged { at: desk.now() }).await
}

/// A link to set a new password.
///
/// # Errors
/// As [`new_device`].
pub async fn password_reset(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    token: &OpaqueToken,
    expires_at: DateTime<Utc>,
) -> Result<(), ApiError> {
    let url = format!("{}/password-resets/{}", desk.accounts.links, token.reveal());
    post(connection, desk, account, Letter::PasswordReset { url, expires_at }).await
}

/// The role is another.
///
/// # Errors
/// As [`new_device`].
pub async fn role_changed(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    role: &str,
) -> Result<(), ApiError> {
    post(connection, desk, account, Letter::RoleChanged { role: role.to_owned(), at: desk.now() }).await
}

/// The account lets nobody in any more.
///
/// # Errors
/// As [`new_device`].
pub async fn account_disabled(connection: &mut PgConnection, desk: &Desk, account: Uuid) -> Result<(), ApiError> {
    post(connection, desk, account, Letter::AccountDisabled { at: desk.now() }).await
}

/// A link with which an account is made, to somebody who has none.
///
/// # Errors
/// As [`new_device`].
pub async fn invitation(
    connection: &mut PgConnection,
    desk: &Desk,
    invitation: &queries::NewInvitation,
    inviter: &str,
    token: &OpaqueToken,
) -> Result<(), ApiError> {
    let to =
        Addressee { email: invitation.email.clone(), name: String::new(), language: invitation.language.to_owned() };
    let letter = Letter::Invitation {
        inviter: inviter.to_owned(),
        role: invitation.role.to_owned(),
        url: format!("{}/invitations/{}", desk.accounts.links, token.reveal()),
        expires_at: invitation.expires_at,
    };
    send(connection, desk, to, letter).await
}

/// A colleague is asked to review an article.
///
/// # Errors
/// As [`new_device`].
pub async fn review_requested(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    by: &str,
    title: &str,
) -> Result<(), ApiError> {
    let letter = Letter::ReviewRequested { person: by.to_owned(), title: title.to_owned(), at: desk.now() };
    post(connection, desk, account, letter).await
}

/// Somebody took access to inquiries: every owner is told.
///
/// # Errors
/// As [`new_device`].
pub async fn break_glass(
    connection: &mut PgConnection,
    desk: &Desk,
    person: &str,
    until: DateTime<Utc>,
) -> Result<(), ApiError> {
    for owner in queries::list_owners(connection).await? {
        let letter = Letter::BreakGlass { person: person.to_owned(), until, at: desk.now() };
        send(connection, desk, owner, letter).await?;
    }
    Ok(())
}

async fn post(connection: &mut PgConnection, desk: &Desk, account: Uuid, letter: Letter) -> Result<(), ApiError> {
    match queries::find_addressee(connection, account).await? {
        Some(to) => send(connection, desk, to, letter).await,
        None => Ok(()),
    }
}

async fn send(connection: &mut PgConnection, desk: &Desk, to: Addressee, letter: Letter) -> Result<(), ApiError> {
    let language = if to.language == "es" { Language::Es } else { Language::En };
    let to = Recipient { email: to.email, name: to.name, language };
    let posted = desk.accounts.postbox.post(connection, &to, letter).await;
    posted.map_err(|error| match error {
        MailError::Database(error) => error.into(),
        MailError::Seal(_) | MailError::Form => {
            tracing::error!(%error, "a letter cannot be sealed");
            ApiError::Internal
        }
    })
}
