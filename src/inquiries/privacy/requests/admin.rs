//! A request, from the day that it comes in until it is answered.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    deadline,
    input::{self, Asked, DataRequestInput, ExtensionInput, KINDS, RefusalInput, STATUSES, VerificationInput},
    queries::{self, NewRequest, RequestFilters, RequestRow},
    request::{self, DataRequest, DataRequestAnswer, DataRequestPage},
};
use crate::{
    accounts::{PrivacyOfficer, PrivacyReader},
    crypto::{IndexedField, Personal, blind_index},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, JsonBody, PageRequest, Paging, QueryReader, Site, Then, created_answer,
        no_parameters, path_id, private_answer, staff_answer,
    },
    inquiries::door::Door,
};

/// Lists requests: the open ones by the day they are due, so the overdue first, then the answered ones.
#[utoipa::path(get, path = "/v1/admin/data-requests", operation_id = "list_data_requests", tag = "staff: privacy",
    params(
        ("status" = Option<String>, Query, description = "Any of `open`, `fulfilled`, `refused`, separated by commas", example = "open"),
        ("kind" = Option<String>, Query, description = "Any of `access`, `delete`, `correct`, `withdraw`, separated by commas"),
        ("overdue" = Option<bool>, Query, description = "The overdue alone, or the others"),
        Paging),
    responses((status = 200, description = "A page of requests", body = DataRequestPage)),
    security(("bearer" = [])))]
pub async fn list_data_requests(
    request: HttpRequest,
    permit: PrivacyReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let filters = RequestFilters {
        statuses: query.any_known("status", &STATUSES),
        kinds: query.any_known("kind", &KINDS),
        overdue: query.boolean("overdue"),
    };
    let question = format!("data-requests;{filters:?}");
    let page = PageRequest::<queries::Place>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let (asked, now) = (page.clone(), site.clock.now());
    let (mut rows, total) = database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "data_request.list", "data_request", None, &[]).await?;
            let (after, place) = (asked.after().copied(), (asked.fetch(), asked.offset()));
            let rows = queries::list_requests(transaction, None, &filters, now, after, place).await?;
            let total = asked.total(queries::count_requests(transaction, &filters, now, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| (row.status != "open", row.due_at, row.id), &of);
    let seal = request::seal(&door.ring);
    let data = rows.into_iter().map(|row| DataRequest::of(row, &seal, now)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &DataRequestPage { data, meta, links }))
}

/// Takes a request, and says by when it is to be answered.
#[utoipa::path(post, path = "/v1/admin/data-requests", operation_id = "create_data_request", tag = "staff: privacy",
    request_body = DataRequestInput,
    responses((status = 201, description = "The request, with the day it is due", body = DataRequestAnswer)),
    security(("bearer" = [])))]
pub async fn create_data_request(
    request: HttpRequest,
    Then(permit, body): Then<PrivacyOfficer, JsonBody>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (site.clock.new_id(), site.clock.now());
    let asked = Asked::read(&body.0, now)?;
    let new = sealed(&asked, &door, (id, permit.staff.id), now)?;
    let row = database
        .transact(async move |transaction| {
            queries::insert_request(transaction, &new).await?;
            let fields = [new.kind.to_owned(), new.law.to_owned()];
            permit.staff.record(transaction, "data_request.create", "data_request", Some(id), &fields).await?;
            find(transaction, id, now).await
        })
        .await?;
    let data = DataRequest::of(row, &request::seal(&door.ring), now)?;
    let address = format!("{}/v1/admin/data-requests/{id}", site.public_url);
    Ok(created_answer(&address, data.version, &DataRequestAnswer { data }))
}

fn sealed(asked: &Asked, door: &Door, (id, by): (Uuid, Uuid), now: DateTime<Utc>) -> Result<NewRequest, ApiError> {
    let seal = request::seal(&door.ring);
    let sealed = |column, text: &str| {
        seal.seal(request::place(column, id), text.as_bytes()).map_err(|error| {
            tracing::error!(%error, "who asks cannot be sealed");
            ApiError::Internal
        })
    };
    let received_at = asked.received_at.unwrap_or(now);
    let (days, _) = deadline::days(asked.law, asked.kind);
    let (email, phone) = (asked.email.as_ref().map(Personal::reveal), asked.phone.as_ref().map(Personal::reveal));
    let by_email = |text: &str| blind_index::of(&door.ring, IndexedField::Email, &blind_index::normalise_email(text));
    Ok(NewRequest {
        id,
        kind: asked.kind,
        law: asked.law,
        channel: asked.channel,
        received_at,
        due_at: received_at + TimeDelta::days(days),
        sealed_email: email.map(|email| sealed("sealed_email", email.as_str())).transpose()?,
        sealed_phone: phone.map(|phone| sealed("sealed_phone", phone.e164())).transpose()?,
        email_index: email.map(|email| by_email(email.as_str())),
        phone_index: phone.map(|phone| blind_index::of(&door.ring, IndexedField::Phone, phone.e164())),
        by,
        now,
    })
}

