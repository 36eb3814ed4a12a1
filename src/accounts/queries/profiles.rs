//! People as those who manage them see them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::break_glass::end_emergencies_of;

/// A person as they are stored.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// The account.
    pub id: Uuid,
    /// Where they sign in.
    pub email: String,
    /// What colleagues see, and readers of their articles.
    pub name: String,
    /// Role's name.
    pub role: String,
    /// `active` or `disabled`.
    pub status: String,
    /// "MD", "RN".
    pub credentials: Vec<String>,
    /// `{id, slug, name}` of the clinic's own record of the same person.
    pub provider: Option<Value>,
    /// `en` or `es`.
    pub language: String,
    /// `[{id, slug, name}]`.
    pub locations: Value,
    /// The second factors that they have.
    pub methods: Vec<String>,
    /// The last request of any of their sessions.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was put in the trash.
    pub trashed_at: Option<DateTime<Utc>>,
}

/// What a list of people is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    /// Any of these roles.
    pub roles: Option<Vec<String>>,
    /// `active` or `disabled`.
    pub status: Option<String>,
    /// Those in the trash, or the others.
    pub trashed: bool,
}

macro_rules! people {
    ($rest:tt, $($bound:expr),+ $(,)?) => {
        sqlx::query_as!(
            PersonRow,
            r#"select a.id, a.email, a.name, a.role, a.status, a.credentials, a.language,
                      (select json_build_object('id', p.id, 'slug', p.slug, 'name', p.display_name)
                         from cms.provider p where p.id = a.provider_id) as provider,
                      (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by l.name), '[]')
                         from cms.account_location al join cms.location l on l.id = al.location_id
                        where al.account_id = a.id) as "locations!",
                      array_remove(array[
                        case when exists (select from cms.totp t where t.account_id = a.id and t.confirmed_at is not null) then 'totp' end,
                        case when exists (select from cms.passkey p where p.account_id = a.id) then 'passkey' end,
                        case when exists (select from cms.recovery_code c where c.account_id = a.id and c.used_at is null)
                             then 'recovery_code' end], null) as "methods!",
                      (select max(s.last_used_at) from cms.session s where s.account_id = a.id) as last_seen_at,
                      a.version, a.created_at, a.updated_at, a.trashed_at
                 from cms.account a "# + $rest,
            $($bound),+
        )
    };
}

/// A part of the people, latest first. `after` is the last row of the part before.
pub async fn list_people(
    connection: &mut PgConnection,
    filter: &PeopleFilter,
    after: Option<Uuid>,
    limit: i64,
    offset: i64,
) -> Result<Vec<PersonRow>, sqlx::Error> {
    people!(
        r#"where ($1::text[] is null or a.role = any ($1)) and ($2::text is null or a.status = $2)
             and (a.trashed_at is not null) = $3 and ($4::uuid is null or a.id < $4)
           order by a.id desc limit $5 offset $6"#,
        filter.roles.as_deref(),
        filter.status.as_deref(),
        filter.trashed,
        after,
        limit,
        offset,
    )
    .fetch_all(connection)
    .await
}

/// How many there are, counted no further than `most`.
pub async fn count_people(connection: &mut PgConnection, filter: &PeopleFilter, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from cms.account a
            where ($1::text[] is null or a.role = any ($1)) and ($2::text is null or a.status = $2)
              and (a.trashed_at is not null) = $3 limit $4) x"#,
        filter.roles.as_deref(),
        filter.status.as_deref(),
        filter.trashed,
        most,
    )
    .fetch_one(connection)
    .await
}

/// One person, those in the trash included.
pub async fn find_person(connection: &mut PgConnection, id: Uuid) -> Result<Option<PersonRow>, sqlx::Error> {
    people!(r#"where a.id = $1"#, id).fetch_optional(connection).await
}

/// What a person becomes.
#[derive(Clone, Debug)]
pub struct PersonChange {
    /// What colleagues see, and readers of their articles.
    pub name: String,
    /// Role's name.
    pub role: &'static str,
    /// Whether they may sign in.
    pub active: bool,
    /// "MD", "RN".
    pub credentials: Vec<String>,
    /// The clinic's own record of the same person.
    pub provider: Option<Uuid>,
    /// `en` or `es`.
    pub language: &'static str,
    /// The locations that a front desk answers for.
    pub locations: Vec<Uuid>,
    /// Whether every session ends, since the role or the state is another.
    pub ends_sessions: bool,
}

impl PersonChange {
    /// The fields as an answer has them.
    pub fn source(&self) -> Value {
        let status = if self.active { "active" } else { "disabled" };
        json!({
            "name": self.name, "role": self.role, "status": status, "credentials": self.credentials,
            "language": self.language, "locations": self.locations, "provider": self.provider,
        })
    }
}

/// Writes what a person becomes. An emergency ends with the sessions.
pub async fn update_person(
    connection: &mut PgConnection,
    id: Uuid,
    change: &PersonChange,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.account set name = $2, role = $3, status = case when $4 then 'active' else 'disabled' end, credentials = $5,
                language = $6, credential_version = credential_version + case when $7 then 1 else 0 end,
                provider_id = $9, version = version + 1, updated_at = $8
          where id = $1",
        id,
        change.name,
        change.role,
        change.active,
        &change.credentials,
        change.language,
        change.ends_sessions,
        now,
        change.provider,
    )
    .execute(&mut *connection)
    .await?;
    set_locations(connection, id, &change.locations).await?;
    if change.ends_sessions { end_emergencies_of(connection, id, now).await } else { Ok(()) }
}

/// What people may change of themselves.
pub async fn update_own_profile(
    connection: &mut PgConnection,
    id: Uuid,
    name: &str,
    language: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.account set name = $2, language = $3, version = version + 1, updated_at = $4 where id = $1",
        id,
        name,
        language,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts an account in the trash, disabled, or takes it out again, still disabled.
pub async fn trash_person(
    connection: &mut PgConnection,
    id: Uuid,
    trashed_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.account set status = 'disabled', trashed_at = $2, credential_version = credential_version + 1,
                version = version + 1, updated_at = $3
          where id = $1",
        id,
        trashed_at,
        now,
    )
    .execute(&mut *connection)
    .await?;
    end_emergencies_of(connection, id, now).await
}

/// Assigns these locations and no others.
pub async fn set_locations(
    connection: &mut PgConnection,
    account: Uuid,
    locations: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.account_location where account_id = $1 and location_id <> all ($2)",
        account,
        locations,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.account_location (account_id, location_id)
         select $1, id from cms.location where id = any ($2) on conflict do nothing",
        account,
        locations,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The ids of locations by slug or id, in the order they were named; none for one that is not there.
pub async fn find_locations(connection: &mut PgConnection, names: &[String]) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select (select l.id from cms.location l
                   where l.trashed_at is null and (l.slug = n.name or l.id::text = n.name)) as "id?"
             from unnest($1::text[]) with ordinality as n(name, position) order by n.position"#,
        names,
    )
    .fetch_all(connection)
    .await
}

/// The id of a provider outside the trash, by slug or id.
pub async fn find_provider(connection: &mut PgConnection, name: &str) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from cms.provider where trashed_at is null and (slug = $1 or id::text = $1)", name,)
        .fetch_optional(connection)
        .await
}
