//! Deliveries. A lease is taken in a transaction of its own, so that none is open while a receiver is spoken to.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// An endpoint that is on.
#[derive(Debug)]
pub(in crate::outbox) struct Subscriber {
    pub(in crate::outbox) id: Uuid,
    pub(in crate::outbox) events: Vec<String>,
    /// What happened before is not told to it.
    pub(in crate::outbox) created_at: DateTime<Utc>,
}

/// The endpoints that are on.
pub(in crate::outbox) async fn list_subscribers(tx: &mut PgConnection) -> Result<Vec<Subscriber>, sqlx::Error> {
    sqlx::query_as!(
        Subscriber,
        "select id, events, created_at from cms.webhook_endpoint where enabled and trashed_at is null order by id",
    )
    .fetch_all(tx)
    .await
}

/// A delivery to be written.
#[derive(Debug)]
pub(in crate::outbox) struct NewDelivery {
    pub(in crate::outbox) id: Uuid,
    pub(in crate::outbox) endpoint_id: Uuid,
    pub(in crate::outbox) event_id: Uuid,
    pub(in crate::outbox) kind: String,
    pub(in crate::outbox) payload: String,
    pub(in crate::outbox) now: DateTime<Utc>,
    pub(in crate::outbox) give_up_at: DateTime<Utc>,
}

/// Writes deliveries, each ready to leave at once.
pub(in crate::outbox) async fn insert_deliveries(
    tx: &mut PgConnection,
    deliveries: &[NewDelivery],
) -> Result<(), sqlx::Error> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = deliveries.iter().map(|one| one.id).collect();
    let endpoints: Vec<_> = deliveries.iter().map(|one| one.endpoint_id).collect();
    let events: Vec<_> = deliveries.iter().map(|one| one.event_id).collect();
    let kinds: Vec<_> = deliveries.iter().map(|one| one.kind.clone()).collect();
    let payloads: Vec<_> = deliveries.iter().map(|one| one.payload.clone()).collect();
    let times: Vec<_> = deliveries.iter().map(|one| one.now).collect();
    let ends: Vec<_> = deliveries.iter().map(|one| one.give_up_at).collect();
    sqlx::query!(
        "insert into cms.webhook_delivery (id, endpoint_id, event_id, kind, payload, created_at, available_at, give_up_at)
         select id, endpoint_id, event_id, kind, payload, at, at, give_up_at
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
             as new(id, endpoint_id, event_id, kind, payload, at, give_up_at)
         on conflict (endpoint_id, event_id) do nothing",
        &ids,
        &endpoints,
        &events,
        &kinds,
        &payloads,
        &times,
        &ends,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A delivery that is this node's to send until the lease ends, with what signs it.
#[derive(Debug)]
pub(in crate::outbox) struct LeasedDelivery {
    pub(in crate::outbox) id: Uuid,
    pub(in crate::outbox) endpoint_id: Uuid,
    pub(in crate::outbox) event_id: Uuid,
    pub(in crate::outbox) payload: String,
    /// This one included.
    pub(in crate::outbox) attempts: i32,
    pub(in crate::outbox) give_up_at: DateTime<Utc>,
    pub(in crate::outbox) leased_until: DateTime<Utc>,
    pub(in crate::outbox) url: String,
    pub(in crate::outbox) sealed_secret: Vec<u8>,
    pub(in crate::outbox) former_sealed: Option<Vec<u8>>,
    pub(in crate::outbox) former_until: Option<DateTime<Utc>>,
}

/// Takes what is due at `now`, the oldest first and up to `at_once` for each endpoint, less what it has under way here.
/// Rows that another node is taking are passed over, and a lease that ran out counts as none. An endpoint that is off gets
/// nothing but a ping, and one without an agreement that holds nothing about inquiries: that waits.
pub(in crate::outbox) async fn lease_due(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    at_once: i32,
    endpoints: &[Uuid],
    taken: &[i32],
) -> Result<Vec<LeasedDelivery>, sqlx::Error> {
    sqlx::query_as!(
        LeasedDelivery,
        r#"with due as (
             select d.id
               from cms.webhook_endpoint e
              cross join cms.clinic_clock k
               left join unnest($4::uuid[], $5::integer[]) as busy(endpoint_id, taken) on busy.endpoint_id = e.id
              cross join lateral (
                select w.id from cms.webhook_delivery w
                 where w.endpoint_id = e.id and w.status = 'pending' and w.available_at <= $1
                   and (w.leased_until is null or w.leased_until <= $1)
                   and (w.kind = 'webhook.ping'
                        or (e.enabled and (w.kind not like 'inquiry.%'
                                           or cms.agreement_holds(e.processor_id, ($1 at time zone k.timezone)::date))))
                 order by w.available_at, w.id
                 limit greatest(0, $3 - coalesce(busy.taken, 0))
                   for update skip locked) d
              where e.trashed_at is null)
           update cms.webhook_delivery d
              set leased_until = $2, attempts = d.attempts + 1, last_attempt_at = $1
             from due, cms.webhook_endpoint e
            where d.id = due.id and e.id = d.endpoint_id
           returning d.id, d.endpoint_id, d.event_id, d.payload, d.attempts, d.give_up_at,
                     d.leased_until as "leased_until!", e.url, e.sealed_secret, e.former_sealed, e.former_until"#,
        now,
        until,
        at_once,
        endpoints,
        taken,
    )
    .fetch_all(tx)
    .await
}

