//! Deliveries as staff see them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::webhooks::deliveries::WebhookDelivery;

/// What a list of deliveries is narrowed to.
#[derive(Clone, Debug)]
pub struct DeliveryFilter {
    /// The endpoint.
    pub endpoint: Uuid,
    /// One of them.
    pub delivery: Option<Uuid>,
    /// Any of these statuses.
    pub statuses: Option<Vec<String>>,
    /// Any of these types.
    pub kinds: Option<Vec<String>>,
}

/// A part of the deliveries of an endpoint, latest first. `after` is the last row of the part before.
///
/// # Errors
/// Those of the database.
pub async fn list_deliveries(
    connection: &mut PgConnection,
    filter: &DeliveryFilter,
    after: Option<(DateTime<Utc>, Uuid)>,
    fetch: i64,
    offset: i64,
) -> Result<Vec<WebhookDelivery>, sqlx::Error> {
    let (after_at, after_id) = after.unzip();
    sqlx::query_as!(
        WebhookDelivery,
        r#"select d.id, d.event_id, d.kind as "type", d.status, d.attempts, d.last_status, d.last_error, d.last_duration_ms,
                  d.last_attempt_at, case when d.status = 'pending' then d.available_at end as next_attempt_at,
                  d.created_at, d.ended_at
             from cms.webhook_delivery d
            where d.endpoint_id = $1 and ($2::uuid is null or d.id = $2)
              and ($3::text[] is null or d.status = any ($3)) and ($4::text[] is null or d.kind = any ($4))
              and ($5::timestamptz is null or (d.created_at, d.id) < ($5, $6::uuid))
            order by d.created_at desc, d.id desc limit $7 offset $8"#,
        filter.endpoint,
        filter.delivery,
        filter.statuses.as_deref(),
        filter.kinds.as_deref(),
        after_at,
        after_id,
        fetch,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many deliveries the filter leaves, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_deliveries(
    connection: &mut PgConnection,
    filter: &DeliveryFilter,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select from cms.webhook_delivery d
                    where d.endpoint_id = $1 and ($2::text[] is null or d.status = any ($2))
                      and ($3::text[] is null or d.kind = any ($3))
                    limit $4) counted"#,
        filter.endpoint,
        filter.statuses.as_deref(),
        filter.kinds.as_deref(),
        most,
    )
    .fetch_one(connection)
    .await
}

/// Lets a delivery that has ended begin anew at `now`.
///
/// # Errors
/// Those of the database.
pub async fn restart_delivery(
    connection: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
    give_up_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.webhook_delivery
            set status = 'pending', ended_at = null, available_at = $2, give_up_at = $3, leased_until = null, attempts = 0
          where id = $1 and status <> 'pending'",
        id,
        now,
        give_up_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts in a ping to an endpoint: the ids are the delivery's, the endpoint's and the event's.
///
/// # Errors
/// Those of the database.
pub async fn insert_ping(
    connection: &mut PgConnection,
    (id, endpoint, event): (Uuid, Uuid, Uuid),
    payload: &str,
    now: DateTime<Utc>,
    give_up_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.webhook_delivery (id, endpoint_id, event_id, kind, payload, created_at, available_at, give_up_at)
         values ($1, $2, $3, 'webhook.ping', $4, $5, $5, $6)",
        id,
        endpoint,
        event,
        payload,
        now,
        give_up_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}
