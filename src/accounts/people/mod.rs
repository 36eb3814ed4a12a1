//! People as those who manage them see them. Refuses to change anybody above one's own rank, to raise oneself, and to
//! leave the clinic without an owner who can sign in.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | a person's shape, the list, one person |
//! | `rules` | what every change has to keep |
//! | `changes` | update, trash, restore |
//! | `access` | ending sessions, taking off second factors |

mod access;
mod changes;
mod rules;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::{
    access::*,
    changes::*,
    rules::{check_rank, check_reach, locations_of},
};
use super::{
    Desk, PeopleReader, Role,
    queries::{self, PeopleFilter, PersonRow},
};
use crate::{
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Reference, Site,
        no_parameters, path_id, private_answer, staff_answer,
    },
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
            provider: row.provider.map(serde_json::from_value).transpose().map_err(|_| ApiError::Internal)?,
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
        Paging),
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
