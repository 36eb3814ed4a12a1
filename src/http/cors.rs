//! Which pages of other origins may read what (Fetch §3.2). Public reads are for everybody, without credentials;
//! posts and staff routes are for the exact origins of the settings. Inquiries are also for those of the forms: a
//! preflight does not say which form is meant, so it allows the origins of any, and the answer to the post those of its
//! own alone. Refuses patterns and reflections.

use std::{future::Future, pin::Pin};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS: &str = "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id";
const ANSWER_HEADERS: &str = "etag, retry-after, ratelimit, ratelimit-policy, x-request-id";

/// The only address whose origins others than the settings name.
const INQUIRIES: &str = "/v1/inquiries";
/// The longest origin that is looked for: a name of the DNS has 253 characters.
const LONGEST_ORIGIN: usize = 300;

/// Says whether pages of an origin may post some form. `app` gives the forms' answer: this room knows no forms. It is
/// asked for each preflight of a post, which a browser sends once in ten minutes, so a form's new origin counts at once.
pub struct PostOrigins(pub Box<Asking>);

/// Asks about an origin.
type Asking = dyn Fn(String) -> Pin<Box<dyn Future<Output = bool>>> + Send + Sync;

impl std::fmt::Debug for PostOrigins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PostOrigins").finish()
    }
}

/// The origins that may read the answer to one request, in the place of the settings'.
struct Narrowed(Vec<String>);

/// Lets pages of these origins alone read the answer to `request`, whatever the settings say.
pub fn narrow_origins(request: &HttpRequest, origins: &[String]) {
    request.extensions_mut().insert(Narrowed(origins.to_vec()));
}

/// Adds what the answer to `request` allows.
pub fn allow(request: &HttpRequest, headers: &mut HeaderMap, origins: &[String]) {
    let origin = if is_public_read(request, request.method()) {
        Some(HeaderValue::from_static("*"))
    } else {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        match request.extensions().get::<Narrowed>() {
            Some(Narrowed(own)) => allowed_origin(request, own),
            None => allowed_origin(request, origins),
        }
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

/// The origin of a page that asks before it posts an inquiry.
fn posting_origin(request: &HttpRequest, method: &Method) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    (request.path() == INQUIRIES && method == Method::POST && origin.len() <= LONGEST_ORIGIN).then(|| origin.clone())
}

/// The answer to a preflight; none for a request that is no preflight.
pub async fn preflight(
    request: &HttpRequest,
    origins: &[String],
    of_forms: Option<&PostOrigins>,
) -> Option<HttpResponse> {
    let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    if request.method() != Method::OPTIONS {
        return None;
    }
    let mut answer = HttpResponse::NoContent();
    let method = Method::from_bytes(wanted.as_bytes()).unwrap_or(Method::OPTIONS);
    let origin = if is_public_read(request, &method) {
        Some(HeaderValue::from_static("*"))
    } else if let Some(origin) = allowed_origin(request, origins) {
        Some(origin)
    } else if let (Some(origin), Some(of_forms)) = (posting_origin(request, &method), of_forms) {
        let asked = origin.to_str().ok().map(str::to_owned);
        match asked {
            Some(asked) => (of_forms.0)(asked).await.then_some(origin),
            None => None,
        }
    } else {
        None
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
