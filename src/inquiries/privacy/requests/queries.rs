//! Requests as they are stored, and the inquiries that they are about.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A request, who asks still sealed.
#[derive(Debug)]
pub struct RequestRow {
    pub id: Uuid,
    pub kind: String,
    pub law: String,
    pub channel: String,
    pub received_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub extended_at: Option<DateTime<Utc>>,
    pub extension_reason: Option<String>,
    pub sealed_email: Option<Vec<u8>>,
    pub sealed_phone: Option<Vec<u8>>,
    pub email_index: Option<Vec<u8>>,
    pub phone_index: Option<Vec<u8>>,
    pub verification: Option<String>,
    pub verified_at: Option<DateTime<Utc>>,
    pub verified_by: Option<Uuid>,
    pub verified_by_name: Option<String>,
    pub status: String,
    pub outcome: Option<String>,
    pub completed_at: Option<DateTime<Utc>>,
    pub completed_by: Option<Uuid>,
    pub completed_by_name: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct RequestFilters {
    /// Any of these statuses.
    pub statuses: Option<Vec<String>>,
    /// Any of these kinds.
    pub kinds: Option<Vec<String>>,
    /// Whether the overdue are meant, or the others.
    pub overdue: Option<bool>,
}

/// The place of a request in the list: open ones first, by the day they are due.
pub type Place = (bool, DateTime<Utc>, Uuid);

/// One request, or a part of the list: the open ones by the day they are due, then the answered ones.
///
/// # Errors
/// Those of the database.
pub async fn list_requests(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    filters: &RequestFilters,
    now: DateTime<Utc>,
    after: Option<Place>,
    (fetch, offset): (i64, i64),
) -> Result<Vec<RequestRow>, sqlx::Error> {
    sqlx::query_as!(
        RequestRow,
        r#"select d.id, d.kind, d.law, d.channel, d.received_at, d.due_at, d.extended_at, d.extension_reason,
                  d.sealed_email, d.sealed_phone, d.email_index, d.phone_index, d.verification, d.verified_at,
                  d.verified_by, v.name as "verified_by_name?", d.status, d.outcome, d.completed_at, d.completed_by,
                  c.name as "completed_by_name?", d.version, d.created_at, d.updated_at
             from cms.data_request d
             left join cms.account v on v.id = d.verified_by
             left join cms.account c on c.id = d.completed_by
            where ($1::uuid is null or d.id = $1)
              and ($2::text[] is null or d.status = any ($2))
              and ($3::text[] is null or d.kind = any ($3))
              and ($4::boolean is null or (d.status = 'open' and d.due_at < $5) = $4)
              and ($7::timestamptz is null or (d.status <> 'open', d.due_at, d.id) > ($6::boolean, $7, $8::uuid))
            order by (d.status <> 'open'), d.due_at, d.id limit $9 offset $10"#,
        id,
        filters.statuses.as_deref(),
        filters.kinds.as_deref(),
        filters.overdue,
        now,
        after.map(|(is_answered, ..)| is_answered),
        after.map(|(_, due, _)| due),
        after.map(|(.., id)| id),
        fetch,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many requests the filters leave, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_requests(
    connection: &mut PgConnection,
    filters: &RequestFilters,
    now: DateTime<Utc>,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from cms.data_request d
            where ($1::text[] is null or d.status = any ($1)) and ($2::text[] is null or d.kind = any ($2))
              and ($3::boolean is null or (d.status = 'open' and d.due_at < $4) = $3) limit $5) counted"#,
        filters.statuses.as_deref(),
        filters.kinds.as_deref(),
        filters.overdue,
        now,
        most,
    )
    .fetch_one(connection)
    .await
}

/// Keeps everybody else from changing the request until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_request(transaction: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.data_request where id = $1 for update", id).fetch_optional(transaction).await?;
    Ok(())
}

/// A request to store.
#[derive(Debug)]
pub struct NewRequest {
    pub id: Uuid,
    pub kind: &'static str,
    pub law: &'static str,
    pub channel: &'static str,
    pub received_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub sealed_email: Option<Vec<u8>>,
    pub sealed_phone: Option<Vec<u8>>,
    pub email_index: Option<[u8; 32]>,
    pub phone_index: Option<[u8; 32]>,
    pub by: Uuid,
    pub now: DateTime<Utc>,
}

/// Stores a request.
///
/// # Errors
/// Those of the database.
pub async fn insert_request(transaction: &mut PgConnection, new: &NewRequest) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.data_request (id, kind, law, channel, received_at, due_at, sealed_email, sealed_phone,
                                       email_index, phone_index, created_at, created_by, updated_at, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, $12)",
        new.id,
        new.kind,
        new.law,
        new.channel,
        new.received_at,
        new.due_at,
        new.sealed_email.as_deref(),
        new.sealed_phone.as_deref(),
        new.email_index.as_ref().map(<[u8; 32]>::as_slice),
        new.phone_index.as_ref().map(<[u8; 32]>::as_slice),
        new.now,
        new.by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Writes down how it was made sure who asks.
