//! Who stands behind a key. Fails closed: whatever is wrong with a key is the same 401, and each refusal that had to
//! ask the database is in the audit trail. An address that shows one bad key after another is slowed down, so that
//! nobody fills the trail.

use std::net::IpAddr;

use actix_web::{HttpRequest, http::header, web::Data};
use sqlx::PgConnection;
use uuid::Uuid;

use super::key::ShownKey;
use crate::{
    accounts::{
        Accounts, Credential, Role, Scope, Staff,
        gate::{Door, Person, bearer},
        queries::{self, Holder, Presented},
        staff::request_id,
    },
    audit::{Actor, Entry},
    db::{PublicDb, StaffDb},
    http::{ApiError, Site},
};

/// Checks an API key and what its maker may do now, in one query.
///
/// # Errors
/// [`ApiError::Unauthenticated`], alike for every reason; [`ApiError::RateLimited`] after many refusals.
pub async fn admit(door: &Door<'_>, token: &str, address: Option<IpAddr>) -> Result<Staff, ApiError> {
    let shown = ShownKey::parse(token).ok_or(ApiError::Unauthenticated)?;
    let presented = Presented { key: shown, address, now: door.site.clock.now() };
    let refusal = Refusal { accounts: door.accounts.clone(), address, request_id: Some(door.request_id.clone()) };
    let found = door
        .database
        .transact(async move |connection| match queries::find_key_holder(connection, &presented).await? {
            Ok(holder) => Ok::<_, ApiError>(Some(holder)),
            Err(key) => refusal.record(connection, key).await.map(|()| None),
        })
        .await?;
    let holder = found.ok_or(ApiError::Unauthenticated)?;
    let scopes = open_scopes(door.accounts, &holder);
    let person = Person { name: holder.name, email: holder.email, role: holder.role, locations: holder.location_ids };
    // A key never counts as an emergency: breaking the glass is a person's own decision.
    door.staff(holder.account_id, person, Credential::ApiKey { id: holder.key_id, scopes }, false)
}

/// The scopes that count now. Where who reads inquiries must have a second factor, a maker without one has no key that
/// reads them.
fn open_scopes(accounts: &Accounts, holder: &Holder) -> Vec<Scope> {
    let lacks_factor =
        !holder.has_factor && Role::named(&holder.role).is_some_and(|role| accounts.asks_second_factor_of(role));
    let scopes = holder.scopes.iter().filter_map(|name| Scope::named(name));
    scopes.filter(|scope| !(lacks_factor && *scope == Scope::ReadInquiries)).collect()
}

/// The key that a post to a public address shows; none where it shows nothing. Asks through the public door, which
/// learns whether the key counts and nothing else of it.
///
/// # Errors
/// [`ApiError::Unauthenticated`] for a bad key and for whatever is no key, [`ApiError::Forbidden`] for one without
/// `scope`; [`ApiError::RateLimited`] after many refusals.
pub async fn integration_behind(request: &HttpRequest, scope: Scope) -> Result<Option<Uuid>, ApiError> {
    if !request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let part = || ApiError::Internal;
    let site = request.app_data::<Data<Site>>().ok_or_else(part)?;
    let public = request.app_data::<Data<PublicDb>>().ok_or_else(part)?;
    let staff = request.app_data::<Data<StaffDb>>().ok_or_else(part)?;
    let accounts = request.app_data::<Data<Accounts>>().ok_or_else(part)?.clone();
    let shown = ShownKey::parse(bearer(request)?).ok_or(ApiError::Unauthenticated)?;
    let address = site.trusted_proxies.client(request);
    let presented = Presented { key: shown, address, now: site.clock.now() };
    let checked = public.read(async move |connection| queries::check_key(connection, &presented).await).await?;
    let refusal = Refusal { accounts, address, request_id: request_id(request) };
    match checked {
        Ok((key, scopes)) if scopes.iter().any(|held| held == scope.name()) => Ok(Some(key)),
        Ok((key, _)) => {
            let asked = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
            staff.transact(async move |connection| refusal.record_denial(connection, key, asked).await).await?;
            Err(ApiError::Forbidden)
        }
        Err(key) => {
            staff.transact(async move |connection| refusal.record(connection, key).await).await?;
            Err(ApiError::Unauthenticated)
        }
    }
}

/// A key that is turned away, and whence it came.
struct Refusal {
    accounts: Data<Accounts>,
    address: Option<IpAddr>,
    request_id: Option<String>,
}

impl Refusal {
    /// Writes the refusal down. `key` is the one that was named, where there is one.
    async fn record(&self, transaction: &mut PgConnection, key: Option<Uuid>) -> Result<(), ApiError> {
        self.accounts.refused_keys.spend(self.address)?;
        self.write(transaction, Actor::Public, "api_key.refuse", key, &[]).await
    }

    /// Writes down that a good key asked for more than it has.
    async fn record_denial(&self, transaction: &mut PgConnection, key: Uuid, asked: String) -> Result<(), ApiError> {
        self.write(transaction, Actor::ApiKey(key), "access.denied", Some(key), &[asked]).await
    }

    async fn write(
        &self,
        transaction: &mut PgConnection,
        actor: Actor,
        action: &'static str,
        subject_id: Option<Uuid>,
        fields: &[String],
    ) -> Result<(), ApiError> {
        let request_id = self.request_id.as_deref();
        let entry = Entry { actor, action, subject: "api_key", subject_id, fields, request_id };
        Ok(self.accounts.trail.record(transaction, entry).await?)
    }
}
