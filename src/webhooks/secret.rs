//! A new secret for an endpoint, with the former one beside it for a while, so that a receiver can move over without a
//! gap: deliveries carry a signature by each. Refuses more than two at once: another rotation ends the oldest.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Payload},
};
use chrono::Duration;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    queries,
    webhook::{NewWebhookAnswer, Webhook, secrets},
};
use crate::{
    accounts::IntegrationManager,
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, Fields, LARGEST_JSON, content_type, no_parameters, parse_json, path_id, read_body,
        staff_answer,
    },
    outbox::WebhookSecret,
    records::{Hand, Record, held_for_change},
};

/// Body that gives an endpoint a new secret. It may be left out.
#[derive(Debug, ToSchema)]
pub struct WebhookSecretInput {
    /// For how many hours deliveries are signed with the former secret as well; none for zero, 24 by default.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 168)]
    pub overlap_hours: i64,
}

impl WebhookSecretInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let overlap_hours = fields.integer("overlap_hours", 0..=168).unwrap_or(24);
        fields.finish()?;
        Ok(Self { overlap_hours })
    }
}

/// Gives an endpoint a new secret and shows it, once. The former one signs on beside it for a day, or as long as the body
/// says.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/secret", operation_id = "rotate_webhook_secret",
    tag = "staff: integrations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint")), request_body = Option<WebhookSecretInput>,
    responses((status = 200, description = "The new secret, in this answer alone", body = NewWebhookAnswer,
        headers(("ETag" = String, description = "The new version")))))]
pub async fn rotate_webhook_secret(
    request: HttpRequest,
    permit: IntegrationManager,
    database: Data<StaffDb>,
    payload: Payload,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let input = WebhookSecretInput::parse(&optional_json(&request, payload).await?)?;
    let hand = Hand { staff: permit.staff, request: request.clone() };
    let now = hand.staff.clock.now();
    let overlap = (input.overlap_hours > 0).then(|| now + Duration::hours(input.overlap_hours));
    let secret = WebhookSecret::make().map_err(|_| ApiError::Internal)?;
    let sealed = secrets(&hand)?.seal(id, &secret).map_err(|_| ApiError::Internal)?;
    let webhook = database
        .transact(async move |connection| {
            held_for_change::<Webhook>(connection, id, &Expected::Any).await?;
            queries::rotate_secret(connection, id, (&sealed, now), overlap, hand.staff.id).await?;
            hand.staff.record(connection, "webhook.rotate", "webhook", Some(id), &[]).await?;
            Webhook::find(connection, id).await?.ok_or(ApiError::NotFound)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, webhook.version, &NewWebhookAnswer::of(webhook, &secret)))
}

/// A body that may be left out, and may be nothing but JSON.
async fn optional_json(request: &HttpRequest, payload: Payload) -> Result<Value, ApiError> {
    let body = read_body(request, payload.into_inner(), LARGEST_JSON).await?;
    match content_type(request).as_deref() {
        _ if body.is_empty() => Ok(json!({})),
        Some("application/json") => parse_json(&body),
        _ => Err(ApiError::MediaType("application/json")),
    }
}
