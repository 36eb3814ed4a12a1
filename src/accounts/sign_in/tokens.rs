//! Sessions and the tokens that carry them.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::step::Candidate;
use crate::{
    accounts::{Desk, letters, queries},
    audit::Actor,
    crypto::{AccessClaims, OpaqueToken, random},
    http::ApiError,
};

/// An access token lives ten minutes.
const ACCESS_SECONDS: i64 = 600;
/// A session ends after twelve hours whatever happens.
const SESSION_HOURS: i64 = 12;

/// Tokens alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensAnswer {
    /// The tokens.
    pub data: Tokens,
}

/// An access token and the way to the next one.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// A JWT (EdDSA, `typ: at+jwt`) for `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 600)]
    expires_in: i64,
    /// Opaque, good for one use.
    refresh_token: String,
    /// Seconds until the session ends.
    refresh_expires_in: i64,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tokens([redacted])")
    }
}

/// What a session rests on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// What was shown (RFC 8176).
    pub methods: Vec<String>,
    /// When the strongest of it was.
    pub authenticated_at: DateTime<Utc>,
    /// When the session ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

impl Ground {
    /// What was shown just now.
    pub fn fresh(shown: &[&str], now: DateTime<Utc>) -> Self {
        Self {
            methods: shown.iter().map(|method| (*method).to_owned()).collect(),
            authenticated_at: now,
            expires_at: now + Duration::hours(SESSION_HOURS),
        }
    }
}

/// Begins a session for somebody who has shown enough. A device that the account was not used with before is told
/// to its person by mail.
///
/// # Errors
/// Those of the database and of chance.
pub async fn begin_session(
    connection: &mut PgConnection,
    desk: &Desk,
    account: &Candidate,
    ground: Ground,
) -> Result<Tokens, ApiError> {
    let now = desk.now();
    let session = queries::NewSession {
        id: desk.site.clock.new_id(),
        account: account.id,
        credential_version: account.credential_version,
        methods: ground.methods,
        device: desk.visitor.device.clone(),
        address: desk.visitor.address,
        now,
        authenticated_at: ground.authenticated_at,
        expires_at: ground.expires_at,
    };
    let is_new_device = queries::is_new_device(connection, account.id, &session.device).await?;
    queries::insert_session(connection, &session).await?;
    let refresh = random::token256().map_err(|_| ApiError::Internal)?;
    queries::insert_refresh_token(connection, &refresh.hash(), session.id, None, now, session.expires_at).await?;
    queries::note_place(connection, account.id, &desk.place_key(), now).await?;
    let actor = Actor::Account(account.id);
    desk.record(connection, actor, "session.create", "session", Some(session.id)).await?;
    if is_new_device {
        letters::new_device(connection, desk, account.id).await?;
    }
    let issued = Issued { session: session.id, expires_at: session.expires_at, methods: session.methods };
    issued.tokens(desk, account.id, &account.role, &refresh)
}

/// A session that tokens are made for.
struct Issued {
    session: Uuid,
    expires_at: DateTime<Utc>,
    methods: Vec<String>,
}

/// Tokens for a session that goes on: `refresh` has taken the place of the one that was spent.
///
/// # Errors
/// [`ApiError::Internal`] where the token cannot be signed.
pub fn reissue(desk: &Desk, session: queries::RefreshedSession, refresh: &OpaqueToken) -> Result<Tokens, ApiError> {
    let issued = Issued { session: session.id, expires_at: session.expires_at, methods: session.methods };
    issued.tokens(desk, session.account_id, &session.role, refresh)
}

impl Issued {
    fn tokens(self, desk: &Desk, account: Uuid, role: &str, refresh: &OpaqueToken) -> Result<Tokens, ApiError> {
        let now = desk.now();
        let left = (self.expires_at - now).num_seconds();
        let lifetime = ACCESS_SECONDS.min(left);
        let claims = AccessClaims {
            iss: desk.site.public_url.clone(),
            aud: desk.site.public_url.clone(),
            sub: account,
            sid: self.session,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: now.timestamp() + lifetime,
            jti: desk.site.clock.new_id(),
            role: role.to_owned(),
            amr: self.methods,
        };
        let access_token = desk.accounts.ring.sign_access(&claims).map_err(|_| ApiError::Internal)?;
        Ok(Tokens {
            access_token,
            token_type: "Bearer",
            expires_in: lifetime,
            refresh_token: refresh.reveal(),
            refresh_expires_in: left,
        })
    }
}
