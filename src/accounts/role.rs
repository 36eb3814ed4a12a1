//! The one table of who may do what. A handler names the permission in its signature; without it the handler
//! cannot be called.

use serde::Serialize;
use utoipa::ToSchema;

/// What a person is in the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Articles and the clinic's details; never an inquiry.
    Editor,
}

/// What a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Write and publish articles and their terms.
    EditArticles,
    /// Change the organisation and its locations.
    EditClinic,
    /// Read what patients wrote.
    ReadInquiries,
    /// Read who did or saw what.
    ReadAudit,
}

const ALL: [Permission; 4] =
    [Permission::EditArticles, Permission::EditClinic, Permission::ReadInquiries, Permission::ReadAudit];

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Owner, Self::Editor];

    /// The role's name as it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role carries `permission`.
    pub fn may(self, permission: Permission) -> bool {
        match self {
            Self::Owner => true,
            Self::Editor => matches!(permission, Permission::EditArticles | Permission::EditClinic),
        }
    }

    /// All that the role may do.
    pub fn permissions(self) -> Vec<Permission> {
        ALL.into_iter().filter(|permission| self.may(*permission)).collect()
    }
}
