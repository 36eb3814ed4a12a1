//! Inquiries as staff see them: opened. Refuses to show a gap where a field does not open, and to print what is a
//! patient's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    around::{DeskPerson, InquiryRouting, InquiryStatusChange, LinkedInquiry, reference},
    contacts::InquiryContact,
    notes::InquiryNote,
    queries::{ContactRow, DetailRow, GivenConsent, LinkedRow, ListedRow, NoteRow, RoutingRow, StatusChangeRow},
};
use crate::{
    crypto::{KeyRing, Personal, WrappedKey},
    http::{ApiError, Reference},
    inquiries::{
        attachments::{AttachmentRow, InquiryAttachment},
        door::Door,
        inquiry::ATTRIBUTION,
        schema::{InquiryKind, InquiryStatus},
        sealing::{Noted, Opener},
    },
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
    assignee: Option<DeskPerson>,
    /// The sender.
    name: String,
    /// By when somebody has to act: until the first response, when that is due, then when a call back was promised. Null
    /// where nobody has to.
    due_at: Option<DateTime<Utc>>,
    overdue: bool,
    spam: bool,
}

/// Everything about an inquiry, decrypted.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct InquiryDetail {
    pub id: Uuid,
    pub received_at: DateTime<Utc>,
    pub form: Reference,
    #[schema(value_type = InquiryKind)]
    pub kind: String,
    #[schema(value_type = InquiryStatus)]
    pub status: String,
    /// `normal`, `urgent` or `stat`.
    #[schema(example = "normal")]
    pub priority: String,
    pub location: Option<Reference>,
    /// Who looks after it.
    pub assignee: Option<DeskPerson>,
    /// The sender, whole.
    pub name: String,
    /// By when somebody has to act: until the first response, when that is due, then when a call back was promised. Null
    /// where nobody has to.
    pub due_at: Option<DateTime<Utc>>,
    pub overdue: bool,
    pub spam: bool,
    /// What speaks for spam, by codes.
    pub spam_reasons: Vec<String>,
    /// How much speaks for spam.
    pub spam_score: i16,
    /// The rule that saw an emergency in the words as they stand.
    pub emergency_rule: Option<String>,
    /// Why it stands where it stands, by a code.
    pub close_reason: Option<String>,
    /// The same in words.
    pub close_note: Option<String>,
    pub first_response_due_at: Option<DateTime<Utc>>,
    pub first_responded_at: Option<DateTime<Utc>>,
    /// Attempts to reach the sender.
    pub attempts: i32,
    /// When somebody is to be called back, or looked at again.
    pub next_action_at: Option<DateTime<Utc>>,
    /// The inquiry that it repeats.
    pub duplicate_of: Option<Uuid>,
    /// Those that repeat it, the newest 50.
    pub duplicates: Vec<LinkedInquiry>,
    /// Others of the same address or number, the newest 50: linked, and never taken for one person, since families
    /// share both.
    pub linked: Vec<LinkedInquiry>,
    /// The newest 100; all of them stand at `/notes`.
    pub notes: Vec<InquiryNote>,
    /// The newest 100; all of them stand at `/contacts`.
    pub contacts: Vec<InquiryContact>,
    /// How it came to stand where it stands, newest first, at most 200.
    pub history: Vec<InquiryStatusChange>,
    /// Where it was sent, newest first, at most 200.
    pub routings: Vec<InquiryRouting>,
    /// How it came in: `api`, `form`, or the kind of a connection.
    pub source: String,
    /// The service that it was recognised to be about.
    pub recognised_service: Option<Reference>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub full_name: Option<String>,
    pub email: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// As people write it, with its extension.
    pub phone_display: Option<String>,
    pub preferred_contact: Option<String>,
    pub preferred_times: Vec<String>,
    /// In the sender's words.
    pub service: Option<String>,
    pub message: Option<String>,
    pub language: Option<String>,
    pub on_behalf_of: Option<String>,
    pub consents: Vec<GivenConsent>,
    pub attribution: InquiryAttribution,
    /// What a plain form asked beyond the known fields.
    pub answers: Vec<InquiryExtraAnswer>,
    /// Files that came with it, without their contents.
    pub attachments: Vec<InquiryAttachment>,
    /// The code that the sender was given.
    pub receipt: String,
    /// When it is erased, by its form and by where it stands; not while it is held.
    pub retention_expires_at: DateTime<Utc>,
    /// Whether it must not be erased.
    pub legal_hold: bool,
    /// Whether the person has asked for no text messages, in this inquiry or elsewhere.
    pub sms_opted_out: bool,
    /// Whether the person has asked not to be called.
    pub phone_opted_out: bool,
    /// Whether the person has asked for no mail.
    pub email_opted_out: bool,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
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
    pub name: String,
    pub value: String,
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
    /// Opens the name. What was due before `now` is overdue.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the key.
    pub fn open(row: ListedRow, ring: &KeyRing, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let opener = opener(&row, ring)?;
        let name = opener.name(&row.sealed_name)?.reveal().shown();
        Ok(Self::named(row, name, now))
    }

    fn named(row: ListedRow, name: String, now: DateTime<Utc>) -> Self {
        Self {
            id: row.id,
            received_at: row.received_at,
            form: Reference { id: row.form_id, slug: row.form_slug, name: row.form_name },
            kind: row.kind,
            spam: row.status == "spam",
            status: row.status,
            priority: row.priority,
            location: reference(row.location_id, row.location_slug, row.location_name),
            assignee: DeskPerson::of(row.assignee_id, row.assignee_name),
            name,
            due_at: row.due_at,
            overdue: row.due_at.is_some_and(|due| due < now),
        }
    }
}

