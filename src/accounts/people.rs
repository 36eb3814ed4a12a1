//! People as those who manage them see them. Refuses to change anybody above one's own rank, to raise oneself, and to
//! leave the clinic without an owner who can sign in.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Desk, PeopleManager, PeopleReader, Role, Staff,
    input::UserInput,
    letters,
    queries::{self, PeopleFilter, PersonChange, PersonRow},
};
use crate::{
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, FieldError, MergePatch, PageLinks, PageMeta, PageRequest, QueryReader,
        Reference, Site, no_content, no_parameters, patched, path_id, private_answer, staff_answer,
    },
    outbox::{self, EventKind},
};

/// Somebody who may sign in, or might once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct User {
    id: Uuid,
    email: String,
    /// What colleagues see, and readers of their articles.
    name: String,
    role: Role,
    /// `active` or `disabled`.
    #[schema(example = "active")]
    status: String,
    /// Shown beside the name: "MD", "RN".
    credentials: Vec<String>,
    /// The clinic's own record of the same person.
    provider: Option<Reference>,
    /// Of mail to them: `en` or `es`.
    language: String,
    /// Whose inquiries a front desk sees.
    locations: Vec<Reference>,
    /// The second factors that they have: `totp`, `passkey`, `recovery_code`.
    methods: Vec<String>,
    last_seen_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    trashed_at: Option<DateTime<Utc>>,
    version: i32,
}

impl TryFrom<PersonRow> for User {
    type Error = ApiError;

    fn try_from(row: PersonRow) -> Result<Self, ApiError> {
        Ok(Self {
            id: row.id,
            email: row.email,
            name: row.name,
            role: Role::named(&row.role).ok_or(ApiError::Internal)?,
            status: row.status,
            credentials: row.credentials,
            provider: None,
            language: row.language,
            locations: serde_json::from_value(row.locations).map_err(|_| ApiError::Internal)?,
            methods: row.methods,
            last_seen_at: row.last_seen_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            trashed_at: row.trashed_at,
            version: row.version,
        })
    }
}

impl User {
    /// The fields that may be written, as they are written.
    fn source(&self) -> Value {
        let locations: Vec<Uuid> = self.locations.iter().map(|location| location.id).collect();
        json!({
            "name": self.name, "role": self.role, "status": self.status, "credentials": self.credentials,
            "language": self.language, "locations": locations,
            "provider": self.provider.as_ref().map(|provider| provider.id),
        })
    }
}

/// People, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserPage {
    data: Vec<User>,
    meta: PageMeta,
    links: PageLinks,
}

/// One person.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnswer {
    data: User,
}

/// Lists people, latest first. Those in the trash are left out unless they are asked for.
#[utoipa::path(get, path = "/v1/admin/users", operation_id = "list_users", tag = "people",
    security(("bearer" = [])),
    params(
        ("role" = Option<String>, Query, description = "Any of these roles, separated by commas", example = "editor"),
        ("status" = Option<String>, Query, description = "`active` or `disabled`"),
        ("trashed" = Option<bool>, Query, description = "Those in the trash alone; false by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Rows on a page, 20 by default"),
        ("page" = Option<u32>, Query, minimum = 1, maximum = 10000, description = "Number of the page"),
        ("cursor" = Option<String>, Query, description = "`meta.next_cursor` of the page before")),
    responses((status = 200, description = "A page of people", body = UserPage)))]
pub async fn list_users(
    request: HttpRequest,
    permit: PeopleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = read_filter(&mut query);
    let question = format!("users;{filter:?}");
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let asked = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            permit.staff.record(connection, "account.list", "account", None, &[]).await?;
            let after = asked.after().copied();
            let rows = queries::list_people(connection, &filter, after, asked.fetch(), asked.offset()).await?;
            let total = asked.total(queries::count_people(connection, &filter, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| row.id, &of);
    let data = rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &UserPage { data, meta, links }))
}

fn read_filter(query: &mut QueryReader) -> PeopleFilter {
    let known = |text: &str| Role::named(text).map(|role| role.name().to_owned());
    let expected = format!("one or more of {}, separated by commas", Role::ALL.map(Role::name).join(", "));
    let roles = query.parsed("role", &expected, |text| text.split(',').map(known).collect::<Option<Vec<_>>>());
    let status = query
        .parsed("status", "active or disabled", |text| ["active", "disabled"].contains(&text).then(|| text.to_owned()));
    let trashed = query.parsed("trashed", "true or false", |text| text.parse::<bool>().ok()).unwrap_or(false);
    PeopleFilter { roles, status, trashed }
}

