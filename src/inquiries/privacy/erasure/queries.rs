//! What an erasure takes away, and the tombstones that it leaves.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Reason, Tombstone};

/// Those of the inquiries that are not erased and not held, kept from other writers until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_erasable(
    transaction: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, DateTime<Utc>)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, received_at from cms.inquiry
          where id = any ($1) and erased_at is null and not legal_hold order by id for update",
        ids,
    )
    .fetch_all(transaction)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.received_at)).collect())
}

/// Those of the inquiries that are held.
///
/// # Errors
/// Those of the database.
pub async fn list_held(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from cms.inquiry where id = any ($1) and erased_at is null and legal_hold", ids)
        .fetch_all(connection)
        .await
}

/// Takes the data keys and everything under them out of the rows, the blind indexes, and what the rows say of the person
/// in the open. The keyed hash of a delivery's id stays: a delivery that comes again must not bring it back.
///
/// # Errors
/// Those of the database.
pub async fn erase_rows(
    transaction: &mut PgConnection,
    tombstones: &[Tombstone],
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = tombstones.iter().map(|tombstone| tombstone.id).collect();
    let at: Vec<DateTime<Utc>> = tombstones.iter().map(|tombstone| tombstone.erased_at).collect();
    let reasons: Vec<String> = tombstones.iter().map(|tombstone| tombstone.reason.name().to_owned()).collect();
    sqlx::query!(
        "update cms.inquiry i
            set erased_at = gone.at, erasure_reason = gone.reason, key_id = null, wrapped_key = null,
                sealed_name = null, sealed_email = null, sealed_phone = null, sealed_message = null,
                sealed_details = null, email_index = null, phone_index = null, content_index = null,
                preferred_contact = null, language = null, on_behalf_of = null, emergency_rule = null,
                close_reason = null, next_action_at = null, duplicate_of = null, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $4
           from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as gone (id, at, reason)
          where i.id = gone.id",
        &ids,
        &at,
        &reasons,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes away what stands beside rows that are erased: notes, attempts to reach the person, letters that wait, answers to
/// repeated posts, the words of holds.
///
/// # Errors
/// Those of the database.
pub async fn forget_beside(transaction: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!("select cms.forget_beside($1)", ids).execute(transaction).await.map(drop)
}

/// Writes tombstones; one that stands already stays as it is.
///
/// # Errors
/// Those of the database.
pub async fn insert_tombstones(transaction: &mut PgConnection, tombstones: &[Tombstone]) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = tombstones.iter().map(|tombstone| tombstone.id).collect();
    let received: Vec<DateTime<Utc>> = tombstones.iter().map(|tombstone| tombstone.received_at).collect();
    let erased: Vec<DateTime<Utc>> = tombstones.iter().map(|tombstone| tombstone.erased_at).collect();
    let reasons: Vec<String> = tombstones.iter().map(|tombstone| tombstone.reason.name().to_owned()).collect();
    sqlx::query!(
        "insert into cms.inquiry_tombstone (inquiry_id, received_at, erased_at, reason)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[])
         on conflict do nothing",
        &ids,
        &received,
        &erased,
        &reasons,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Tombstones in the order of their erasure, after a place in it.
///
/// # Errors
/// Those of the database.
pub async fn list_tombstones(
    connection: &mut PgConnection,
    (after_at, after_id): (DateTime<Utc>, Uuid),
    most: i64,
) -> Result<Vec<Tombstone>, sqlx::Error> {
    let rows = sqlx::query!(
        "select inquiry_id, received_at, erased_at, reason from cms.inquiry_tombstone
          where (erased_at, inquiry_id) > ($1, $2::uuid) order by erased_at, inquiry_id limit $3",
        after_at,
        after_id,
        most,
    )
    .fetch_all(connection)
    .await?;
    let tombstones = rows.into_iter().map(|row| Tombstone {
        id: row.inquiry_id,
        received_at: row.received_at,
        erased_at: row.erased_at,
        reason: Reason::named(&row.reason).unwrap_or(Reason::Staff),
    });
    Ok(tombstones.collect())
}

/// Removes answers to repeated posts that have expired, at most so many. Answers how many went.
///
/// # Errors
/// Those of the database.
pub async fn clear_expired_answers(
    transaction: &mut PgConnection,
    now: DateTime<Utc>,
    most: i64,
) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!(
        "delete from cms.idempotency_key where (scope, key) in
            (select scope, key from cms.idempotency_key where expires_at <= $1 limit $2)",
        now,
        most,
    );
    Ok(gone.execute(transaction).await?.rows_affected())
}
