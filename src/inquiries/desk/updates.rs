//! `PATCH /v1/admin/inquiries/{id}`: status, priority, assignee, location, call-backs and duplicates. Refuses what nobody
//! reaches: a person who could not read the inquiry is not given it, and what is out of sight cannot be what it repeats.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    change::{self, After, Move},
    filters::{PRIORITIES, unknown},
    lists,
    opened::InquiryDetail,
    queries::{self, Standing},
    status::{Status, all_reasons},
};
use crate::{
    accounts::{InquiryDesk, Reach, Staff},
    crypto::Personal,
    db::StaffDb,
    http::{Answer, ApiError, Expected, FieldError, Fields, MergePatch, Site, no_parameters, patched, path_id},
    inquiries::{door::Door, schema::InquiryStatus},
};

/// The most characters of a reason in words.
pub const CLOSE_NOTE: usize = 2000;

/// What may be changed about an inquiry: a JSON merge patch (RFC 7396), absent leaves, null clears.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct InquiryPatch {
    /// Where it stands. What was taken for spam or held is released first.
    status: Option<InquiryStatus>,
    /// Why: needed for `closed`, `transferred` and `no_answer`, possible for `spam`.
    #[schema(example = "booked")]
    close_reason: Option<String>,
    /// Why, in words; needed for the reason `other`. Kept sealed in the history.
    #[schema(min_length = 1, max_length = 2000)]
    close_note: Option<String>,
    /// `normal`, `urgent` or `stat`.
    priority: Option<String>,
    /// The id of a person who reads the inquiries of its location, or `me`; null for nobody.
    assignee: Option<String>,
    /// Slug or id of the location that it belongs to; null for none.
    location: Option<String>,
    /// When somebody is to be called back, in the future; null for never.
    next_action_at: Option<DateTime<Utc>>,
    /// The inquiry that it repeats; null for none.
    duplicate_of: Option<Uuid>,
}

/// What a patch asks for: everything as it is to be.
struct Wanted {
    to: Move,
    priority: &'static str,
    assignee: Option<Uuid>,
    location: Option<String>,
    next_action_at: Option<DateTime<Utc>>,
    duplicate_of: Option<Uuid>,
}

/// Changes an inquiry by a merge patch (RFC 7396).
#[utoipa::path(patch, path = "/v1/admin/inquiries/{id}", operation_id = "update_inquiry", tag = "staff: inquiries",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The inquiry"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((InquiryPatch = "application/merge-patch+json"), (InquiryPatch = "application/json"))),
    responses((status = 200, description = "Changed", body = lists::InquiryAnswer,
        headers(("ETag" = String, description = "The new version")))))]