///
/// # Errors
/// Those of the database.
pub async fn update_verified(
    transaction: &mut PgConnection,
    id: Uuid,
    method: &str,
    (by, at): (Uuid, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.data_request
            set verification = $2, verified_at = $3, verified_by = $4, version = version + 1, updated_at = $3,
                updated_by = $4
          where id = $1",
        id,
        method,
        at,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Puts a request off.
///
/// # Errors
/// Those of the database.
pub async fn update_extended(
    transaction: &mut PgConnection,
    id: Uuid,
    (reason, due_at): (&str, DateTime<Utc>),
    (by, at): (Uuid, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.data_request
            set extension_reason = $2, due_at = $3, extended_at = $4, version = version + 1, updated_at = $4,
                updated_by = $5
          where id = $1",
        id,
        reason,
        due_at,
        at,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Ends a request.
///
/// # Errors
/// Those of the database.
pub async fn update_completed(
    transaction: &mut PgConnection,
    id: Uuid,
    (status, outcome): (&str, &str),
    (by, at): (Uuid, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.data_request
            set status = $2, outcome = $3, completed_at = $4, completed_by = $5, version = version + 1, updated_at = $4,
                updated_by = $5
          where id = $1",
        id,
        status,
        outcome,
        at,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes who asked out of one request.
///
/// # Errors
/// Those of the database.
pub async fn clear_contact(transaction: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.data_request
            set sealed_email = null, sealed_phone = null, email_index = null, phone_index = null, cleared_at = $2
          where id = $1",
        id,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes who asked out of requests that were answered before an instant. Answers how many there were.
///
/// # Errors
/// Those of the database.
pub async fn clear_contacts(
    transaction: &mut PgConnection,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let cleared = sqlx::query!(
        "update cms.data_request
            set sealed_email = null, sealed_phone = null, email_index = null, phone_index = null, cleared_at = $2
          where completed_at < $1 and cleared_at is null",
        before,
        now,
    );
    Ok(cleared.execute(transaction).await?.rows_affected())
}

/// An inquiry of the person who asks.
#[derive(Debug)]
pub struct MatchRow {
    pub id: Uuid,
    pub received_at: DateTime<Utc>,
    pub form_id: Uuid,
    pub form_slug: String,
    pub form_name: String,
    pub status: String,
    pub legal_hold: bool,
    pub by_email: bool,
    pub by_phone: bool,
}

/// The inquiries that have the address or the number, the latest first, at most 500.
///
/// # Errors
/// Those of the database.
pub async fn list_matches(
    connection: &mut PgConnection,
    email: Option<&[u8]>,
    phone: Option<&[u8]>,
    reach: Option<&[Uuid]>,
) -> Result<Vec<MatchRow>, sqlx::Error> {
    sqlx::query_as!(
        MatchRow,
        r#"select i.id, i.received_at, f.id as form_id, f.slug as form_slug, f.name as form_name, i.status, i.legal_hold,
                  coalesce(i.email_index = $1, false) as "by_email!", coalesce(i.phone_index = $2, false) as "by_phone!"
             from cms.inquiry i join cms.form f on f.id = i.form_id
            where (i.email_index = $1 or i.phone_index = $2) and i.erased_at is null
              and ($3::uuid[] is null or i.location_id = any ($3))
            order by i.received_at desc, i.id desc limit 500"#,
        email,
        phone,
        reach,
    )
    .fetch_all(connection)
    .await
}

/// What was done with an inquiry.
#[derive(Debug)]
pub struct Done<'a> {
    /// The inquiry.
    pub inquiry: Uuid,
    /// `shown`, `erased`, `kept`, `corrected` or `withdrawn`.
    pub outcome: &'a str,
    /// Why it was kept.
    pub reason: Option<&'a str>,
    /// The fields that were corrected.
    pub fields: &'a [String],
}

/// Writes down what was done with an inquiry for a request.
///
/// # Errors
/// Those of the database.
pub async fn insert_done(
    transaction: &mut PgConnection,
    request: Uuid,
    done: &Done<'_>,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.data_request_inquiry (data_request_id, inquiry_id, outcome, reason, fields, at)
         values ($1, $2, $3, $4, $5, $6)",
        request,
        done.inquiry,
        done.outcome,
        done.reason,
        done.fields,
        at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// What an inquiry says anew. None leaves what stands.
#[derive(Debug, Default)]
pub struct Corrected {
    /// The name.
    pub name: Option<Vec<u8>>,
    /// The address, with its index.
    pub email: Option<(Vec<u8>, [u8; 32])>,
    /// The number, with its index.
    pub phone: Option<(Vec<u8>, [u8; 32])>,
}

/// Corrects an inquiry that this transaction holds.
///
/// # Errors
/// Those of the database.
pub async fn update_corrected(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    corrected: &Corrected,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    let (email, email_index) = (corrected.email.as_ref().map(|(it, _)| it), corrected.email.as_ref().map(|(_, it)| it));
    let (phone, phone_index) = (corrected.phone.as_ref().map(|(it, _)| it), corrected.phone.as_ref().map(|(_, it)| it));
    sqlx::query!(
        "update cms.inquiry
            set sealed_name = coalesce($2, sealed_name), sealed_email = coalesce($3, sealed_email),
                email_index = coalesce($4, email_index), sealed_phone = coalesce($5, sealed_phone),
                phone_index = coalesce($6, phone_index), version = version + 1, updated_at = clock_timestamp(),
                updated_by = $7
          where id = $1",
        inquiry,
        corrected.name.as_deref(),
        email.map(Vec::as_slice),
        email_index.map(<[u8; 32]>::as_slice),
        phone.map(Vec::as_slice),
        phone_index.map(<[u8; 32]>::as_slice),
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// An opt-out that a package shows.
#[derive(Debug)]
pub struct HeldOptOut {
    /// `sms`, `phone` or `email`.
    pub channel: String,
    /// None for everything.
    pub purpose: Option<String>,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// The opt-outs of a contact that hold.
///
/// # Errors
/// Those of the database.
pub async fn list_opt_outs_of(
    connection: &mut PgConnection,
    email: Option<&[u8]>,
    phone: Option<&[u8]>,
) -> Result<Vec<HeldOptOut>, sqlx::Error> {
    sqlx::query_as!(
        HeldOptOut,
        "select channel, purpose, at from cms.suppression
          where lifted_at is null and (contact_index = $1 or contact_index = $2) order by at",
        email,
        phone,
    )
    .fetch_all(connection)
    .await
}
