//! Where passkeys meet sessions: the one place that knows how a session begins, is made fresh, and waits for a factor.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::Duration;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::{
        Desk, Staff,
        factors::RecoveryCodes,
        gate,
        queries::{self, Half},
        sign_in::{Tokens, begin_session},
    },
    audit::Actor,
    crypto::OpaqueToken,
    http::ApiError,
};

/// How long an authentication counts as fresh.
const FRESH_MINUTES: i64 = 10;

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
    let found = queries::find_half(connection, &hash, "factor", desk.now()).await?;
    found.map(Visit::Waiting).ok_or(ApiError::Unauthenticated)
}

/// Lets somebody in who showed `shown` (RFC 8176): tokens for a new session, or the session made fresh.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for an account that may not sign in.
pub(super) async fn enter(
    connection: &mut PgConnection,
    desk: &Desk,
    visit: Visit,
    account: Uuid,
    shown: &[&str],
) -> Result<Option<Tokens>, ApiError> {
    let mut methods: Vec<&str> = Vec::new();
    match &visit {
        Visit::Stranger => {}
        Visit::Waiting(half) => {
            if !queries::spend_half(connection, &half.hash, desk.now()).await? {
                return Err(ApiError::Unauthenticated);
            }
            methods.extend(half.methods.iter().map(String::as_str));
        }
        Visit::Signed(staff) => {
            mark_fresh(connection, desk, account, staff.session, shown).await?;
            return Ok(None);
        }
    }
    methods.extend(shown);
    let found = queries::find_credentials_of(connection, account).await?.filter(|account| account.active);
    begin_session(connection, desk, found.ok_or(ApiError::Unauthenticated)?, &methods).await.map(Some)
}

async fn mark_fresh(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    session: Uuid,
    shown: &[&str],
) -> Result<(), ApiError> {
    let methods: Vec<String> = shown.iter().map(|method| (*method).to_owned()).collect();
    queries::note_authentication(connection, session, &methods, desk.now()).await?;
    desk.record(connection, Actor::Account(account), "session.reauthenticate", "session", Some(session)).await?;
    Ok(())
}

/// Asks for an authentication within ten minutes.
///
/// # Errors
/// [`ApiError::ReauthenticationRequired`].
pub(super) async fn require_fresh(desk: &Desk, staff: &Staff) -> Result<(), ApiError> {
    let session = staff.session;
    let last =
        desk.transact(async move |connection| Ok(queries::find_authentication(connection, session).await?)).await?;
    let fresh = last.is_some_and(|last| desk.now() - last <= Duration::minutes(FRESH_MINUTES));
    if fresh { Ok(()) } else { Err(ApiError::ReauthenticationRequired) }
}

/// Whoever enrols a factor: signed in, and fresh.
#[derive(Clone, Debug)]
pub struct Enrolling(Staff);

impl Enrolling {
    /// The account.
    pub fn account(&self) -> Uuid {
        self.0.id
    }
}

impl FromRequest for Enrolling {
    type Error = ApiError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, desk) = (request.clone(), Desk::from_request(request, payload));
        Box::pin(async move {
            let staff = gate::admit(&request).await?;
            require_fresh(&desk.await?, &staff).await?;
            Ok(Self(staff))
        })
    }
}

/// What enrolling answers beside the factor.
#[derive(Serialize, ToSchema)]
pub struct Enrolled {
    /// Ten, each good once; shown once. Empty where the person has some already.
    pub recovery_codes: Vec<String>,
    /// For a sign-in that waited for the factor; null for a person who was signed in.
    pub tokens: Option<Tokens>,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Enrolled([redacted])")
    }
}

/// What every enrolment ends with: recovery codes for who has none, and a session that is fresh by the new factor.
///
/// # Errors
/// Those of the database and of chance.
pub(super) async fn enrolled(
    connection: &mut PgConnection,
    desk: &Desk,
    enrolling: &Enrolling,
    method: &str,
) -> Result<Enrolled, ApiError> {
    let account = enrolling.account();
    let mut recovery_codes = Vec::new();
    if queries::find_methods(connection, account).await?.recovery_codes == 0 {
        let codes = RecoveryCodes::generate().map_err(|_| ApiError::Internal)?;
        let hashes = codes.hashes(&desk.accounts.recovery_codes, account);
        queries::replace_recovery_codes(connection, account, &hashes, desk.now()).await?;
        recovery_codes = codes.reveal();
    }
    mark_fresh(connection, desk, account, enrolling.0.session, &[method, "user", "mfa"]).await?;
    Ok(Enrolled { recovery_codes, tokens: None })
}

/// What every removal ends with.
///
/// # Errors
/// Those of the database.
pub(super) async fn removed(connection: &mut PgConnection, _: &Desk, staff: &Staff) -> Result<(), ApiError> {
    staff.record(connection, "factor.delete", "account", Some(staff.id), &[]).await?;
    Ok(())
}
