//! The gate around `/v1/admin`. Runs before any body is read and before any route is matched, so that a stranger
//! learns nothing from an address, a method or a broken body. Fails closed: whatever goes wrong is no entry.

use actix_web::{
    Error, HttpMessage, HttpRequest, ResponseError,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Accounts, Credential, Session, Staff, api_keys, queries,
    role::{Permission, Role},
    standing::reach_of,
};
use crate::{
    db::StaffDb,
    http::{ApiError, RequestId, Site},
};

/// Lets a signed-in person or an API key through. Everybody else is answered here: 401, or 503 where the database
/// cannot be asked.
///
/// # Errors
/// Those of the services behind it.
pub async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // The copy is gone before the call: the router changes the request in place.
    let admitted = admit(&request.request().clone()).await;
    match admitted {
        Ok(_) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refused) => Ok(request.into_response(refused.error_response()).map_into_right_body()),
    }
}

/// Writes down what was refused to somebody who was let in: too little is allowed them, or what they showed is too
/// old; and a stored field that did not open, which somebody may have moved there. Stands around every route that staff use, so that no refusal is forgotten.
///
/// # Errors
/// Those of the services behind it.
pub async fn record_denials<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let response = next.call(request).await?;
    let refused = response.response().extensions().get::<ApiError>().filter(|error| is_written_down(error)).cloned();
    let admitted = response.request().extensions().get::<Staff>().cloned();
    let database = response.request().app_data::<Data<StaffDb>>().cloned();
    if let (Some(refused), Some(staff), Some(database)) = (refused, admitted, database) {
        let asked =
            format!("{} {}", response.request().method(), response.request().match_pattern().unwrap_or_default());
        let id = staff.id;
        let work = async move |transaction: &mut PgConnection| {
            let recorded = match refused {
                ApiError::Unopened(unopened) => staff.record_unopened(transaction, &unopened).await,
                _ => staff.record_denial(transaction, &[asked]).await,
            };
            Ok::<_, ApiError>(recorded?)
        };
        if database.transact(work).await.is_err() {
            tracing::error!(account = %id, "a refusal could not be written to the audit trail");
        }
    }
    Ok(response)
}

fn is_written_down(error: &ApiError) -> bool {
    matches!(error, ApiError::Forbidden | ApiError::ReauthenticationRequired | ApiError::Unopened(_))
}

/// Checks the bearer token, and what it stands for against the database. Whom it lets in is kept with the request.
///
/// # Errors
/// [`ApiError::Unauthenticated`], or [`ApiError::Busy`] where the database cannot be asked.
pub async fn admit(request: &HttpRequest) -> Result<Staff, ApiError> {
    let part = || ApiError::Internal;
    let accounts = request.app_data::<Data<Accounts>>().ok_or_else(part)?;
    let database = request.app_data::<Data<StaffDb>>().ok_or_else(part)?;
    let site = request.app_data::<Data<Site>>().ok_or_else(part)?;
    let token = bearer(request)?;
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let door = Door { accounts, database, site, request_id, only_reads: request.method().is_safe() };
    let staff = if api_keys::looks_like_one(token) {
        api_keys::admit(&door, token, site.trusted_proxies.client(request)).await?
    } else {
        door.admit_session(token).await?
    };
    request.extensions_mut().insert(staff.clone());
    Ok(staff)
}

/// What the gate works with.
pub struct Door<'a> {
    /// Keys and rules.
    pub accounts: &'a Data<Accounts>,
    /// The database as staff see it.
    pub database: &'a Data<StaffDb>,
    /// Addresses and the time.
    pub site: &'a Data<Site>,
    /// For the audit trail.
    pub request_id: String,
    /// Whether the request's method is safe (RFC 9110 section 9.2.1).
    pub only_reads: bool,
}