/// Answers one person, in the trash or not.
#[utoipa::path(get, path = "/v1/admin/users/{id}", operation_id = "get_user", tag = "people",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "The person", body = UserAnswer)))]
pub async fn get_user(request: HttpRequest, desk: Desk, permit: PeopleReader) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let user = desk
        .transact(async move |connection| {
            let user = find(connection, id).await?;
            permit.staff.record(connection, "account.read", "account", Some(id), &[]).await?;
            Ok(user)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, user.version, &UserAnswer { data: user }))
}

async fn find(connection: &mut PgConnection, id: Uuid) -> Result<User, ApiError> {
    queries::find_person(connection, id).await?.ok_or(ApiError::NotFound)?.try_into()
}

/// The person, locked against another change, at a version that the caller accepts and within their reach.
async fn lock(connection: &mut PgConnection, staff: &Staff, id: Uuid, expected: &Expected) -> Result<User, ApiError> {
    // Owners first: two owners who change each other would otherwise wait for each other.
    queries::lock_owners(connection).await?;
    queries::lock_account(connection, id).await?;
    let user = find(connection, id).await?;
    if !expected.accepts(user.version) {
        return Err(ApiError::Stale { current: user.version, changed: json!({"at": user.updated_at, "by": null}) });
    }
    check_rank(staff, user.role)?;
    Ok(user)
}

/// Whether `staff` may give this role, or change a person who has it.
///
/// # Errors
/// [`ApiError::Forbidden`].
pub fn check_rank(staff: &Staff, role: Role) -> Result<(), ApiError> {
    if staff.role.reaches(role) { Ok(()) } else { Err(ApiError::Forbidden) }
}

/// Whether `staff` may act on the account.
///
/// # Errors
/// [`ApiError::Forbidden`]; [`ApiError::NotFound`] where there is none.
pub async fn check_reach(connection: &mut PgConnection, staff: &Staff, account: Uuid) -> Result<(), ApiError> {
    check_rank(staff, find(connection, account).await?.role)
}

/// The ids of the named locations. Only a front desk has any.
///
/// # Errors
/// 422 at each name that is none, and at `/locations` for another role.
pub async fn locations_of(connection: &mut PgConnection, role: Role, names: &[String]) -> Result<Vec<Uuid>, ApiError> {
    if !role.is_bound_to_locations() && !names.is_empty() {
        return Err(ApiError::field("/locations", "not_bound", "only a front desk is bound to locations"));
    }
    let found = queries::find_locations(connection, names).await?;
    let unknown = |index| FieldError::at(format!("/locations/{index}"), "unknown", "there is no such location");
    let errors: Vec<FieldError> =
        found.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(index, _)| unknown(index)).collect();
    if errors.is_empty() { Ok(found.into_iter().flatten().collect()) } else { Err(ApiError::Invalid(errors)) }
}

/// Changes a person by a merge patch (RFC 7396). Another role or state ends their sessions at once.
#[utoipa::path(patch, path = "/v1/admin/users/{id}", operation_id = "update_user", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((UserInput = "application/merge-patch+json"), (UserInput = "application/json"))),
    responses((status = 200, description = "The person, changed", body = UserAnswer)))]
pub async fn update_user(
    request: HttpRequest,
    desk: Desk,
    permit: PeopleManager,
    expected: Expected,
    body: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let at_desk = desk.clone();
    let user = desk
        .transact(async move |connection| {
            let before = lock(connection, &permit.staff, id, &expected).await?;
            let input = UserInput::parse(&patched(before.source(), &body.0))?;
            change(connection, &at_desk, &permit.staff, &before, &input).await?;
            let after = find(connection, id).await?;
            let fields = changed(&before.source(), &after.source());
            permit.staff.record(connection, "account.update", "account", Some(id), &fields).await?;
            announce(connection, &permit.staff, &after).await?;
            Ok(after)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, user.version, &UserAnswer { data: user }))
}

/// The names of the fields that a change touched.
pub fn changed(before: &Value, after: &Value) -> Vec<String> {
    let names = before.as_object().into_iter().flat_map(|object| object.keys());
    names.filter(|name| before.get(name) != after.get(name)).cloned().collect()
}

async fn announce(connection: &mut PgConnection, staff: &Staff, user: &User) -> Result<(), ApiError> {
    let kind = if user.status == "active" { EventKind::UserUpdated } else { EventKind::UserDisabled };
    Ok(outbox::record(connection, &staff.clock, kind, user.id).await?)
}

