//! What every second factor begins and ends with: who may enrol one, the recovery codes that come with the first, the
//! sign-in that waited for it, and whether the last one may go.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Desk, Staff,
    factors::RecoveryCodes,
    gate,
    letters::{self, FactorChange},
    queries, reauthentication,
    sign_in::{SignIn, Tokens, advance, find_enrolment, spend_half},
};
use crate::{
    audit::Actor,
    crypto::{OpaqueToken, random},
    http::ApiError,
};

/// Whoever enrols a factor.
#[derive(Clone, Debug)]
pub enum Enrolling {
    /// Signed in, and fresh.
    Signed(Box<Staff>),
    /// A sign-in that waits for it.
    Waiting(queries::Half),
}

impl Enrolling {
    /// The account.
    pub fn account(&self) -> Uuid {
        match self {
            Self::Signed(staff) => staff.id,
            Self::Waiting(half) => half.account_id,
        }
    }

    /// Writes down what they do. A session is asked once more whether it still counts; a sign-in that waits is spent, or
    /// asked again, by whoever completes it.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] where the session has ended; those of the database.
    pub async fn record(
        &self,
        connection: &mut PgConnection,
        desk: &Desk,
        action: &'static str,
    ) -> Result<(), ApiError> {
        let account = self.account();
        match self {
            Self::Signed(staff) => staff.record(connection, action, "account", Some(account), &[]).await,
            Self::Waiting(_) => {
                Ok(desk.record(connection, Actor::Account(account), action, "account", Some(account)).await?)
            }
        }
    }

    /// The session to make fresh, where there is one.
    pub fn session(&self) -> Option<Uuid> {
        match self {
            Self::Signed(staff) => staff.session().ok().map(|session| session.id),
            Self::Waiting(_) => None,
        }
    }
}

impl FromRequest for Enrolling {
    type Error = ApiError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    /// The bearer token is an access token, or the token of a sign-in that waits.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, desk) = (request.clone(), Desk::from_request(request, payload));
        Box::pin(async move {
            let desk = desk.await?;
            let token = gate::bearer(&request)?.to_owned();
            if OpaqueToken::parse(&token).is_none() {
                let staff = gate::admit(&request).await?;
                staff.require_fresh()?;
                return Ok(Self::Signed(Box::new(staff)));
            }
            let at_desk = desk.clone();
            let half =
                desk.transact(async move |connection| find_enrolment(connection, &at_desk, &token).await).await?;
            Ok(Self::Waiting(half))
        })
    }
}

/// A factor that was enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolledAnswer {
    /// What came of it.
    pub data: Enrolled,
}

/// What enrolling answers.
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

/// What every enrolment ends with: recovery codes for who has none, a letter, and the sign-in that waited.
///
/// # Errors
/// Those of the database and of chance.
pub async fn enrolled(
    connection: &mut PgConnection,
    desk: &Desk,
    enrolling: &Enrolling,
    change: FactorChange,
    method: &str,
) -> Result<Enrolled, ApiError> {
    let account = enrolling.account();
    // Of two enrolments at once the second finds its token void.
    queries::lock_account(connection, account).await?;
    enrolling.record(connection, desk, "factor.create").await?;
    let has_codes = queries::find_methods(connection, account).await?.recovery_codes > 0;
    let recovery_codes = if has_codes { Vec::new() } else { make_codes(connection, desk, account).await? };
    letters::factor_changed(connection, desk, account, change).await?;
    let tokens = match enrolling {
        Enrolling::Signed(_) => {
            if let Some(session) = enrolling.session() {
                reauthentication::mark_fresh(connection, desk, account, session, &[method, "mfa"]).await?;
            }
            None
        }
        Enrolling::Waiting(half) => Some(complete(connection, desk, half, method).await?),
    };
    // From now on the factor is to be shown: no password alone goes on from where it was.
    queries::void_halves(connection, account, desk.now()).await?;
    Ok(Enrolled { recovery_codes, tokens })
}

async fn complete(
    connection: &mut PgConnection,
    desk: &Desk,
    half: &queries::Half,
    method: &str,
) -> Result<Tokens, ApiError> {
    let candidate = spend_half(connection, desk, half).await?;
    let shown: Vec<&str> = half.methods.iter().map(String::as_str).chain([method, "mfa"]).collect();
    match advance(connection, desk, candidate, &shown).await? {
        SignIn::Done(tokens) => Ok(tokens),
        SignIn::Factor(_) | SignIn::Enrolment(_) => Err(ApiError::Internal),
    }
}

/// Makes recovery codes in place of all earlier ones.
///
/// # Errors
/// Those of the database and of chance.
pub async fn make_codes(connection: &mut PgConnection, desk: &Desk, account: Uuid) -> Result<Vec<String>, ApiError> {
    let codes = RecoveryCodes::generate().map_err(|_: random::RandomError| ApiError::Internal)?;
    let hashes = codes.hashes(&desk.accounts.recovery_codes, account);
    queries::replace_recovery_codes(connection, account, &hashes, desk.now()).await?;
    Ok(codes.reveal())
}

/// Whether the only factor may go: not where the role asks for one, nor beside a password that is short.
///
/// # Errors
/// 409 `last_factor`.
pub async fn check_last_factor(connection: &mut PgConnection, desk: &Desk, staff: &Staff) -> Result<(), ApiError> {
    let refused = |detail| Err(ApiError::Conflict { code: "last_factor", detail });
    if desk.accounts.asks_second_factor_of(staff.role) {
        return refused("your role asks for a second factor: enrol another one first");
    }
    let account = queries::find_credentials_of(connection, staff.id).await?.ok_or(ApiError::Unauthenticated)?;
    if account.short_password {
        return refused("a password of fewer than 15 characters counts beside a second factor alone: change it first");
    }
    Ok(())
}
