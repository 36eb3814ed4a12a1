//! What staff read. Every column that tells who somebody is comes out as it is stored: sealed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::Reach;

/// What a list of inquiries is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Any of these statuses.
    pub statuses: Option<Vec<String>>,
    /// Whether spam is meant, or everything else.
    pub spam: Option<bool>,
    /// Slugs or ids of locations.
    pub locations: Option<Vec<String>>,
}

impl Filters {
    /// The filters as text: a cursor belongs to them.
    pub fn question(&self) -> String {
        let joined = |any: &Option<Vec<String>>| any.as_deref().unwrap_or_default().join(",");
        let spam = self.spam.map(|spam| spam.to_string()).unwrap_or_default();
        format!("inquiries;{};{spam};{}", joined(&self.statuses), joined(&self.locations))
    }
}

/// A row of the list, name still sealed.
#[derive(Debug)]
pub struct ListedRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// What it is about.
    pub kind: String,
    /// Where it stands.
    pub status: String,
    /// How urgent it is.
    pub priority: String,
    /// The form: id, slug and name.
    pub form_id: Uuid,
    /// See `form_id`.
    pub form_slug: String,
    /// See `form_id`.
    pub form_name: String,
    /// The location: id, slug and name, all or none.
    pub location_id: Option<Uuid>,
    /// See `location_id`.
    pub location_slug: Option<String>,
    /// See `location_id`.
    pub location_name: Option<String>,
    /// The key-encryption key.
    pub key_id: String,
    /// The data key.
    pub wrapped_key: Vec<u8>,
    /// The name.
    pub sealed_name: Vec<u8>,
}

/// A part of the inquiries that are not erased, newest first. `after` is the last row of the part before.
///
/// # Errors
/// Those of the database.
pub async fn list_inquiries(
    transaction: &mut PgConnection,
    filters: &Filters,
    reach: &Reach,
    after: Option<(DateTime<Utc>, Uuid)>,
    fetch: i64,
    offset: i64,
) -> Result<Vec<ListedRow>, sqlx::Error> {
    let (after_at, after_id) = after.unzip();
    sqlx::query_as!(
        ListedRow,
        r#"select i.id, i.received_at, i.kind, i.status, i.priority, f.id as form_id, f.slug as form_slug,
                  f.name as form_name, l.id as "location_id?", l.slug as "location_slug?", l.name as "location_name?",
                  i.key_id as "key_id!", i.wrapped_key as "wrapped_key!", i.sealed_name as "sealed_name!"
             from cms.inquiry i
             join cms.form f on f.id = i.form_id
             left join cms.location l on l.id = i.location_id
            where i.erased_at is null
              and ($1::text[] is null or i.status = any ($1))
              and ($2::boolean is null or (i.status = 'spam') = $2)
              and ($3::text[] is null or l.id::text = any ($3) or (l.slug = any ($3) and l.trashed_at is null))
              and ($4::timestamptz is null or (i.received_at, i.id) < ($4, $5::uuid))
              and ($8::uuid[] is null or i.location_id = any ($8))
            order by i.received_at desc, i.id desc
            limit $6 offset $7"#,
        filters.statuses.as_deref(),
        filters.spam,
        filters.locations.as_deref(),
        after_at,
        after_id,
        fetch,
        offset,
        reach.locations(),
    )
    .fetch_all(transaction)
    .await
}

/// How many inquiries the filters leave, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_inquiries(
    transaction: &mut PgConnection,
    filters: &Filters,
    reach: &Reach,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select from cms.inquiry i left join cms.location l on l.id = i.location_id
                    where i.erased_at is null
                      and ($1::text[] is null or i.status = any ($1))
                      and ($2::boolean is null or (i.status = 'spam') = $2)
                      and ($3::text[] is null or l.id::text = any ($3) or (l.slug = any ($3) and l.trashed_at is null))
                      and ($5::uuid[] is null or i.location_id = any ($5))
                    limit $4) counted"#,
        filters.statuses.as_deref(),
        filters.spam,
        filters.locations.as_deref(),
        most,
        reach.locations(),
    )
    .fetch_one(transaction)
    .await
}

