//! Changes to a person by those who manage people. Refuses to raise oneself, and another role or state leaves no session.

use actix_web::{HttpRequest, http::StatusCode};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    User, UserAnswer, find,
    rules::{check_rank, keep_an_owner, locations_of, lock},
};
use crate::{
    accounts::{
        Desk, PeopleManager, Role, Staff,
        input::UserInput,
        letters,
        queries::{self, PersonChange},
    },
    db::DbError,
    http::{
        Answer, ApiError, Expected, MergePatch, changed, no_content, no_parameters, patched, path_id, staff_answer,
    },
    outbox::{self, EventKind},
};

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
            let change = plan(connection, &at_desk, &permit.staff, &before, input).await?;
            // Before it is done: those who change themselves may have lost the right to write it down.
            let fields = changed(&before.source(), &change.source());
            permit.staff.record(connection, "account.update", "account", Some(id), &fields).await?;
            write(connection, &at_desk, &before, &change).await?;
            announce(connection, &permit.staff, &before, change.active).await?;
            find(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, user.version, &UserAnswer { data: user }))
}

/// What a person is to become, once it is known to be allowed.
async fn plan(
    connection: &mut PgConnection,
    desk: &Desk,
    staff: &Staff,
    before: &User,
    input: UserInput,
) -> Result<PersonChange, ApiError> {
    check_rank(staff, input.role)?;
    if before.id == staff.id && !before.role.covers(input.role) {
        return Err(ApiError::Forbidden);
    }
    let active = input.status == "active";
    if active && before.trashed_at.is_some() {
        return Err(ApiError::Conflict { code: "in_trash", detail: "restore the person first" });
    }
    let disables = !active && before.status == "active";
    let other_role = input.role != before.role;
    if disables || (other_role && before.role == Role::Owner) {
        keep_an_owner(connection, desk, before).await?;
    }
    Ok(PersonChange {
        locations: assigned(connection, before, &input).await?,
        provider: linked(connection, before, input.provider.as_deref()).await?,
        name: input.name,
        role: input.role.name(),
        active,
        credentials: input.credentials,
        language: input.language,
        ends_sessions: other_role || input.status != before.status,
    })
}

/// The locations of a person from now on. Those that nobody named stay as they are, also where one of them is in the
/// trash by now, and go with a role that has none.
async fn assigned(connection: &mut PgConnection, before: &User, input: &UserInput) -> Result<Vec<Uuid>, ApiError> {
    let stood: Vec<Uuid> = before.locations.iter().map(|location| location.id).collect();
    let named_again = input.locations.iter().map(|name| name.parse().ok()).eq(stood.iter().copied().map(Some));
    match (named_again, input.role.is_bound_to_locations()) {
        (true, true) => Ok(stood),
        (true, false) => Ok(Vec::new()),
        (false, _) => locations_of(connection, input.role, &input.locations).await,
    }
}

/// The clinic's own record of the person from now on, with the same manners.
async fn linked(connection: &mut PgConnection, before: &User, name: Option<&str>) -> Result<Option<Uuid>, ApiError> {
    let stood = before.provider.as_ref().map(|provider| provider.id);
    let Some(name) = name else { return Ok(None) };
    if stood.is_some() && name.parse().ok() == stood {
        return Ok(stood);
    }
    let found = queries::find_provider(connection, name).await?;
    let unknown = || ApiError::field("/provider", "unknown_reference", "there is no such provider");
    found.map(Some).ok_or_else(unknown)
}

async fn write(
    connection: &mut PgConnection,
    desk: &Desk,
    before: &User,
    change: &PersonChange,
) -> Result<(), ApiError> {
    queries::update_person(connection, before.id, change, desk.now()).await.map_err(refused)?;
    if change.role != before.role.name() {
        letters::role_changed(connection, desk, before.id, change.role).await?;
    }
    if !change.active && before.status == "active" {
        letters::account_disabled(connection, desk, before.id).await?;
    }
    Ok(())
}

/// A provider is one person, and a person signs in by one account.
fn refused(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "account_provider_key" => {
            ApiError::field("/provider", "taken", "another account is this provider's")
        }
        other => other.into(),
    }
}

/// Tells of a change to the person who was `before`, and who may sign in from now on or not.
async fn announce(connection: &mut PgConnection, staff: &Staff, before: &User, active: bool) -> Result<(), ApiError> {
    let disabled = before.status == "active" && !active;
    let kind = if disabled { EventKind::UserDisabled } else { EventKind::UserUpdated };
    Ok(outbox::record(connection, &staff.clock, kind, before.id).await?)
}

/// Puts a person in the trash: disabled, signed out, and out of the lists.
#[utoipa::path(delete, path = "/v1/admin/users/{id}", operation_id = "delete_user", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_user(request: HttpRequest, desk: Desk, permit: PeopleManager, expected: Expected) -> Answer {
    no_parameters(&request)?;
    let (id, at_desk) = (path_id(&request)?, desk.clone());
    desk.transact(async move |connection| {
        let user = lock(connection, &permit.staff, id, &expected).await?;
        if user.trashed_at.is_some() {
            return Err(ApiError::NotFound);
        }
        keep_an_owner(connection, &at_desk, &user).await?;
        permit.staff.record(connection, "account.delete", "account", Some(id), &[]).await?;
        queries::trash_person(connection, id, Some(at_desk.now()), at_desk.now()).await?;
        if user.status == "active" {
            letters::account_disabled(connection, &at_desk, id).await?;
        }
        announce(connection, &permit.staff, &user, false).await
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
            announce(connection, &permit.staff, &user, false).await?;
            find(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, user.version, &UserAnswer { data: user }))
}
