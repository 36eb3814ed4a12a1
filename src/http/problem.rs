//! Every error of the API, as RFC 9457 problem details. Refuses to send a cause: what went wrong below is
//! logged under the request's id, and the client gets a stable code.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::outcome::{FHIR_JSON, is_fhir, operation_outcome};
use crate::db::DbError;

/// One mistake in the request, where it is and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"pointer": "/title", "parameter": null, "code": "too_long", "message": "at most 200 characters", "suggestion": null}))]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body; null for a parameter.
    pub pointer: Option<String>,
    /// The query or path parameter, or the header; null for a body.
    pub parameter: Option<String>,
    /// Stable and machine-readable.
    pub code: String,
    /// For people.
    pub message: String,
    /// A near name or value that exists.
    pub suggestion: Option<String>,
}

impl FieldError {
    /// A mistake in the body at `pointer`.
    pub fn at(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            code: code.to_owned(),
            message: message.into(),
            suggestion: None,
        }
    }

    /// A mistake in a query parameter, a path segment or a header.
    pub fn parameter(name: &str, code: &str, message: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(name.to_owned()), ..Self::at("", code, message) }
    }

    /// Adds what may have been meant.
    #[must_use]
    pub fn suggesting(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

/// A stored field that does not open: which one, and never what it held. Whoever sees it in an answer to staff writes it
/// down in the audit trail (`accounts::record_denials`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// The action of the audit row, such as `inquiry.seal_refused`.
    pub action: &'static str,
    /// The kind of record.
    pub subject: &'static str,
    /// The record.
    pub subject_id: Uuid,
    /// The column.
    pub field: &'static str,
    /// The key that this node lacks; none where the bytes were altered, or moved from another row or column.
    pub missing_key: Option<String>,
}

impl Unopened {
    fn sentence(&self) -> String {
        let (subject, id, field) = (self.subject, self.subject_id, self.field);
        match &self.missing_key {
            Some(key) => format!("the key {key} is needed for {subject} {id} and is not here: restore its file"),
            None => format!("{field} of {subject} {id} was altered, or moved there from another place"),
        }
    }
}