pub async fn update_inquiry(
    request: HttpRequest,
    permit: InquiryDesk,
    expected: Expected,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let ring = door.ring.clone();
    let found = database
        .transact(async move |transaction| {
            let staff = &permit.staff;
            let Some(before) = change::hold(transaction, staff, id).await? else { return Ok(None) };
            before.check_version(&expected)?;
            let after = judge(transaction, staff, &before, &patch.0).await?;
            change::write(transaction, staff, &ring, &before, &after, "inquiry.update").await?;
            // Whoever sends an inquiry out of their own reach sees once more what they sent.
            lists::find(transaction, id, &Reach::Everywhere, &staff.reach).await
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(lists::answer(InquiryDetail::open(found, &door, site.clock.now())?))
}

/// The inquiry as the patch wants it.
async fn judge(
    transaction: &mut PgConnection,
    staff: &Staff,
    before: &Standing,
    patch: &Value,
) -> Result<After, ApiError> {
    let wanted = read(before, patch, staff.id)?;
    let now = staff.clock.now();
    let mut mistakes = Vec::new();
    let mut after = before.unchanged()?;
    after.priority = wanted.priority.to_owned();
    after.next_action_at = wanted.next_action_at;
    let is_over = wanted.to.status.is_over();
    mistakes.extend(after.go(wanted.to, now).err().into_iter().flatten());
    mistakes.extend(promise(before, wanted.next_action_at, is_over, now));
    match find_location(transaction, before, wanted.location).await? {
        Some(location) => after.location_id = location,
        None => mistakes.push(unknown("/location")),
    }
    match assign(transaction, before, &after, wanted.assignee).await? {
        Ok(assignee) => after.assignee_id = assignee,
        Err(mistake) => mistakes.push(mistake),
    }
    mistakes.extend(repeats(transaction, before, wanted.duplicate_of, &staff.reach).await?);
    after.duplicate_of = wanted.duplicate_of;
    if mistakes.is_empty() { Ok(after) } else { Err(ApiError::Invalid(mistakes)) }
}

/// Reads the patch, laid over what it may change.
fn read(before: &Standing, patch: &Value, me: Uuid) -> Result<Wanted, ApiError> {
    // A reason belongs to its status: with another status it is given anew.
    let moves = patch.get("status").is_some_and(|status| status.as_str() != Some(before.status.as_str()));
    let stored = json!({
        "status": before.status,
        "close_reason": before.close_reason.as_ref().filter(|_| !moves),
        "priority": before.priority,
        "assignee": before.assignee_id,
        "location": before.location_id,
        "next_action_at": before.next_action_at,
        "duplicate_of": before.duplicate_of,
    });
    // What is not an object would take the place of everything.
    Fields::of(patch, "").finish_open()?;
    let merged = patched(stored, patch);
    let mut fields = Fields::of(&merged, "");
    let status = fields.one_of("status", &Status::names());
    let status = fields.require("status", status).and_then(Status::named);
    let reason = fields.one_of("close_reason", &all_reasons()).map(str::to_owned);
    let note = fields.text("close_note", CLOSE_NOTE);
    let priority = fields.one_of("priority", &PRIORITIES);
    let priority = fields.require("priority", priority);
    let assignee = fields.parsed("assignee", |text| person(text, me));
    let location = fields.line("location", 100);
    let next_action_at = fields.instant("next_action_at");
    let duplicate_of = fields.parsed("duplicate_of", |text| {
        text.parse::<Uuid>().map_err(|_| ("wrong_type", "must be the id of an inquiry".to_owned()))
    });
    // A reason in words stands with the line of the history that a change of status or reason makes.
    if note.is_some() && !moves && reason == before.close_reason {
        fields.refuse("close_note", "not_applicable", "goes with another status or another reason");
    }
    fields.finish()?;
    let to = Move { status: status.ok_or(ApiError::Internal)?, reason, note: note.map(Personal::new) };
    let priority = priority.ok_or(ApiError::Internal)?;
    Ok(Wanted { to, priority, assignee, location, next_action_at, duplicate_of })
}

/// A person as a body names them.
///
/// # Errors
/// `wrong_type` for what is no id.
pub fn person(text: &str, me: Uuid) -> Result<Uuid, (&'static str, String)> {
    let refused = |_| ("wrong_type", "must be the id of a person, or me".to_owned());
    if text == "me" { Ok(me) } else { text.parse().map_err(refused) }
}

fn promise(before: &Standing, wanted: Option<DateTime<Utc>>, is_over: bool, now: DateTime<Utc>) -> Option<FieldError> {
    let at = wanted.filter(|_| wanted != before.next_action_at)?;
    if is_over {
        return Some(FieldError::at("/next_action_at", "not_applicable", "does not go with this status"));
    }
    (at <= now).then(|| FieldError::at("/next_action_at", "past", "must lie in the future"))
}

/// The location that is wanted. The outer none is a name that nothing has.
async fn find_location(
    transaction: &mut PgConnection,
    before: &Standing,
    wanted: Option<String>,
) -> Result<Option<Option<Uuid>>, ApiError> {
    match wanted {
        None => Ok(Some(None)),
        // Where it stays, though the location may be in the trash by now.
        Some(id) if before.location_id.is_some_and(|location| location.to_string() == id) => {
            Ok(Some(before.location_id))
        }
        Some(name) => Ok(queries::find_location(transaction, &name).await?.map(Some)),
    }
}

/// Who is to look after it. Whoever cannot read it at its new place is not left with it.
async fn assign(
    transaction: &mut PgConnection,
    before: &Standing,
    after: &After,
    wanted: Option<Uuid>,
) -> Result<Result<Option<Uuid>, FieldError>, ApiError> {
    let Some(account) = wanted else { return Ok(Ok(None)) };
    let is_asked = wanted != before.assignee_id;
    if !is_asked && before.location_id == after.location_id {
        return Ok(Ok(wanted));
    }
    let reader = queries::find_reader(transaction, account).await?;
    let reads = reader.is_some_and(|reader| reader.reads(after.location_id));
    Ok(match (reads, is_asked) {
        (true, _) => Ok(wanted),
        (false, true) => Err(no_reader("/assignee")),
        (false, false) => Ok(None),
    })
}

/// The mistake of giving an inquiry to somebody who cannot read it.
pub fn no_reader(pointer: &str) -> FieldError {
    FieldError::at(
        pointer,
        "cannot_read",
        "names nobody with an active account who reads the inquiries of its location",
    )
}

async fn repeats(
    transaction: &mut PgConnection,
    before: &Standing,
    wanted: Option<Uuid>,
    reach: &Reach,
) -> Result<Option<FieldError>, ApiError> {
    let Some(other) = wanted.filter(|_| wanted != before.duplicate_of) else { return Ok(None) };
    queries::lock_duplicates(transaction).await?;
    Ok(match queries::is_ancestor(transaction, before.id, other, reach).await? {
        None => Some(unknown("/duplicate_of")),
        Some(true) => Some(FieldError::at("/duplicate_of", "cycle", "repeats this one itself")),
        Some(false) => None,
    })
}
