//! Attempts to reach the sender of an inquiry, and theirs to reach the clinic. The first one is the first response; each
//! of the clinic's own counts as an attempt. Refuses one that has not taken place yet, or took place before the inquiry.

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, http::header, web::Data};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    change::{self, After, Move},
    opened::DeskPerson,
    queries::{self, ContactRow, NewContact, Standing},
    status::Status,
};
use crate::{
    accounts::{InquiryDesk, InquiryReader},
    crypto::{Personal, WrappedKey},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, FieldError, Fields, JsonBody, PageLinks, PageMeta, PageRequest, Paging,
        QueryReader, Site, no_parameters, path_id, private_answer, staff_answer,
    },
    inquiries::{door::Door, sealing::Opener},
};

/// By which way.
const CHANNELS: [&str; 5] = ["phone", "email", "sms", "letter", "in_person"];
/// Who turned to whom.
const DIRECTIONS: [&str; 2] = ["outbound", "inbound"];
/// What became of it.
const OUTCOMES: [&str; 7] = ["reached", "no_answer", "left_message", "sent", "bounced", "wrong_contact", "declined"];
/// The most characters of a note.
const NOTE: usize = 2000;
/// The clocks of desks differ so much.
const SKEW: TimeDelta = TimeDelta::minutes(2);
const TABLE: &str = "cms.inquiry_contact";

/// A contact as it is written down.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct InquiryContactInput {
    /// `phone`, `email`, `sms`, `letter` or `in_person`.
    channel: String,
    /// `outbound` (the default) or `inbound`.
    direction: Option<String>,
    /// `reached`, `no_answer`, `left_message`, `sent`, `bounced`, `wrong_contact` or `declined`.
    outcome: String,
    /// When it took place; now where it is absent. Not before the inquiry, and not in the future.
    at: Option<DateTime<Utc>>,
    /// In words, sealed.
    #[schema(min_length = 1, max_length = 2000)]
    note: Option<String>,
    /// Where the inquiry stands then: `contacted` or `no_answer`, whose reason follows from the outcome.
    status: Option<String>,
}

/// An attempt to reach the sender, or theirs to reach the clinic.
#[derive(Serialize, ToSchema)]
pub struct InquiryContact {
    pub id: Uuid,
    /// When it took place.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    pub by: DeskPerson,
    /// `phone`, `email`, `sms`, `letter` or `in_person`.
    pub channel: String,
    /// `outbound` or `inbound`.
    pub direction: String,
    /// `reached`, `no_answer`, `left_message`, `sent`, `bounced`, `wrong_contact` or `declined`.
    pub outcome: String,
    pub note: Option<String>,
}

impl std::fmt::Debug for InquiryContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InquiryContact").field("id", &self.id).finish_non_exhaustive()
    }
}

impl InquiryContact {
    /// Opens the note.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the key.
    pub fn open(row: ContactRow, key: &Opener) -> Result<Self, ApiError> {
        let opened = row.sealed_note.as_deref().map(|sealed| key.beside(TABLE, "sealed_note", row.id, sealed));
        Ok(Self {
            id: row.id,
            at: row.at,
            recorded_at: row.recorded_at,
            by: DeskPerson { id: row.by_id, name: row.by_name },
            channel: row.channel,
            direction: row.direction,
            outcome: row.outcome,
            note: opened.transpose()?.map(Personal::into_revealed),
        })
    }
}

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryContactAnswer {
    data: InquiryContact,
}

/// Contacts, the last written down first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryContactPage {
    data: Vec<InquiryContact>,
    meta: PageMeta,
    links: PageLinks,
}

/// Lists the contacts about an inquiry, the last written down first.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/contacts", operation_id = "list_inquiry_contacts", tag = "staff: inquiries",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The inquiry"), Paging),
    responses((status = 200, description = "A page of contacts", body = InquiryContactPage)))]
pub async fn list_inquiry_contacts(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let question = format!("inquiry;{id};contacts");
    let mut query = QueryReader::of(&request);
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let part = page.clone();
    let (row, mut contacts, total) = database
        .transact(async move |transaction| {
            let reach = &permit.staff.reach;
            let row = queries::find_inquiry(transaction, id, reach, reach).await?;
            let action = if row.is_some() { "inquiry_contact.list" } else { "inquiry.refuse" };
            permit.staff.record(transaction, action, "inquiry", Some(id), &[]).await?;
            let Some(row) = row else { return Ok(None) };
            let after = part.after().copied();
            let contacts = queries::list_contacts(transaction, id, after, part.fetch(), part.offset()).await?;
            let total = part.total(queries::count_contacts(transaction, id, COUNTED)).await?;
            Ok::<_, ApiError>(Some((row, contacts, total)))
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut contacts, total, |contact| contact.id, &of);
    let wrapped = WrappedKey { key_id: row.listed.key_id, bytes: row.listed.wrapped_key };
    let key = Opener::of(&door.ring, id, &wrapped)?;
    let data = contacts.into_iter().map(|contact| InquiryContact::open(contact, &key)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &InquiryContactPage { data, meta, links }))
}

