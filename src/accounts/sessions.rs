//! Sessions as people see them: where somebody is signed in, and how that ends. Refuses to show or end somebody
//! else's without the permission.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Desk, PeopleManager, PeopleReader, Staff, queries, queries::ListedSession};
use crate::{
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, no_content,
        no_parameters, path_id, private_answer, staff_answer,
    },
};

/// A session counts no changes: it lives or it is gone.
const VERSION: i32 = 1;

/// Where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct ShownSession {
    id: Uuid,
    user: Colleague,
    /// What the client says it is (`User-Agent`).
    device: String,
    /// Where it was begun.
    #[schema(example = "203.0.113.7")]
    address: Option<String>,
    /// What was shown (RFC 8176): `pwd`, `otp`, `mfa` …
    methods: Vec<String>,
    created_at: DateTime<Utc>,
    /// The last request, to within a quarter of a minute.
    last_used_at: DateTime<Utc>,
    /// When it ends whatever happens.
    expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
    version: i32,
}

/// Somebody of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Colleague {
    /// The account.
    pub id: Uuid,
    /// What colleagues see.
    pub name: String,
}

impl ShownSession {
    fn of(row: ListedSession, current: Option<Uuid>) -> Self {
        Self {
            current: current == Some(row.id),
            id: row.id,
            user: Colleague { id: row.account_id, name: row.account_name },
            device: row.device,
            address: row.address,
            methods: row.methods,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            version: VERSION,
        }
    }
}

/// Sessions, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionPage {
    data: Vec<ShownSession>,
    meta: PageMeta,
    links: PageLinks,
}

/// One session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    data: ShownSession,
}

/// Lists where the signed-in person is signed in, latest first.
#[utoipa::path(get, path = "/v1/auth/sessions", operation_id = "list_own_sessions", tag = "sign-in",
    security(("bearer" = [])),
    params(
        Paging),
    responses((status = 200, description = "A page of sessions", body = SessionPage)))]
pub async fn list_own_sessions(
    request: HttpRequest,
    staff: Staff,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let current = staff.session()?.id;
    let query = QueryReader::of(&request);
    list(&request, query, Some(staff.id), staff, Some(current), &site, &database).await
}

/// Lists where everybody is signed in, latest first.
#[utoipa::path(get, path = "/v1/admin/sessions", operation_id = "list_sessions", tag = "people",
    security(("bearer" = [])),
    params(
        ("user" = Option<Uuid>, Query, description = "One person's alone"),
        Paging),
    responses((status = 200, description = "A page of sessions", body = SessionPage)))]
pub async fn list_sessions(
    request: HttpRequest,
    permit: PeopleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let user = query.parsed("user", "the id of a person", |text| text.parse::<Uuid>().ok());
    let current = permit.staff.session().ok().map(|session| session.id);
    list(&request, query, user, permit.staff, current, &site, &database).await
}

async fn list(
    request: &HttpRequest,
    mut query: QueryReader,
    account: Option<Uuid>,
    staff: Staff,
    current: Option<Uuid>,
    site: &Site,
    database: &StaffDb,
) -> Answer {
    let question = format!("sessions;{}", account.unwrap_or_default());
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let (asked, now) = (page.clone(), site.clock.now());
    let (mut rows, total) = database
        .transact(async move |connection| {
            staff.record(connection, "session.list", "account", account, &[]).await?;
            let after = asked.after().copied();
            let (fetch, offset) = (asked.fetch(), asked.offset());
            let rows = queries::list_sessions(connection, account, None, after, fetch, offset, now).await?;
            let total = asked.total(queries::count_sessions(connection, account, COUNTED, now)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| row.id, &of);
    let data = rows.into_iter().map(|row| ShownSession::of(row, current)).collect();
    Ok(private_answer(StatusCode::OK, &SessionPage { data, meta, links }))
}

/// A session that lives: anybody's, or one of `account`.
async fn find(
    connection: &mut PgConnection,
    account: Option<Uuid>,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<ListedSession, ApiError> {
    let rows = queries::list_sessions(connection, account, Some(id), None, 1, 0, now).await?;
    rows.into_iter().next().ok_or(ApiError::NotFound)
}

/// Ends one of the signed-in person's own sessions, at once and on every node.
#[utoipa::path(delete, path = "/v1/auth/sessions/{id}", operation_id = "delete_own_session", tag = "sign-in",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The session")),
    responses((status = 204, description = "Ended")))]
pub async fn delete_own_session(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    staff.session()?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        find(connection, Some(staff.id), id, now).await?;
        staff.record(connection, "session.delete", "session", Some(id), &[]).await?;
        queries::revoke_session(connection, id, "revoked", now).await?;
        Ok(())
    })
    .await?;
    Ok(no_content())
}

/// Ends all of the signed-in person's own sessions, the one that asks included.
#[utoipa::path(delete, path = "/v1/auth/sessions", operation_id = "delete_own_sessions", tag = "sign-in",
    security(("bearer" = [])), responses((status = 204, description = "Signed out everywhere")))]
pub async fn delete_own_sessions(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    staff.session()?;
    let now = desk.now();
    desk.transact(async move |connection| {
        staff.record(connection, "session.delete_all", "account", Some(staff.id), &[]).await?;
        Ok(queries::revoke_sessions_of(connection, staff.id, "revoked", now).await?)
    })
    .await?;
    Ok(no_content())
}

/// Answers one live session.
#[utoipa::path(get, path = "/v1/admin/sessions/{id}", operation_id = "get_session", tag = "people",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The session", body = SessionAnswer)))]
pub async fn get_session(request: HttpRequest, desk: Desk, permit: PeopleReader) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    let current = permit.staff.session().ok().map(|session| session.id);
    let row = desk
        .transact(async move |connection| {
            permit.staff.record(connection, "session.read", "session", Some(id), &[]).await?;
            find(connection, None, id, now).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, VERSION, &SessionAnswer { data: ShownSession::of(row, current) }))
}

/// Ends somebody's session, at once and on every node.
#[utoipa::path(delete, path = "/v1/admin/sessions/{id}", operation_id = "revoke_session", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The session"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "Ended")))]
pub async fn revoke_session(request: HttpRequest, desk: Desk, permit: PeopleManager, expected: Expected) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        let row = find(connection, None, id, now).await?;
        if !expected.accepts(VERSION) {
            return Err(ApiError::Stale { current: VERSION, changed: serde_json::Value::Null });
        }
        super::people::check_reach(connection, &permit.staff, row.account_id).await?;
        permit.staff.record(connection, "session.delete", "session", Some(id), &[]).await?;
        queries::revoke_session(connection, id, "revoked", now).await?;
        Ok(())
    })
    .await?;
    Ok(no_content())
}
