//! Where passkeys meet sessions: the one place that knows how a session begins, is made fresh, and waits for a factor.

use sqlx::PgConnection;
use uuid::Uuid;

pub use crate::accounts::enrolment::{Enrolled, Enrolling};
use crate::{
    accounts::{
        Desk, Staff, enrolment,
        letters::{self, FactorChange},
        queries::{self, Half},
        reauthentication,
        sign_in::{Candidate, HalfStep, SignIn, Tokens, advance, spend_half},
    },
    crypto::OpaqueToken,
    http::ApiError,
};

/// Who shows a passkey.
pub(super) enum Visit {
    /// Nobody knows yet.
    Stranger,
    /// Somebody whose sign-in waits for its second factor.
    Waiting(Half),
    /// Somebody who is signed in.
    Signed(Box<Staff>),
}

impl Visit {
    /// The account, where it is known.
    pub(super) fn account(&self) -> Option<Uuid> {
        match self {
            Self::Stranger => None,
            Self::Waiting(half) => Some(half.account_id),
            Self::Signed(staff) => Some(staff.id),
        }
    }
}

/// The sign-in behind an `mfa_token`. Nobody guesses at passkeys, so that no attempts are counted.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for a token that no sign-in waits with.
pub(super) async fn waiting(connection: &mut PgConnection, desk: &Desk, token: &str) -> Result<Visit, ApiError> {
    let hash = OpaqueToken::parse(token).ok_or(ApiError::Unauthenticated)?.hash();
    let found = queries::find_half(connection, &hash, HalfStep::Factor.name(), desk.now()).await?;
    found.map(Visit::Waiting).ok_or(ApiError::Unauthenticated)
}

/// Lets somebody in who showed `shown` (RFC 8176): tokens for a new session, or the session made fresh.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for an account that may not sign in; [`ApiError::Forbidden`] for an API key.
pub(super) async fn enter(
    connection: &mut PgConnection,
    desk: &Desk,
    visit: Visit,
    account: Uuid,
    shown: &[&str],
) -> Result<Option<Tokens>, ApiError> {
    let mut methods: Vec<&str> = Vec::new();
    let candidate = match &visit {
        Visit::Stranger => {
            check_local_sign_in(connection, desk, account).await?;
            let found = queries::find_credentials_of(connection, account).await?.filter(|account| account.active);
            Candidate::from(found.ok_or(ApiError::Unauthenticated)?)
        }
        Visit::Waiting(half) => {
            methods.extend(half.methods.iter().map(String::as_str));
            spend_half(connection, desk, half).await?
        }
        Visit::Signed(staff) => {
            let session = staff.session()?.id;
            reauthentication::mark_fresh(connection, desk, account, session, shown).await?;
            return Ok(None);
        }
    };
    methods.extend(shown);
    match advance(connection, desk, candidate, &methods).await? {
        SignIn::Done(tokens) => Ok(Some(tokens)),
        SignIn::Factor(_) | SignIn::Enrolment(_) => Err(ApiError::Internal),
    }
}

/// Where a clinic signs in at its identity provider, a passkey of ours is no way past it.
async fn check_local_sign_in(connection: &mut PgConnection, desk: &Desk, account: Uuid) -> Result<(), ApiError> {
    let person = queries::find_person(connection, account).await?.ok_or(ApiError::Unauthenticated)?;
    let admitted = desk.accounts.local_sign_in.admits(&person.email, &person.role);
    if admitted { Ok(()) } else { Err(ApiError::Unauthenticated) }
}

/// What every enrolment ends with: recovery codes for who has none, a letter, and the sign-in that waited.
///
/// # Errors
/// Those of the database and of chance.
pub(super) async fn enrolled(
    connection: &mut PgConnection,
    desk: &Desk,
    enrolling: &Enrolling,
    method: &str,
) -> Result<Enrolled, ApiError> {
    enrolment::enrolled(connection, desk, enrolling, FactorChange::PasskeyAdded, method).await
}

/// What every removal begins with: the last factor stays where one is asked for, or where the password is short.
///
/// # Errors
/// 409 `last_factor`.
pub(super) async fn check_removal(connection: &mut PgConnection, desk: &Desk, staff: &Staff) -> Result<(), ApiError> {
    let methods = queries::find_methods(connection, staff.id).await?;
    if methods.totp || methods.passkeys > 1 {
        Ok(())
    } else {
        enrolment::check_last_factor(connection, desk, staff).await
    }
}

/// What every removal ends with.
///
/// # Errors
/// Those of the database and of sealing the letter.
pub(super) async fn removed(connection: &mut PgConnection, desk: &Desk, staff: &Staff) -> Result<(), ApiError> {
    queries::delete_orphaned_recovery_codes(connection, staff.id).await?;
    staff.record(connection, "factor.delete", "account", Some(staff.id), &[]).await?;
    letters::factor_changed(connection, desk, staff.id, FactorChange::PasskeyRemoved).await
}
