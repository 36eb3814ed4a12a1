//! Breaking the glass: somebody who does not read inquiries takes access to all of them in an emergency, for at most
//! four hours (45 CFR 164.312(a)(2)(ii)). Refuses to be quiet about it: there is a written reason, an audit row, and a
//! mail to every owner.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Accounts, AuditReader, Desk, EmergencyReader, Staff,
    input::BreakGlassInput,
    letters,
    precondition::check_version,
    queries::{self, Glass, NewGlass},
    role::Permission,
    sessions::Colleague,
};
use crate::{
    crypto::Place,
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, JsonBody, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site,
        created_answer, no_content, no_parameters, path_id, private_answer, staff_answer,
    },
};

/// An emergency's access.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakGlass {
    id: Uuid,
    user: Colleague,
    /// As it was written.
    reason: String,
    began_at: DateTime<Utc>,
    /// When it ends by itself.
    ends_at: DateTime<Utc>,
    /// When it was ended before.
    ended_at: Option<DateTime<Utc>>,
    /// Whether it runs now.
    active: bool,
    version: i32,
}

impl BreakGlass {
    fn open(row: Glass, accounts: &Accounts, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let reason = accounts.reasons.open(place(row.id), &row.reason).map_err(|error| {
            tracing::error!(%error, "the reason of an emergency does not open");
            ApiError::Internal
        })?;
        Ok(Self {
            id: row.id,
            user: Colleague { id: row.account_id, name: row.account_name },
            reason: String::from_utf8_lossy(&reason).into_owned(),
            began_at: row.began_at,
            ends_at: row.ends_at,
            ended_at: row.ended_at,
            active: row.ended_at.is_none() && row.ends_at > now,
            version: row.version,
        })
    }
}

fn place(row: Uuid) -> Place<'static> {
    Place { table: "break_glass", column: "reason", row, version: 1 }
}

/// Emergencies, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakGlassPage {
    data: Vec<BreakGlass>,
    meta: PageMeta,
    links: PageLinks,
}

/// One emergency.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakGlassAnswer {
    data: BreakGlass,
}

/// Lists emergencies, latest first.
#[utoipa::path(get, path = "/v1/admin/break-glass", operation_id = "list_break_glass", tag = "people",
    security(("bearer" = [])),
    params(
        Paging),
    responses((status = 200, description = "A page of emergencies", body = BreakGlassPage)))]
pub async fn list_break_glass(
    request: HttpRequest,
    permit: AuditReader,
    site: Data<Site>,
    accounts: Data<Accounts>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, "break-glass");
    query.finish()?;
    let asked = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            permit.staff.record(connection, "break_glass.list", "break_glass", None, &[]).await?;
            let after = asked.after().copied();
            let (fetch, offset) = (asked.fetch(), asked.offset());
            let rows = queries::list_break_glass(connection, None, after, fetch, offset).await?;
            let total = asked.total(queries::count_break_glass(connection, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, "break-glass");
    let (meta, links) = page.complete(&mut rows, total, |row| row.id, &of);
    let now = site.clock.now();
    let data = rows.into_iter().map(|row| BreakGlass::open(row, &accounts, now)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &BreakGlassPage { data, meta, links }))
}

/// Takes access to all inquiries for a time. Every owner is told by mail, and every read is in the audit trail.
#[utoipa::path(post, path = "/v1/admin/break-glass", operation_id = "create_break_glass", tag = "people",
    security(("bearer" = [])), request_body = BreakGlassInput,
    responses((status = 201, description = "Access runs from now on", body = BreakGlassAnswer)))]
pub async fn create_break_glass(request: HttpRequest, desk: Desk, permit: EmergencyReader, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    let input = BreakGlassInput::parse(&body.0)?;
    if desk.accounts.require_mfa && !permit.staff.session()?.methods.iter().any(|method| method == "mfa") {
        let detail = "reading inquiries asks for a second factor: enrol one, and show it";
        return Err(ApiError::Conflict { code: "second_factor_required", detail });
    }
    let (id, now) = (desk.site.clock.new_id(), desk.now());
    let sealed = desk.accounts.reasons.seal(place(id), input.reason.as_bytes()).map_err(|_| ApiError::Internal)?;
    let ends_at = now + Duration::minutes(input.minutes);
    let at_desk = desk.clone();
    let row = desk
        .transact(async move |connection| {
            let glass = NewGlass { id, account: permit.staff.id, reason: sealed, now, ends_at };
            queries::insert_break_glass(connection, &glass).await?;
            permit.staff.record(connection, "break_glass.create", "break_glass", Some(id), &[]).await?;
            letters::break_glass(connection, &at_desk, &permit.staff.name, ends_at).await?;
            find(connection, id).await
        })
        .await?;
    let (address, version) = (format!("{}/v1/admin/break-glass/{id}", desk.site.public_url), row.version);
    let data = BreakGlass::open(row, &desk.accounts, now)?;
    Ok(created_answer(&address, version, &BreakGlassAnswer { data }))
}

async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Glass, ApiError> {
    let rows = queries::list_break_glass(connection, Some(id), None, 1, 0).await?;
    rows.into_iter().next().ok_or(ApiError::NotFound)
}

/// The grant, for its own person and for those who read the audit trail.
async fn find_for(connection: &mut PgConnection, staff: &Staff, id: Uuid) -> Result<Glass, ApiError> {
    let row = find(connection, id).await?;
    let is_own = row.account_id == staff.id && staff.session().is_ok();
    if is_own || staff.may(Permission::ReadAudit) { Ok(row) } else { Err(ApiError::NotFound) }
}

/// Answers one emergency, to its own person and to those who read the audit trail.
#[utoipa::path(get, path = "/v1/admin/break-glass/{id}", operation_id = "get_break_glass", tag = "people",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The emergency")),
    responses((status = 200, description = "The emergency", body = BreakGlassAnswer)))]
pub async fn get_break_glass(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let row = desk
        .transact(async move |connection| {
            let row = find_for(connection, &staff, id).await?;
            staff.record(connection, "break_glass.read", "break_glass", Some(id), &[]).await?;
            Ok(row)
        })
        .await?;
    let version = row.version;
    let data = BreakGlass::open(row, &desk.accounts, desk.now())?;
    Ok(staff_answer(StatusCode::OK, version, &BreakGlassAnswer { data }))
}

/// Ends an emergency before its time: one's own, or anybody's for an owner.
#[utoipa::path(delete, path = "/v1/admin/break-glass/{id}", operation_id = "delete_break_glass", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The emergency"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "Ended")))]
pub async fn delete_break_glass(request: HttpRequest, desk: Desk, staff: Staff, expected: Expected) -> Answer {
    no_parameters(&request)?;
    staff.session()?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        let row = find_for(connection, &staff, id).await?;
        if row.account_id != staff.id && !staff.may(Permission::ManagePeople) {
            return Err(ApiError::Forbidden);
        }
        check_version(connection, &expected, row.version, "break_glass", id).await?;
        queries::end_break_glass(connection, id, now).await?;
        staff.record(connection, "break_glass.delete", "break_glass", Some(id), &[]).await
    })
    .await?;
    Ok(no_content())
}
