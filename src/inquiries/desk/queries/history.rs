//! What was done and noted about one inquiry.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A line of the history.
#[derive(Debug)]
pub struct StatusChangeRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: id and name, both or none.
    pub by_id: Option<Uuid>,
    /// See `by_id`.
    pub by_name: Option<String>,
    /// From where.
    pub from_status: String,
    /// To where.
    pub to_status: String,
    /// Why.
    pub reason: Option<String>,
    /// In words, sealed.
    pub sealed_note: Option<Vec<u8>>,
}

/// The newest 200 lines of an inquiry's history, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_status_changes(
    transaction: &mut PgConnection,
    inquiry: Uuid,
) -> Result<Vec<StatusChangeRow>, sqlx::Error> {
    sqlx::query_as!(
        StatusChangeRow,
        r#"select c.id, c.at, a.id as "by_id?", a.name as "by_name?", c.from_status, c.to_status, c.reason, c.sealed_note
             from cms.inquiry_status_change c left join cms.account a on a.id = c.by_account
            where c.inquiry_id = $1 order by c.id desc limit 200"#,
        inquiry,
    )
    .fetch_all(transaction)
    .await
}

/// Where an inquiry was sent.
#[derive(Debug)]
pub struct RoutingRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: id and name, both or none.
    pub by_id: Option<Uuid>,
    /// See `by_id`.
    pub by_name: Option<String>,
    /// From where: id, slug and name, all or none.
    pub from_id: Option<Uuid>,
    /// See `from_id`.
    pub from_slug: Option<String>,
    /// See `from_id`.
    pub from_name: Option<String>,
    /// To where: id, slug and name, all or none.
    pub to_id: Option<Uuid>,
    /// See `to_id`.
    pub to_slug: Option<String>,
    /// See `to_id`.
    pub to_name: Option<String>,
}

/// The newest 200 places that an inquiry was sent to, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_routings(transaction: &mut PgConnection, inquiry: Uuid) -> Result<Vec<RoutingRow>, sqlx::Error> {
    sqlx::query_as!(
        RoutingRow,
        r#"select r.at, a.id as "by_id?", a.name as "by_name?", f.id as "from_id?", f.slug as "from_slug?",
                  f.name as "from_name?", t.id as "to_id?", t.slug as "to_slug?", t.name as "to_name?"
             from cms.inquiry_routing r
             left join cms.account a on a.id = r.by_account
             left join cms.location f on f.id = r.from_location_id
             left join cms.location t on t.id = r.to_location_id
            where r.inquiry_id = $1 order by r.id desc limit 200"#,
        inquiry,
    )
    .fetch_all(transaction)
    .await
}

/// A note, sealed.
#[derive(Debug)]
pub struct NoteRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by_id: Uuid,
    /// Who, by name.
    pub by_name: String,
    /// What it says.
    pub sealed_text: Vec<u8>,
}

/// A part of an inquiry's notes, newest first. `after` is the last of the part before.
///
/// # Errors
/// Those of the database.
pub async fn list_notes(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    after: Option<Uuid>,
    fetch: i64,
    offset: i64,
) -> Result<Vec<NoteRow>, sqlx::Error> {
    sqlx::query_as!(
        NoteRow,
        r#"select n.id, n.at, a.id as by_id, a.name as by_name, n.sealed_text
             from cms.inquiry_note n join cms.account a on a.id = n.by_account
            where n.inquiry_id = $1 and ($2::uuid is null or n.id < $2)
            order by n.id desc limit $3 offset $4"#,
        inquiry,
        after,
        fetch,
        offset,
    )
    .fetch_all(transaction)
    .await
}

/// How many notes there are, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_notes(transaction: &mut PgConnection, inquiry: Uuid, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from cms.inquiry_note where inquiry_id = $1 limit $2) n"#,
        inquiry,
        most,
    )
    .fetch_one(transaction)
    .await
}

/// Writes a note.
///
/// # Errors
/// Those of the database.
pub async fn insert_note(
    transaction: &mut PgConnection,
    id: Uuid,
    inquiry: Uuid,
    at: DateTime<Utc>,
    by: Uuid,
    sealed_text: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.inquiry_note (id, inquiry_id, at, by_account, sealed_text) values ($1, $2, $3, $4, $5)",
        id,
        inquiry,
        at,
        by,
        sealed_text,
    )
    .execute(transaction)
    .await
    .map(drop)
}

/// An attempt to reach the sender, or theirs to reach the clinic.
#[derive(Debug)]
pub struct ContactRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When it took place.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it down.
    pub by_id: Uuid,
    /// Who, by name.
    pub by_name: String,
    /// By which way.
    pub channel: String,
    /// Who turned to whom.
    pub direction: String,
    /// What became of it.
    pub outcome: String,
    /// In words, sealed.
    pub sealed_note: Option<Vec<u8>>,
}

/// A part of an inquiry's contacts, the last written first. `after` is the last of the part before.
///
/// # Errors
/// Those of the database.
pub async fn list_contacts(
    transaction: &mut PgConnection,
    inquiry: Uuid,
    after: Option<Uuid>,
    fetch: i64,
    offset: i64,
) -> Result<Vec<ContactRow>, sqlx::Error> {
    sqlx::query_as!(
        ContactRow,
        r#"select c.id, c.at, c.recorded_at, a.id as by_id, a.name as by_name, c.channel, c.direction, c.outcome, c.sealed_note
             from cms.inquiry_contact c join cms.account a on a.id = c.by_account
            where c.inquiry_id = $1 and ($2::uuid is null or c.id < $2)
            order by c.id desc limit $3 offset $4"#,
        inquiry,
        after,
        fetch,
        offset,
    )
    .fetch_all(transaction)
    .await
}

/// How many contacts there are, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_contacts(transaction: &mut PgConnection, inquiry: Uuid, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from cms.inquiry_contact where inquiry_id = $1 limit $2) c"#,
        inquiry,
        most,
    )
    .fetch_one(transaction)
    .await
}

/// A contact before it is stored.
#[derive(Debug)]
pub struct NewContact<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// The inquiry.
    pub inquiry: Uuid,
    /// When it took place.
    pub at: DateTime<Utc>,
    /// When it is written down.
    pub recorded_at: DateTime<Utc>,
    /// Who writes it down.
    pub by: Uuid,
    /// By which way.
    pub channel: &'a str,
    /// Who turned to whom.
    pub direction: &'a str,
    /// What became of it.
    pub outcome: &'a str,
    /// In words, sealed.
    pub sealed_note: Option<Vec<u8>>,
}

/// Writes a contact down.
///
/// # Errors
/// Those of the database.
pub async fn insert_contact(transaction: &mut PgConnection, contact: &NewContact<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.inquiry_contact (id, inquiry_id, at, recorded_at, by_account, channel, direction, outcome, sealed_note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        contact.id,
        contact.inquiry,
        contact.at,
        contact.recorded_at,
        contact.by,
        contact.channel,
        contact.direction,
        contact.outcome,
        contact.sealed_note.as_deref(),
    )
    .execute(transaction)
    .await
    .map(drop)
}
