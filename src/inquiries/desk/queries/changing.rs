//! What is changed about inquiries.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::Reach;

/// Any number, the same in every program of ours: who holds it is saying what repeats what.
const DUPLICATES: i64 = 0x6475_706c_6963;

/// Where an inquiry stands, with the key that its notes are sealed under.
#[derive(Clone, Debug)]
pub struct Standing {
    /// UUIDv7.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Where it stands.
    pub status: String,
    /// Why.
    pub close_reason: Option<String>,
    /// How urgent it is.
    pub priority: String,
    /// Who looks after it.
    pub assignee_id: Option<Uuid>,
    /// Where it belongs.
    pub location_id: Option<Uuid>,
    /// When somebody is to be called back.
    pub next_action_at: Option<DateTime<Utc>>,
    /// The inquiry that it repeats.
    pub duplicate_of: Option<Uuid>,
    /// When the first answer was given.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// Attempts to reach the sender.
    pub attempts: i32,
    /// Named by the `ETag`.
    pub version: i32,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it: id and name, both or none.
    pub updated_by_id: Option<Uuid>,
    /// See `updated_by_id`.
    pub updated_by_name: Option<String>,
    /// The key-encryption key.
    pub key_id: String,
    /// The data key.
    pub wrapped_key: Vec<u8>,
}

/// Those of `ids` that are within reach, which nobody else changes until the transaction ends. Taken in the order of
/// their ids, so that two changes of many never wait for each other in a circle.
///
/// # Errors
/// Those of the database.
pub async fn hold_inquiries(
    transaction: &mut PgConnection,
    ids: &[Uuid],
    reach: &Reach,
) -> Result<Vec<Standing>, sqlx::Error> {
    sqlx::query_as!(
        Standing,
        r#"select i.id, i.received_at, i.status, i.close_reason, i.priority, i.assignee_id, i.location_id, i.next_action_at,
                  i.duplicate_of, i.first_responded_at, i.attempts, i.version, i.updated_at,
                  i.updated_by as updated_by_id,
                  (select a.name from cms.account a where a.id = i.updated_by) as updated_by_name,
                  i.key_id as "key_id!", i.wrapped_key as "wrapped_key!"
             from cms.inquiry i
            where i.id = any ($1) and i.erased_at is null and ($2::uuid[] is null or i.location_id = any ($2))
            order by i.id
              for no key update"#,
        ids,
        reach.locations(),
    )
    .fetch_all(transaction)
    .await
}

/// Who may be given an inquiry to look after.
#[derive(Debug)]
pub struct Reader {
    /// Their role's name.
    pub role: String,
    /// The locations assigned to them.
    pub location_ids: Vec<Uuid>,
}

/// An active account.
///
/// # Errors
/// Those of the database.
pub async fn find_reader(transaction: &mut PgConnection, account: Uuid) -> Result<Option<Reader>, sqlx::Error> {
    sqlx::query_as!(
        Reader,
        r#"select a.role,
                  array(select l.location_id from cms.account_location l where l.account_id = a.id) as "location_ids!"
             from cms.account a where a.id = $1 and a.status = 'active'"#,
        account,
    )
    .fetch_optional(transaction)
    .await
}

/// A location outside the trash, by its slug or id.
///
/// # Errors
/// Those of the database.
pub async fn find_location(transaction: &mut PgConnection, name: &str) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from cms.location where (slug = $1 or id::text = $1) and trashed_at is null", name,)
        .fetch_optional(transaction)
        .await
}

/// Lets one transaction at a time say what repeats what: two at once could close a circle that neither sees.
///
/// # Errors
/// Those of the database.
pub async fn lock_duplicates(transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", DUPLICATES).execute(transaction).await.map(drop)
}

/// Whether `inquiry` is `start`, or what `start` repeats, directly or by others; none where `start` is out of reach.
///
/// # Errors
/// Those of the database.
pub async fn is_ancestor(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    start: Uuid,
    reach: &Reach,
) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with recursive above (id, next) as (
             select i.id, i.duplicate_of from cms.inquiry i
              where i.id = $2 and ($3::uuid[] is null or i.location_id = any ($3))
              union
             select i.id, i.duplicate_of from above join cms.inquiry i on i.id = above.next)
           select bool_or(id = $1) as "is_ancestor?" from above"#,
        inquiry,
        start,
        reach.locations(),
    )
    .fetch_one(transaction)
    .await
}

