//! All SQL about letters that follow from inquiries.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::log::InquiryLetter;
use crate::inquiries::form::AutoresponderDefinition;

/// What staff are told of an inquiry.
#[derive(Debug)]
pub struct NewInquiry {
    /// The form's name.
    pub form: String,
    /// The location's name.
    pub location: Option<String>,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// By when somebody answers.
    pub due_at: Option<DateTime<Utc>>,
    /// The location's time zone, or the clinic's (IANA).
    pub timezone: String,
    /// How urgent it is.
    pub priority: String,
    /// Whether the form has a letter to its sender, who left an address.
    pub answers_itself: bool,
}

/// An inquiry that somebody has to look after: neither spam nor held, unless an emergency rule matched. What is held is
/// answered by nobody before somebody has looked.
///
/// # Errors
/// Those of the database.
pub async fn find_received(connection: &mut PgConnection, id: Uuid) -> Result<Option<NewInquiry>, sqlx::Error> {
    sqlx::query_as!(
        NewInquiry,
        r#"select f.name as form, l.name as "location?", i.received_at, i.first_response_due_at as due_at, i.priority,
                  coalesce(l.timezone, (select max(c.timezone) from cms.clinic c), 'UTC') as "timezone!",
                  (f.autoresponder is not null and i.sealed_email is not null and i.status <> 'held') as "answers_itself!"
             from cms.inquiry i join cms.form f on f.id = i.form_id left join cms.location l on l.id = i.location_id
            where i.id = $1 and i.erased_at is null and i.status <> 'spam'
              and (i.status <> 'held' or i.emergency_rule is not null)"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Somebody who is told.
#[derive(Debug)]
pub struct Notified {
    /// One bare address.
    pub email: String,
    /// For the greeting.
    pub name: String,
    /// `en` or `es`.
    pub language: String,
}

/// Who is told of an inquiry: whom the form names, else the front desk of its location, else the owners; of each those
/// alone who may sign in and read inquiries now.
///
/// # Errors
/// Those of the database.
pub async fn list_notified(
    connection: &mut PgConnection,
    inquiry: Uuid,
    readers: &[String],
) -> Result<Vec<Notified>, sqlx::Error> {
    sqlx::query_as!(
        Notified,
        r#"with candidate as (
             select a.id, a.email, a.name, a.language,
                    case when a.id = any (f.notified) then 1
                         when a.role = 'front_desk'
                              and exists (select from cms.account_location x
                                           where x.account_id = a.id and x.location_id = i.location_id) then 2
                         when a.role = 'owner' then 3 end as rank
               from cms.inquiry i join cms.form f on f.id = i.form_id cross join cms.account a
              where i.id = $1 and a.status = 'active' and a.role = any ($2))
           select c.email, c.name, c.language from candidate c
            where c.rank = (select min(rank) from candidate) order by c.id limit 50"#,
        inquiry,
        readers,
    )
    .fetch_all(connection)
    .await
}

/// Whether an inquiry's sender was not answered by itself yet, nor the address within the last 24 hours. Two inquiries of one
/// address are asked about one after the other.
///
/// # Errors
/// Those of the database.
pub async fn may_answer(connection: &mut PgConnection, inquiry: Uuid, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(encode(i.email_index, 'hex'), 0)) from cms.inquiry i where i.id = $1",
        inquiry,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar!(
        r#"select not exists (select from cms.inquiry j join cms.mail_message m on m.inquiry_id = j.id
                               where j.email_index = i.email_index and m.kind = 'autoresponse'
                                 and (j.id = i.id or m.created_at > $2::timestamptz - interval '24 hours')) as "may!"
             from cms.inquiry i where i.id = $1"#,
        inquiry,
        now,
    )
    .fetch_one(connection)
    .await
}

/// What an answer to a sender is made from. The address is sealed.
#[derive(Debug)]
pub struct Answerable {
    /// The key-encryption key.
    pub key_id: String,
    /// The data key.
    pub wrapped_key: Vec<u8>,
    /// The address.
    pub sealed_email: Vec<u8>,
    /// Whether the address wants no e-mail, whatever for.
    pub is_opted_out: bool,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// The sender's language.
    pub language: Option<String>,
    /// The clinic's.
    pub default_locale: String,
    /// The clinic's name.
    pub clinic: String,
    /// The letter.
    pub autoresponder: Json<AutoresponderDefinition>,
    /// The hours of the inquiry's location, or of the clinic's only one.
    pub hours: Option<Value>,
}

/// An inquiry that is answered by itself still: neither spam nor held nor erased.
///
/// # Errors
/// Those of the database.
pub async fn find_answerable(connection: &mut PgConnection, id: Uuid) -> Result<Option<Answerable>, sqlx::Error> {
    sqlx::query_as!(
        Answerable,
        r#"select i.key_id as "key_id!", i.wrapped_key as "wrapped_key!", i.sealed_email as "sealed_email!", i.received_at, i.language,
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'email' and s.contact_index = i.email_index) as "is_opted_out!",
                  k.default_locale as "default_locale!", k.name as "clinic!",
                  f.autoresponder as "autoresponder!: Json<AutoresponderDefinition>",
                  (select jsonb_build_object('timezone', h.timezone, 'hours', h.hours, 'special_hours', h.special_hours,
                                             'holidays', h.holidays, 'closures', h.closures, 'status_code', h.status_code,
                                             'status_until', h.status_until)
                     from site.location h
                    where h.id = coalesce(i.location_id, f.location_id)
                       or (coalesce(i.location_id, f.location_id) is null and (select count(*) from site.location) = 1)
                    limit 1) as "hours?"
             from cms.inquiry i join cms.form f on f.id = i.form_id cross join site.clinic k
            where i.id = $1 and i.status not in ('spam', 'held') and i.sealed_email is not null and i.wrapped_key is not null
              and f.autoresponder is not null"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Whether an inquiry that is not erased is there for somebody who sees those of `locations`, or all.
///
/// # Errors
/// Those of the database.
pub async fn is_in_reach(
    connection: &mut PgConnection,
    id: Uuid,
    locations: Option<&[Uuid]>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from cms.inquiry i
                           where i.id = $1 and i.erased_at is null
                              and ($2::uuid[] is null or i.location_id = any ($2))) as "exists!""#,
        id,
        locations,
    )
    .fetch_one(connection)
    .await
}

/// The letters to the sender of an inquiry, the newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_letters(connection: &mut PgConnection, inquiry: Uuid) -> Result<Vec<InquiryLetter>, sqlx::Error> {
    sqlx::query_as!(
        InquiryLetter,
        r#"select m.id, m.kind,
                  case when m.sent_at is not null then 'sent' when m.failed_at is not null then 'not_sent' else 'waiting' end as "status!",
                  m.last_error as reason, m.created_at, coalesce(m.sent_at, m.failed_at) as ended_at
             from cms.mail_message m where m.inquiry_id = $1 order by m.created_at desc, m.id desc limit 100"#,
        inquiry,
    )
    .fetch_all(connection)
    .await
}
