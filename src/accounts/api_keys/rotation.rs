//! A new secret for a key, with the former one beside it for a while, so that an integration can move over without a
//! gap. Refuses more than two secrets at once: another rotation ends the oldest.

use actix_web::{HttpRequest, http::StatusCode, web::Payload};
use chrono::Duration;
use serde_json::json;

use super::{
    admin::{lock, lock_own},
    input::ApiKeyRotationInput,
    key::{NewKey, PREFIX},
    shown::{ApiKey, NewApiKeyAnswer},
};
use crate::{
    accounts::{Desk, KeyManager, queries},
    http::{
        Answer, ApiError, Expected, LARGEST_JSON, content_type, no_content, no_parameters, parse_json, path_id,
        read_body, staff_answer,
    },
};

/// Gives an API key of one's own a new secret and shows it, once. The former one works on for a day, or as long as the
/// body says; the key's end stays where it is.
#[utoipa::path(post, path = "/v1/admin/api-keys/{id}/rotation", operation_id = "rotate_api_key", tag = "keys",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The key")),
    request_body = Option<ApiKeyRotationInput>,
    responses((status = 200, description = "The new key, in this answer alone", body = NewApiKeyAnswer)))]
pub async fn rotate_api_key(request: HttpRequest, desk: Desk, permit: KeyManager, payload: Payload) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    let input = read_input(&request, payload).await?;
    let overlap = (input.overlap_hours > 0).then(|| now + Duration::hours(input.overlap_hours));
    let (shown, key) = desk
        .transact(async move |connection| {
            let before = lock_own(connection, &permit.staff, id, &Expected::Any, now).await?;
            if before.expires_at <= now {
                return Err(ApiError::Conflict { code: "expired", detail: "the key has ended: make another one" });
            }
            let key = NewKey::of(public_id(&before)).map_err(|_| ApiError::Internal)?;
            queries::rotate_api_key(connection, id, &key.hash(), overlap, now).await?;
            permit.staff.record(connection, "api_key.rotate", "api_key", Some(id), &[]).await?;
            Ok((lock(connection, &permit.staff, id, &Expected::Any, now).await?, key))
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, shown.version, &NewApiKeyAnswer::of(shown, &key)))
}

/// A body that may be left out, and may be nothing but JSON.
async fn read_input(request: &HttpRequest, payload: Payload) -> Result<ApiKeyRotationInput, ApiError> {
    let body = read_body(request, payload.into_inner(), LARGEST_JSON).await?;
    let given = match content_type(request).as_deref() {
        None if body.is_empty() => json!({}),
        Some("application/json") => parse_json(&body)?,
        _ => return Err(ApiError::MediaType("application/json")),
    };
    ApiKeyRotationInput::parse(&given)
}

fn public_id(key: &ApiKey) -> &str {
    key.prefix.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix('_')).unwrap_or_default()
}

/// Ends the former secret of an API key before its time.
#[utoipa::path(delete, path = "/v1/admin/api-keys/{id}/rotation", operation_id = "end_api_key_rotation", tag = "keys",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The key"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "The newest secret alone works")))]
pub async fn end_api_key_rotation(request: HttpRequest, desk: Desk, permit: KeyManager, expected: Expected) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        let key = lock(connection, &permit.staff, id, &expected, now).await?;
        if key.former_secret_until.is_none() {
            return Err(ApiError::NotFound);
        }
        queries::end_former_secret(connection, id, now).await?;
        permit.staff.record(connection, "api_key.end_rotation", "api_key", Some(id), &[]).await
    })
    .await?;
    Ok(no_content())
}
