//! Inquiries as staff see them: opened. Refuses to show a gap where a field does not open, and to print what is a
//! patient's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    door::Door,
    inquiry::ATTRIBUTION,
    queries::{DetailRow, GivenConsent, ListedRow},
    schema::{InquiryKind, InquiryStatus},
    sealing::Opener,
};
use crate::{
    crypto::{KeyRing, Personal, WrappedKey},
    http::{ApiError, Reference},
};

/// An inquiry in a list: never its message.
#[derive(Serialize, ToSchema)]
pub struct InquirySummary {
    id: Uuid,
    received_at: DateTime<Utc>,
    form: Reference,
    #[schema(value_type = InquiryKind)]
    kind: String,
    #[schema(value_type = InquiryStatus)]
    status: String,
    /// `normal`, `urgent` or `stat`.
    #[schema(example = "normal")]
    priority: String,
    location: Option<Reference>,
    /// Who looks after it.
    assignee: Option<Reference>,
    /// The sender.
    name: String,
    /// When it should be answered.
    due_at: Option<DateTime<Utc>>,
    overdue: bool,
    spam: bool,
}

/// Everything about an inquiry, decrypted.
#[derive(Serialize, ToSchema)]
pub struct InquiryDetail {
    id: Uuid,
    received_at: DateTime<Utc>,
    form: Reference,
    #[schema(value_type = InquiryKind)]
    kind: String,
    #[schema(value_type = InquiryStatus)]
    status: String,
    /// `normal`, `urgent` or `stat`.
    #[schema(example = "normal")]
    priority: String,
    location: Option<Reference>,
    /// Who looks after it.
    assignee: Option<Reference>,
    /// The sender, whole.
    name: String,
    /// When it should be answered.
    due_at: Option<DateTime<Utc>>,
    overdue: bool,
    spam: bool,
    /// `honeypot`, `too_fast`.
    spam_reasons: Vec<String>,
    /// `api` or `form`.
    source: String,
    given_name: Option<String>,
    family_name: Option<String>,
    full_name: Option<String>,
    email: Option<String>,
    /// E.164.
    phone: Option<String>,
    /// As people write it, with its extension.
    phone_display: Option<String>,
    preferred_contact: Option<String>,
    preferred_times: Vec<String>,
    /// In the sender's words.
    service: Option<String>,
    message: Option<String>,
    language: Option<String>,
    on_behalf_of: Option<String>,
    consents: Vec<GivenConsent>,
    attribution: InquiryAttribution,
    /// What a plain form asked beyond the known fields.
    answers: Vec<InquiryExtraAnswer>,
    /// The code that the sender was given.
    receipt: String,
    /// When it is erased, by its form and by where it stands; not while it is held.
    retention_expires_at: DateTime<Utc>,
    /// Whether it must not be erased.
    legal_hold: bool,
    /// Whether the person has asked for no text messages, in this inquiry or elsewhere.
    sms_opted_out: bool,
    /// Whether the person has asked not to be called.
    phone_opted_out: bool,
    /// Whether the person has asked for no mail.
    email_opted_out: bool,
    pub version: i32,
    updated_at: DateTime<Utc>,
}

/// How the sender came to the site.
#[derive(Serialize, ToSchema)]
pub struct InquiryAttribution {
    utm_source: Option<String>,
    utm_medium: Option<String>,
    utm_campaign: Option<String>,
    utm_term: Option<String>,
    utm_content: Option<String>,
    gclid: Option<String>,
    gbraid: Option<String>,
    wbraid: Option<String>,
    fbclid: Option<String>,
    msclkid: Option<String>,
    landing_page: Option<String>,
    referrer: Option<String>,
}

/// An answer to a field of the form's own.
#[derive(Serialize, ToSchema)]
pub struct InquiryExtraAnswer {
    name: String,
    value: String,
}

/// What these types hold is a patient's: their `Debug` shows the id alone.
impl std::fmt::Debug for InquirySummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InquirySummary").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for InquiryDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InquiryDetail").field("id", &self.id).finish_non_exhaustive()
    }
}

