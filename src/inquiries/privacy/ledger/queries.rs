//! The rows of the ledger, and who does not want to be written to.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::opt_outs::OptOut;
use crate::records::Texts;

/// A row of the ledger, its reason still sealed.
#[derive(Debug)]
pub struct EntryRow {
    /// The inquiry.
    pub inquiry_id: Uuid,
    /// None for what was said on the form.
    pub change_id: Option<Uuid>,
    /// What for.
    pub purpose: String,
    /// The version of the text.
    pub text_version: Option<String>,
    /// Agreed to or not.
    pub granted: bool,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// How it was said.
    pub channel: String,
    /// Who wrote it down.
    pub by_id: Option<Uuid>,
    /// Their name.
    pub by_name: Option<String>,
    /// Under the inquiry's data key.
    pub sealed_reason: Option<Vec<u8>>,
    /// The text in its languages.
    pub texts: Option<Json<Texts>>,
    /// The language that the person reads.
    pub language: String,
    /// The clinic's language.
    pub default_locale: String,
    /// The row of the audit trail.
    pub event_id: Option<Uuid>,
    /// Its place in the chain.
    pub position: Option<i64>,
    /// The hash there.
    pub seal: Option<Vec<u8>>,
}

/// The ledger of these inquiries, in the order in which it was said.
///
/// # Errors
/// Those of the database.
pub async fn list_entries(connection: &mut PgConnection, inquiries: &[Uuid]) -> Result<Vec<EntryRow>, sqlx::Error> {
    sqlx::query_as!(
        EntryRow,
        r#"select l.inquiry_id as "inquiry_id!", l.change_id, l.purpose as "purpose!", l.text_version,
                  l.granted as "granted!", l.at as "at!", l.recorded_at as "recorded_at!", l.channel as "channel!",
                  l.by_id, a.name as "by_name?", l.sealed_reason, t.texts as "texts?: Json<Texts>",
                  coalesce(i.language, k.locale) as "language!", k.locale as "default_locale!",
                  e.id as "event_id?", s.position as "position?", s.hash as "seal?"
             from (select c.inquiry_id, null::uuid as change_id, c.purpose, c.text_version, c.granted, c.given_at as at,
                          c.given_at as recorded_at, null::text as channel, null::uuid as by_id,
                          null::bytea as sealed_reason, c.position
                     from cms.consent c where c.inquiry_id = any ($1)
                   union all
                   select c.inquiry_id, c.id, c.purpose, c.text_version, c.granted, c.at, c.recorded_at, c.channel,
                          c.recorded_by, c.sealed_reason, 0::smallint
                     from cms.consent_change c where c.inquiry_id = any ($1)) r
             join cms.inquiry i on i.id = r.inquiry_id
             cross join lateral (select r.*, coalesce(r.channel, case when i.source in ('api', 'form') then 'web'
                                                                      else 'connector' end) as how) x
             cross join lateral (select x.inquiry_id, x.change_id, x.purpose, x.text_version, x.granted, x.at,
                                        x.recorded_at, x.how as channel, x.by_id, x.sealed_reason, x.position) l
             cross join lateral (select coalesce((select max(c.default_locale) from site.clinic c), 'en') as locale) k
             left join cms.account a on a.id = l.by_id
             left join cms.consent_text t on t.form_id = i.form_id and t.purpose = l.purpose
                                         and t.text_version = l.text_version
             left join lateral (
               select e.id from cms.audit_event e
                where case when l.change_id is null
                        then e.subject_type = 'inquiry' and e.subject_id = l.inquiry_id
                             and e.action in ('inquiry.submit', 'inquiry.amend') and e.at <= l.at
                        else e.subject_type = 'consent' and e.subject_id = l.change_id
                      end
                order by e.at desc limit 1) e on true
             left join cms.audit_seal s on s.event_id = e.id
            order by l.inquiry_id, l.at, l.recorded_at, l.position, l.change_id"#,
        inquiries,
    )
    .fetch_all(connection)
    .await
}

/// A row to add.
#[derive(Debug)]
pub struct NewChange<'a> {
    /// UUIDv7; the audit row names it.
    pub id: Uuid,
    /// The inquiry.
    pub inquiry: Uuid,
    /// What for.
    pub purpose: &'a str,
    /// There where it is agreed to.
    pub text_version: Option<&'a str>,
    /// Agreed to, or withdrawn.
    pub granted: bool,
    /// How it was said.
    pub channel: &'a str,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// Now.
    pub recorded_at: DateTime<Utc>,
    /// Who writes it down.
    pub by: Option<Uuid>,
    /// Under the inquiry's data key.
    pub sealed_reason: Option<Vec<u8>>,
}