async fn change(
    connection: &mut PgConnection,
    desk: &Desk,
    staff: &Staff,
    before: &User,
    input: &UserInput,
) -> Result<(), ApiError> {
    check_rank(staff, input.role)?;
    let (is_self, other_role) = (before.id == staff.id, input.role != before.role);
    if is_self && other_role && input.role.reaches(before.role) {
        return Err(ApiError::Forbidden);
    }
    if input.provider.is_some() {
        return Err(ApiError::field("/provider", "unknown", "there is no such provider"));
    }
    let active = input.status == "active";
    if active && before.trashed_at.is_some() {
        return Err(ApiError::Conflict { code: "in_trash", detail: "restore the person first" });
    }
    let disables = !active && before.status == "active";
    if disables || (other_role && before.role == Role::Owner) {
        keep_an_owner(connection, before.id).await?;
    }
    let locations = locations_of(connection, input.role, &input.locations).await?;
    let change = PersonChange {
        name: input.name.clone(),
        role: input.role.name(),
        active,
        credentials: input.credentials.clone(),
        language: input.language,
        ends_sessions: other_role || input.status != before.status,
    };
    queries::update_person(connection, before.id, &change, desk.now()).await?;
    queries::set_locations(connection, before.id, &locations).await?;
    if other_role {
        letters::role_changed(connection, desk, before.id, change.role).await?;
    }
    if disables {
        letters::account_disabled(connection, desk, before.id).await?;
    }
    Ok(())
}

/// Somebody has to be left who can let others in. Asked under [`lock`].
async fn keep_an_owner(connection: &mut PgConnection, account: Uuid) -> Result<(), ApiError> {
    if queries::is_last_owner(connection, account).await? {
        return Err(ApiError::Conflict { code: "last_owner", detail: "nobody would be left to let anybody in" });
    }
    Ok(())
}

/// Puts a person in the trash: disabled, signed out, and out of the lists.
#[utoipa::path(delete, path = "/v1/admin/users/{id}", operation_id = "delete_user", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_user(request: HttpRequest, desk: Desk, permit: PeopleManager, expected: Expected) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        let user = lock(connection, &permit.staff, id, &expected).await?;
        if user.trashed_at.is_some() {
            return Err(ApiError::NotFound);
        }
        keep_an_owner(connection, id).await?;
        queries::trash_person(connection, id, Some(now), now).await?;
        permit.staff.record(connection, "account.delete", "account", Some(id), &[]).await?;
        let user = find(connection, id).await?;
        announce(connection, &permit.staff, &user).await
    })
    .await?;
    Ok(no_content())
}

/// Takes a person out of the trash, still disabled.
#[utoipa::path(post, path = "/v1/admin/users/{id}/restore", operation_id = "restore_user", tag = "people",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "The person, disabled", body = UserAnswer)))]
pub async fn restore_user(request: HttpRequest, desk: Desk, permit: PeopleManager) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    let user = desk
        .transact(async move |connection| {
            let user = lock(connection, &permit.staff, id, &Expected::Any).await?;
            user.trashed_at
                .ok_or(ApiError::Conflict { code: "not_in_trash", detail: "the person is not in the trash" })?;
            queries::trash_person(connection, id, None, now).await?;
            permit.staff.record(connection, "account.restore", "account", Some(id), &[]).await?;
            find(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, user.version, &UserAnswer { data: user }))
}

/// Ends all sessions of a person, at once and on every node.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/sessions", operation_id = "revoke_user_sessions", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The person's ETag as it was read, or `*`")),
    responses((status = 204, description = "Signed out everywhere")))]
pub async fn revoke_user_sessions(
    request: HttpRequest,
    desk: Desk,
    permit: PeopleManager,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        lock(connection, &permit.staff, id, &expected).await?;
        queries::revoke_sessions_of(connection, id, "revoked", now).await?;
        Ok(permit.staff.record(connection, "session.delete_all", "account", Some(id), &[]).await?)
    })
    .await?;
    Ok(no_content())
}

/// Takes all second factors off a person who has lost them, and signs them out. Where their role asks for one they
/// enrol anew at the next sign-in.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/factors", operation_id = "delete_user_factors", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The person's ETag as it was read, or `*`")),
    responses((status = 204, description = "Taken off")))]
pub async fn delete_user_factors(
    request: HttpRequest,
    desk: Desk,
    permit: PeopleManager,
    expected: Expected,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        let user = lock(connection, &permit.staff, id, &expected).await?;
        if user.id == permit.staff.id {
            return Err(ApiError::Conflict { code: "own_factors", detail: "take your own off under /v1/auth" });
        }
        remove_factors(connection, id, at_desk.now()).await?;
        permit.staff.record(connection, "factor.delete", "account", Some(id), &[]).await?;
        letters::factor_changed(connection, &at_desk, id, letters::FactorChange::TotpRemoved).await
    })
    .await?;
    Ok(no_content())
}

/// Takes every second factor off an account and ends its sessions.
///
/// # Errors
/// Those of the database.
pub async fn remove_factors(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    queries::delete_totp(connection, id).await?;
    queries::delete_passkeys_of(connection, id).await?;
    queries::replace_recovery_codes(connection, id, &[], now).await?;
    queries::revoke_sessions_of(connection, id, "credential_change", now).await
}
