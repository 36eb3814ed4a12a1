//! The same for many inquiries at once. Refuses to do half of it: where one inquiry does not allow it, none is changed,
//! and every one that does not is named. What is out of reach is as good as unknown, and that it was asked for is written
//! down.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    change::{self, After, Move},
    queries::{self, Reader, Standing},
    status::{Status, all_reasons},
    updates::{CLOSE_NOTE, no_reader, person},
};
use crate::{
    accounts::{InquiryDesk, Staff},
    crypto::{KeyRing, Personal},
    db::StaffDb,
    http::{Answer, ApiError, FieldError, Fields, JsonBody, no_parameters, private_answer},
    inquiries::{door::Door, schema::InquiryStatus},
    records::{read_ids, read_versions, told_of},
};

/// The most inquiries of one call.
const MOST: usize = 500;

/// What is done with each inquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InquiriesAction {
    /// Gives it to somebody to look after.
    Assign,
    /// Closes it, with a reason.
    Close,
    /// Takes it for spam.
    MarkSpam,
}

impl InquiriesAction {
    const ALL: [(&'static str, Self); 3] =
        [("assign", Self::Assign), ("close", Self::Close), ("mark_spam", Self::MarkSpam)];
}

/// Body of a change of many inquiries.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct InquiriesInput {
    action: InquiriesAction,
    /// Each once.
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
    /// For `assign`: the id of a person, `me`, or `none`.
    assignee: Option<String>,
    /// For `close`, where it is needed, and for `mark_spam`.
    #[schema(example = "resolved")]
    close_reason: Option<String>,
    /// For `close` and `mark_spam`: the reason in words.
    #[schema(min_length = 1, max_length = 2000)]
    close_note: Option<String>,
    /// The version of an inquiry by its id, where the change is only for what was read.
    versions: Option<BTreeMap<Uuid, i32>>,
}

/// An inquiry after a change of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedInquiry {
    id: Uuid,
    version: i32,
    #[schema(value_type = InquiryStatus)]
    status: &'static str,
}

/// What was done with many inquiries.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesOutcome {
    action: InquiriesAction,
    /// In the order in which they were named.
    inquiries: Vec<ChangedInquiry>,
}

/// What was done with many inquiries.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesAnswer {
    data: InquiriesOutcome,
}

/// What is wanted of each.
enum Wish {
    /// To be looked after by them.
    Assign(Option<Uuid>),
    /// To go there.
    Go(Move),
}

struct Wanted {
    action: InquiriesAction,
    ids: Vec<Uuid>,
    versions: BTreeMap<Uuid, i32>,
    wish: Wish,
}

/// Assigns, closes or marks as spam up to 500 inquiries: all of them or none.
#[utoipa::path(post, path = "/v1/admin/inquiries/bulk", operation_id = "update_inquiries", tag = "staff: inquiries",
    security(("bearer" = [])), request_body = InquiriesInput,
    responses((status = 200, description = "Where the inquiries stand now", body = InquiriesAnswer)))]
pub async fn update_inquiries(
    request: HttpRequest,
    permit: InquiryDesk,
    door: Data<Door>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let wanted = read(&body.0, permit.staff.id)?;
    let (action, ring) = (wanted.action, door.ring.clone());
    let inquiries = database
        .transact(async move |transaction| change_all(transaction, &permit.staff, &ring, &wanted).await)
        .await?
        .map_err(ApiError::Invalid)?;
    Ok(private_answer(StatusCode::OK, &InquiriesAnswer { data: InquiriesOutcome { action, inquiries } }))
}

fn read(body: &Value, me: Uuid) -> Result<Wanted, ApiError> {
    let mut fields = Fields::of(body, "");
    let name = fields.one_of("action", &InquiriesAction::ALL.map(|(name, _)| name));
    let name = fields.require("action", name);
    let action = InquiriesAction::ALL.into_iter().find(|(known, _)| Some(*known) == name).map(|(_, action)| action);
    let ids = read_ids(&mut fields, MOST);
    let versions = read_versions(&mut fields, &ids);
    let assignee = fields.parsed("assignee", |text| match text {
        "none" => Ok(None),
        text => person(text, me).map(Some),
    });
    let reason = fields.one_of("close_reason", &all_reasons()).map(str::to_owned);
    let note = fields.text("close_note", CLOSE_NOTE).map(Personal::new);
    match action {
        Some(InquiriesAction::Assign) => {
            fields.require("assignee", assignee);
            refuse_strangers(&mut fields, &["close_reason", "close_note"]);
        }
        Some(_) => refuse_strangers(&mut fields, &["assignee"]),
        None => {}
    }
    let status = if action == Some(InquiriesAction::Close) { Status::Closed } else { Status::Spam };
    let to = Move { status, reason, note };
    // What is wrong with the reason is wrong with it for each.
    if matches!(action, Some(InquiriesAction::Close | InquiriesAction::MarkSpam)) {
        fields.extend(change::check_reason(&to));
    }
    fields.finish()?;
    let action = action.ok_or(ApiError::Internal)?;
    let wish = match action {
        InquiriesAction::Assign => Wish::Assign(assignee.flatten()),
        InquiriesAction::Close | InquiriesAction::MarkSpam => Wish::Go(to),
    };
    Ok(Wanted { action, ids, versions, wish })
}

