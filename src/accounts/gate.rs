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

use super::{Accounts, Staff, queries, role::Role};
use crate::{
    db::StaffDb,
    http::{ApiError, RequestId, Site},
};

/// Lets a signed-in person through. Everybody else is answered here: 401, or 503 where the database cannot be asked.
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
        Ok(staff) => {
            request.extensions_mut().insert(staff);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(refused) => Ok(request.into_response(refused.error_response()).map_into_right_body()),
    }
}

/// Checks the bearer token, and its session against the database.
///
/// # Errors
/// [`ApiError::Unauthenticated`], or [`ApiError::Busy`] where the database cannot be asked.
pub async fn admit(request: &HttpRequest) -> Result<Staff, ApiError> {
    let part = || ApiError::Internal;
    let accounts = request.app_data::<Data<Accounts>>().ok_or_else(part)?;
    let database = request.app_data::<Data<StaffDb>>().ok_or_else(part)?;
    let site = request.app_data::<Data<Site>>().ok_or_else(part)?;
    let now = site.clock.now();
    let claims = accounts
        .ring
        .verify_access(bearer(request)?, now, &site.public_url, &site.public_url)
        .map_err(|_| ApiError::Unauthenticated)?;
    let (session, account) = (claims.sid, claims.sub);
    let row = database
        .transact(async move |transaction| queries::find_live_session(transaction, session, account, now).await)
        .await?
        .ok_or(ApiError::Unauthenticated)?;
    let role = Role::named(&row.role).ok_or(ApiError::Unauthenticated)?;
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let (clock, trail) = (site.clock.clone(), accounts.trail.clone());
    Ok(Staff { id: account, session, name: row.name, email: row.email, role, request_id, clock, trail })
}

/// Exactly one `Authorization: Bearer …`.
fn bearer(request: &HttpRequest) -> Result<&str, ApiError> {
    let mut given = request.headers().get_all(header::AUTHORIZATION);
    let (Some(value), None) = (given.next(), given.next()) else { return Err(ApiError::Unauthenticated) };
    let (scheme, token) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(ApiError::Unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(ApiError::Unauthenticated) }
}