fn opener(row: &ListedRow, ring: &KeyRing) -> Result<Opener, ApiError> {
    let wrapped = WrappedKey { key_id: row.key_id.clone(), bytes: row.wrapped_key.clone() };
    Opener::of(ring, row.id, &wrapped)
}

/// What the database knows of one inquiry, still sealed.
#[derive(Debug)]
pub struct Found {
    /// The inquiry.
    pub row: DetailRow,
    /// Notes.
    pub notes: Vec<NoteRow>,
    /// Contacts.
    pub contacts: Vec<ContactRow>,
    /// How it came to stand where it stands.
    pub history: Vec<StatusChangeRow>,
    /// Where it was sent.
    pub routings: Vec<RoutingRow>,
    /// Files.
    pub attachments: Vec<AttachmentRow>,
    /// Others of the same contact.
    pub linked: Vec<LinkedRow>,
    /// Those that repeat it.
    pub duplicates: Vec<LinkedRow>,
}

impl InquiryDetail {
    /// Opens everything. What was due before `now` is overdue.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where anything does not open; the log names the key.
    pub fn open(found: Found, door: &Door, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let row = found.row;
        let key = opener(&row.listed, &door.ring)?;
        let text = |column, sealed: Option<Vec<u8>>| {
            let opened = sealed.map(|sealed| key.text(column, &sealed)).transpose()?;
            Ok::<_, ApiError>(opened.map(Personal::into_revealed))
        };
        let name = key.name(&row.listed.sealed_name)?.into_revealed();
        let phone = row.sealed_phone.map(|sealed| key.phone(&sealed)).transpose()?.map(Personal::into_revealed);
        let (phone, phone_display) = phone.map(|phone| (phone.number, phone.display)).unzip();
        let Noted { details, emergency_rule } = key.details(&row.sealed_details)?.into_revealed();
        let answers = details.answers.into_iter().map(|(name, value)| InquiryExtraAnswer { name, value });
        let (email, message) = (text("sealed_email", row.sealed_email)?, text("sealed_message", row.sealed_message)?);
        let history = found.history.into_iter().map(|line| InquiryStatusChange::open(line, &key));
        let history: Vec<InquiryStatusChange> = history.collect::<Result<_, _>>()?;
        let notes = found.notes.into_iter().map(|note| InquiryNote::open(note, &key));
        let attachments = found.attachments.into_iter().map(|file| InquiryAttachment::open(file, &key));
        let contacts = found.contacts.into_iter().map(|contact| InquiryContact::open(contact, &key));
        let summary = InquirySummary::named(row.listed, name.shown(), now);
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
            spam_score: row.spam_score,
            emergency_rule,
            // The line that gave the present reason is the newest: a reason changes with such a line alone.
            close_note: history.first().filter(|_| row.close_reason.is_some()).and_then(|line| line.note.clone()),
            close_reason: row.close_reason,
            first_response_due_at: row.first_response_due_at,
            first_responded_at: row.first_responded_at,
            attempts: row.attempts,
            next_action_at: row.next_action_at,
            duplicate_of: row.duplicate_of,
            duplicates: found.duplicates.into_iter().map(LinkedInquiry::from).collect(),
            linked: found.linked.into_iter().map(LinkedInquiry::from).collect(),
            notes: notes.collect::<Result<_, _>>()?,
            contacts: contacts.collect::<Result<_, _>>()?,
            history,
            routings: found.routings.into_iter().map(InquiryRouting::from).collect(),
            source: row.source,
            recognised_service: reference(row.service_id, row.service_slug, row.service_name),
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
            attachments: attachments.collect::<Result<_, _>>()?,
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