/// Gives up what nobody may send and whose time is over: its endpoint was off, or had no agreement.
pub(in crate::outbox) async fn give_up_old(tx: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.webhook_delivery set status = 'dead', ended_at = $1, leased_until = null, last_error = coalesce(last_error, 'held_back')
          where id in (select id from cms.webhook_delivery
                        where status = 'pending' and give_up_at < $1 and (leased_until is null or leased_until <= $1)
                          and available_at < $1 - interval '1 hour'
                        limit 100 for update skip locked)",
        now,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// How an attempt ended.
#[derive(Debug)]
pub(in crate::outbox) struct Ending {
    pub(in crate::outbox) now: DateTime<Utc>,
    pub(in crate::outbox) status: Option<i16>,
    /// None where it arrived.
    pub(in crate::outbox) error: Option<&'static str>,
    pub(in crate::outbox) duration_ms: i32,
    /// When it is tried again; none where it arrived or is given up.
    pub(in crate::outbox) available_at: Option<DateTime<Utc>>,
}

/// Notes how an attempt ended. What arrived has arrived, whoever holds the lease by now; otherwise the lease has to be
/// this node's still. Answers whether it was noted.
pub(in crate::outbox) async fn end_attempt(
    tx: &mut PgConnection,
    delivery: &LeasedDelivery,
    ending: &Ending,
) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!(
        "update cms.webhook_delivery
            set status = case when $4::text is null then 'delivered' when $6::timestamptz is null then 'dead' else 'pending' end,
                ended_at = case when $4::text is null or $6::timestamptz is null then $7::timestamptz end,
                available_at = coalesce($6, available_at), leased_until = null, last_status = $3, last_error = $4,
                last_duration_ms = $5
          where id = $1 and status = 'pending' and ($4::text is null or leased_until = $2)",
        delivery.id,
        delivery.leased_until,
        ending.status,
        ending.error,
        ending.duration_ms,
        ending.available_at,
        ending.now,
    )
    .execute(tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Turns an endpoint off whose receiver is gone; answers whether it was on.
pub(in crate::outbox) async fn disable_gone(
    tx: &mut PgConnection,
    endpoint: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update cms.webhook_endpoint
            set enabled = false, disabled_reason = 'gone', version = version + 1, updated_at = $2, updated_by = null
          where id = $1 and enabled",
        endpoint,
        now,
    )
    .execute(tx)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Removes up to `limit` deliveries that arrived before `delivered` or ended before `all`, and events before `all`.
pub(in crate::outbox) async fn clear(
    tx: &mut PgConnection,
    delivered: DateTime<Utc>,
    all: DateTime<Utc>,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deliveries = sqlx::query!(
        "delete from cms.webhook_delivery
          where id in (select id from cms.webhook_delivery
                        where (status = 'delivered' and ended_at < $1) or (status <> 'pending' and ended_at < $2)
                        limit $3 for update skip locked)",
        delivered,
        all,
        limit,
    )
    .execute(&mut *tx)
    .await?;
    let events = sqlx::query!(
        "delete from cms.outbox_event
          where id in (select id from cms.outbox_event where delivered_at < $1 limit $2 for update skip locked)",
        all,
        limit,
    )
    .execute(tx)
    .await?;
    Ok(deliveries.rows_affected() + events.rows_affected())
}

/// What somebody should look at: dead letters that ended since `since`, and endpoints that the program turned off.
///
/// # Errors
/// Those of the database.
pub async fn find_trouble(tx: &mut PgConnection, since: DateTime<Utc>) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        r#"select (select count(*) from cms.webhook_delivery where status = 'dead' and ended_at >= $1) as "dead!",
                  (select count(*) from cms.webhook_endpoint where disabled_reason is not null and trashed_at is null)
                    as "disabled!""#,
        since,
    )
    .fetch_one(tx)
    .await?;
    Ok((row.dead, row.disabled))
}
