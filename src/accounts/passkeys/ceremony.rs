//! The two steps of a ceremony, as the database keeps them: a question is stored under the hash of a token that the
//! client brings back with its answer, which spends it, right or wrong.

use std::fmt;

use chrono::Duration;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    accounts::{
        Desk, RelyingParty,
        factors::{CannotBegin, Ceremony},
        queries::{self, NewCeremony},
    },
    crypto::random,
    http::ApiError,
};

/// As long as browsers wait by themselves.
const MINUTES: i64 = 5;

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A new passkey of the account.
    Registration,
    /// Signing in, as whoever answers.
    SignIn,
    /// The second factor of the account.
    Factor,
    /// Showing the account's factor again.
    Reauthentication,
}

impl Purpose {
    const ALL: [Self; 4] = [Self::Registration, Self::SignIn, Self::Factor, Self::Reauthentication];

    fn name(self) -> &'static str {
        match self {
            Self::Registration => "register",
            Self::SignIn => "assert_sign_in",
            Self::Factor => "assert_factor",
            Self::Reauthentication => "assert_reauthentication",
        }
    }

    /// The purpose of this stored name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// The question to a browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct CeremonyAnswer {
    data: Question,
}

/// What the browser is asked, and the token to bring back.
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyCeremony)]
pub struct Question {
    /// Opaque, good for one answer within five minutes.
    #[schema(min_length = 43, max_length = 43)]
    ceremony: String,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` (W3C Web
    /// Authentication Level 3, sections 5.1.9 and 5.1.10).
    #[schema(value_type = Object)]
    public_key: Value,
}

impl fmt::Debug for Question {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Question([redacted])")
    }
}

/// The relying party of this installation.
///
/// # Errors
/// 409 `passkeys_off` where it has none.
pub(super) fn party(desk: &Desk) -> Result<&RelyingParty, ApiError> {
    desk.accounts.passkeys.as_ref().ok_or(ApiError::Conflict {
        code: "passkeys_off",
        detail: "passkeys need a host name: set CMS_PASSKEY_RP_ID, and CMS_STAFF_URL or CMS_CORS_ORIGINS within it",
    })
}

/// Keeps a question for its answer.
///
/// # Errors
/// Those of the database and of chance.
pub(super) async fn ask(
    connection: &mut PgConnection,
    desk: &Desk,
    purpose: Purpose,
    account: Option<Uuid>,
    name: Option<&str>,
    asked: Result<Ceremony, CannotBegin>,
) -> Result<CeremonyAnswer, ApiError> {
    let asked = asked.map_err(|_| ApiError::Internal)?;
    let token = random::token256().map_err(|_| ApiError::Internal)?;
    let now = desk.now();
    let ceremony = NewCeremony {
        hash: &token.hash(),
        kind: purpose.name(),
        account,
        name,
        state: &asked.state,
        now,
        expires_at: now + Duration::minutes(MINUTES),
    };
    queries::begin_ceremony(connection, ceremony).await?;
    Ok(CeremonyAnswer { data: Question { ceremony: token.reveal(), public_key: asked.public_key } })
}
