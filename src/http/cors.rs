//! Which pages of other origins may read what (Fetch §3.2). Public reads are for everybody, without credentials;
//! posts and staff routes are for the exact origins of the settings. Refuses patterns and reflections.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS: &str = "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id";
const ANSWER_HEADERS: &str = "etag, retry-after, ratelimit, ratelimit-policy, x-request-id";

/// Adds what the answer to `request` allows.
pub fn allow(request: &HttpRequest, headers: &mut HeaderMap, origins: &[String]) {
    let origin = if is_public_read(request, request.method()) {
        Some(HeaderValue::from_static("*"))
    } else {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        allowed_origin(request, origins)
    };
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
    }
}

fn is_public_read(request: &HttpRequest, method: &Method) -> bool {
    let private = request.path().starts_with("/v1/admin") || request.path().starts_with("/v1/auth");
    !private && matches!(*method, Method::GET | Method::HEAD)
}

fn allowed_origin(request: &HttpRequest, origins: &[String]) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// The answer to a preflight; none for a request that is no preflight.
pub fn preflight(request: &HttpRequest, origins: &[String]) -> Option<HttpResponse> {
    let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    if request.method() != Method::OPTIONS {
        return None;
    }
    let mut answer = HttpResponse::NoContent();
    let method = Method::from_bytes(wanted.as_bytes()).unwrap_or(Method::OPTIONS);
    let origin = if is_public_read(request, &method) {
        Some(HeaderValue::from_static("*"))
    } else {
        allowed_origin(request, origins)
    };
    if let Some(origin) = origin {
        answer
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"));
    }
    Some(answer.insert_header((header::VARY, "Origin")).finish())
}
