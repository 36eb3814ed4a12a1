//! What is done with a record of any kind: each write in one transaction with its audit row and its event.

use actix_web::{HttpRequest, http::StatusCode};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Hand, ListedRecord, Record};
use crate::{
    accounts::Staff,
    audit::Change,
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, QueryReader, Site, changed, created_answer, no_content, no_parameters, patched,
        path_id, private_answer, staff_answer,
    },
    outbox::{self, About, Shown},
};

/// Lists a kind: those in the trash with `?trashed=true`, else the others.
///
/// # Errors
/// 400 for any other parameter; those of the database.
pub async fn list<R: ListedRecord>(request: &HttpRequest, staff: Staff, database: &StaffDb) -> Answer {
    let mut query = QueryReader::of(request);
    let trashed = query.boolean("trashed").unwrap_or(false);
    query.finish()?;
    let rows = database
        .transact(async move |connection| {
            staff.record(connection, R::ACTIONS.listed, R::ACTIONS.subject, None, &[]).await?;
            Ok::<_, ApiError>(R::list(connection, trashed).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &R::List::from(rows)))
}

/// Makes a record.
///
/// # Errors
/// As [`Record::parse`] and [`Record::add`].
pub async fn create<R: Record>(
    request: &HttpRequest,
    staff: Staff,
    site: &Site,
    database: &StaffDb,
    body: &Value,
) -> Answer {
    no_parameters(request)?;
    let input = R::parse(body)?;
    let fields: Vec<_> = body.as_object().into_iter().flat_map(|body| body.keys().cloned()).collect();
    let id = site.clock.new_id();
    let hand = Hand { staff, request: request.clone() };
    let made = database
        .transact(async move |connection| {
            R::add(connection, &hand, id, input).await?;
            let made = found::<R>(connection, id).await?;
            note_change::<R>(connection, &hand, R::ACTIONS.created, id, (None, &made.written()?, &fields)).await?;
            Ok::<_, ApiError>(made)
        })
        .await?;
    let address = format!("{}{}/{id}", site.public_url, R::PATH);
    Ok(created_answer(&address, made.standing().version, &R::Answer::from(made)))
}

/// Reads a record, in the trash or not.
///
/// # Errors
/// 404 where there is none.
pub async fn get<R: Record>(request: &HttpRequest, staff: Staff, database: &StaffDb) -> Answer {
    no_parameters(request)?;
    let id = path_id(request)?;
    let record = database
        .transact(async move |connection| {
            let record = found::<R>(connection, id).await?;
            staff.record(connection, R::ACTIONS.read, R::ACTIONS.subject, Some(id), &[]).await?;
            Ok::<_, ApiError>(record)
        })
        .await?;
    Ok(answer(record))
}

/// Changes a record by a merge patch (RFC 7396).
///
/// # Errors
/// 404, 409 in the trash, 412 at another version; as [`Record::parse`] and [`Record::change`].
pub async fn update<R: Record>(
    request: &HttpRequest,
    staff: Staff,
    database: &StaffDb,
    expected: Expected,
    patch: Value,
) -> Answer {
    no_parameters(request)?;
    let id = path_id(request)?;
    let hand = Hand { staff, request: request.clone() };
    let record = database
        .transact(async move |connection| {
            let before = held_for_change::<R>(connection, id, &expected).await?;
            let stored = before.written()?;
            let input = R::parse(&patched(stored.clone(), &patch))?;
            R::change(connection, &hand, before, input).await?;
            let after = found::<R>(connection, id).await?;
            let written = after.written()?;
            let fields = changed(&stored, &written);
            note_change::<R>(connection, &hand, R::ACTIONS.updated, id, (Some(&stored), &written, &fields)).await?;
            Ok::<_, ApiError>(after)
        })
        .await?;
    Ok(answer(record))
}

/// Puts a record into the trash.
///
/// # Errors
/// 404, 409 where it is there already, 412 at another version; as [`Record::set_trashed`].
pub async fn trash<R: Record>(request: &HttpRequest, staff: Staff, database: &StaffDb, expected: Expected) -> Answer {
    no_parameters(request)?;
    let id = path_id(request)?;
    let hand = Hand { staff, request: request.clone() };
    database
        .transact(async move |connection| {
            let before = held_for_change::<R>(connection, id, &expected).await?;
            R::set_trashed(connection, &hand, before, true).await?;
            note::<R>(connection, &hand, R::ACTIONS.trashed, id, &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings a record back from the trash.
///
/// # Errors
/// 404, 409 where it is not there; as [`Record::set_trashed`].
pub async fn restore<R: Record>(request: &HttpRequest, staff: Staff, database: &StaffDb) -> Answer {
    no_parameters(request)?;
    let id = path_id(request)?;
    let hand = Hand { staff, request: request.clone() };
    let record = database
        .transact(async move |connection| {
            let before = held::<R>(connection, id).await?;
            if before.standing().trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "it is not in the trash" });
            }
            R::set_trashed(connection, &hand, before, false).await?;
            note::<R>(connection, &hand, R::ACTIONS.restored, id, &[]).await?;
            found::<R>(connection, id).await
        })
        .await?;
    Ok(answer(record))
}

fn answer<R: Record>(record: R) -> actix_web::HttpResponse {
    staff_answer(StatusCode::OK, record.standing().version, &R::Answer::from(record))
}

async fn held<R: Record>(connection: &mut PgConnection, id: Uuid) -> Result<R, ApiError> {
    R::lock(connection, id).await?;
    found(connection, id).await
}

pub(super) async fn found<R: Record>(connection: &mut PgConnection, id: Uuid) -> Result<R, ApiError> {
    R::find(connection, id).await?.ok_or(ApiError::NotFound)
}

/// A record that nobody else writes until the transaction ends.
///
/// # Errors
/// 404, 409 in the trash, 412 at another version.
pub async fn held_for_change<R: Record>(
    connection: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
) -> Result<R, ApiError> {
    let record = held::<R>(connection, id).await?;
    let standing = record.standing();
    if !expected.accepts(standing.version) {
        let changed = json!({"at": standing.updated_at, "by": standing.updated_by});
        return Err(ApiError::Stale { current: standing.version, changed });
    }
    if standing.trashed_at.is_some() {
        return Err(ApiError::Conflict { code: "in_trash", detail: "it is in the trash; restore it first" });
    }
    Ok(record)
}

/// Leaves the audit row of a write, and its event.
///
/// # Errors
/// 401 where the change comes too late; those of the database.
pub async fn note<R: Record>(
    connection: &mut PgConnection,
    hand: &Hand,
    action: &'static str,
    id: Uuid,
    fields: &[String],
) -> Result<(), ApiError> {
    hand.staff.record(connection, action, R::ACTIONS.subject, Some(id), fields).await?;
    announce::<R>(connection, hand, id, None).await
}

/// Leaves the audit row of a write with what the named fields said before and after, and its event.
pub(super) async fn note_change<R: Record>(
    connection: &mut PgConnection,
    hand: &Hand,
    action: &'static str,
    id: Uuid,
    (before, after, fields): (Option<&Value>, &Value, &[String]),
) -> Result<(), ApiError> {
    let kept: Vec<_> = fields.iter().filter(|name| !R::UNKEPT.contains(&name.as_str())).cloned().collect();
    let change = Change::of(before, after, &kept);
    hand.staff.record_change(connection, action, (R::ACTIONS.subject, id), fields, &change).await?;
    announce::<R>(connection, hand, id, before).await
}

/// Leaves the event of a write, which tells where the record stands now and what its slug was before.
async fn announce<R: Record>(
    connection: &mut PgConnection,
    hand: &Hand,
    id: Uuid,
    before: Option<&Value>,
) -> Result<(), ApiError> {
    let Some(event) = R::EVENT else { return Ok(()) };
    let record = found::<R>(connection, id).await?;
    let (written, kind) = (record.written()?, R::ACTIONS.subject);
    let text = |record: &Value, name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    let slug = text(&written, "slug");
    let previous = before.and_then(|before| text(before, "slug")).filter(|before| slug.as_ref() != Some(before));
    let locale = text(&written, "locale");
    let shown = Shown {
        record: kind,
        slug: slug.as_deref(),
        previous_slug: previous.as_deref(),
        path: None,
        locale: locale.as_deref(),
        version: Some(record.standing().version),
    };
    let mut tags = vec!["clinic".to_owned()];
    tags.extend(R::TAGGED.then(|| format!("{kind}:{id}")));
    Ok(outbox::record_about(connection, &hand.staff.clock, event, id, &About::shown(&shown, &tags)).await?)
}