/// A refused request. The variants are what a client can act on, not what failed inside.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: parameters that are unknown, repeated or unfit.
    #[error("bad parameters")]
    Parameters(Vec<FieldError>),
    /// 400: the body is not JSON, or the form is not a form.
    #[error("malformed body")]
    Malformed,
    /// 422: the body is well-formed and its fields are not.
    #[error("invalid fields")]
    Invalid(Vec<FieldError>),
    /// 422: an idempotency key was used for other content.
    #[error("idempotency key reused")]
    KeyReused,
    /// 401: no credentials, or none that count.
    #[error("unauthenticated")]
    Unauthenticated,
    /// 401: signed in, and what is asked for needs an authentication within ten minutes.
    #[error("reauthentication required")]
    ReauthenticationRequired,
    /// 403: signed in and not allowed.
    #[error("forbidden")]
    Forbidden,
    /// 403: the identity provider vouches for somebody to whom it gives no role here.
    #[error("no role")]
    NoRole,
    /// 403: the page stands at an origin that the form does not name.
    #[error("origin not allowed")]
    OriginNotAllowed,
    /// 404: unknown, or not visible to the caller.
    #[error("not found")]
    NotFound,
    /// 404: what is asked for names pages of the clinic's site, whose address nobody has said.
    #[error("no site address")]
    NoSite,
    /// 405, with the methods that the address takes.
    #[error("method not allowed")]
    Method(String),
    /// 406, with the media types that there are.
    #[error("not acceptable")]
    NotAcceptable(&'static str),
    /// 408: the body did not arrive in time.
    #[error("request timeout")]
    Timeout,
    /// 409: the state of the resource does not allow this, with a stable code and a sentence.
    #[error("conflict")]
    Conflict {
        /// Stable code.
        code: &'static str,
        /// One sentence for people.
        detail: &'static str,
    },
    /// 503 where a key is missing, 409 where a sealed field was altered or moved: nothing of it is shown.
    #[error("a sealed field does not open")]
    Unopened(Unopened),
    /// 410: it was here, and something took its place.
    #[error("gone")]
    Gone {
        /// What: `{type, id, slug, locale, path, to}`.
        successor: Value,
    },
    /// 412: the resource has moved on since it was read.
    #[error("stale version")]
    Stale {
        /// The version that it has now.
        current: i32,
        /// When it was changed and by whom: `{id, name}` or null.
        changed: Value,
    },
    /// 413: the body is larger than the limit.
    #[error("too large")]
    TooLarge,
    /// 415, with the content types that are taken.
    #[error("unsupported media type")]
    MediaType(&'static str),
    /// 428: a write without `If-Match`.
    #[error("precondition required")]
    PreconditionRequired,
    /// 429: too many requests from one address.
    #[error("rate limited")]
    RateLimited {
        /// Seconds to wait.
        wait: u64,
        /// The value of `RateLimit-Policy`.
        policy: String,
    },
    /// 503, with `Retry-After`.
    #[error("busy")]
    Busy,
    /// 500: a defect. The cause is in the log.
    #[error("internal")]
    Internal,
}

impl ApiError {
    /// One invalid field.
    pub fn field(pointer: &str, code: &str, message: &str) -> Self {
        Self::Invalid(vec![FieldError::at(pointer, code, message)])
    }

    /// One bad parameter.
    pub fn bad_parameter(name: &str, code: &str, message: &str) -> Self {
        Self::Parameters(vec![FieldError::parameter(name, code, message)])
    }

    /// The status, stable code and title.
    pub fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Parameters(_) => (StatusCode::BAD_REQUEST, "invalid_parameters", "Some parameters are invalid"),
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed_json", "The body cannot be read"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed", "Some fields are invalid"),
            Self::KeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "The Idempotency-Key was used for other content",
            ),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Valid credentials are needed"),
            Self::ReauthenticationRequired => {
                (StatusCode::UNAUTHORIZED, "reauthentication_required", "Show your strongest factor again")
            }
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this"),
            Self::OriginNotAllowed => {
                (StatusCode::FORBIDDEN, "origin_not_allowed", "The form may not be posted from this page")
            }
            Self::NoRole => (StatusCode::FORBIDDEN, "no_role", "Your identity provider gives you no role here"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here"),
            Self::NoSite => (StatusCode::NOT_FOUND, "no_site_url", "The address of the clinic's site is not known"),
            Self::Method(_) => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take the method")
            }
            Self::NotAcceptable(_) => {
                (StatusCode::NOT_ACCEPTABLE, "not_acceptable", "The answer has no such representation")
            }
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "request_timeout", "The request did not arrive in time"),
            Self::Conflict { code, .. } => (StatusCode::CONFLICT, code, "The present state does not allow this"),
            Self::Unopened(Unopened { missing_key: Some(_), .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "encryption_key_missing", "A key of the installation is missing")
            }
            Self::Unopened(_) => (StatusCode::CONFLICT, "sealed_field_refused", "A stored field does not open"),
            Self::Gone { .. } => (StatusCode::GONE, "gone", "It has left, and something took its place"),
            Self::Stale { .. } => {
                (StatusCode::PRECONDITION_FAILED, "stale_version", "It was changed since you read it")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large"),
            Self::MediaType(_) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body's type or encoding is not taken",
            ),
            Self::PreconditionRequired => {
                (StatusCode::PRECONDITION_REQUIRED, "precondition_required", "If-Match is needed")
            }
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy, please try again"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed here"),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Conflict { detail, .. } => Some((*detail).to_owned()),
            Self::Unopened(unopened) => Some(unopened.sentence()),
            Self::ReauthenticationRequired => Some("POST /v1/auth/reauthentication, then send this again".to_owned()),
            Self::Method(allow) => Some(format!("allowed: {allow}")),
            Self::MediaType(taken) => Some(format!("send {taken}, without a Content-Encoding")),
            Self::NotAcceptable(given) => Some(format!("there is {given}")),
            Self::PreconditionRequired => Some("send If-Match with the ETag that you read".to_owned()),
            _ => None,
        }
    }

    /// The problem document. `base` is the configured public URL.
    pub fn problem(&self, base: &str, request_id: &str) -> Problem {
        let (status, code, title) = self.kind();
        let errors = match self {
            Self::Parameters(errors) | Self::Invalid(errors) => errors.clone(),
            _ => Vec::new(),
        };
        let mut extensions = BTreeMap::new();
        if let Self::Stale { current, changed } = self {
            extensions.insert("current_version", json!(current));
            extensions.insert("changed", changed.clone());
        }
        if let Self::Gone { successor } = self {
            extensions.insert("successor", successor.clone());
        }
        Problem {
            r#type: format!("{base}/docs/problems#{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: self.detail(),
            request_id: request_id.to_owned(),
            errors,
            extensions,
        }
    }

    /// The answer at `path` with its headers: a problem document, below `/fhir` an `OperationOutcome`. Never cached.
    pub fn respond(&self, path: &str, base: &str, request_id: &str) -> HttpResponse {
        let (content_type, body) = if is_fhir(path) {
            (FHIR_JSON, serde_json::to_vec(&operation_outcome(self, base, request_id)))
        } else {
            ("application/problem+json", serde_json::to_vec(&self.problem(base, request_id)))
        };
        let mut response = HttpResponse::build(self.kind().0);
        response.content_type(content_type).insert_header((header::CACHE_CONTROL, "no-store"));
        match self {
            Self::Method(allow) => {
                response.insert_header((header::ALLOW, allow.as_str()));
            }
            Self::Unauthenticated => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            // RFC 9470 section 3.
            Self::ReauthenticationRequired => {
                let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=600";
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            Self::RateLimited { wait, policy } => {
                let name = policy.split(';').next().unwrap_or_default();
                response
                    .insert_header((header::RETRY_AFTER, wait.to_string()))
                    .insert_header(("RateLimit", format!("{name};r=0;t={wait}")))
                    .insert_header(("RateLimit-Policy", policy.as_str()));
            }
            Self::Busy => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            _ => {}
        }
        response.body(body.unwrap_or_default())
    }
}

