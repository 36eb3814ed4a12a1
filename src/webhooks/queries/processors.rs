//! Processors.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::webhooks::processors::{Processor, ProcessorInput};

/// One processor, or those of the trash or outside it, by name: at most 1,000.
///
/// # Errors
/// Those of the database.
pub async fn list_processors(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<Processor>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "processor!: Json<Processor>"
             from (select p.id, p.name, p.purpose, p.agreement, p.signed_on, p.expires_on, p.note,
                          cms.agreement_holds(p.id, k.today) as in_force,
                          (select coalesce(json_agg(e.id order by e.id), '[]') from cms.webhook_endpoint e
                            where e.processor_id = p.id and e.trashed_at is null) as webhooks,
                          p.version, p.created_at, p.updated_at, p.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = p.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = p.updated_by) as updated_by
                     from cms.processor p cross join cms.clinic_clock k
                    where ($1::uuid is null or p.id = $1) and ($2::boolean is null or (p.trashed_at is not null) = $2)
                    order by lower(p.name), p.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps everybody else from writing the processor until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_processor(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.processor where id = $1 for no key update", id).fetch_optional(connection).await?;
    Ok(())
}

/// Whether an endpoint that is on leads to the processor.
///
/// # Errors
/// Those of the database.
pub async fn has_enabled_webhook(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from cms.webhook_endpoint
                           where processor_id = $1 and enabled and trashed_at is null) as "exists!""#,
        id,
    )
    .fetch_one(connection)
    .await
}

/// The processor of that name or id outside the trash, or the one that the endpoint has; nobody puts it into the trash
/// until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_processor_named(
    connection: &mut PgConnection,
    name: &str,
    before: Option<Uuid>,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select p.id from cms.processor p
          where (lower(p.name) = lower($1) or p.id::text = $1) and (p.trashed_at is null or p.id = $2)
          order by p.trashed_at nulls first limit 1 for share",
        name,
        before,
    )
    .fetch_optional(connection)
    .await
}

/// Whether a processor's agreement holds at an instant, by the clinic's calendar.
///
/// # Errors
/// Those of the database.
pub async fn agreement_holds(
    connection: &mut PgConnection,
    processor: Uuid,
    at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select cms.agreement_holds($1, ($2 at time zone k.timezone)::date) as "holds!" from cms.clinic_clock k"#,
        processor,
        at,
    )
    .fetch_one(connection)
    .await
}

/// Stores a new processor.
///
/// # Errors
/// Those of the database.
pub async fn insert_processor(
    connection: &mut PgConnection,
    id: Uuid,
    input: &ProcessorInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.processor (id, name, purpose, agreement, signed_on, expires_on, note, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        id,
        input.name,
        input.purpose,
        input.agreement,
        input.signed_on,
        input.expires_on,
        input.note,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a processor and raises its version.
///
/// # Errors
/// Those of the database.
pub async fn update_processor(
    connection: &mut PgConnection,
    id: Uuid,
    input: &ProcessorInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.processor
            set name = $2, purpose = $3, agreement = $4, signed_on = $5, expires_on = $6, note = $7,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $8
          where id = $1",
        id,
        input.name,
        input.purpose,
        input.agreement,
        input.signed_on,
        input.expires_on,
        input.note,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a processor into the trash, or takes one out.
///
/// # Errors
/// Those of the database.
pub async fn update_processor_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.processor
            set trashed_at = case when $2 then clock_timestamp() end, version = version + 1,
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
