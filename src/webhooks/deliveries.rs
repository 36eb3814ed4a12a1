//! What was delivered to an endpoint, sending it again, and a ping. What a receiver answered is never kept but for its
//! status, and what was sent is not shown: it names what changed, which the API tells better.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    queries::{self, DeliveryFilter},
    webhook::Webhook,
};
use crate::{
    accounts::{IntegrationManager, IntegrationReader},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, no_parameters, path_id,
        private_answer,
    },
    outbox::{EventKind, PATIENCE, PING, payload},
    records::Record,
};

/// Somebody waits for a ping: it is not tried for days.
const PING_PATIENCE: TimeDelta = TimeDelta::minutes(1);
const STATUSES: [&str; 3] = ["pending", "delivered", "dead"];

/// One event on its way to one endpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookDelivery {
    /// UUIDv7.
    pub id: Uuid,
    /// The event: the `webhook-id` of every attempt.
    pub event_id: Uuid,
    /// The event's type, or `webhook.ping`.
    pub r#type: String,
    /// `pending` until it arrives (`delivered`) or is given up (`dead`).
    #[schema(example = "delivered")]
    pub status: String,
    /// How often it was tried.
    pub attempts: i32,
    /// The status that was answered last; null where there was no answer.
    #[schema(required)]
    pub last_status: Option<i16>,
    /// What went wrong last, as a code: `timeout`, `connection`, `no_address`, `tls`, `redirect`, `gone`, `refused`,
    /// `failed`, `held_back` …
    #[schema(required)]
    pub last_error: Option<String>,
    /// How long the last attempt took, in milliseconds.
    #[schema(required)]
    pub last_duration_ms: Option<i32>,
    /// When it was tried last.
    #[schema(required)]
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// When it is tried next; null where it has ended.
    #[schema(required)]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the event was fanned out.
    pub created_at: DateTime<Utc>,
    /// When it arrived or was given up.
    #[schema(required)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryPage {
    data: Vec<WebhookDelivery>,
    meta: PageMeta,
    links: PageLinks,
}

/// One delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryAnswer {
    data: WebhookDelivery,
}

/// Lists what was and will be sent to an endpoint, latest first. What arrived is kept for 30 days, a dead letter for 90.
#[utoipa::path(get, path = "/v1/admin/webhooks/{id}/deliveries", operation_id = "list_webhook_deliveries",
    tag = "staff: integrations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint"),
        ("status" = Option<String>, Query, description = "Any of `pending`, `delivered` and `dead`, separated by commas"),
        ("type" = Option<String>, Query, description = "Types of events, separated by commas"),
        Paging),
    responses((status = 200, description = "A page of deliveries", body = WebhookDeliveryPage)))]
pub async fn list_webhook_deliveries(
    request: HttpRequest,
    permit: IntegrationReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let statuses = query.any_known("status", &STATUSES);
    let kinds: Vec<&'static str> = EventKind::ALL.into_iter().map(EventKind::name).chain([PING]).collect();
    let kinds = query.any_known("type", &kinds);
    let filter = DeliveryFilter { endpoint: id, delivery: None, statuses, kinds };
    let question = format!("deliveries;{filter:?}");
    let page = PageRequest::<(DateTime<Utc>, Uuid)>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let asked = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            permit.staff.record(connection, "webhook.list_deliveries", "webhook", Some(id), &[]).await?;
            Webhook::find(connection, id).await?.ok_or(ApiError::NotFound)?;
            let after = asked.after().copied();
            let rows = queries::list_deliveries(connection, &filter, after, asked.fetch(), asked.offset()).await?;
            let total = asked.total(queries::count_deliveries(connection, &filter, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| (row.created_at, row.id), &of);
    Ok(private_answer(StatusCode::OK, &WebhookDeliveryPage { data: rows, meta, links }))
}

/// Sends a delivery that has ended again, under the same `webhook-id`, for another three days at most.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/deliveries/{delivery}/redeliver", operation_id = "redeliver_webhook",
    tag = "staff: integrations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint"), ("delivery" = Uuid, Path, description = "The delivery")),
    responses((status = 202, description = "It is under way", body = WebhookDeliveryAnswer)))]
pub async fn redeliver_webhook(request: HttpRequest, permit: IntegrationManager, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let named = request.match_info().get("delivery").and_then(|name| name.parse::<Uuid>().ok());
    let delivery = named.ok_or(ApiError::NotFound)?;
    let now = permit.staff.clock.now();
    let data = database
        .transact(async move |connection| {
            permit.staff.record(connection, "webhook.redeliver", "webhook", Some(id), &[]).await?;
            refuse_off(connection, id).await?;
            let before = find_delivery(connection, id, delivery).await?;
            if before.status == "pending" {
                return Err(ApiError::Conflict { code: "under_way", detail: "it is under way and is tried by itself" });
            }
            queries::restart_delivery(connection, delivery, now, now + PATIENCE).await?;
            find_delivery(connection, id, delivery).await
        })
        .await?;
    Ok(private_answer(StatusCode::ACCEPTED, &WebhookDeliveryAnswer { data }))
}

/// Sends a `webhook.ping` to an endpoint, also to one that is off, so that it can be tried before it is turned on. It is tried for a minute.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/ping", operation_id = "ping_webhook", tag = "staff: integrations",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The endpoint")),
    responses((status = 202, description = "It is under way", body = WebhookDeliveryAnswer)))]
pub async fn ping_webhook(request: HttpRequest, permit: IntegrationManager, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let clock = permit.staff.clock.clone();
    let data = database
        .transact(async move |connection| {
            permit.staff.record(connection, "webhook.ping", "webhook", Some(id), &[]).await?;
            let webhook = Webhook::find(connection, id).await?.ok_or(ApiError::NotFound)?;
            if webhook.trashed_at.is_some() {
                return Err(ApiError::Conflict { code: "in_trash", detail: "it is in the trash; restore it first" });
            }
            let (delivery, event, now) = (clock.new_id(), clock.new_id(), clock.now());
            let sent = payload(event, PING, id, now, &serde_json::json!({}));
            queries::insert_ping(connection, (delivery, id, event), &sent, now, now + PING_PATIENCE).await?;
            find_delivery(connection, id, delivery).await
        })
        .await?;
    Ok(private_answer(StatusCode::ACCEPTED, &WebhookDeliveryAnswer { data }))
}

async fn refuse_off(connection: &mut PgConnection, id: Uuid) -> Result<(), ApiError> {
    let webhook = Webhook::find(connection, id).await?.ok_or(ApiError::NotFound)?;
    if webhook.enabled && webhook.trashed_at.is_none() {
        return Ok(());
    }
    Err(ApiError::Conflict { code: "webhook_off", detail: "the endpoint is off: turn it on first" })
}

async fn find_delivery(connection: &mut PgConnection, endpoint: Uuid, id: Uuid) -> Result<WebhookDelivery, ApiError> {
    let filter = DeliveryFilter { endpoint, delivery: Some(id), statuses: None, kinds: None };
    let rows = queries::list_deliveries(connection, &filter, None, 1, 0).await?;
    rows.into_iter().next().ok_or(ApiError::NotFound)
}
