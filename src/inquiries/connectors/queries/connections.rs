//! Connections as staff keep them, and their secrets.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::inquiries::connectors::{connection::Integration, connection_input::IntegrationInput};

/// What a connection leads to.
#[derive(Clone, Copy, Debug)]
pub struct Relations {
    /// The form.
    pub form: Uuid,
    /// For an inquiry that names none.
    pub location: Option<Uuid>,
    /// For an inquiry that names none.
    pub service: Option<Uuid>,
}

/// What was found of it.
#[derive(Clone, Copy, Debug)]
pub struct FoundRelations {
    /// None where the form is not there.
    pub form: Option<Uuid>,
    /// None where it is not there, or was not asked for.
    pub location: Option<Uuid>,
    /// None where it is not there, or was not asked for.
    pub service: Option<Uuid>,
    /// Whether the location is there that the mapping gives to every inquiry.
    pub has_constant: bool,
}

/// A secret to be stored.
#[derive(Debug)]
pub struct NewSecret {
    /// UUIDv7.
    pub id: Uuid,
    /// What for.
    pub of: &'static str,
    /// Sealed for the row.
    pub sealed: Vec<u8>,
}

/// One connection, or those of the trash or outside it by name: at most 1,000.
///
/// # Errors
/// Those of the database.
pub async fn list_integrations(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<Integration>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "integration!: Json<Integration>"
             from (select i.id, i.kind, i.name,
                          (select json_build_object('id', f.id, 'slug', f.slug, 'name', f.name) from cms.form f where f.id = i.form_id) as form,
                          (select json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) from cms.location l where l.id = i.location_id) as location,
                          (select json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) from cms.service v where v.id = i.service_id) as service,
                          i.mapping, i.enabled, i.processor,
                          (select json_agg(json_build_object('use', t.use, 'created_at', t.created_at, 'valid_until', t.valid_until)
                                           order by t.use, t.valid_until desc nulls first)
                             from (select s.use, s.created_at, s.valid_until from cms.integration_secret s where s.integration_id = i.id
                                   union all select 'key', coalesce(i.key_created_at, i.created_at), null
                                   union all select 'key', i.former_key_created_at, i.former_key_until
                                              where i.former_key_hash is not null) t) as secrets,
                          (select count(*) from cms.integration_delivery d where d.integration_id = i.id and d.state <> 'done') as waiting,
                          i.version, i.created_at, i.updated_at, i.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = i.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = i.updated_by) as updated_by
                     from cms.integration i
                    where ($1::uuid is null or i.id = $1) and ($2::boolean is null or (i.trashed_at is not null) = $2)
                    order by i.name, i.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps everybody else from writing the connection until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_integration(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.integration where id = $1 for no key update", id)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// The ids that an input names: outside the trash, or what the connection has.
///
/// # Errors
/// Those of the database.
pub async fn find_relations(
    connection: &mut PgConnection,
    input: &IntegrationInput,
    before: Option<Uuid>,
) -> Result<FoundRelations, sqlx::Error> {
    sqlx::query_as!(
        FoundRelations,
        r#"select (select f.id from cms.form f
                    where case when $1::text is null then f.is_default else f.slug = $1 or f.id::text = $1 end
                      and (f.trashed_at is null or f.id = i.form_id)
                    order by f.trashed_at nulls first limit 1) as form,
                  (select l.id from cms.location l
                    where (l.slug = $2 or l.id::text = $2) and (l.trashed_at is null or l.id = i.location_id)
                    order by l.trashed_at nulls first limit 1) as location,
                  (select v.id from cms.service v
                    where (v.slug = $3 or v.id::text = $3) and (v.trashed_at is null or v.id = i.service_id)
                    order by v.trashed_at nulls first limit 1) as service,
                  exists (select from cms.location l
                           where (l.slug = $5 or l.id::text = $5) and l.trashed_at is null) as "has_constant!"
             from (select $4::uuid as id) asked left join cms.integration i on i.id = asked.id"#,
        input.form,
        input.location,
        input.service,
        before,
        input.constant_location(),
    )
    .fetch_one(connection)
    .await
}

