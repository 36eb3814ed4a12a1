//! One inquiry, and what hangs together with it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ListedRow;
use crate::accounts::Reach;

/// Everything about one inquiry, still sealed.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct DetailRow {
    /// What the list shows, too.
    pub listed: ListedRow,
    /// Why it was taken for spam, or held.
    pub spam_reasons: Vec<String>,
    /// How much speaks for spam.
    pub spam_score: i16,
    /// How it came in.
    pub source: String,
    /// The service that it was recognised to be about: id, slug and name, all or none.
    pub service_id: Option<Uuid>,
    /// See `service_id`.
    pub service_slug: Option<String>,
    /// See `service_id`.
    pub service_name: Option<String>,
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
    /// Finds the address.
    pub email_index: Option<Vec<u8>>,
    /// Finds the number.
    pub phone_index: Option<Vec<u8>>,
    /// In the order that they were sent.
    pub consents: Vec<GivenConsent>,
    /// Why it stands where it stands.
    pub close_reason: Option<String>,
    /// By when the first answer was due.
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// When it was given.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// Attempts to reach the sender.
    pub attempts: i32,
    /// When somebody is to be called back.
    pub next_action_at: Option<DateTime<Utc>>,
    /// The inquiry that it repeats.
    pub duplicate_of: Option<Uuid>,
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

/// One inquiry within `reach` that is not erased. What it repeats is told where that is within `linked`.
///
/// # Errors
/// Those of the database.
pub async fn find_inquiry(
    transaction: &mut PgConnection,
    id: Uuid,
    reach: &Reach,
    linked: &Reach,
) -> Result<Option<DetailRow>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select i.id, i.received_at, i.kind, i.status, i.priority, f.id as form_id, f.slug as form_slug,
                  f.name as form_name, l.id as "location_id?", l.slug as "location_slug?", l.name as "location_name?",
                  a.id as "assignee_id?", a.name as "assignee_name?",
                  cms.due_at(i.status, i.first_responded_at, i.first_response_due_at, i.next_action_at) as due_at,
                  s.id as "service_id?", s.slug as "service_slug?", s.name as "service_name?",
                  i.key_id as "key_id!", i.wrapped_key as "wrapped_key!", i.sealed_name as "sealed_name!", i.sealed_email,
                  i.sealed_phone, i.sealed_message, i.sealed_details as "sealed_details!", i.email_index, i.phone_index,
                  i.spam_reasons, i.spam_score,
                  i.source, i.preferred_contact, i.language, i.on_behalf_of, i.close_reason, i.first_response_due_at,
                  i.first_responded_at, i.attempts, i.next_action_at, i.version, i.updated_at, i.legal_hold,
                  cms.kept_until(i.form_id, i.status, i.received_at, i.retention_expires_at) as "retention_expires_at!",
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'sms' and s.contact_index = i.phone_index) as "sms_opted_out!",
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'phone' and s.contact_index = i.phone_index) as "phone_opted_out!",
                  exists (select from cms.suppression s where s.lifted_at is null and s.purpose is null
                             and s.channel = 'email' and s.contact_index = i.email_index) as "email_opted_out!",
                  (select o.id from cms.inquiry o
                    where o.id = i.duplicate_of and ($3::uuid[] is null or o.location_id = any ($3))) as duplicate_of,
                  (select coalesce(json_agg(json_build_object('purpose', c.purpose, 'text_version', c.text_version,
                                                              'granted', c.granted, 'given_at', c.given_at)
                                            order by c.position), '[]')
                     from cms.consent c where c.inquiry_id = i.id) as "consents!: Json<Vec<GivenConsent>>"
             from cms.inquiry i
             join cms.form f on f.id = i.form_id
             left join cms.location l on l.id = i.location_id
             left join cms.account a on a.id = i.assignee_id
             left join cms.service s on s.id = i.service_id
            where i.id = $1 and i.erased_at is null and ($2::uuid[] is null or i.location_id = any ($2))"#,
        id,
        reach.locations(),
        linked.locations(),
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
            assignee_id: row.assignee_id,
            assignee_name: row.assignee_name,
            due_at: row.due_at,
            key_id: row.key_id,
            wrapped_key: row.wrapped_key,
            sealed_name: row.sealed_name,
        },
        spam_reasons: row.spam_reasons,
        spam_score: row.spam_score,
        source: row.source,
        service_id: row.service_id,
        service_slug: row.service_slug,
        service_name: row.service_name,
        preferred_contact: row.preferred_contact,
        language: row.language,
        on_behalf_of: row.on_behalf_of,
        sealed_email: row.sealed_email,
        sealed_phone: row.sealed_phone,
        sealed_message: row.sealed_message,
        sealed_details: row.sealed_details,
        email_index: row.email_index,
        phone_index: row.phone_index,
        consents: row.consents.0,
        close_reason: row.close_reason,
        first_response_due_at: row.first_response_due_at,
        first_responded_at: row.first_responded_at,
        attempts: row.attempts,
        next_action_at: row.next_action_at,
        duplicate_of: row.duplicate_of,
        retention_expires_at: row.retention_expires_at,
        legal_hold: row.legal_hold,
        sms_opted_out: row.sms_opted_out,
        phone_opted_out: row.phone_opted_out,
        email_opted_out: row.email_opted_out,
        version: row.version,
        updated_at: row.updated_at,
    }))
}

