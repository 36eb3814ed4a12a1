//! Keys as those who make them see them: one's own, and for who manages people everybody's. Refuses to tell of other
//! people's keys, and to change a key for anybody but its maker; who manages people may revoke any.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    input::{ApiKeyInput, ApiKeyPatch, Standing, check_ceiling},
    key::NewKey,
    shown::{ApiKey, ApiKeyAnswer, ApiKeyPage, NewApiKeyAnswer},
};
use crate::{
    accounts::{
        Desk, KeyManager, KeyReader, Permission, Scope, Staff,
        precondition::check_version,
        queries::{self, ApiKeyChange, ApiKeyFilter, NewApiKey},
    },
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, JsonBody, MergePatch, PageRequest, Paging, QueryReader, Site, changed,
        created_answer, no_content, no_parameters, patched, path_id, private_answer, staff_answer,
    },
};

const STATUSES: [&str; 3] = ["active", "expired", "revoked"];

/// Lists API keys, latest first: one's own, and everybody's for who manages people. Never their secrets.
#[utoipa::path(get, path = "/v1/admin/api-keys", operation_id = "list_api_keys", tag = "keys",
    security(("bearer" = [])),
    params(
        ("status" = Option<String>, Query, description = "Any of `active`, `expired` and `revoked`, separated by commas", example = "active"),
        Paging),
    responses((status = 200, description = "A page of keys", body = ApiKeyPage)))]
pub async fn list_api_keys(
    request: HttpRequest,
    permit: KeyReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let statuses = query.any_known("status", &STATUSES);
    let account = (!sees_all(&permit.staff)).then_some(permit.staff.id);
    let filter = ApiKeyFilter { id: None, account, statuses };
    let question = format!("api-keys;{filter:?}");
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let (asked, now) = (page.clone(), site.clock.now());
    let (mut rows, total) = database
        .transact(async move |connection| {
            permit.staff.record(connection, "api_key.list", "api_key", None, &[]).await?;
            let after = asked.after().copied();
            let rows = queries::list_api_keys(connection, &filter, after, asked.fetch(), asked.offset(), now).await?;
            let total = asked.total(queries::count_api_keys(connection, &filter, COUNTED, now)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| row.id, &of);
    let data = rows.into_iter().map(ApiKey::from).collect();
    Ok(private_answer(StatusCode::OK, &ApiKeyPage { data, meta, links }))
}

fn sees_all(staff: &Staff) -> bool {
    staff.may(Permission::ManagePeople)
}

/// Makes an API key and shows it, once.
#[utoipa::path(post, path = "/v1/admin/api-keys", operation_id = "create_api_key", tag = "keys",
    security(("bearer" = [])), request_body = ApiKeyInput,
    responses((status = 201, description = "The key, in this answer alone", body = NewApiKeyAnswer)))]
pub async fn create_api_key(request: HttpRequest, desk: Desk, permit: KeyManager, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    let now = desk.now();
    let input = ApiKeyInput::parse(&body.0, now)?;
    check_ceiling(&desk.accounts, &permit.staff, &input.scopes)?;
    let key = NewKey::make().map_err(|_| ApiError::Internal)?;
    let new = NewApiKey {
        id: desk.site.clock.new_id(),
        public_id: key.public_id.clone(),
        hash: key.hash(),
        name: input.name,
        account: permit.staff.id,
        scopes: names(&input.scopes),
        allowed_addresses: input.allowed_addresses.iter().map(ToString::to_string).collect(),
        now,
        expires_at: input.expires_at,
    };
    let shown = desk
        .transact(async move |connection| {
            queries::insert_api_key(connection, &new).await?;
            permit.staff.record(connection, "api_key.create", "api_key", Some(new.id), &[]).await?;
            find_for(connection, &permit.staff, new.id, now).await
        })
        .await?;
    let (address, version) = (format!("{}/v1/admin/api-keys/{}", desk.site.public_url, shown.id), shown.version);
    Ok(created_answer(&address, version, &NewApiKeyAnswer::of(shown, &key)))
}

fn names(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(|scope| scope.name().to_owned()).collect()
}

