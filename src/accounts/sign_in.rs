//! Signing in, staying signed in, signing out. Refuses to tell apart an unknown address, a wrong password and a
//! disabled account: status, body and work are the same.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web::Data};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Accounts, Permission, Role, Staff,
    input::{LoginInput, RefreshInput, check_password},
    queries::{self, Credentials},
    request_id,
};
use crate::{
    audit::{Actor, Entry, Trail},
    crypto::{AccessClaims, GateError, OpaqueToken, random},
    db::StaffDb,
    http::{Answer, ApiError, JsonBody, Site, no_content, no_parameters, private_answer},
};

/// An access token lives ten minutes.
const ACCESS_SECONDS: i64 = 600;
/// A session ends after twelve hours whatever happens.
const SESSION_HOURS: i64 = 12;

/// What a sign-in answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensAnswer {
    pub(super) data: Tokens,
}

/// An access token and the way to the next one.
#[derive(Debug, Serialize, ToSchema)]
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

/// Signs in with an e-mail address and a password.
#[utoipa::path(post, path = "/v1/auth/login", operation_id = "create_session", tag = "sign-in",
    request_body = LoginInput, responses((status = 200, description = "Signed in", body = TokensAnswer)))]
pub async fn create_session(
    request: HttpRequest,
    site: Data<Site>,
    accounts: Data<Accounts>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    accounts.attempts.spend(site.trusted_proxies.client(&request))?;
    let input = LoginInput::parse(&body.0)?;
    let email = input.email.clone();
    let known = database
        .transact(async move |transaction| Ok::<_, ApiError>(queries::find_credentials(transaction, &email).await?))
        .await?;
    let hash = known.as_ref().map(|account| account.password_hash.clone());
    let typed = input.password.reveal().to_owned();
    let verified = accounts.passwords.verify(hash, input.password).await.map_err(busy)?;
    let admitted = known
        .clone()
        .filter(|account| verified.ok && account.active && accounts.local_sign_in.admits(&input.email, &account.role));
    let Some(account) = admitted else {
        record_refusal(&database, &accounts, known.map(|account| account.id), request_id(&request)).await?;
        return Err(ApiError::Unauthenticated);
    };
    if verified.rehash {
        rehash(&account, &input.email, &typed, &accounts, &database).await?;
    }
    let tokens =
        begin_session(account, vec!["pwd".to_owned()], &site, &accounts, &database, request_id(&request)).await?;
    Ok(private_answer(StatusCode::OK, &TokensAnswer { data: tokens }))
}

pub(super) fn busy(error: GateError) -> ApiError {
    match error {
        GateError::Busy | GateError::Stopped => ApiError::Busy,
        GateError::Hash(_) => ApiError::Internal,
    }
}

/// Keeps the password under today's parameters. One that today's rules would refuse stays as it is.
async fn rehash(
    account: &Credentials,
    email: &str,
    typed: &str,
    accounts: &Data<Accounts>,
    database: &StaffDb,
) -> Result<(), ApiError> {
    let Ok(password) = check_password(typed, email) else { return Ok(()) };
    let hash = accounts.passwords.hash(password).await.map_err(busy)?;
    let id = account.id;
    database
        .transact(async move |transaction| {
            Ok::<_, ApiError>(queries::update_password_hash(transaction, id, &hash).await?)
        })
        .await
}

pub(super) async fn record_refusal(
    database: &StaffDb,
    accounts: &Data<Accounts>,
    account: Option<Uuid>,
    request_id: Option<String>,
) -> Result<(), ApiError> {
    let trail = accounts.trail.clone();
    database
        .transact(async move |transaction| {
            let entry = Entry {
                actor: Actor::Public,
                action: "session.refuse",
                subject: "account",
                subject_id: account,
                fields: &[],
                request_id: request_id.as_deref(),
            };
            Ok(trail.record(transaction, entry).await?)
        })
        .await
}

