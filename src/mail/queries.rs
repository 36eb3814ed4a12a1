//! All SQL about letters. A lease is taken in a transaction of its own, so that none is open while a mail server is
//! spoken to. Instants come from the program's clock and never from the server's.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A letter that is this node's to carry until the lease ends.
pub(super) struct Leased {
    pub(super) id: Uuid,
    pub(super) kind: String,
    /// The letter, sealed; none for a letter to an inquirer.
    pub(super) sealed: Option<Vec<u8>>,
    /// Whose sender is written to; none for a letter to staff.
    pub(super) inquiry_id: Option<Uuid>,
    pub(super) created_at: DateTime<Utc>,
    /// This one included.
    pub(super) attempts: i32,
}

/// Puts a letter in, ready to leave at once.
pub(super) async fn insert_message(
    tx: &mut PgConnection,
    id: Uuid,
    kind: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.mail_message (id, kind, sealed, created_at, available_at) values ($1, $2, $3, $4, $4)",
        id,
        kind,
        sealed,
        now,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts a letter to the sender of an inquiry in, ready to leave at once.
pub(super) async fn insert_reply(
    tx: &mut PgConnection,
    id: Uuid,
    kind: &str,
    inquiry: Uuid,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.mail_message (id, kind, inquiry_id, created_at, available_at) values ($1, $2, $3, $4, $4)",
        id,
        kind,
        inquiry,
        now,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes up to `limit` letters that are due at `now`, the oldest first. Rows that another node is taking are passed
/// over, and a lease that ran out counts as none.
pub(super) async fn lease_due(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Leased>, sqlx::Error> {
    sqlx::query_as!(
        Leased,
        r#"update cms.mail_message set leased_until = $2, attempts = attempts + 1
            where id in (select id from cms.mail_message
                          where sent_at is null and failed_at is null and available_at <= $1
                            and (leased_until is null or leased_until <= $1)
                          order by available_at, id limit $3 for update skip locked)
        returning id, kind, sealed, inquiry_id, created_at, attempts"#,
        now,
        until,
        limit,
    )
    .fetch_all(tx)
    .await
}

/// Notes that a letter left, and forgets what it said. Whoever holds the lease by now: it is gone. Answers whether nobody
/// had noted it before.
pub(super) async fn mark_sent(tx: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let marked = sqlx::query!(
        "update cms.mail_message set sent_at = $2, sealed = null, leased_until = null, last_error = null
          where id = $1 and sent_at is null and failed_at is null",
        id,
        now,
    )
    .execute(tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Gives a letter back until `available_at`, if the lease that ends at `leased_until` is still this node's.
pub(super) async fn postpone(
    tx: &mut PgConnection,
    id: Uuid,
    leased_until: DateTime<Utc>,
    available_at: DateTime<Utc>,
    error: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.mail_message set available_at = $3, leased_until = null, last_error = $4
          where id = $1 and leased_until = $2 and sent_at is null and failed_at is null",
        id,
        leased_until,
        available_at,
        error,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives a letter up and forgets what it said, if the lease that ends at `leased_until` is still this node's.
/// Answers whether it was.
pub(super) async fn mark_failed(
    tx: &mut PgConnection,
    id: Uuid,
    leased_until: DateTime<Utc>,
    now: DateTime<Utc>,
    error: &str,
) -> Result<bool, sqlx::Error> {
    let marked = sqlx::query!(
        "update cms.mail_message set failed_at = $3, sealed = null, leased_until = null, last_error = $4
          where id = $1 and leased_until = $2 and sent_at is null and failed_at is null",
        id,
        leased_until,
        now,
        error,
    )
    .execute(tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// The clinic's name as the public reads it.
pub(super) async fn find_clinic_name(tx: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let found = sqlx::query_scalar!(r#"select name as "name!" from site.clinic"#).fetch_optional(tx).await?;
    Ok(found)
}
