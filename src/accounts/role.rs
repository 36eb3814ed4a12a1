//! The one table of who may do what: role × permission. A handler names the permission in its signature; without it
//! the handler cannot be called. `/v1/admin/roles` and docs/SECURITY.md are printed from this table.

use serde::Serialize;
use utoipa::ToSchema;

/// What a person is in the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// People, keys and the clinic's details; never an inquiry.
    Admin,
    /// Writes and publishes articles, keeps the clinic's details true.
    Editor,
    /// Writes drafts.
    Author,
    /// Reads drafts and signs them off, and answers for what the gate finds.
    Reviewer,
    /// Reads and answers the inquiries of the locations assigned to them.
    FrontDesk,
    /// Reads the audit trail and whatever it speaks of, except inquiries.
    Auditor,
}

/// What a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read articles as staff see them, drafts included.
    ReadArticles,
    /// Write articles; nothing of it is public yet.
    WriteArticles,
    /// Publish, withdraw, trash and restore articles; keep categories, tags and conditions.
    PublishArticles,
    /// Say something of an article to colleagues, and settle what was said.
    CommentArticles,
    /// Sign off the content of an article.
    SignArticles,
    /// Answer with a reason for a finding of the publish gate.
    OverrideGate,
    /// Read the clinic's details as staff see them.
    ReadClinic,
    /// Change the organisation and its locations.
    EditClinic,
    /// Read what patients wrote.
    ReadInquiries,
    /// Answer inquiries: take them, say where they stand, note what was done.
    AnswerInquiries,
    /// Take inquiries out of the house, in a file.
    ExportInquiries,
    /// Show, correct and erase what is kept of a person; hold, and end what is kept too long.
    HandleDataRequests,
    /// Say where events go, and which services bring inquiries.
    ManageIntegrations,
    /// Read inquiries for a while in an emergency, with a written reason.
    BreakGlass,
    /// See who has an account, an invitation or a session.
    ReadPeople,
    /// Invite people, change what they are, end their sessions.
    ManagePeople,
    /// Make, rotate and revoke API keys.
    ManageApiKeys,
    /// Read and export the audit trail.
    ReadAudit,
}

use Permission::{
    AnswerInquiries, BreakGlass, CommentArticles, EditClinic, ExportInquiries, HandleDataRequests, ManageApiKeys,
    ManageIntegrations, ManagePeople, OverrideGate, PublishArticles, ReadArticles, ReadAudit, ReadClinic,
    ReadInquiries, ReadPeople, SignArticles, WriteArticles,
};
use Role::{Admin, Auditor, Author, Editor, FrontDesk, Owner, Reviewer};

/// Who holds each permission.
const TABLE: [(Permission, &[Role]); 18] = [
    (ReadArticles, &[Owner, Admin, Editor, Author, Reviewer, Auditor]),
    (WriteArticles, &[Owner, Editor, Author]),
    (PublishArticles, &[Owner, Editor]),
    (CommentArticles, &[Owner, Editor, Author, Reviewer]),
    (SignArticles, &[Owner, Reviewer]),
    (OverrideGate, &[Owner, Reviewer]),
    (ReadClinic, &[Owner, Admin, Editor, Author, Reviewer, FrontDesk, Auditor]),
    (EditClinic, &[Owner, Admin, Editor]),
    (ReadInquiries, &[Owner, FrontDesk]),
    (AnswerInquiries, &[Owner, FrontDesk]),
    (ExportInquiries, &[Owner]),
    (HandleDataRequests, &[Owner]),
    (ManageIntegrations, &[Owner, Admin]),
    (BreakGlass, &[Admin, Editor, Reviewer, FrontDesk]),
    (ReadPeople, &[Owner, Admin, Auditor]),
    (ManagePeople, &[Owner, Admin]),
    (ManageApiKeys, &[Owner, Admin, Editor]),
    (ReadAudit, &[Owner, Auditor]),
];

