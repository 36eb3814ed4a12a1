//! What comes after a first factor: tokens, the second factor, or its enrolment. A half sign-in opens its own step
//! and nothing else.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tokens::{Ground, Tokens, begin_session};
use crate::{
    accounts::{
        Desk, Role,
        queries::{self, Credentials},
    },
    audit::Actor,
    crypto::{OpaqueToken, random},
    http::ApiError,
};

/// Minutes to type a code.
const FACTOR_MINUTES: i64 = 5;
/// Minutes to set up an authenticator.
const ENROLMENT_MINUTES: i64 = 15;

/// What a sign-in answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInAnswer {
    /// Tokens, or what is still owed.
    pub data: SignIn,
}

/// Where a sign-in stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SignIn {
    /// Signed in.
    Done(Tokens),
    /// A second factor is owed: `POST /v1/auth/mfa`, or a passkey.
    Factor(FactorOwed),
    /// A second factor has to be enrolled first; the token is a bearer token for enrolling alone.
    Enrolment(EnrolmentOwed),
}

/// A second factor is owed.
#[derive(Serialize, ToSchema)]
pub struct FactorOwed {
    /// Always true.
    #[schema(example = true)]
    mfa_required: bool,
    /// Opaque, good for the next step alone.
    mfa_token: String,
    /// `totp`, `passkey`, `recovery_code`: what the person has.
    #[schema(example = json!(["totp", "recovery_code"]))]
    methods: Vec<&'static str>,
    /// Seconds until the token ends.
    expires_in: i64,
}

/// A second factor has to be enrolled.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentOwed {
    /// Always true.
    #[schema(example = true)]
    mfa_enrolment_required: bool,
    /// Opaque, good for enrolling alone.
    mfa_token: String,
    /// Seconds until the token ends.
    expires_in: i64,
}

impl fmt::Debug for FactorOwed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FactorOwed").field("methods", &self.methods).finish_non_exhaustive()
    }
}

impl fmt::Debug for EnrolmentOwed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("EnrolmentOwed([redacted])")
    }
}

/// Somebody who has shown who they are, as far as it goes.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The account.
    pub id: Uuid,
    /// Its role's name.
    pub role: String,
    /// What a session is bound to.
    pub credential_version: i32,
    /// The second factors that they have.
    pub methods: Vec<&'static str>,
    /// Whether their password counts beside a second factor alone.
    pub short_password: bool,
}

impl From<Credentials> for Candidate {
    fn from(account: Credentials) -> Self {
        let (methods, short_password) = (account.methods(), account.short_password);
        let Credentials { id, role, credential_version, .. } = account;
        Self { id, role, credential_version, methods, short_password }
    }
}

/// Which step a half sign-in is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalfStep {
    /// Showing the second factor.
    Factor,
    /// Enrolling one.
    Enrolment,
}

impl HalfStep {
    /// The step's name as it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Enrolment => "enrolment",
        }
    }
}

/// Goes on after `shown` (RFC 8176 names): a session where that is enough, else the step that is owed. An account
/// that is disabled, or that has moved on since it was read, is refused by what the tokens are checked against.
///
/// # Errors
/// Those of the database and of chance.
pub async fn advance(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Candidate,
    shown: &[&str],
) -> Result<SignIn, ApiError> {
    let both = shown.contains(&"mfa");
    let role = Role::named(&account.role).ok_or(ApiError::Unauthenticated)?;
    let has_factor = account.methods.iter().any(|method| *method != "recovery_code");
    if !both && has_factor {
        let ends = desk.now() + Duration::minutes(FACTOR_MINUTES);
        let token = begin_half(connection, desk, &account, HalfStep::Factor, shown, ends).await?;
        return Ok(SignIn::Factor(FactorOwed {
            mfa_required: true,
            mfa_token: token.reveal(),
            methods: account.methods,
            expires_in: FACTOR_MINUTES * 60,
        }));
    }
    let short_alone = account.short_password && shown.contains(&"pwd");
    if !both && (short_alone || desk.accounts.asks_second_factor_of(role)) {
        let ends = desk.now() + Duration::minutes(ENROLMENT_MINUTES);
        let token = begin_half(connection, desk, &account, HalfStep::Enrolment, shown, ends).await?;
        return Ok(SignIn::Enrolment(EnrolmentOwed {
            mfa_enrolment_required: true,
            mfa_token: token.reveal(),
            expires_in: ENROLMENT_MINUTES * 60,
        }));
    }
    Ok(SignIn::Done(begin_session(connection, desk, &account, Ground::fresh(shown, desk.now())).await?))
}

async fn begin_half(
    connection: &mut PgConnection,
    desk: &Desk,
    account: &Candidate,
    step: HalfStep,
    shown: &[&str],
    ends: DateTime<Utc>,
) -> Result<OpaqueToken, ApiError> {
    let token = random::token256().map_err(|_| ApiError::Internal)?;
    let methods: Vec<String> = shown.iter().map(|method| (*method).to_owned()).collect();
    let version = account.credential_version;
    let half = queries::NewHalf { account: account.id, version, step: step.name(), methods: &methods, ends };
    queries::insert_half(connection, &token.hash(), &half, desk.now()).await?;
    desk.record(connection, Actor::Account(account.id), "session.half", "account", Some(account.id)).await?;
    Ok(token)
}

/// The account behind a half sign-in, counting one attempt with it; after five it is of no more use.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for any other token, step or time.
pub async fn find_half(
    connection: &mut PgConnection,
    desk: &Desk,
    token: &str,
    step: HalfStep,
) -> Result<queries::Half, ApiError> {
    let hash = OpaqueToken::parse(token).ok_or(ApiError::Unauthenticated)?.hash();
    queries::try_half(connection, &hash, step.name(), desk.now()).await?.ok_or(ApiError::Unauthenticated)
}

/// The account behind a sign-in that waits for an enrolment. Setting up takes several requests and counts none.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for any other token, step or time.
pub async fn find_enrolment(
    connection: &mut PgConnection,
    desk: &Desk,
    token: &str,
) -> Result<queries::Half, ApiError> {
    let hash = OpaqueToken::parse(token).ok_or(ApiError::Unauthenticated)?.hash();
    let found = queries::find_half(connection, &hash, HalfStep::Enrolment.name(), desk.now()).await?;
    found.ok_or(ApiError::Unauthenticated)
}

/// Spends a half sign-in, and answers whose it was: of two at once, one goes on. A session that follows is bound to the
/// credentials that the half was given for.
///
/// # Errors
/// [`ApiError::Unauthenticated`] where it is spent, or its time or its account is over.
pub async fn spend_half(
    connection: &mut PgConnection,
    desk: &Desk,
    half: &queries::Half,
) -> Result<Candidate, ApiError> {
    if !queries::spend_half(connection, &half.hash, desk.now()).await? {
        return Err(ApiError::Unauthenticated);
    }
    let found = queries::find_credentials_of(connection, half.account_id).await?.ok_or(ApiError::Unauthenticated)?;
    Ok(Candidate { credential_version: half.credential_version, ..Candidate::from(found) })
}