impl InquiryAttribution {
    fn of(mut told: BTreeMap<String, String>) -> Self {
        let [
            utm_source,
            utm_medium,
            utm_campaign,
            utm_term,
            utm_content,
            gclid,
            gbraid,
            wbraid,
            fbclid,
            msclkid,
            landing_page,
            referrer,
        ] = ATTRIBUTION.map(|(name, _)| told.remove(name));
        Self {
            utm_source,
            utm_medium,
            utm_campaign,
            utm_term,
            utm_content,
            gclid,
            gbraid,
            wbraid,
            fbclid,
            msclkid,
            landing_page,
            referrer,
        }
    }
}

impl InquirySummary {
    /// Opens the name.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the key.
    pub fn open(row: ListedRow, ring: &KeyRing) -> Result<Self, ApiError> {
        let opener = opener(&row, ring)?;
        let name = opener.name(&row.sealed_name)?.reveal().shown();
        Ok(Self::named(row, name))
    }

    fn named(row: ListedRow, name: String) -> Self {
        let location = row.location_id.zip(row.location_slug).zip(row.location_name);
        Self {
            id: row.id,
            received_at: row.received_at,
            form: Reference { id: row.form_id, slug: row.form_slug, name: row.form_name },
            kind: row.kind,
            spam: row.status == "spam",
            status: row.status,
            priority: row.priority,
            location: location.map(|((id, slug), name)| Reference { id, slug, name }),
            assignee: None,
            name,
            due_at: None,
            overdue: false,
        }
    }
}

fn opener(row: &ListedRow, ring: &KeyRing) -> Result<Opener, ApiError> {
    let wrapped = WrappedKey { key_id: row.key_id.clone(), bytes: row.wrapped_key.clone() };
    Opener::of(ring, row.id, &wrapped)
}

impl InquiryDetail {
    /// Opens everything.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where anything does not open; the log names the key.
    pub fn open(row: DetailRow, door: &Door) -> Result<Self, ApiError> {
        let key = opener(&row.listed, &door.ring)?;
        let text = |column, sealed: Option<Vec<u8>>| {
            let opened = sealed.map(|sealed| key.text(column, &sealed)).transpose()?;
            Ok::<_, ApiError>(opened.map(Personal::into_revealed))
        };
        let name = key.name(&row.listed.sealed_name)?.into_revealed();
        let phone = row.sealed_phone.map(|sealed| key.phone(&sealed)).transpose()?.map(Personal::into_revealed);
        let (phone, phone_display) = phone.map(|phone| (phone.number, phone.display)).unzip();
        let details = key.details(&row.sealed_details)?.into_revealed();
        let answers = details.answers.into_iter().map(|(name, value)| InquiryExtraAnswer { name, value });
        let (email, message) = (text("sealed_email", row.sealed_email)?, text("sealed_message", row.sealed_message)?);
        let summary = InquirySummary::named(row.listed, name.shown());
        Ok(Self {
            receipt: door.receipt(summary.id, summary.received_at),
            id: summary.id,
            received_at: summary.received_at,
            form: summary.form,
            kind: summary.kind,
            status: summary.status,
            priority: summary.priority,
            location: summary.location,
            assignee: summary.assignee,
            name: summary.name,
            due_at: summary.due_at,
            overdue: summary.overdue,
            spam: summary.spam,
            email,
            message,
            spam_reasons: row.spam_reasons,
            source: row.source,
            given_name: name.given,
            family_name: name.family,
            full_name: name.full,
            phone,
            phone_display,
            preferred_contact: row.preferred_contact,
            preferred_times: details.preferred_times,
            service: details.service,
            language: row.language,
            on_behalf_of: row.on_behalf_of,
            consents: row.consents,
            attribution: InquiryAttribution::of(details.attribution),
            answers: answers.collect(),
            retention_expires_at: row.retention_expires_at,
            legal_hold: row.legal_hold,
            sms_opted_out: row.sms_opted_out,
            phone_opted_out: row.phone_opted_out,
            email_opted_out: row.email_opted_out,
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}