/// An inquiry after a change.
#[derive(Debug)]
pub struct Changed<'a> {
    /// Which.
    pub id: Uuid,
    /// Where it stands.
    pub status: &'a str,
    /// Why.
    pub close_reason: Option<&'a str>,
    /// How urgent it is.
    pub priority: &'a str,
    /// Who looks after it.
    pub assignee_id: Option<Uuid>,
    /// Where it belongs.
    pub location_id: Option<Uuid>,
    /// When somebody is to be called back.
    pub next_action_at: Option<DateTime<Utc>>,
    /// The inquiry that it repeats.
    pub duplicate_of: Option<Uuid>,
    /// When the first answer was given.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// Attempts to reach the sender.
    pub attempts: i32,
}

/// Writes inquiries anew in one statement, and answers their versions.
///
/// # Errors
/// Those of the database.
pub async fn update_inquiries(
    transaction: &mut PgConnection,
    after: &[Changed<'_>],
    by: Uuid,
) -> Result<BTreeMap<Uuid, i32>, sqlx::Error> {
    if after.is_empty() {
        return Ok(BTreeMap::new());
    }
    let column = |of: fn(&Changed<'_>) -> Option<Uuid>| after.iter().map(of).collect::<Vec<_>>();
    let instants = |of: fn(&Changed<'_>) -> Option<DateTime<Utc>>| after.iter().map(of).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"update cms.inquiry i
              set status = c.status, close_reason = c.close_reason, priority = c.priority, assignee_id = c.assignee_id,
                  location_id = c.location_id, next_action_at = c.next_action_at, duplicate_of = c.duplicate_of,
                  first_responded_at = c.first_responded_at, attempts = c.attempts, version = i.version + 1,
                  updated_at = clock_timestamp(), updated_by = $11
             from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[],
                         $8::uuid[], $9::timestamptz[], $10::integer[])
               as c (id, status, close_reason, priority, assignee_id, location_id, next_action_at, duplicate_of,
                     first_responded_at, attempts)
            where i.id = c.id
        returning i.id, i.version"#,
        &after.iter().map(|one| one.id).collect::<Vec<_>>(),
        &after.iter().map(|one| one.status.to_owned()).collect::<Vec<_>>(),
        &after.iter().map(|one| one.close_reason.map(str::to_owned)).collect::<Vec<_>>() as _,
        &after.iter().map(|one| one.priority.to_owned()).collect::<Vec<_>>(),
        &column(|one| one.assignee_id) as _,
        &column(|one| one.location_id) as _,
        &instants(|one| one.next_action_at) as _,
        &column(|one| one.duplicate_of) as _,
        &instants(|one| one.first_responded_at) as _,
        &after.iter().map(|one| one.attempts).collect::<Vec<_>>(),
        by,
    )
    .fetch_all(transaction)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version)).collect())
}

/// A line of an inquiry's history.
#[derive(Debug)]
pub struct StatusChange<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// The inquiry.
    pub inquiry: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for the program itself.
    pub by: Option<Uuid>,
    /// From where.
    pub from: &'a str,
    /// To where.
    pub to: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
    /// In words, sealed.
    pub sealed_note: Option<Vec<u8>>,
}

/// Writes a line of an inquiry's history.
///
/// # Errors
/// Those of the database.
pub async fn insert_status_change(
    transaction: &mut PgConnection,
    change: &StatusChange<'_>,
) -> Result<(), sqlx::Error> {
    insert_status_changes(transaction, std::slice::from_ref(change)).await
}

/// Writes lines of the histories of inquiries, in one statement.
///
/// # Errors
/// Those of the database.
pub async fn insert_status_changes(
    transaction: &mut PgConnection,
    changes: &[StatusChange<'_>],
) -> Result<(), sqlx::Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let texts = |of: fn(&StatusChange<'_>) -> String| changes.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "insert into cms.inquiry_status_change (id, inquiry_id, at, by_account, from_status, to_status, reason, sealed_note)
         select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                              $8::bytea[])",
        &changes.iter().map(|change| change.id).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.inquiry).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.at).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.by).collect::<Vec<_>>() as _,
        &texts(|change| change.from.to_owned()),
        &texts(|change| change.to.to_owned()),
        &changes.iter().map(|change| change.reason.map(str::to_owned)).collect::<Vec<_>>() as _,
        &changes.iter().map(|change| change.sealed_note.clone()).collect::<Vec<_>>() as _,
    )
    .execute(transaction)
    .await
    .map(drop)
}

/// Writes down who sent an inquiry to another location.
///
/// # Errors
/// Those of the database.
pub async fn insert_routing(
    transaction: &mut PgConnection,
    id: Uuid,
    inquiry: Uuid,
    at: DateTime<Utc>,
    by: Uuid,
    (from, to): (Option<Uuid>, Option<Uuid>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.inquiry_routing (id, inquiry_id, at, by_account, from_location_id, to_location_id)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        inquiry,
        at,
        by,
        from,
        to,
    )
    .execute(transaction)
    .await
    .map(drop)
}