/// A contact in which everything is right.
struct Contact {
    channel: &'static str,
    direction: &'static str,
    outcome: &'static str,
    at: Option<DateTime<Utc>>,
    note: Option<Personal<String>>,
    status: Option<Status>,
}

/// Writes a contact down, and with it where the inquiry stands. `If-Match` may come with it, and then counts.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/contacts", operation_id = "create_inquiry_contact", tag = "staff: inquiries",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = Option<String>, Header, description = "The inquiry's ETag, where the contact is only for what was read")),
    request_body = InquiryContactInput,
    responses((status = 201, description = "Written down", body = InquiryContactAnswer,
        headers(("ETag" = String, description = "The inquiry's new version")))))]
pub async fn create_inquiry_contact(
    request: HttpRequest,
    permit: InquiryDesk,
    door: Data<Door>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let is_bound = request.headers().contains_key(header::IF_MATCH);
    let expected = if is_bound { Expected::from_request(&request, &mut Payload::None).await? } else { Expected::Any };
    let input = read(&body.0)?;
    let ring = door.ring.clone();
    let (version, contact) = database
        .transact(async move |transaction| {
            let staff = &permit.staff;
            let Some(before) = change::hold(transaction, staff, id).await? else { return Ok(None) };
            before.check_version(&expected)?;
            let now = staff.clock.now();
            let at = input.at.unwrap_or(now);
            let after = judge(&before, &input, at, now)?;
            let contact = staff.clock.new_id();
            let seal = |note| before.opener(&ring)?.seal_beside(TABLE, "sealed_note", contact, note);
            let row = NewContact {
                id: contact,
                inquiry: id,
                at,
                recorded_at: now,
                by: staff.id,
                channel: input.channel,
                direction: input.direction,
                outcome: input.outcome,
                sealed_note: input.note.as_ref().map(seal).transpose()?,
            };
            queries::insert_contact(transaction, &row).await?;
            let version = change::write(transaction, staff, &ring, &before, &after, "inquiry_contact.create").await?;
            let written = InquiryContact {
                id: contact,
                at,
                recorded_at: now,
                by: DeskPerson { id: staff.id, name: staff.name.clone() },
                channel: input.channel.to_owned(),
                direction: input.direction.to_owned(),
                outcome: input.outcome.to_owned(),
                note: input.note.map(Personal::into_revealed),
            };
            Ok::<_, ApiError>(Some((version, written)))
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(staff_answer(StatusCode::CREATED, version, &InquiryContactAnswer { data: contact }))
}

fn read(body: &Value) -> Result<Contact, ApiError> {
    let mut fields = Fields::of(body, "");
    let channel = fields.one_of("channel", &CHANNELS);
    let channel = fields.require("channel", channel);
    let direction = fields.one_of("direction", &DIRECTIONS).unwrap_or("outbound");
    let outcome = fields.one_of("outcome", &OUTCOMES);
    let outcome = fields.require("outcome", outcome);
    let at = fields.instant("at");
    let note = fields.text("note", NOTE).map(Personal::new);
    let status = fields.one_of("status", &["contacted", "no_answer"]).and_then(Status::named);
    if status == Some(Status::NoAnswer) && outcome.is_some_and(|outcome| reason_of(outcome).is_none()) {
        fields.refuse("status", "not_applicable", "does not go with this outcome");
    }
    fields.finish()?;
    let (channel, outcome) = channel.zip(outcome).ok_or(ApiError::Internal)?;
    Ok(Contact { channel, direction, outcome, at, note, status })
}

/// Why nobody answered, where the outcome says so.
fn reason_of(outcome: &str) -> Option<&'static str> {
    match outcome {
        "no_answer" => Some("no_reply"),
        "left_message" => Some("left_message"),
        "bounced" => Some("bounced"),
        "wrong_contact" => Some("wrong_contact"),
        _ => None,
    }
}

/// The inquiry after a contact.
fn judge(before: &Standing, contact: &Contact, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<After, ApiError> {
    let mut mistakes = Vec::new();
    if at > now + SKEW {
        mistakes.push(FieldError::at("/at", "in_future", "has not taken place yet"));
    }
    if at < before.received_at {
        mistakes.push(FieldError::at("/at", "too_early", "lies before the inquiry came in"));
    }
    let mut after = After { touched: true, ..before.unchanged()? };
    let is_attempt = contact.direction == "outbound";
    if is_attempt || contact.outcome == "reached" {
        after.first_responded_at = after.first_responded_at.or(Some(at.min(now)));
    }
    if is_attempt {
        after.attempts = after.attempts.saturating_add(1);
    }
    if let Some(status) = contact.status {
        let reason = Some(contact.outcome).filter(|_| status == Status::NoAnswer).and_then(reason_of);
        let to = Move { status, reason: reason.map(str::to_owned), note: None };
        mistakes.extend(after.go(to, now).err().into_iter().flatten());
    }
    if mistakes.is_empty() { Ok(after) } else { Err(ApiError::Invalid(mistakes)) }
}
