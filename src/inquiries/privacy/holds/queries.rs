//! Holds as they are stored.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A hold, its reason still sealed.
#[derive(Debug)]
pub struct Hold {
    /// UUIDv7.
    pub id: Uuid,
    /// None once the inquiry is erased.
    pub sealed_reason: Option<Vec<u8>>,
    /// When it began.
    pub held_at: DateTime<Utc>,
    /// Who held.
    pub held_by: Uuid,
    /// Their name.
    pub held_by_name: String,
    /// When it ended.
    pub released_at: Option<DateTime<Utc>>,
    /// Who released.
    pub released_by: Option<Uuid>,
    /// Their name.
    pub released_by_name: Option<String>,
}

/// The holds of an inquiry, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list_holds(connection: &mut PgConnection, inquiry: Uuid) -> Result<Vec<Hold>, sqlx::Error> {
    sqlx::query_as!(
        Hold,
        r#"select h.id, h.sealed_reason, h.held_at, h.held_by, a.name as held_by_name, h.released_at, h.released_by,
                  r.name as "released_by_name?"
             from cms.legal_hold h
             join cms.account a on a.id = h.held_by
             left join cms.account r on r.id = h.released_by
            where h.inquiry_id = $1 order by h.held_at desc, h.id desc"#,
        inquiry,
    )
    .fetch_all(connection)
    .await
}

/// Stores a hold.
///
/// # Errors
/// Those of the database.
pub async fn insert_hold(
    transaction: &mut PgConnection,
    (id, inquiry): (Uuid, Uuid),
    sealed_reason: &[u8],
    (by, at): (Uuid, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.legal_hold (id, inquiry_id, sealed_reason, held_at, held_by) values ($1, $2, $3, $4, $5)",
        id,
        inquiry,
        sealed_reason,
        at,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Ends the hold that an inquiry has.
///
/// # Errors
/// Those of the database.
pub async fn release_hold(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    (by, at): (Uuid, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.legal_hold set released_at = $2, released_by = $3 where inquiry_id = $1 and released_at is null",
        inquiry,
        at,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Marks the inquiry as held or not. Answers its version.
///
/// # Errors
/// Those of the database.
pub async fn update_held(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    held: bool,
    by: Uuid,
) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        "update cms.inquiry
            set legal_hold = $2, version = version + 1, updated_at = clock_timestamp(), updated_by = $3
          where id = $1 returning version",
        inquiry,
        held,
        by,
    )
    .fetch_one(transaction)
    .await
}
