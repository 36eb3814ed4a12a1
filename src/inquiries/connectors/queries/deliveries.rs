//! Deliveries that are no inquiry yet: fetched, looked at by staff, tried again, cleared.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::inquiries::connectors::{kind::IntegrationKind, mapping::IntegrationMapping, understood::LeadMistake};

/// A delivery in a list: never what it says.
#[derive(Debug)]
pub struct ListedDelivery {
    /// UUIDv7.
    pub id: Uuid,
    /// `fetching`, `kept` or `done`.
    pub state: String,
    /// Why it is kept, or what went wrong last.
    pub reason: Option<String>,
    /// What is wrong with it.
    pub mistakes: Json<Vec<LeadMistake>>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// How often it was fetched.
    pub attempts: i32,
    /// When it is fetched next.
    pub available_at: DateTime<Utc>,
    /// What became of it.
    pub inquiry_id: Option<Uuid>,
    /// When it became so.
    pub done_at: Option<DateTime<Utc>>,
    /// When it goes.
    pub retention_expires_at: DateTime<Utc>,
}

/// A delivery that is this node's to fetch or to try until the lease ends.
#[derive(Debug)]
pub struct OpenDelivery {
    /// UUIDv7.
    pub id: Uuid,
    /// The connection.
    pub integration_id: Uuid,
    /// Sealed for the row.
    pub sealed: Vec<u8>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The request that brought it.
    pub request_id: Option<String>,
    /// This one included.
    pub attempts: i32,
}

/// A connection for a delivery of its own, whether deliveries are taken or not.
#[derive(Debug)]
pub struct Behind {
    /// Which service.
    pub kind: IntegrationKind,
    /// As it was written.
    pub mapping: Option<IntegrationMapping>,
    /// The slug of its form; none where that is in the trash.
    pub form: Option<String>,
    /// The slug of its location.
    pub location: Option<String>,
    /// The slug of its service.
    pub service: Option<String>,
}

/// A page of deliveries, the latest first, from behind `after`.
///
/// # Errors
/// Those of the database.
pub async fn list_deliveries(
    connection: &mut PgConnection,
    integration: Uuid,
    states: Option<&[String]>,
    after: Option<(DateTime<Utc>, Uuid)>,
    (limit, offset): (i64, i64),
) -> Result<Vec<ListedDelivery>, sqlx::Error> {
    let (at, id) = after.unzip();
    sqlx::query_as!(
        ListedDelivery,
        r#"select id, state, reason, mistakes as "mistakes: Json<Vec<LeadMistake>>", received_at, attempts, available_at,
                  inquiry_id, done_at, retention_expires_at
             from cms.integration_delivery
            where integration_id = $1 and ($2::text[] is null or state = any ($2))
              and ($3::timestamptz is null or (received_at, id) < ($3, $4))
            order by received_at desc, id desc limit $5 offset $6"#,
        integration,
        states,
        at,
        id,
        limit,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// A delivery with what it says.
#[derive(Debug)]
pub struct KeptDelivery {
    /// As a list has it.
    pub listed: ListedDelivery,
    /// The connection's kind.
    pub kind: IntegrationKind,
    /// Sealed for the row; none once it is an inquiry.
    pub sealed: Option<Vec<u8>>,
}

/// A delivery of this connection.
///
/// # Errors
/// Those of the database.
pub async fn find_kept_delivery(
    connection: &mut PgConnection,
    integration: Uuid,
    id: Uuid,
) -> Result<Option<KeptDelivery>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select d.id, d.state, d.reason, d.mistakes as "mistakes: Json<Vec<LeadMistake>>", d.received_at, d.attempts,
                  d.available_at, d.inquiry_id, d.done_at, d.retention_expires_at, d.sealed, i.kind
             from cms.integration_delivery d join cms.integration i on i.id = d.integration_id
            where d.integration_id = $1 and d.id = $2"#,
        integration,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|row| {
        let kind = IntegrationKind::named(&row.kind)?;
        let listed = ListedDelivery {
            id: row.id,
            state: row.state,
            reason: row.reason,
            mistakes: row.mistakes,
            received_at: row.received_at,
            attempts: row.attempts,
            available_at: row.available_at,
            inquiry_id: row.inquiry_id,
            done_at: row.done_at,
            retention_expires_at: row.retention_expires_at,
        };
        Some(KeptDelivery { listed, kind, sealed: row.sealed })
    }))
}

/// How many there are, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_deliveries(
    connection: &mut PgConnection,
    integration: Uuid,
    states: Option<&[String]>,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select from cms.integration_delivery
                    where integration_id = $1 and ($2::text[] is null or state = any ($2)) limit $3) d"#,
        integration,
        states,
        most,
    )
    .fetch_one(connection)
    .await
}

