//! Authors as staff keep them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::answers::{Author, Person},
    http::{COUNTED, PageRequest},
};

/// A stored author, and how it is shown.
#[derive(Clone, Debug)]
pub struct AuthorRow {
    pub id: Uuid,
    pub slug: String,
    /// As everybody sees it.
    pub shown: Json<Author>,
    /// As it was written here.
    pub own_name: String,
    /// As they were written here.
    pub own_credentials: Vec<String>,
    pub biography: Option<String>,
    pub account_id: Option<Uuid>,
    pub account: Option<Json<Person>>,
    pub provider_id: Option<Uuid>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub trashed_at: Option<DateTime<Utc>>,
}

/// The place of an author in the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthorKey {
    pub name: String,
    pub id: Uuid,
}

/// A page of authors, by the name that is shown.
pub async fn list(
    connection: &mut PgConnection,
    q: Option<&str>,
    trashed: bool,
    page: &PageRequest<AuthorKey>,
) -> Result<Vec<AuthorRow>, sqlx::Error> {
    sqlx::query_as!(
        AuthorRow,
        r#"select w.id, w.slug, s.shown as "shown!: Json<Author>", w.name as own_name, w.credentials as own_credentials, w.biography,
                  w.account_id,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = w.account_id)
                    as "account: Json<Person>",
                  w.provider_id, w.version, w.created_at, w.updated_at, w.trashed_at
             from cms.author w join cms.shown_author s on s.id = w.id
            where (w.trashed_at is not null) = $1 and ($2::text is null or position(lower($2) in lower(s.name)) > 0)
              and ($3::text is null or (s.name, w.id) > ($3, $4::uuid))
            order by s.name, w.id limit $5 offset $6"#,
        trashed,
        q,
        page.after().map(|key| key.name.as_str()),
        page.after().map(|key| key.id),
        page.fetch(),
        page.offset(),
    )
    .fetch_all(connection)
    .await
}

/// How many authors the list has, counted up to [`COUNTED`].
pub async fn count(connection: &mut PgConnection, q: Option<&str>, trashed: bool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select 1 from cms.author w join cms.shown_author s on s.id = w.id
                    where (w.trashed_at is not null) = $1
                      and ($2::text is null or position(lower($2) in lower(s.name)) > 0) limit $3) counted"#,
        trashed,
        q,
        COUNTED,
    )
    .fetch_one(connection)
    .await
}

/// Keeps everybody else from writing the author until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.author where id = $1 for no key update", id).fetch_optional(connection).await?;
    Ok(())
}

/// One author, in the trash or not.
pub async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<AuthorRow>, sqlx::Error> {
    sqlx::query_as!(
        AuthorRow,
        r#"select w.id, w.slug, s.shown as "shown!: Json<Author>", w.name as own_name, w.credentials as own_credentials, w.biography,
                  w.account_id,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = w.account_id)
                    as "account: Json<Person>",
                  w.provider_id, w.version, w.created_at, w.updated_at, w.trashed_at
             from cms.author w join cms.shown_author s on s.id = w.id
            where w.id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// An author as it is to be stored.
#[derive(Clone, Debug)]
pub struct NewAuthor {
    pub id: Uuid,
    pub slug: String,
    /// The slug was made and not given: where another has it, this one gets a longer one.
    pub may_step_aside: bool,
    pub name: String,
    pub account: Option<Uuid>,
    pub provider: Option<Uuid>,
    pub credentials: Vec<String>,
    pub biography: Option<String>,
}

/// Stores a new author.
pub async fn insert(connection: &mut PgConnection, new: &NewAuthor) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.author (id, slug, name, account_id, provider_id, credentials, biography)
         values ($1, case when $8 and exists (select 1 from cms.author where slug = $2) then left($2, 87) || '-' || right($9, 12) else $2 end,
                 $3, $4, $5, $6, $7)",
        new.id,
        new.slug,
        new.name,
        new.account,
        new.provider,
        &new.credentials,
        new.biography,
        new.may_step_aside,
        new.id.to_string(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a changed author.
pub async fn update(connection: &mut PgConnection, changed: &NewAuthor) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.author set slug = $2, name = $3, account_id = $4, provider_id = $5, credentials = $6, biography = $7,
                version = version + 1, updated_at = clock_timestamp()
          where id = $1",
        changed.id,
        changed.slug,
        changed.name,
        changed.account,
        changed.provider,
        &changed.credentials,
        changed.biography,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves an author to the trash or back.
pub async fn set_trashed(connection: &mut PgConnection, id: Uuid, trashed: bool) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.author set trashed_at = case when $2 then coalesce(trashed_at, clock_timestamp()) end,
                version = version + 1, updated_at = clock_timestamp()
          where id = $1",
        id,
        trashed,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The name of a member of staff; none for who is none any more.
pub async fn find_account(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select name from cms.account where id = $1 and trashed_at is null", id)
        .fetch_optional(connection)
        .await
}

/// The id and the name of a provider, by slug or id.
pub async fn find_provider(connection: &mut PgConnection, name: &str) -> Result<Option<(Uuid, String)>, sqlx::Error> {
    let found = sqlx::query!(
        "select id, display_name from cms.provider where trashed_at is null and (slug = $1 or id::text = $1) limit 1",
        name,
    );
    Ok(found.fetch_optional(connection).await?.map(|row| (row.id, row.display_name)))
}