/// A request.
///
/// # Errors
/// [`ApiError::NotFound`]; those of the database.
pub(super) async fn find(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<RequestRow, ApiError> {
    let found = queries::list_requests(connection, Some(id), &RequestFilters::default(), now, None, (1, 0)).await?;
    found.into_iter().next().ok_or(ApiError::NotFound)
}

/// A request that is open, in the version that the caller read.
///
/// # Errors
/// [`ApiError::NotFound`], [`ApiError::Stale`], 409 where it is answered.
pub(super) async fn find_open(
    connection: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<RequestRow, ApiError> {
    queries::lock_request(connection, id).await?;
    let row = find(connection, id, now).await?;
    if !expected.accepts(row.version) {
        return Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": null}) });
    }
    if row.status != "open" {
        return Err(ApiError::Conflict { code: "request_answered", detail: "the request is answered already" });
    }
    Ok(row)
}

/// Answers a request with the day it is due.
#[utoipa::path(get, path = "/v1/admin/data-requests/{id}", operation_id = "get_data_request", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "The request", body = DataRequestAnswer)),
    security(("bearer" = [])))]
pub async fn get_data_request(
    request: HttpRequest,
    permit: PrivacyReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    let row = database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "data_request.read", "data_request", Some(id), &[]).await?;
            find(transaction, id, now).await
        })
        .await?;
    let data = DataRequest::of(row, &request::seal(&door.ring), now)?;
    Ok(staff_answer(StatusCode::OK, data.version, &DataRequestAnswer { data }))
}

/// Writes down how somebody made sure who asks (45 CFR 164.514(h)). Before that, nothing is shown or changed.
#[utoipa::path(put, path = "/v1/admin/data-requests/{id}/verification", operation_id = "put_data_request_verification",
    tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The request"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body = VerificationInput,
    responses((status = 200, description = "The request", body = DataRequestAnswer)),
    security(("bearer" = [])))]
pub async fn put_data_request_verification(
    request: HttpRequest,
    Then(permit, Then(expected, body)): Then<PrivacyOfficer, Then<Expected, JsonBody>>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, method, now) = (path_id(&request)?, input::verification(&body.0)?, site.clock.now());
    let row = database
        .transact(async move |transaction| {
            find_open(transaction, id, &expected, now).await?;
            queries::update_verified(transaction, id, method, (permit.staff.id, now)).await?;
            let fields = [method.to_owned()];
            permit.staff.record(transaction, "data_request.verify", "data_request", Some(id), &fields).await?;
            find(transaction, id, now).await
        })
        .await?;
    let data = DataRequest::of(row, &request::seal(&door.ring), now)?;
    Ok(staff_answer(StatusCode::OK, data.version, &DataRequestAnswer { data }))
}

/// Puts a request off, once, by the days that its law allows. The person is told why in writing before the first day.
#[utoipa::path(put, path = "/v1/admin/data-requests/{id}/extension", operation_id = "put_data_request_extension",
    tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The request"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body = ExtensionInput,
    responses((status = 200, description = "The request", body = DataRequestAnswer)),
    security(("bearer" = [])))]
pub async fn put_data_request_extension(
    request: HttpRequest,
    Then(permit, Then(expected, body)): Then<PrivacyOfficer, Then<Expected, JsonBody>>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, reason, now) = (path_id(&request)?, input::extension(&body.0)?, site.clock.now());
    let row = database
        .transact(async move |transaction| {
            let row = find_open(transaction, id, &expected, now).await?;
            let (_, more) = deadline::days(&row.law, &row.kind);
            if row.extended_at.is_some() || more == 0 || row.due_at < now {
                let detail = "a request is put off once, before the day it is due, and only where its law allows it";
                return Err(ApiError::Conflict { code: "not_extendable", detail });
            }
            let put_off = (reason, row.due_at + TimeDelta::days(more));
            queries::update_extended(transaction, id, put_off, (permit.staff.id, now)).await?;
            let fields = [reason.to_owned()];
            permit.staff.record(transaction, "data_request.extend", "data_request", Some(id), &fields).await?;
            find(transaction, id, now).await
        })
        .await?;
    let data = DataRequest::of(row, &request::seal(&door.ring), now)?;
    Ok(staff_answer(StatusCode::OK, data.version, &DataRequestAnswer { data }))
}

/// Refuses a request, with a reason. The person is told it, and how to complain (45 CFR 164.524(d)).
#[utoipa::path(put, path = "/v1/admin/data-requests/{id}/refusal", operation_id = "put_data_request_refusal",
    tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The request"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body = RefusalInput,
    responses((status = 200, description = "The request", body = DataRequestAnswer)),
    security(("bearer" = [])))]
pub async fn put_data_request_refusal(
    request: HttpRequest,
    Then(permit, Then(expected, body)): Then<PrivacyOfficer, Then<Expected, JsonBody>>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, reason, now) = (path_id(&request)?, input::refusal(&body.0)?, site.clock.now());
    let row = database
        .transact(async move |transaction| {
            find_open(transaction, id, &expected, now).await?;
            queries::update_completed(transaction, id, ("refused", reason), (permit.staff.id, now)).await?;
            let fields = [reason.to_owned()];
            permit.staff.record(transaction, "data_request.turn_down", "data_request", Some(id), &fields).await?;
            find(transaction, id, now).await
        })
        .await?;
    let data = DataRequest::of(row, &request::seal(&door.ring), now)?;
    Ok(staff_answer(StatusCode::OK, data.version, &DataRequestAnswer { data }))
}
