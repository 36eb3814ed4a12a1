//! Under whose names articles stand: a member of staff, a provider, or a name alone. Refuses to let one person stand
//! twice, and to keep credentials for somebody whose profile has them: they are a claim about a person, kept once.

pub(crate) mod admin;
pub(crate) mod input;

use actix_web::web::ServiceConfig;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{answers::Person, queries::author_records::AuthorRow};
use crate::{
    http::{Endpoint, PageLinks, PageMeta, Reference},
    records,
};

/// An author as staff see one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffAuthor {
    pub id: Uuid,
    pub slug: String,
    /// As it is shown: that of the profile where there is one.
    pub name: String,
    /// `person`, or `provider` for who treats patients.
    pub r#type: String,
    /// As they are shown: those of the profile where there is one.
    pub credentials: Vec<String>,
    pub biography: Option<String>,
    /// The member of staff who stands here.
    pub account: Option<Person>,
    /// The clinic's record of the person.
    pub provider: Option<Reference>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub trashed_at: Option<DateTime<Utc>>,
}

impl From<AuthorRow> for StaffAuthor {
    fn from(row: AuthorRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.shown.0.name,
            r#type: row.shown.0.r#type,
            credentials: row.shown.0.credentials,
            biography: row.biography,
            account: row.account.map(|account| account.0),
            provider: row.shown.0.provider,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            trashed_at: row.trashed_at,
        }
    }
}

records::answers! {
    /// One author, for staff.
    StaffAuthorAnswer: StaffAuthor from AuthorRow
}

/// A page of authors, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffAuthorPage {
    pub data: Vec<StaffAuthor>,
    pub meta: PageMeta,
    pub links: PageLinks,
}

/// Mounts the three addresses, relative to `/v1/admin`.
pub(super) fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/authors").get(admin::list_staff_authors).post(admin::create_author).mount(config);
    Endpoint::at("/authors/{id}")
        .get(admin::get_author)
        .patch(admin::update_author)
        .delete(admin::delete_author)
        .mount(config);
    Endpoint::at("/authors/{id}/restore").post(admin::restore_author).mount(config);
}