impl Permission {
    /// Every permission, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(permission, _)| *permission)
    }

    /// The permission's name in answers and docs.
    pub fn name(self) -> &'static str {
        match self {
            ReadArticles => "read_articles",
            WriteArticles => "write_articles",
            PublishArticles => "publish_articles",
            CommentArticles => "comment_articles",
            SignArticles => "sign_articles",
            OverrideGate => "override_gate",
            ReadClinic => "read_clinic",
            EditClinic => "edit_clinic",
            ReadInquiries => "read_inquiries",
            AnswerInquiries => "answer_inquiries",
            ExportInquiries => "export_inquiries",
            HandleDataRequests => "handle_data_requests",
            ManageIntegrations => "manage_integrations",
            BreakGlass => "break_glass",
            ReadPeople => "read_people",
            ManagePeople => "manage_people",
            ManageApiKeys => "manage_api_keys",
            ReadAudit => "read_audit",
        }
    }
}

impl Role {
    /// Every role, the highest first.
    pub const ALL: [Self; 7] = [Owner, Admin, Editor, Author, Reviewer, FrontDesk, Auditor];

    /// The role's name as it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Owner => "owner",
            Admin => "admin",
            Editor => "editor",
            Author => "author",
            Reviewer => "reviewer",
            FrontDesk => "front_desk",
            Auditor => "auditor",
        }
    }

    /// One sentence on what the role is for.
    pub fn purpose(self) -> &'static str {
        match self {
            Owner => "Everything.",
            Admin => "People, keys and the clinic's details; never an inquiry.",
            Editor => "Writes and publishes articles and keeps the clinic's details true.",
            Author => "Writes drafts.",
            Reviewer => "Reads drafts, comments on them, signs them off and answers for what the publish gate finds.",
            FrontDesk => "Reads and answers the inquiries of the assigned locations.",
            Auditor => "Reads the audit trail and what it speaks of, except inquiries; changes nothing.",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role carries `permission`.
    pub fn may(self, permission: Permission) -> bool {
        TABLE.iter().any(|(held, roles)| *held == permission && roles.contains(&self))
    }

    /// All that the role may do.
    pub fn permissions(self) -> Vec<Permission> {
        Permission::all().filter(|permission| self.may(*permission)).collect()
    }

    /// Whether the role sees inquiries of its assigned locations alone.
    pub fn is_bound_to_locations(self) -> bool {
        self == FrontDesk
    }

    /// Whether somebody of this role may give `other` to a person, or change a person who has it: nobody reaches
    /// above their own rank.
    pub fn reaches(self, other: Self) -> bool {
        self.rank() >= other.rank()
    }

    /// Whether the role carries all that `other` does. Who reads inquiries needs no glass to break.
    pub fn covers(self, other: Self) -> bool {
        let has = |permission| self.may(permission) || (permission == BreakGlass && self.may(ReadInquiries));
        other.permissions().into_iter().all(has)
    }

    fn rank(self) -> u8 {
        match self {
            Owner => 2,
            Admin => 1,
            Editor | Author | Reviewer | FrontDesk | Auditor => 0,
        }
    }
}

/// The table in Markdown, for the docs.
pub fn table_in_markdown() -> String {
    use std::fmt::Write as _;
    let names = Role::ALL.map(Role::name).join("` | `");
    let mut table = format!("| | `{names}` |\n|---{}|\n", "|:-:".repeat(Role::ALL.len()));
    for permission in Permission::all() {
        let held = Role::ALL.map(|role| if role.may(permission) { "yes" } else { "" }).join(" | ");
        let _ = writeln!(table, "| `{}` | {held} |", permission.name());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_holds_whatever_somebody_else_may_do() {
        for permission in Permission::all().filter(|permission| *permission != BreakGlass) {
            assert!(Owner.may(permission), "{permission:?}");
        }
    }

    #[test]
    fn the_auditor_changes_nothing() {
        for permission in Auditor.permissions() {
            assert!(permission.name().starts_with("read_"), "{permission:?}");
        }
    }

    #[test]
    fn the_stored_name_of_each_role_leads_back_to_it() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        assert_eq!(Role::named("superuser"), None);
    }

    #[test]
    fn nobody_below_the_owner_reaches_the_owner() {
        assert!(Owner.reaches(Owner) && Owner.reaches(Admin) && Admin.reaches(Admin) && Admin.reaches(FrontDesk));
        assert!(!Admin.reaches(Owner) && !Editor.reaches(Admin));
    }
}
