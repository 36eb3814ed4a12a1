//! Endpoints.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::webhooks::webhook::Webhook;

/// One endpoint, or those of the trash or outside it, the newest first: at most 1,000.
///
/// # Errors
/// Those of the database.
pub async fn list_webhooks(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<Webhook>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "webhook!: Json<Webhook>"
             from (select e.id, e.url, e.description, e.events, e.enabled, e.disabled_reason,
                          (select json_build_object('id', p.id, 'name', p.name) from cms.processor p where p.id = e.processor_id) as processor,
                          array_to_string(e.events, ',') like '%inquiry.%'
                            and not coalesce(cms.agreement_holds(e.processor_id, k.today), false) as inquiries_held_back,
                          e.secret_made_at, e.former_until as former_secret_until,
                          e.version, e.created_at, e.updated_at, e.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = e.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = e.updated_by) as updated_by
                     from cms.webhook_endpoint e cross join cms.clinic_clock k
                    where ($1::uuid is null or e.id = $1) and ($2::boolean is null or (e.trashed_at is not null) = $2)
                    order by e.id desc limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps everybody else from writing the endpoint until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_webhook(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.webhook_endpoint where id = $1 for no key update", id)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// How many endpoints there are outside the trash. Two that are made at once are counted one after the other.
///
/// # Errors
/// Those of the database.
pub async fn count_webhooks(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('cms.webhook_endpoint'))").execute(&mut *connection).await?;
    sqlx::query_scalar!(r#"select count(*) as "count!" from cms.webhook_endpoint where trashed_at is null"#)
        .fetch_one(connection)
        .await
}

/// An endpoint to be written.
#[derive(Debug)]
pub struct WebhookWrite {
    /// Complete, in its normal form.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// Which events go there.
    pub events: Vec<String>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Who receives it.
    pub processor: Option<Uuid>,
}

/// Stores a new endpoint with its sealed secret.
///
/// # Errors
/// Those of the database.
pub async fn insert_webhook(
    connection: &mut PgConnection,
    id: Uuid,
    webhook: &WebhookWrite,
    (sealed, made_at): (&[u8], DateTime<Utc>),
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.webhook_endpoint (id, url, description, events, enabled, processor_id, sealed_secret, secret_made_at,
                                           created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        id,
        webhook.url,
        webhook.description,
        &webhook.events,
        webhook.enabled,
        webhook.processor,
        sealed,
        made_at,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what staff may write of an endpoint and raises its version. One that is on was not turned off by the program.
///
/// # Errors
/// Those of the database.
pub async fn update_webhook(
    connection: &mut PgConnection,
    id: Uuid,
    webhook: &WebhookWrite,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.webhook_endpoint
            set url = $2, description = $3, events = $4, enabled = $5, processor_id = $6,
                disabled_reason = case when $5 then null else disabled_reason end,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $7
          where id = $1",
        id,
        webhook.url,
        webhook.description,
        &webhook.events,
        webhook.enabled,
        webhook.processor,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts an endpoint into the trash, or takes one out; either way it is off.
///
/// # Errors
/// Those of the database.
pub async fn update_webhook_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.webhook_endpoint
            set trashed_at = case when $2 then clock_timestamp() end, enabled = false, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The sealed secret of an endpoint.
///
/// # Errors
/// Those of the database.
pub async fn find_sealed_secret(connection: &mut PgConnection, id: Uuid) -> Result<Vec<u8>, sqlx::Error> {
    sqlx::query_scalar!("select sealed_secret from cms.webhook_endpoint where id = $1", id).fetch_one(connection).await
}

/// Puts a new secret in the place of the present one, which signs on until `former_until`, or not at all.
///
/// # Errors
/// Those of the database.
pub async fn rotate_secret(
    connection: &mut PgConnection,
    id: Uuid,
    (sealed, made_at): (&[u8], DateTime<Utc>),
    former_until: Option<DateTime<Utc>>,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.webhook_endpoint
            set former_sealed = case when $4::timestamptz is not null then sealed_secret end, former_until = $4,
                sealed_secret = $2, secret_made_at = $3, version = version + 1, updated_at = clock_timestamp(), updated_by = $5
          where id = $1",
        id,
        sealed,
        made_at,
        former_until,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