/// Everything about one inquiry, still sealed.
#[derive(Debug)]
pub struct DetailRow {
    /// What the list shows, too.
    pub listed: ListedRow,
    /// Why it was taken for spam.
    pub spam_reasons: Vec<String>,
    /// How it came in.
    pub source: String,
    /// How to answer.
    pub preferred_contact: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// For whom.
    pub on_behalf_of: Option<String>,
    /// The address.
    pub sealed_email: Option<Vec<u8>>,
    /// The number.
    pub sealed_phone: Option<Vec<u8>>,
    /// The message.
    pub sealed_message: Option<Vec<u8>>,
    /// Everything else.
    pub sealed_details: Vec<u8>,
    /// In the order that they were sent.
    pub consents: Vec<GivenConsent>,
    /// When retention ends, by the form and by where it stands now.
    pub retention_expires_at: DateTime<Utc>,
    /// Whether it must not be erased.
    pub legal_hold: bool,
    /// Whether the person does not want text messages.
    pub sms_opted_out: bool,
    /// Whether the person does not want to be called.
    pub phone_opted_out: bool,
    /// Whether the person does not want mail.
    pub email_opted_out: bool,
    /// For the `ETag`.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A consent as it was given.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GivenConsent {
    /// What for.
    pub purpose: String,
    /// The version of the text that was shown.
    pub text_version: Option<String>,
    /// Whether it was granted.
    pub granted: bool,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// One inquiry that is not erased.
///
/// # Errors
/// Those of the database.
pub async fn find_inquiry(
    transaction: &mut PgConnection,
    id: Uuid,
    reach: &Reach,
) -> Result<Option<DetailRow>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select i.id, i.received_at, i.kind, i.status, i.priority, f.id as form_id, f.slug as form_slug,
                  f.name as form_name, l.id as "location_id?", l.slug as "location_slug?", l.name as "location_name?",
                  i.key_id as "key_id!", i.wrapped_key as "wrapped_key!", i.sealed_name as "sealed_name!", i.sealed_email,
                  i.sealed_phone, i.sealed_message, i.sealed_details as "sealed_details!", i.spam_reasons, i.source,
                  i.preferred_contact, i.language, i.on_behalf_of, i.version, i.updated_at, i.legal_hold,
                  cms.kept_until(i.form_id, i.status, i.received_at, i.retention_expires_at) as "retention_expires_at!",
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'sms' and s.contact_index = i.phone_index) as "sms_opted_out!",
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'phone' and s.contact_index = i.phone_index) as "phone_opted_out!",
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'email' and s.contact_index = i.email_index) as "email_opted_out!",
                  (select coalesce(json_agg(json_build_object('purpose', c.purpose, 'text_version', c.text_version,
                                                              'granted', c.granted, 'given_at', c.given_at)
                                            order by c.position), '[]')
                     from cms.consent c where c.inquiry_id = i.id) as "consents!: Json<Vec<GivenConsent>>"
             from cms.inquiry i
             join cms.form f on f.id = i.form_id
             left join cms.location l on l.id = i.location_id
            where i.id = $1 and i.erased_at is null and ($2::uuid[] is null or i.location_id = any ($2))"#,
        id,
        reach.locations(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(|row| DetailRow {
        listed: ListedRow {
            id: row.id,
            received_at: row.received_at,
            kind: row.kind,
            status: row.status,
            priority: row.priority,
            form_id: row.form_id,
            form_slug: row.form_slug,
            form_name: row.form_name,
            location_id: row.location_id,
            location_slug: row.location_slug,
            location_name: row.location_name,
            key_id: row.key_id,
            wrapped_key: row.wrapped_key,
            sealed_name: row.sealed_name,
        },
        spam_reasons: row.spam_reasons,
        source: row.source,
        preferred_contact: row.preferred_contact,
        language: row.language,
        on_behalf_of: row.on_behalf_of,
        sealed_email: row.sealed_email,
        sealed_phone: row.sealed_phone,
        sealed_message: row.sealed_message,
        sealed_details: row.sealed_details,
        consents: row.consents.0,
        retention_expires_at: row.retention_expires_at,
        legal_hold: row.legal_hold,
        sms_opted_out: row.sms_opted_out,
        phone_opted_out: row.phone_opted_out,
        email_opted_out: row.email_opted_out,
        version: row.version,
        updated_at: row.updated_at,
    }))
}
