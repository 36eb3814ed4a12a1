//! The same for many records of a kind at once: all of them or none, and every one that does not allow it is named.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Hand, Record,
    named::{read_ids, read_versions, told_of},
    steps::{found, note, note_change},
};
use crate::{
    accounts::Staff,
    db::StaffDb,
    http::{Answer, ApiError, Fields, no_parameters, private_answer},
};

/// The most records of one call.
const MOST: usize = 500;

/// What is done with each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordAction {
    /// Moves to the trash.
    Trash,
    /// Brings back from the trash.
    Restore,
    /// Gives the positions from 1 on, in the order of the ids. Records that are not named keep theirs.
    Order,
}

impl RecordAction {
    const ALL: [(&'static str, Self); 3] = [("trash", Self::Trash), ("restore", Self::Restore), ("order", Self::Order)];

    /// Those of a kind; only what stands in an order of its own can be put in order.
    fn names(ordered: bool) -> Vec<&'static str> {
        let known = Self::ALL.iter().filter(|(_, action)| ordered || *action != Self::Order);
        known.map(|(name, _)| *name).collect()
    }
}

/// Body of a change of many records.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct RecordsInput {
    action: RecordAction,
    /// Each once.
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
    /// The version of a record by its id, where the change is only for what was read.
    versions: Option<BTreeMap<Uuid, i32>>,
}

/// A record after a change of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedRecord {
    id: Uuid,
    /// Named by the `ETag`, and by `If-Match` of a write.
    version: i32,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    trashed_at: Option<DateTime<Utc>>,
}

/// What was done with many records.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordsOutcome {
    action: RecordAction,
    /// In the order in which they were named.
    records: Vec<ChangedRecord>,
}

/// What was done with many records.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordsAnswer {
    data: RecordsOutcome,
}

struct Wanted {
    action: RecordAction,
    ids: Vec<Uuid>,
    versions: BTreeMap<Uuid, i32>,
}

/// Trashes, restores or puts in order many records of a kind.
///
/// # Errors
/// 422 with every mistake of the body, or with every record that does not allow it.
pub async fn change_many<R: Record>(request: &HttpRequest, staff: Staff, database: &StaffDb, body: &Value) -> Answer {
    no_parameters(request)?;
    let wanted = read(body, R::ORDERED)?;
    let action = wanted.action;
    let hand = Hand { staff, request: request.clone() };
    let records = database
        .transact(async move |connection| {
            lock_all::<R>(connection, &wanted.ids).await?;
            change_all::<R>(connection, &hand, &wanted).await?;
            let mut records = Vec::with_capacity(wanted.ids.len());
            for id in wanted.ids {
                let standing = found::<R>(connection, id).await?.standing();
                records.push(ChangedRecord { id, version: standing.version, trashed_at: standing.trashed_at });
            }
            Ok::<_, ApiError>(records)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &RecordsAnswer { data: RecordsOutcome { action, records } }))
}

fn read(body: &Value, ordered: bool) -> Result<Wanted, ApiError> {
    let mut fields = Fields::of(body, "");
    let name = fields.one_of("action", &RecordAction::names(ordered));
    let name = fields.require("action", name);
    let ids = read_ids(&mut fields, MOST);
    let versions = read_versions(&mut fields, &ids);
    fields.finish()?;
    let action = RecordAction::ALL.iter().find(|(known, _)| Some(*known) == name).map(|(_, action)| *action);
    Ok(Wanted { action: action.ok_or(ApiError::Internal)?, ids, versions })
}

/// In the order of their ids, so that two changes of many never wait for each other in a circle.
async fn lock_all<R: Record>(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    for id in sorted {
        R::lock(connection, id).await?;
    }
    Ok(())
}

async fn change_all<R: Record>(connection: &mut PgConnection, hand: &Hand, wanted: &Wanted) -> Result<(), ApiError> {
    let mut refused = Vec::new();
    for (index, id) in wanted.ids.iter().enumerate() {
        // A statement that the database refuses ends its transaction: each record has one of its own inside.
        let mut attempt = connection.begin().await?;
        match change::<R>(&mut attempt, hand, wanted, (index, *id)).await {
            Ok(()) => attempt.commit().await?,
            Err(error) => {
                attempt.rollback().await?;
                refused.extend(told_of(index, error)?);
            }
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(ApiError::Invalid(refused)) }
}

async fn change<R: Record>(
    connection: &mut PgConnection,
    hand: &Hand,
    wanted: &Wanted,
    (index, id): (usize, Uuid),
) -> Result<(), ApiError> {
    let before = found::<R>(connection, id).await?;
    let standing = before.standing();
    if wanted.versions.get(&id).is_some_and(|version| *version != standing.version) {
        return Err(ApiError::Stale { current: standing.version, changed: json!(null) });
    }
    match (wanted.action, standing.trashed_at) {
        (RecordAction::Restore, None) => {
            Err(ApiError::Conflict { code: "not_in_trash", detail: "it is not in the trash" })
        }
        (RecordAction::Restore, Some(_)) => {
            R::set_trashed(connection, hand, before, false).await?;
            note::<R>(connection, hand, R::ACTIONS.restored, id, &[]).await
        }
        (_, Some(_)) => Err(ApiError::Conflict { code: "in_trash", detail: "it is in the trash; restore it first" }),
        (RecordAction::Trash, None) => {
            R::set_trashed(connection, hand, before, true).await?;
            note::<R>(connection, hand, R::ACTIONS.trashed, id, &[]).await
        }
        (RecordAction::Order, None) => {
            let position = i32::try_from(index + 1).map_err(|_| ApiError::Internal)?;
            let stored = before.written()?;
            if R::set_position(connection, hand, id, position).await? {
                let written = found::<R>(connection, id).await?.written()?;
                let fields = ["position".to_owned()];
                note_change::<R>(connection, hand, R::ACTIONS.updated, id, (Some(&stored), &written, &fields)).await?;
            }
            Ok(())
        }
    }
}

/// Makes the operation that changes many records of a kind.
macro_rules! many {
    ($record:ty, $tag:tt; written by $writer:ty; $(#[doc = $doc:tt])+ $update:ident at $path:tt;) => {
        $(#[doc = $doc])+
        #[utoipa::path(post, path = $path, tag = $tag, security(("bearer" = [])),
            request_body = $crate::records::RecordsInput,
            responses((status = 200, description = "Where the records stand now", body = $crate::records::RecordsAnswer)))]
        pub async fn $update(
            request: actix_web::HttpRequest,
            permit: $writer,
            database: actix_web::web::Data<$crate::db::StaffDb>,
            body: $crate::http::JsonBody,
        ) -> $crate::http::Answer {
            $crate::records::change_many::<$record>(&request, permit.staff, &database, &body.0).await
        }
    };
}
pub(crate) use many;

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01900000-0000-7000-8000-000000000001";

    #[test]
    fn what_has_no_order_cannot_be_put_in_one() {
        let body = json!({"action": "order", "ids": [ID]});
        assert_eq!(read(&body, true).unwrap().action, RecordAction::Order);
        let Err(ApiError::Invalid(errors)) = read(&body, false).map(|wanted| wanted.action) else { panic!("taken") };
        assert_eq!(errors.first().map(|error| error.code.as_str()), Some("unknown_value"));
    }
}
