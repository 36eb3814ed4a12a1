//! What everybody who changes a person has to keep: nobody acts above their own rank, only a front desk is bound to
//! locations, and somebody is left who can let others in.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{User, find};
use crate::{
    accounts::{Desk, Role, Staff, precondition::check_version, queries},
    http::{ApiError, Expected, FieldError},
};

/// The person, locked against another change, at a version that the caller accepts and within their reach.
pub async fn lock(
    connection: &mut PgConnection,
    staff: &Staff,
    id: Uuid,
    expected: &Expected,
) -> Result<User, ApiError> {
    // Owners first: two owners who change each other would otherwise wait for each other.
    queries::lock_owners(connection).await?;
    queries::lock_account(connection, id).await?;
    let user = find(connection, id).await?;
    check_version(connection, expected, user.version, "account", id).await?;
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
    let unknown =
        |index| FieldError::at(format!("/locations/{index}"), "unknown_reference", "there is no such location");
    let errors: Vec<FieldError> =
        found.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(index, _)| unknown(index)).collect();
    if errors.is_empty() { Ok(found.into_iter().flatten().collect()) } else { Err(ApiError::Invalid(errors)) }
}

/// Somebody has to be left who can let others in: an owner, and where people come through a provider alone, the one
/// who can without it. Asked under [`lock`].
///
/// # Errors
/// 409 `last_owner`.
pub async fn keep_an_owner(connection: &mut PgConnection, desk: &Desk, user: &User) -> Result<(), ApiError> {
    let local = &desk.accounts.local_sign_in;
    let breaks_glass = user.status == "active" && local.is_reserved_for(&user.email, user.role);
    if breaks_glass || queries::is_last_owner(connection, user.id).await? {
        return Err(ApiError::Conflict { code: "last_owner", detail: "nobody would be left to let anybody in" });
    }
    Ok(())
}
