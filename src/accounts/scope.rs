//! What an API key may be used for. A scope only narrows: the rights of the account that made the key are its ceiling.

use serde::Serialize;
use utoipa::ToSchema;

use super::role::Permission;

/// One use of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub enum Scope {
    /// Articles as staff see them, drafts included.
    #[serde(rename = "articles:read")]
    ReadArticles,
    /// Drafts.
    #[serde(rename = "articles:write")]
    WriteArticles,
    /// The clinic's details as staff see them.
    #[serde(rename = "clinic:read")]
    ReadClinic,
    /// The clinic's details.
    #[serde(rename = "clinic:write")]
    EditClinic,
    /// New inquiries, under the key's own name.
    #[serde(rename = "inquiries:create")]
    CreateInquiries,
    /// What patients wrote.
    #[serde(rename = "inquiries:read")]
    ReadInquiries,
    /// The audit trail.
    #[serde(rename = "audit:read")]
    ReadAudit,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::ReadArticles,
        Self::WriteArticles,
        Self::ReadClinic,
        Self::EditClinic,
        Self::CreateInquiries,
        Self::ReadInquiries,
        Self::ReadAudit,
    ];

    /// The scope's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadArticles => "articles:read",
            Self::WriteArticles => "articles:write",
            Self::ReadClinic => "clinic:read",
            Self::EditClinic => "clinic:write",
            Self::CreateInquiries => "inquiries:create",
            Self::ReadInquiries => "inquiries:read",
            Self::ReadAudit => "audit:read",
        }
    }

    /// The scope of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// What staff route permission the scope opens, as far as the key's maker holds it. None: everybody may do it,
    /// and the key only says who does.
    pub fn permission(self) -> Option<Permission> {
        match self {
            Self::ReadArticles => Some(Permission::ReadArticles),
            Self::WriteArticles => Some(Permission::WriteArticles),
            Self::ReadClinic => Some(Permission::ReadClinic),
            Self::EditClinic => Some(Permission::EditClinic),
            Self::CreateInquiries => None,
            Self::ReadInquiries => Some(Permission::ReadInquiries),
            Self::ReadAudit => Some(Permission::ReadAudit),
        }
    }
}