/// Takes up to `limit` leads that are due to be fetched, the oldest first. Rows that another node is taking are passed
/// over, and a lease that ran out counts as none.
///
/// # Errors
/// Those of the database.
pub async fn lease_fetches(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OpenDelivery>, sqlx::Error> {
    sqlx::query_as!(
        OpenDelivery,
        r#"update cms.integration_delivery set leased_until = $2, attempts = attempts + 1
            where id in (select d.id from cms.integration_delivery d
                           join cms.integration i on i.id = d.integration_id and i.enabled and i.trashed_at is null
                          where d.state = 'fetching' and d.available_at <= $1
                            and (d.leased_until is null or d.leased_until <= $1)
                          order by d.available_at, d.id limit $3 for update of d skip locked)
        returning id, integration_id, sealed as "sealed!", received_at, request_id, attempts"#,
        now,
        until,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Takes one that is kept, to be tried again; none where it is not kept, or somebody else tries it now.
///
/// # Errors
/// Those of the database.
pub async fn lease_kept(
    connection: &mut PgConnection,
    (integration, id): (Uuid, Uuid),
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<OpenDelivery>, sqlx::Error> {
    sqlx::query_as!(
        OpenDelivery,
        r#"update cms.integration_delivery set leased_until = $4, attempts = attempts + 1
            where integration_id = $1 and id = $2 and state = 'kept' and (leased_until is null or leased_until <= $3)
        returning id, integration_id, sealed as "sealed!", received_at, request_id, attempts"#,
        integration,
        id,
        now,
        until,
    )
    .fetch_optional(connection)
    .await
}

/// The state of a delivery of this connection.
///
/// # Errors
/// Those of the database.
pub async fn find_delivery_state(
    connection: &mut PgConnection,
    integration: Uuid,
    id: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select state from cms.integration_delivery where integration_id = $1 and id = $2",
        integration,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// What a delivery is read with.
///
/// # Errors
/// Those of the database.
pub async fn find_behind(connection: &mut PgConnection, integration: Uuid) -> Result<Option<Behind>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select i.kind, i.mapping as "mapping: Json<IntegrationMapping>", f.slug as "form?", l.slug as "location?",
                  s.slug as "service?"
             from cms.integration i
             left join cms.form f on f.id = i.form_id and f.trashed_at is null
             left join cms.location l on l.id = i.location_id and l.trashed_at is null
             left join cms.service s on s.id = i.service_id and s.trashed_at is null
            where i.id = $1"#,
        integration,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|row| {
        let kind = IntegrationKind::named(&row.kind)?;
        let mapping = row.mapping.map(|mapping| mapping.0);
        Some(Behind { kind, mapping, form: row.form, location: row.location, service: row.service })
    }))
}

/// The sealed secrets of a connection that count now, the newest first.
///
/// # Errors
/// Those of the database.
pub async fn find_secrets(
    connection: &mut PgConnection,
    integration: Uuid,
    of: &str,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Vec<u8>)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, sealed from cms.integration_secret
          where integration_id = $1 and use = $2 and (valid_until is null or valid_until > $3)
          order by valid_until desc nulls first",
        integration,
        of,
        now,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sealed)).collect())
}

/// Notes that a delivery became an inquiry, and forgets what it said. Whoever holds the lease by now: it is done.
///
/// # Errors
/// Those of the database.
pub async fn mark_done(
    connection: &mut PgConnection,
    id: Uuid,
    inquiry: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration_delivery
            set state = 'done', sealed = null, leased_until = null, done_at = $3, inquiry_id = $2, reason = null, mistakes = '[]'
          where id = $1 and state <> 'done'",
        id,
        inquiry,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a delivery back until `available_at`, if the lease that ends at `leased_until` is still this node's.
///
/// # Errors
/// Those of the database.
pub async fn postpone(
    connection: &mut PgConnection,
    id: Uuid,
    leased_until: DateTime<Utc>,
    available_at: DateTime<Utc>,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration_delivery set available_at = $3, leased_until = null, reason = $4
          where id = $1 and leased_until = $2 and state = 'fetching'",
        id,
        leased_until,
        available_at,
        reason,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps a delivery for staff to look at: with other bytes where more is known of it.
///
/// # Errors
/// Those of the database.
pub async fn keep(
    connection: &mut PgConnection,
    id: Uuid,
    leased_until: DateTime<Utc>,
    reason: &str,
    mistakes: &[LeadMistake],
    sealed: Option<&[u8]>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration_delivery
            set state = 'kept', reason = $3, mistakes = $4, sealed = coalesce($5, sealed), leased_until = null
          where id = $1 and leased_until = $2 and state <> 'done'",
        id,
        leased_until,
        reason,
        Json(mistakes) as _,
        sealed,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Has the fields of a lead fetched again.
///
/// # Errors
/// Those of the database.
pub async fn fetch_again(
    connection: &mut PgConnection,
    id: Uuid,
    leased_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration_delivery
            set state = 'fetching', available_at = $3, attempts = 0, leased_until = null
          where id = $1 and leased_until = $2 and state = 'kept'",
        id,
        leased_until,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes deliveries whose retention has ended; answers how many.
///
/// # Errors
/// Those of the database.
pub async fn delete_expired_deliveries(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    most: i64,
) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!(
        "delete from cms.integration_delivery
          where id in (select id from cms.integration_delivery where retention_expires_at <= $1 limit $2 for update skip locked)",
        now,
        most,
    )
    .execute(connection)
    .await?;
    Ok(gone.rows_affected())
}