/// Stores a new connection.
///
/// # Errors
/// Those of the database.
pub async fn insert_integration(
    connection: &mut PgConnection,
    id: Uuid,
    input: &IntegrationInput,
    relations: &Relations,
    key_hash: &[u8; 32],
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.integration (id, kind, name, form_id, location_id, service_id, mapping, enabled, processor,
                                      key_hash, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id,
        input.kind.name(),
        input.name,
        relations.form,
        relations.location,
        relations.service,
        input.mapping.as_ref().map(Json) as _,
        input.enabled,
        input.processor,
        key_hash.as_slice(),
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a connection and raises its version.
///
/// # Errors
/// Those of the database.
pub async fn update_integration(
    connection: &mut PgConnection,
    id: Uuid,
    input: &IntegrationInput,
    relations: &Relations,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration
            set name = $2, form_id = $3, location_id = $4, service_id = $5, mapping = $6, enabled = $7, processor = $8,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $9
          where id = $1",
        id,
        input.name,
        relations.form,
        relations.location,
        relations.service,
        input.mapping.as_ref().map(Json) as _,
        input.enabled,
        input.processor,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a connection into the trash, or takes one out.
///
/// # Errors
/// Those of the database.
pub async fn update_integration_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration
            set trashed_at = case when $2 then clock_timestamp() end, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Raises the version: one of its secrets is another.
///
/// # Errors
/// Those of the database.
pub async fn touch_integration(connection: &mut PgConnection, id: Uuid, by: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration set version = version + 1, updated_at = clock_timestamp(), updated_by = $2 where id = $1",
        id,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a connection another token in its address. The former one counts until `until`, if that is to come.
///
/// # Errors
/// Those of the database.
pub async fn replace_key(
    connection: &mut PgConnection,
    id: Uuid,
    key_hash: &[u8; 32],
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration
            set former_key_hash = case when $4::timestamptz > $3::timestamptz then key_hash end,
                former_key_created_at = case when $4 > $3 then coalesce(key_created_at, created_at) end,
                former_key_until = case when $4 > $3 then $4 end,
                key_hash = $2, key_created_at = $3
          where id = $1",
        id,
        key_hash.as_slice(),
        now,
        until,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the former token in a connection's address.
///
/// # Errors
/// Those of the database.
pub async fn end_former_key(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.integration set former_key_hash = null, former_key_created_at = null, former_key_until = null
          where id = $1",
        id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a secret, the newest of its use.
///
/// # Errors
/// Those of the database.
pub async fn insert_secret(
    connection: &mut PgConnection,
    integration: Uuid,
    secret: &NewSecret,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.integration_secret (id, integration_id, use, sealed, created_at) values ($1, $2, $3, $4, $5)",
        secret.id,
        integration,
        secret.of,
        secret.sealed,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets the newest secret of a use count until `until`, and removes those before it; without a use, removes the former
/// ones of all.
///
/// # Errors
/// Those of the database.
pub async fn end_secrets(
    connection: &mut PgConnection,
    integration: Uuid,
    of: Option<&str>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.integration_secret
          where integration_id = $1 and ($2::text is null or use = $2) and valid_until is not null",
        integration,
        of,
    )
    .execute(&mut *connection)
    .await?;
    let Some(of) = of else { return Ok(()) };
    if until > now {
        sqlx::query!(
            "update cms.integration_secret set valid_until = $3
              where integration_id = $1 and use = $2 and valid_until is null",
            integration,
            of,
            until,
        )
        .execute(connection)
        .await?;
    } else {
        sqlx::query!("delete from cms.integration_secret where integration_id = $1 and use = $2", integration, of)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// The slug of the form of that slug or id, or of the default form.
///
/// # Errors
/// Those of the database.
pub async fn find_form_slug(connection: &mut PgConnection, name: Option<&str>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select f.slug from cms.form f
          where case when $1::text is null then f.is_default else f.slug = $1 or f.id::text = $1 end
            and f.trashed_at is null
          limit 1",
        name,
    )
    .fetch_optional(connection)
    .await
}
