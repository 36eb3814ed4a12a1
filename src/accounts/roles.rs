//! The table of who may do what, for whoever may sign in.

use actix_web::{HttpRequest, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Permission, Role, Scope, Staff};
use crate::http::{Answer, no_parameters, private_answer};

/// Every role with all that it may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct RolesAnswer {
    data: Roles,
}

/// The table.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    roles: Vec<RoleRow>,
    /// What API keys may be limited to.
    scopes: Vec<ScopeRow>,
}

/// One role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleRow {
    name: Role,
    purpose: &'static str,
    permissions: Vec<Permission>,
    /// Whether inquiries are those of the assigned locations alone.
    bound_to_locations: bool,
    /// Whether a second factor is asked for under the present settings.
    second_factor_required: bool,
}

/// One scope of API keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScopeRow {
    name: Scope,
    /// What the key's maker must hold; null where everybody may do it.
    permission: Option<Permission>,
}

/// Answers the table of roles and permissions.
#[utoipa::path(get, path = "/v1/admin/roles", operation_id = "list_roles", tag = "people",
    security(("bearer" = [])), responses((status = 200, description = "The table", body = RolesAnswer)))]
pub async fn list_roles(request: HttpRequest, desk: super::Desk, _staff: Staff) -> Answer {
    no_parameters(&request)?;
    let row = |role: Role| RoleRow {
        name: role,
        purpose: role.purpose(),
        permissions: role.permissions(),
        bound_to_locations: role.is_bound_to_locations(),
        second_factor_required: desk.accounts.asks_second_factor_of(role),
    };
    let scopes = Scope::ALL.map(|scope| ScopeRow { name: scope, permission: scope.permission() });
    let data = Roles { roles: Role::ALL.map(row).into(), scopes: scopes.into() };
    Ok(private_answer(StatusCode::OK, &RolesAnswer { data }))
}