/// Begins a session of an account that signed in by the methods of `amr` (RFC 8176).
pub(super) async fn begin_session(
    account: Credentials,
    amr: Vec<String>,
    site: &Data<Site>,
    accounts: &Data<Accounts>,
    database: &StaffDb,
    request_id: Option<String>,
) -> Result<Tokens, ApiError> {
    let now = site.clock.now();
    let session = Session { id: site.clock.new_id(), expires_at: now + Duration::hours(SESSION_HOURS) };
    let refresh = random::token256().map_err(|_| ApiError::Internal)?;
    let hash = refresh.hash();
    let (trail, user) = (accounts.trail.clone(), account.id);
    let role = account.role.clone();
    database
        .transact(async move |transaction| {
            queries::insert_session(transaction, session.id, &account, now, session.expires_at).await?;
            queries::insert_refresh_token(transaction, &hash, session.id, None, now, session.expires_at).await?;
            record_session(transaction, &trail, account.id, "session.create", session.id, request_id.as_deref())
                .await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    tokens(site, accounts, user, &session, role, amr, &refresh, now)
}

#[derive(Clone, Copy)]
struct Session {
    id: Uuid,
    expires_at: DateTime<Utc>,
}

async fn record_session(
    transaction: &mut PgConnection,
    trail: &Trail,
    account: Uuid,
    action: &'static str,
    session: Uuid,
    request_id: Option<&str>,
) -> Result<(), sqlx::Error> {
    let actor = Actor::Account(account);
    let entry = Entry { actor, action, subject: "session", subject_id: Some(session), fields: &[], request_id };
    trail.record(transaction, entry).await
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the token or makes one")]
fn tokens(
    site: &Data<Site>,
    accounts: &Data<Accounts>,
    user: Uuid,
    session: &Session,
    role: String,
    amr: Vec<String>,
    refresh: &OpaqueToken,
    now: DateTime<Utc>,
) -> Result<Tokens, ApiError> {
    let left = (session.expires_at - now).num_seconds();
    let lifetime = ACCESS_SECONDS.min(left);
    let claims = AccessClaims {
        iss: site.public_url.clone(),
        aud: site.public_url.clone(),
        sub: user,
        sid: session.id,
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: now.timestamp() + lifetime,
        jti: site.clock.new_id(),
        role,
        amr,
    };
    let access_token = accounts.ring.sign_access(&claims).map_err(|_| ApiError::Internal)?;
    Ok(Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: lifetime,
        refresh_token: refresh.reveal(),
        refresh_expires_in: left,
    })
}

/// Trades a refresh token for new tokens. A token that comes back after its use ends the whole session.
#[utoipa::path(post, path = "/v1/auth/refresh", operation_id = "refresh_session", tag = "sign-in",
    request_body = RefreshInput, responses((status = 200, description = "Fresh tokens", body = TokensAnswer)))]
pub async fn refresh_session(
    request: HttpRequest,
    site: Data<Site>,
    accounts: Data<Accounts>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    accounts.attempts.spend(site.trusted_proxies.client(&request))?;
    let input = RefreshInput::parse(&body.0)?;
    let old = OpaqueToken::parse(input.refresh_token.reveal()).ok_or(ApiError::Unauthenticated)?.hash();
    let next = random::token256().map_err(|_| ApiError::Internal)?;
    let (new, now) = (next.hash(), site.clock.now());
    let (trail, request_id) = (accounts.trail.clone(), request_id(&request));
    let refreshed = database
        .transact(async move |transaction| {
            if let Some(session) = queries::spend_refresh_token(transaction, &old, now).await? {
                queries::supersede_successors(transaction, &old, session.id, now).await?;
                queries::insert_refresh_token(transaction, &new, session.id, Some(&old), now, session.expires_at)
                    .await?;
                return Ok(Some(session));
            }
            // Committed, although the answer is 401: somebody holds a copy of a spent token.
            if let Some((session, account)) = queries::find_reused_session(transaction, &old).await? {
                queries::revoke_session(transaction, session, "refresh_reuse", now).await?;
                record_session(transaction, &trail, account, "session.reuse", session, request_id.as_deref()).await?;
            }
            Ok::<_, ApiError>(None)
        })
        .await?
        .ok_or(ApiError::Unauthenticated)?;
    let session = Session { id: refreshed.id, expires_at: refreshed.expires_at };
    let amr = vec!["pwd".to_owned()];
    let tokens = tokens(&site, &accounts, refreshed.account_id, &session, refreshed.role, amr, &next, now)?;
    Ok(private_answer(StatusCode::OK, &TokensAnswer { data: tokens }))
}

/// Signs out: the session and all its tokens end at once, on every node.
#[utoipa::path(post, path = "/v1/auth/logout", operation_id = "delete_session", tag = "sign-in",
    security(("bearer" = [])), responses((status = 204, description = "Signed out")))]
pub async fn delete_session(request: HttpRequest, staff: Staff, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let now = staff.clock.now();
    database
        .transact(async move |transaction| {
            queries::revoke_session(transaction, staff.session, "logout", now).await?;
            staff.record(transaction, "session.delete", "session", Some(staff.session), &[]).await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(no_content())
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeAnswer {
    data: Me,
}

/// Who is signed in, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    id: Uuid,
    email: String,
    name: String,
    role: Role,
    permissions: Vec<Permission>,
    session_id: Uuid,
}

/// Answers who is signed in.
#[utoipa::path(get, path = "/v1/auth/me", operation_id = "get_me", tag = "sign-in",
    security(("bearer" = [])), responses((status = 200, description = "The signed-in person", body = MeAnswer)))]
pub async fn get_me(request: HttpRequest, staff: Staff) -> Answer {
    no_parameters(&request)?;
    let me = Me {
        id: staff.id,
        permissions: staff.role.permissions(),
        role: staff.role,
        email: staff.email,
        name: staff.name,
        session_id: staff.session,
    };
    Ok(private_answer(StatusCode::OK, &MeAnswer { data: me }))
}

/// The public halves of the signing keys (RFC 7517), so that anybody can check a token.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "get_jwks", tag = "sign-in",
    responses((status = 200, description = "The key set", body = Object)))]
pub async fn get_jwks(request: HttpRequest, accounts: Data<Accounts>) -> Answer {
    no_parameters(&request)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(accounts.ring.jwks()))
}
