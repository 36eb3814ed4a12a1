//! Codes: whether one that was typed counts, now and once. Refuses to say which kind was wrong.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Desk,
    factors::{RecoveryCode, TotpSecret},
    queries,
};
use crate::http::ApiError;

/// Spends a code of an authenticator or a recovery code. Answers what was shown (RFC 8176): `otp` for either, since a
/// recovery code is a one-time password too. None where it does not count.
///
/// # Errors
/// Those of the database, and of a sealed secret that does not open.
pub async fn accept(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    typed: &str,
) -> Result<Option<&'static str>, ApiError> {
    let accepted = match RecoveryCode::parse(typed) {
        Some(code) => accept_recovery_code(connection, desk, account, &code).await?,
        None => accept_totp(connection, desk, account, typed).await?,
    };
    Ok(accepted.then_some("otp"))
}

async fn accept_recovery_code(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    code: &RecoveryCode,
) -> Result<bool, ApiError> {
    let hash = code.hash(&desk.accounts.recovery_codes, account);
    let spent = queries::spend_recovery_code(connection, account, &hash, desk.now()).await?;
    if spent {
        let actor = crate::audit::Actor::Account(account);
        desk.record(connection, actor, "factor.recover", "account", Some(account)).await?;
    }
    Ok(spent)
}

async fn accept_totp(connection: &mut PgConnection, desk: &Desk, account: Uuid, typed: &str) -> Result<bool, ApiError> {
    let stored = queries::find_totp(connection, account).await?.filter(|stored| stored.confirmed);
    let Some(stored) = stored else { return Ok(false) };
    let secret = TotpSecret::open(&desk.accounts.authenticators, account, &stored.secret).map_err(broken)?;
    let Some(step) = secret.check(typed, desk.now(), stored.last_step) else { return Ok(false) };
    Ok(queries::spend_totp_step(connection, account, &stored.secret, step).await?)
}

/// A sealed secret that does not open is a missing key or a changed row, never a wrong code.
#[expect(clippy::needless_pass_by_value, reason = "it maps an error")]
pub fn broken(error: crate::crypto::SealError) -> ApiError {
    tracing::error!(%error, "the secret of an authenticator does not open");
    ApiError::Internal
}