/// The key, if it is one that `staff` sees: other people's are none.
///
/// # Errors
/// [`ApiError::NotFound`].
async fn find_for(
    connection: &mut PgConnection,
    staff: &Staff,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<ApiKey, ApiError> {
    let account = (!sees_all(staff)).then_some(staff.id);
    let filter = ApiKeyFilter { id: Some(id), account, statuses: None };
    let rows = queries::list_api_keys(connection, &filter, None, 1, 0, now).await?;
    rows.into_iter().next().map(ApiKey::from).ok_or(ApiError::NotFound)
}

/// Answers one API key, without its secret.
#[utoipa::path(get, path = "/v1/admin/api-keys/{id}", operation_id = "get_api_key", tag = "keys",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "The key", body = ApiKeyAnswer)))]
pub async fn get_api_key(request: HttpRequest, desk: Desk, permit: KeyReader) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    let shown = desk
        .transact(async move |connection| {
            permit.staff.record(connection, "api_key.read", "api_key", Some(id), &[]).await?;
            find_for(connection, &permit.staff, id, now).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, shown.version, &ApiKeyAnswer { data: shown }))
}

/// The key, locked against another change and still in force.
///
/// # Errors
/// [`ApiError::NotFound`], [`ApiError::Stale`], and 409 for one that was revoked.
pub(super) async fn lock(
    connection: &mut PgConnection,
    staff: &Staff,
    id: Uuid,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<ApiKey, ApiError> {
    queries::lock_api_key(connection, id).await?;
    let key = find_for(connection, staff, id, now).await?;
    check_version(connection, expected, key.version, "api_key", id).await?;
    if key.revoked_at.is_some() {
        return Err(ApiError::Conflict { code: "revoked", detail: "the key was revoked: make another one" });
    }
    Ok(key)
}

/// The same for its maker alone: whoever else gave it an address or a secret would act with the maker's rights.
///
/// # Errors
/// As [`lock`], and [`ApiError::Forbidden`].
pub(super) async fn lock_own(
    connection: &mut PgConnection,
    staff: &Staff,
    id: Uuid,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<ApiKey, ApiError> {
    let key = lock(connection, staff, id, expected, now).await?;
    if key.user.id == staff.id { Ok(key) } else { Err(ApiError::Forbidden) }
}

/// Changes an API key of one's own by a merge patch (RFC 7396). Its scopes only narrow.
#[utoipa::path(patch, path = "/v1/admin/api-keys/{id}", operation_id = "update_api_key", tag = "keys",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The key"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((ApiKeyPatch = "application/merge-patch+json"), (ApiKeyPatch = "application/json"))),
    responses((status = 200, description = "The key, changed", body = ApiKeyAnswer)))]
pub async fn update_api_key(
    request: HttpRequest,
    desk: Desk,
    permit: KeyManager,
    expected: Expected,
    body: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    let shown = desk
        .transact(async move |connection| {
            let before = lock_own(connection, &permit.staff, id, &expected, now).await?;
            let patch = ApiKeyPatch::parse(&patched(before.source(), &body.0), &standing(&before, now))?;
            let change = ApiKeyChange {
                name: patch.name,
                scopes: names(&patch.scopes),
                allowed_addresses: patch.allowed_addresses.iter().map(ToString::to_string).collect(),
                expires_at: patch.expires_at,
            };
            queries::update_api_key(connection, id, &change, now).await?;
            let after = find_for(connection, &permit.staff, id, now).await?;
            let fields = changed(&before.source(), &after.source());
            permit.staff.record(connection, "api_key.update", "api_key", Some(id), &fields).await?;
            Ok(after)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, shown.version, &ApiKeyAnswer { data: shown }))
}

fn standing(key: &ApiKey, now: DateTime<Utc>) -> Standing<'_> {
    Standing { scopes: &key.scopes, expires_at: key.expires_at, secret_made_at: key.secret_made_at, now }
}

/// Revokes an API key, at once and for good.
#[utoipa::path(delete, path = "/v1/admin/api-keys/{id}", operation_id = "delete_api_key", tag = "keys",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The key"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "Revoked")))]
pub async fn delete_api_key(request: HttpRequest, desk: Desk, permit: KeyManager, expected: Expected) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        lock(connection, &permit.staff, id, &expected, now).await?;
        queries::revoke_api_key(connection, id, now).await?;
        permit.staff.record(connection, "api_key.revoke", "api_key", Some(id), &[]).await
    })
    .await?;
    Ok(no_content())
}