/// Adds a row to the ledger.
///
/// # Errors
/// Those of the database.
pub async fn insert_change(transaction: &mut PgConnection, change: &NewChange<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.consent_change (id, inquiry_id, purpose, text_version, granted, channel, at, recorded_at,
                                         recorded_by, sealed_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        change.id,
        change.inquiry,
        change.purpose,
        change.text_version,
        change.granted,
        change.channel,
        change.at,
        change.recorded_at,
        change.by,
        change.sealed_reason.as_deref(),
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Whether the form of the inquiry has such a text.
///
/// # Errors
/// Those of the database.
pub async fn has_text(
    connection: &mut PgConnection,
    inquiry: Uuid,
    purpose: &str,
    text_version: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from cms.consent_text t join cms.inquiry i on i.form_id = t.form_id
                           where i.id = $1 and t.purpose = $2 and t.text_version = $3) as "there!""#,
        inquiry,
        purpose,
        text_version,
    )
    .fetch_one(connection)
    .await
}

/// An inquiry whose consents are proven.
#[derive(Debug)]
pub struct ProvenRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// The form: id, slug and name.
    pub form_id: Uuid,
    /// See `form_id`.
    pub form_slug: String,
    /// See `form_id`.
    pub form_name: String,
    /// When it was erased; its consents stay.
    pub erased_at: Option<DateTime<Utc>>,
}

/// An inquiry, erased or not; or those of a contact, at most 500, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list_proven(
    connection: &mut PgConnection,
    inquiry: Option<Uuid>,
    email: Option<&[u8]>,
    phone: Option<&[u8]>,
    reach: Option<&[Uuid]>,
) -> Result<Vec<ProvenRow>, sqlx::Error> {
    sqlx::query_as!(
        ProvenRow,
        "select i.id, i.received_at, f.id as form_id, f.slug as form_slug, f.name as form_name, i.erased_at
           from cms.inquiry i join cms.form f on f.id = i.form_id
          where (i.id = $1 or i.email_index = $2 or i.phone_index = $3)
            and ($4::uuid[] is null or i.location_id = any ($4))
          order by i.received_at desc, i.id desc limit 500",
        inquiry,
        email,
        phone,
        reach,
    )
    .fetch_all(connection)
    .await
}

/// An opt-out to store.
#[derive(Debug)]
pub struct OptOutRow<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// `sms`, `phone` or `email`.
    pub channel: &'a str,
    /// None for whatever the clinic might write about.
    pub purpose: Option<&'a str>,
    /// Keyed hash.
    pub contact_index: &'a [u8],
    /// Who told.
    pub source: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// The account, where it was one.
    pub by: Option<Uuid>,
}

/// Stores an opt-out. Answers its id, or that of the one that stands already.
///
/// # Errors
/// Those of the database.
pub async fn insert_opt_out(transaction: &mut PgConnection, row: &OptOutRow<'_>) -> Result<(Uuid, bool), sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into cms.suppression (id, channel, purpose, contact_index, source, at, by_account)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (channel, contact_index, coalesce(purpose, '')) where lifted_at is null do nothing",
        row.id,
        row.channel,
        row.purpose,
        row.contact_index,
        row.source,
        row.at,
        row.by,
    )
    .execute(&mut *transaction)
    .await?;
    if inserted.rows_affected() > 0 {
        return Ok((row.id, true));
    }
    let id = sqlx::query_scalar!(
        "select id from cms.suppression
          where channel = $1 and contact_index = $2 and coalesce(purpose, '') = coalesce($3, '') and lifted_at is null",
        row.channel,
        row.contact_index,
        row.purpose,
    )
    .fetch_one(transaction)
    .await?;
    Ok((id, false))
}

/// An opt-out, or those that hold, the latest first. `channel` narrows them.
///
/// # Errors
/// Those of the database.
pub async fn list_opt_outs(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    channel: Option<&str>,
    after: Option<Uuid>,
    (fetch, offset): (i64, i64),
) -> Result<Vec<OptOut>, sqlx::Error> {
    sqlx::query_as!(
        OptOut,
        "select s.id, s.channel, s.purpose, s.source, s.at, s.lifted_at from cms.suppression s
          where case when $1::uuid is null then s.lifted_at is null else s.id = $1 end
            and ($2::text is null or s.channel = $2) and ($3::uuid is null or s.id < $3)
          order by s.id desc limit $4 offset $5",
        id,
        channel,
        after,
        fetch,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many opt-outs hold, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_opt_outs(
    connection: &mut PgConnection,
    channel: Option<&str>,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from cms.suppression
            where lifted_at is null and ($1::text is null or channel = $1) limit $2) counted"#,
        channel,
        most,
    )
    .fetch_one(connection)
    .await
}

/// Ends an opt-out. Whether there was one that held.
///
/// # Errors
/// Those of the database.
pub async fn lift_opt_out(
    transaction: &mut PgConnection,
    id: Uuid,
    (by, at): (Uuid, DateTime<Utc>),
) -> Result<bool, sqlx::Error> {
    let lifted = sqlx::query!(
        "update cms.suppression set lifted_at = $2, lifted_by = $3 where id = $1 and lifted_at is null",
        id,
        at,
        by,
    );
    Ok(lifted.execute(transaction).await?.rows_affected() > 0)
}