/// Another inquiry of the same contact, or the same inquiry again.
#[derive(Debug)]
pub struct LinkedRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Where it stands.
    pub status: String,
    /// The form: id, slug and name.
    pub form_id: Uuid,
    /// See `form_id`.
    pub form_slug: String,
    /// See `form_id`.
    pub form_name: String,
}

/// The newest inquiries within reach that came from the same address or the same number.
///
/// # Errors
/// Those of the database.
pub async fn list_linked(
    transaction: &mut PgConnection,
    inquiry: &DetailRow,
    reach: &Reach,
) -> Result<Vec<LinkedRow>, sqlx::Error> {
    // Each index is read by itself: an OR over two would read and sort everything that a flood brought.
    sqlx::query_as!(
        LinkedRow,
        r#"select i.id, i.received_at, i.status, f.id as form_id, f.slug as form_slug, f.name as form_name
             from cms.inquiry i join cms.form f on f.id = i.form_id
            where i.id in ((select e.id from cms.inquiry e
                             where e.email_index = $2 and ($4::uuid[] is null or e.location_id = any ($4))
                             order by e.received_at desc limit 51)
                           union
                           (select p.id from cms.inquiry p
                             where p.phone_index = $3 and ($4::uuid[] is null or p.location_id = any ($4))
                             order by p.received_at desc limit 51))
              and i.id <> $1
            order by i.received_at desc, i.id desc
            limit 50"#,
        inquiry.listed.id,
        inquiry.email_index.as_deref(),
        inquiry.phone_index.as_deref(),
        reach.locations(),
    )
    .fetch_all(transaction)
    .await
}

/// The newest inquiries within reach that were found to repeat this one.
///
/// # Errors
/// Those of the database.
pub async fn list_duplicates(
    transaction: &mut PgConnection,
    id: Uuid,
    reach: &Reach,
) -> Result<Vec<LinkedRow>, sqlx::Error> {
    sqlx::query_as!(
        LinkedRow,
        r#"select i.id, i.received_at, i.status, f.id as form_id, f.slug as form_slug, f.name as form_name
             from cms.inquiry i join cms.form f on f.id = i.form_id
            where i.duplicate_of = $1 and i.erased_at is null and ($2::uuid[] is null or i.location_id = any ($2))
            order by i.received_at desc, i.id desc
            limit 50"#,
        id,
        reach.locations(),
    )
    .fetch_all(transaction)
    .await
}
