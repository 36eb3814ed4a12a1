//! Request bodies. Refuses early: a compressed body, a foreign content type, one that is too long, too deep or
//! too slow never reaches a parser.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Bytes};
use futures_util::StreamExt;
use serde_json::Value;

use super::{ApiError, Fields, json::parse_json};

/// A small body has to arrive within this time.
const DEADLINE: Duration = Duration::from_secs(10);
/// The largest JSON body: a long article with its markup.
pub const LARGEST_JSON: usize = 1024 * 1024;

/// A JSON body, parsed and not yet understood.
#[derive(Debug)]
pub struct JsonBody(pub Value);

/// A JSON merge patch (RFC 7396), `application/merge-patch+json` or `application/json`.
#[derive(Debug)]
pub struct MergePatch(pub Value);

/// That an operation without a body was sent none: nothing at all, or `{}`. Whoever sends a field means something by it.
#[derive(Debug)]
pub struct NoBody;

/// Two parts of a request, the second read once the first is good: nobody reads the body of somebody who is not known
/// yet, nor tells them what is wrong with it.
#[derive(Debug)]
pub struct Then<A, B>(pub A, pub B);

/// The essence of the request's content type, in lower case, without parameters.
pub fn content_type(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

/// Reads the whole body.
///
/// # Errors
/// [`ApiError::TooLarge`] beyond `largest` bytes, [`ApiError::Timeout`] after ten seconds and one more for each MiB that
/// it may have,
/// [`ApiError::Malformed`] when the connection breaks.
pub async fn read(request: &HttpRequest, mut payload: Payload, largest: usize) -> Result<Bytes, ApiError> {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > largest) {
        return Err(ApiError::TooLarge);
    }
    let collect = async {
        let mut body = Vec::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| ApiError::Malformed)?;
            if body.len() + chunk.len() > largest {
                return Err(ApiError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Bytes::from(body))
    };
    let deadline = DEADLINE + Duration::from_secs((largest >> 20) as u64);
    tokio::time::timeout(deadline, collect).await.map_err(|_| ApiError::Timeout)?
}

async fn json(request: HttpRequest, payload: Payload, taken: &[&str], wanted: &'static str) -> Result<Value, ApiError> {
    if !content_type(&request).is_some_and(|given| taken.contains(&given.as_str())) {
        return Err(ApiError::MediaType(wanted));
    }
    parse_json(&read(&request, payload, LARGEST_JSON).await?)
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

impl<A, B> FromRequest for Then<A, B>
where
    A: FromRequest<Error = ApiError> + 'static,
    B: FromRequest<Error = ApiError> + 'static,
{
    type Error = ApiError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let first = A::from_request(request, &mut Payload::None);
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(first.await?, B::from_request(&request, &mut payload).await?)) })
    }
}

impl FromRequest for JsonBody {
    type Error = ApiError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(json(request, payload, &["application/json"], "application/json").await?)) })
    }
}

impl FromRequest for NoBody {
    type Error = ApiError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = read(&request, payload, LARGEST_JSON).await?;
            if !body.trim_ascii().is_empty() {
                Fields::of(&parse_json(&body)?, "").finish()?;
            }
            Ok(Self)
        })
    }
}

impl FromRequest for MergePatch {
    type Error = ApiError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        let taken = ["application/merge-patch+json", "application/json"];
        Box::pin(async move { Ok(Self(json(request, payload, &taken, "application/merge-patch+json").await?)) })
    }
}
