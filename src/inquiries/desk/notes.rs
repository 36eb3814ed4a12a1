//! What colleagues write down about an inquiry, for each other. Sealed under the inquiry's own key, so that it is forgotten
//! with it; written once and never changed.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    change,
    opened::DeskPerson,
    queries::{self, NoteRow},
};
use crate::{
    accounts::{InquiryDesk, InquiryReader},
    crypto::{Personal, WrappedKey},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Fields, JsonBody, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site,
        no_parameters, path_id, private_answer,
    },
    inquiries::{door::Door, sealing::Opener},
};

/// The most characters of a note.
const NOTE: usize = 10_000;
const TABLE: &str = "cms.inquiry_note";

/// A note as it is written.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct InquiryNoteInput {
    /// For colleagues; the sender never sees it.
    #[schema(min_length = 1, max_length = 10000)]
    text: String,
}

/// A note of a colleague's.
#[derive(Serialize, ToSchema)]
pub struct InquiryNote {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub by: DeskPerson,
    pub text: String,
}

impl std::fmt::Debug for InquiryNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InquiryNote").field("id", &self.id).finish_non_exhaustive()
    }
}

impl InquiryNote {
    /// Opens a note.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the key.
    pub fn open(row: NoteRow, key: &Opener) -> Result<Self, ApiError> {
        let text = key.beside(TABLE, "sealed_text", row.id, &row.sealed_text)?.into_revealed();
        Ok(Self { id: row.id, at: row.at, by: DeskPerson { id: row.by_id, name: row.by_name }, text })
    }
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryNoteAnswer {
    data: InquiryNote,
}

/// Notes, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryNotePage {
    data: Vec<InquiryNote>,
    meta: PageMeta,
    links: PageLinks,
}

/// Lists the notes about an inquiry, newest first.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/notes", operation_id = "list_inquiry_notes", tag = "staff: inquiries",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The inquiry"), Paging),
    responses((status = 200, description = "A page of notes", body = InquiryNotePage)))]
pub async fn list_inquiry_notes(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let question = format!("inquiry;{id};notes");
    let mut query = QueryReader::of(&request);
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let part = page.clone();
    let (row, mut notes, total) = database
        .transact(async move |transaction| {
            let reach = &permit.staff.reach;
            let row = queries::find_inquiry(transaction, id, reach, reach).await?;
            let action = if row.is_some() { "inquiry_note.list" } else { "inquiry.refuse" };
            permit.staff.record(transaction, action, "inquiry", Some(id), &[]).await?;
            let Some(row) = row else { return Ok(None) };
            let after = part.after().copied();
            let notes = queries::list_notes(transaction, id, after, part.fetch(), part.offset()).await?;
            let total = part.total(queries::count_notes(transaction, id, COUNTED)).await?;
            Ok::<_, ApiError>(Some((row, notes, total)))
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    let (meta, links) = page.complete(&mut notes, total, |note| note.id, &site.question(&request, &question));
    let wrapped = WrappedKey { key_id: row.listed.key_id, bytes: row.listed.wrapped_key };
    let key = Opener::of(&door.ring, id, &wrapped)?;
    let data = notes.into_iter().map(|note| InquiryNote::open(note, &key)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &InquiryNotePage { data, meta, links }))
}

/// Writes a note about an inquiry. The inquiry's version stays as it is: two colleagues may write at once.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/notes", operation_id = "create_inquiry_note", tag = "staff: inquiries",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The inquiry")),
    request_body = InquiryNoteInput,
    responses((status = 201, description = "Written", body = InquiryNoteAnswer)))]
pub async fn create_inquiry_note(
    request: HttpRequest,
    permit: InquiryDesk,
    door: Data<Door>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let mut fields = Fields::of(&body.0, "");
    let text = fields.text("text", NOTE);
    let text = fields.require("text", text);
    fields.finish()?;
    let text = Personal::new(text.ok_or(ApiError::Internal)?);
    let ring = door.ring.clone();
    let note = database
        .transact(async move |transaction| {
            let staff = &permit.staff;
            let Some(inquiry) = change::hold(transaction, staff, id).await? else { return Ok(None) };
            let (note, now) = (staff.clock.new_id(), staff.clock.now());
            let sealed = inquiry.opener(&ring)?.seal_beside(TABLE, "sealed_text", note, &text)?;
            queries::insert_note(transaction, note, id, now, staff.id, &sealed).await?;
            staff.record(transaction, "inquiry_note.create", "inquiry", Some(id), &[]).await?;
            let by = DeskPerson { id: staff.id, name: staff.name.clone() };
            Ok::<_, ApiError>(Some(InquiryNote { id: note, at: now, by, text: text.into_revealed() }))
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(private_answer(StatusCode::CREATED, &InquiryNoteAnswer { data: note }))
}