/// What is given for another action would otherwise be ignored.
fn refuse_strangers(fields: &mut Fields<'_>, names: &[&'static str]) {
    for name in names {
        if fields.value(name).is_some() {
            fields.refuse(name, "not_applicable", "does not go with this action");
        }
    }
}

/// Changes all, or answers every mistake and leaves nothing but the trace of what was out of reach.
async fn change_all(
    transaction: &mut PgConnection,
    staff: &Staff,
    ring: &KeyRing,
    wanted: &Wanted,
) -> Result<Result<Vec<ChangedInquiry>, Vec<FieldError>>, ApiError> {
    let held = queries::hold_inquiries(transaction, &wanted.ids, &staff.reach).await?;
    let held: BTreeMap<Uuid, Standing> = held.into_iter().map(|inquiry| (inquiry.id, inquiry)).collect();
    let reader = match wanted.wish {
        Wish::Assign(Some(account)) => queries::find_reader(transaction, account).await?,
        _ => None,
    };
    let (mut judged, mut mistakes) = (Vec::with_capacity(wanted.ids.len()), Vec::new());
    for (index, id) in wanted.ids.iter().enumerate() {
        match judge(staff, wanted, held.get(id), reader.as_ref()) {
            Ok(pair) => judged.push(pair),
            Err(error) => mistakes.extend(told_of(index, error)?),
        }
    }
    if !mistakes.is_empty() {
        for id in wanted.ids.iter().filter(|id| !held.contains_key(id)) {
            staff.record(transaction, "inquiry.refuse", "inquiry", Some(*id), &[]).await?;
        }
        return Ok(Err(mistakes));
    }
    let changes: Vec<_> = judged.iter().map(|(before, after)| (*before, after)).collect();
    let versions = change::write_all(transaction, staff, ring, &changes, "inquiry.update").await?;
    let version = |before: &Standing| versions.get(&before.id).copied().unwrap_or(before.version);
    let changed = changes
        .iter()
        .map(|(before, after)| ChangedInquiry { id: before.id, version: version(before), status: after.status.name() })
        .collect();
    Ok(Ok(changed))
}

/// The inquiry as it is wanted.
fn judge<'a>(
    staff: &Staff,
    wanted: &Wanted,
    before: Option<&'a Standing>,
    reader: Option<&Reader>,
) -> Result<(&'a Standing, After), ApiError> {
    let before = before.ok_or(ApiError::NotFound)?;
    if wanted.versions.get(&before.id).is_some_and(|version| *version != before.version) {
        return Err(ApiError::Stale { current: before.version, changed: json!(null) });
    }
    let mut after = before.unchanged()?;
    match &wanted.wish {
        Wish::Assign(None) => after.assignee_id = None,
        Wish::Assign(account) => {
            if !reader.is_some_and(|reader| reader.reads(before.location_id)) {
                return Err(ApiError::Invalid(vec![no_reader("/assignee")]));
            }
            after.assignee_id = *account;
        }
        Wish::Go(to) => after.go(to.clone(), staff.clock.now())?,
    }
    Ok((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01900000-0000-7000-8000-000000000001";

    fn mistakes(body: &Value) -> Vec<(String, String)> {
        let Err(ApiError::Invalid(errors)) = read(body, Uuid::nil()) else { panic!("{body} was taken") };
        errors.into_iter().map(|error| (error.pointer.unwrap_or_default(), error.code)).collect()
    }

    fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn what_belongs_to_another_action_is_refused() {
        assert_eq!(mistakes(&json!({})), told(&[("/action", "required"), ("/ids", "required")]));
        assert_eq!(mistakes(&json!({"action": "assign", "ids": [ID]})), told(&[("/assignee", "required")]));
        assert_eq!(
            mistakes(&json!({"action": "assign", "ids": [ID], "assignee": "me", "close_reason": "booked"})),
            told(&[("/close_reason", "not_applicable")])
        );
        assert_eq!(
            mistakes(&json!({"action": "close", "ids": [ID, "x"], "assignee": "me"})),
            told(&[("/ids/1", "wrong_type"), ("/assignee", "not_applicable"), ("/close_reason", "required")])
        );
    }

    #[test]
    fn five_hundred_are_taken_and_one_more_is_not() {
        let ids = |count: u32| (0..count).map(|n| format!("01900000-0000-7000-8000-{n:012}")).collect::<Vec<_>>();
        let body = |count| json!({"action": "mark_spam", "ids": ids(count)});
        assert_eq!(read(&body(500), Uuid::nil()).unwrap().ids.len(), 500);
        assert_eq!(mistakes(&body(501))[0], ("/ids".to_owned(), "too_many".to_owned()));
    }
}
