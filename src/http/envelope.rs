//! What every request passes on its way in and out: its id, the refusals that need no handler, a deadline, the
//! problem document for whatever went wrong, and one line in the log. Refuses to log what a client wrote: the
//! matched route stands there, never the path, the query, the body or the whole address.

use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt;

use super::{
    ApiError, Site,
    client::{TrustedProxies, shortened},
    cors::{self, PostOrigins},
};
use crate::clock::Clock;

/// A handler ends by then; its database work has ended before.
const DEADLINE: Duration = Duration::from_secs(25);

/// Stands in `X-Request-Id`, in every log line and in every problem of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// The client's id where it is 8 to 64 of `A-Za-z0-9._-`, a new one otherwise.
    pub fn of(request: &HttpRequest, clock: &Clock) -> Self {
        let given = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let well_formed = |id: &&str| {
            (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        Self(given.filter(well_formed).map_or_else(|| clock.new_id().to_string(), str::to_owned))
    }
}

impl FromRequest for RequestId {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(request.extensions().get::<Self>().cloned().ok_or(ApiError::Internal))
    }
}

/// The outermost middleware.
///
/// # Errors
/// A finished answer, where the request was lost with its handler (a panic, a deadline).
pub async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let site = Data::clone(request.app_data::<Data<Site>>().ok_or(ApiError::Internal)?);
    let id = RequestId::of(request.request(), &site.clock);
    request.extensions_mut().insert(id.clone());
    let started = std::time::Instant::now();
    // No copy of the request may be kept across the call: the router changes it in place.
    let path = request.path().to_owned();
    let of_forms = request.app_data::<Data<PostOrigins>>().cloned();
    let mut response = match refusal(&request, &site, &id, of_forms.as_ref().map(Data::get_ref)).await {
        Some(refused) => request.into_response(refused).map_into_right_body(),
        None => match guarded(next.call(request)).await {
            Ok(response) => finish(response, &site, &id),
            Err(lost) => {
                tracing::error!(
                    request_id = id.0,
                    status = lost.kind().0.as_u16(),
                    "a request was lost with its handler"
                );
                let mut answer = lost.respond(&path, &site.public_url, &id.0);
                mark(answer.headers_mut(), &id);
                return Err(InternalError::from_response(lost, answer).into());
            }
        },
    };
    let inbound = response.request().clone();
    dress(&inbound, response.headers_mut(), &id, &site);
    log(&inbound, response.status(), &id, started.elapsed(), &site.trusted_proxies);
    Ok(response)
}

/// What the head of an answer says to whom, whoever made it.
pub fn dress(request: &HttpRequest, headers: &mut header::HeaderMap, id: &RequestId, site: &Site) {
    if request.method() != Method::OPTIONS {
        cors::allow(request, headers, &site.cors_origins);
    }
    mark(headers, id);
}

/// What stands in the head of every answer.
fn mark(headers: &mut header::HeaderMap, id: &RequestId) {
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

/// What needs no handler: a preflight, a compressed body, a head that two readers could understand differently.
async fn refusal(
    request: &ServiceRequest,
    site: &Site,
    id: &RequestId,
    of_forms: Option<&PostOrigins>,
) -> Option<HttpResponse> {
    if let Some(preflight) = cors::preflight(request.request(), &site.cors_origins, of_forms).await {
        return Some(preflight);
    }
    let error = odd_head(request.headers())?;
    Some(error.respond(request.path(), &site.public_url, &id.0))
}

/// Why a head is refused, whatever the request is.
pub fn odd_head(headers: &header::HeaderMap) -> Option<ApiError> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        Some(ApiError::MediaType("an uncompressed body"))
    } else if headers.get_all(header::HOST).count() > 1 || headers.len() > 100 {
        Some(ApiError::bad_parameter("headers", "malformed", "one Host and at most 100 header fields"))
    } else {
        None
    }
}

/// A handler that panics or hangs costs its own request and nothing else.
async fn guarded<B>(
    work: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<B>, ApiError> {
    match tokio::time::timeout(DEADLINE, AssertUnwindSafe(work).catch_unwind()).await {
        Err(_) => Err(ApiError::Busy),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Err(ApiError::Internal)
        }
        Ok(Ok(Ok(response))) => Ok(response),
        Ok(Ok(Err(error))) => Err(error
            .as_error::<ApiError>()
            .cloned()
            .unwrap_or_else(|| framework(error.as_response_error().status_code()))),
    }
}

/// Gives each failed answer its problem document, the framework's own answers included.
fn finish<B>(
    response: ServiceResponse<B>,
    site: &Site,
    id: &RequestId,
) -> ServiceResponse<actix_web::body::EitherBody<B>> {
    let ours = response.response().extensions().get::<ApiError>().cloned();
    let status = response.status();
    let has_body_of_its_own = response.headers().contains_key(header::CONTENT_TYPE);
    let error = ours.or_else(|| (status.as_u16() >= 400 && !has_body_of_its_own).then(|| framework(status)));
    match error {
        Some(error) => {
            let answer = error.respond(response.request().path(), &site.public_url, &id.0);
            response.into_response(answer).map_into_right_body()
        }
        None => response.map_into_left_body(),
    }
}

fn framework(status: StatusCode) -> ApiError {
    match status {
        StatusCode::NOT_FOUND => ApiError::NotFound,
        StatusCode::REQUEST_TIMEOUT => ApiError::Timeout,
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        StatusCode::SERVICE_UNAVAILABLE => ApiError::Busy,
        status if status.is_client_error() => ApiError::Malformed,
        _ => ApiError::Internal,
    }
}

/// Successful public reads at debug, so that they do not drown the rest.
fn log(request: &HttpRequest, status: StatusCode, id: &RequestId, took: Duration, proxies: &TrustedProxies) {
    let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let client = proxies.client(request).map(shortened).unwrap_or_default();
    let (method, status_code, micros) = (request.method().as_str(), status.as_u16(), took.as_micros());
    let public_read = request.method().is_safe() && !route.starts_with("/v1/admin") && !route.starts_with("/v1/auth");
    if public_read && !status.is_client_error() && !status.is_server_error() {
        tracing::debug!(request_id = id.0, method, route, status = status_code, micros, client, "request");
    } else {
        tracing::info!(request_id = id.0, method, route, status = status_code, micros, client, "request");
    }
}

/// The line in the log of a public read that needed none of the rest.
pub fn log_read(request: &HttpRequest, route: &str, status: StatusCode, id: &RequestId, site: &Site) {
    if tracing::enabled!(tracing::Level::DEBUG) {
        let client = site.trusted_proxies.client(request).map(shortened).unwrap_or_default();
        let method = request.method().as_str();
        tracing::debug!(request_id = id.0, method, route, status = status.as_u16(), client, "request from memory");
    }
}