/// The body of every error (RFC 9457 §3), `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Address of the code's explanation.
    #[schema(example = "http://127.0.0.1:8080/docs/problems#validation_failed")]
    pub r#type: String,
    /// The same for every problem of this code.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// Stable, machine-readable.
    #[schema(example = "validation_failed")]
    pub code: String,
    /// What is particular about this case.
    pub detail: Option<String>,
    /// Stands in `X-Request-Id` and in every log line of this request.
    pub request_id: String,
    /// Each mistake in the request.
    pub errors: Vec<FieldError>,
    /// `current_version` and `changed` of a 412, `successor` of a 410.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extensions: BTreeMap<&'static str, Value>,
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Deadline => Self::Busy,
            DbError::Constraint(constraint) => {
                tracing::error!(constraint, "a constraint refused what the program took for valid");
                Self::Internal
            }
            DbError::Failed { code } => {
                tracing::error!(code, "database failure");
                Self::Internal
            }
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

/// The envelope (`http::envelope`) turns an [`ApiError`] into its answer, since it knows the request's id.
/// This is the way for errors that leave an extractor before it.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.kind().0
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// What a handler answers.
pub type Answer = Result<HttpResponse, ApiError>;

/// The default service of the application.
pub async fn not_found(_: HttpRequest) -> Answer {
    Err(ApiError::NotFound)
}