impl Door<'_> {
    async fn admit_session(&self, token: &str) -> Result<Staff, ApiError> {
        let now = self.site.clock.now();
        let url = &self.site.public_url;
        let claims = self.accounts.ring.verify_access(token, now, url, url).map_err(|_| ApiError::Unauthenticated)?;
        let accounts = self.accounts.clone();
        let row = self
            .database
            .transact(async move |connection| {
                let row = queries::find_live_session(connection, claims.sid, claims.sub, now).await?;
                let row = row.filter(|row| accounts.is_live(&row.standing(), now));
                if row.as_ref().is_some_and(|row| row.is_due_for_a_note(now)) {
                    queries::note_use(connection, claims.sid, now).await?;
                }
                Ok::<_, ApiError>(row)
            })
            .await?
            .ok_or(ApiError::Unauthenticated)?;
        let session = Session {
            id: claims.sid,
            methods: row.methods.clone(),
            authenticated_at: row.authenticated_at,
            expires_at: row.expires_at,
            has_factor: row.has_factor,
        };
        let in_emergency = self.accounts.is_in_emergency(&row.standing());
        let person = Person { name: row.name, email: row.email, role: row.role, locations: row.location_ids };
        self.staff(claims.sub, person, Credential::Session(session), in_emergency)
    }

    /// Puts together who was let in.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] for a role that this version does not know.
    pub fn staff(
        &self,
        id: Uuid,
        person: Person,
        credential: Credential,
        in_emergency: bool,
    ) -> Result<Staff, ApiError> {
        let role = Role::named(&person.role).ok_or(ApiError::Unauthenticated)?;
        Ok(Staff {
            id,
            name: person.name,
            email: person.email,
            role,
            credential,
            reach: reach_of(role, in_emergency, person.locations),
            in_emergency,
            request_id: self.request_id.clone(),
            only_reads: self.only_reads,
            clock: self.site.clock.clone(),
            trail: self.accounts.trail.clone(),
        })
    }
}

/// The person behind a credential, as the database has them now.
pub struct Person {
    /// The name that colleagues see.
    pub name: String,
    /// Where they sign in.
    pub email: String,
    /// Their role's name.
    pub role: String,
    /// The locations assigned to them.
    pub locations: Vec<Uuid>,
}

/// What decides whether a session goes on.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The role's name.
    pub role: String,
    /// Whether a break-glass grant is running.
    pub in_emergency: bool,
    /// Authentication method references.
    pub methods: Vec<String>,
    /// The last staff request.
    pub last_used_at: DateTime<Utc>,
}

impl Accounts {
    /// Whether a session that the database knows goes on: who reads inquiries has shown a second factor where one is
    /// asked for, and has not left the desk for longer than the settings allow.
    pub fn is_live(&self, session: &Standing, now: DateTime<Utc>) -> bool {
        let Some(role) = Role::named(&session.role) else { return false };
        if !self.is_in_emergency(session) && !role.may(Permission::ReadInquiries) {
            return true;
        }
        self.has_shown_enough(session) && now - session.last_used_at <= self.idle
    }

    /// Whether a break-glass grant counts: while the role may break the glass, and in a session that has shown a second
    /// factor where one is asked for.
    pub fn is_in_emergency(&self, session: &Standing) -> bool {
        let may = Role::named(&session.role).is_some_and(|role| role.may(Permission::BreakGlass));
        session.in_emergency && may && self.has_shown_enough(session)
    }

    fn has_shown_enough(&self, session: &Standing) -> bool {
        !self.require_mfa || session.methods.iter().any(|method| method == "mfa")
    }

    /// Whether somebody of this role must have a second factor.
    pub fn asks_second_factor_of(&self, role: Role) -> bool {
        self.require_mfa && role.may(Permission::ReadInquiries)
    }
}

/// Exactly one `Authorization: Bearer …`.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for anything else.
pub fn bearer(request: &HttpRequest) -> Result<&str, ApiError> {
    let mut given = request.headers().get_all(header::AUTHORIZATION);
    let (Some(value), None) = (given.next(), given.next()) else { return Err(ApiError::Unauthenticated) };
    let (scheme, token) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(ApiError::Unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(ApiError::Unauthenticated) }
}
