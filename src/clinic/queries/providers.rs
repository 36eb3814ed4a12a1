//! Providers as staff read and write them, the trash included.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Listed, Part, StaffFilter};
use crate::clinic::{input::ProviderInput, staff_provider::StaffProvider, values::Npi};

/// A part of the providers in the trash, or of those outside of it.
pub async fn find_providers_for_staff(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    part: &Part,
) -> Result<Listed<StaffProvider>, sqlx::Error> {
    let (position, name, id) = part.after();
    let listed = sqlx::query_scalar!(
        r#"with matching as not materialized (
             select p.* from cms.provider p
              where (p.trashed_at is not null) = $5
                and ($6::text is null or strpos(lower(p.display_name), lower($6)) > 0 or p.npi = $6))
           select json_build_object(
                    'total', case when $1::text is null then (select count(*) from (select 1 from matching limit 10001) counted) end,
                    'rows', (select coalesce(json_agg(s order by s.position, s.display_name, s.id), '[]')
                               from (select p.id, p.slug, p.name, p.display_name, p.credentials, p.npi, p.licences, p.specialties,
                                            p.languages, p.accepting_new_patients, p.biography, p.position,
                                            (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                                               from cms.provider_location x join cms.location l on l.id = x.location_id
                                              where x.provider_id = p.id) as locations,
                                            p.version, p.created_at, p.updated_at, p.trashed_at,
                                            (select json_build_object('id', a.id, 'name', a.name)
                                               from cms.account a where a.id = p.created_by) as created_by,
                                            (select json_build_object('id', a.id, 'name', a.name)
                                               from cms.account a where a.id = p.updated_by) as updated_by
                                       from matching p
                                      where $1::text is null or (p.position, p.display_name, p.id) > ($7, $1, $2)
                                      order by p.position, p.display_name, p.id limit $3 offset $4) s)
                  ) as "listed!: Json<Listed<StaffProvider>>""#,
        name,
        id,
        part.fetch,
        part.offset,
        filter.trashed,
        filter.q,
        position,
    )
    .fetch_one(connection)
    .await?;
    Ok(listed.0)
}

/// The provider, in the trash or not.
pub async fn find_provider_for_staff(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<StaffProvider>, sqlx::Error> {
    let provider = sqlx::query_scalar!(
        r#"select to_json(s) as "provider!: Json<StaffProvider>"
             from (select p.id, p.slug, p.name, p.display_name, p.credentials, p.npi, p.licences, p.specialties,
                          p.languages, p.accepting_new_patients, p.biography, p.position,
                          (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                             from cms.provider_location x join cms.location l on l.id = x.location_id
                            where x.provider_id = p.id) as locations,
                          p.version, p.created_at, p.updated_at, p.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = p.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = p.updated_by) as updated_by
                     from cms.provider p where p.id = $1) s"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(provider.map(|provider| provider.0))
}

/// The first of `base`, `base-2`, `base-3` … that no provider outside the trash has, `besides` this one. Waits for
/// whoever is choosing a slug at the same time.
pub async fn find_free_provider_slug(
    connection: &mut PgConnection,
    base: &str,
    besides: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('cms.provider.slug'))").execute(&mut *connection).await?;
    sqlx::query_scalar!(
        r#"select c.slug as "slug!"
             from (select n, $1 || case when n = 1 then '' else '-' || n end as slug
                     from generate_series(1, 1000) n) c
            where not exists (select 1 from cms.provider p
                               where p.slug = c.slug and p.trashed_at is null and p.id <> $2)
            order by c.n limit 1"#,
        base,
        besides,
    )
    .fetch_optional(connection)
    .await
}

/// Stores a new provider. `by` is none for the program itself.
pub async fn insert_provider(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &ProviderInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    let languages: Vec<String> = input.languages.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into cms.provider (id, slug, name, display_name, credentials, npi, licences, specialties, languages,
                accepting_new_patients, biography, created_by, updated_by, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)",
        id,
        slug,
        Json(&input.name) as _,
        input.name.display(),
        &input.credentials,
        input.npi.as_ref().map(Npi::as_str),
        Json(&input.licences) as _,
        Json(&input.specialties) as _,
        &languages,
        input.accepting_new_patients,
        input.biography,
        by,
        input.position,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a provider and raises its version.
pub async fn update_provider(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &ProviderInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    let languages: Vec<String> = input.languages.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "update cms.provider
            set slug = $2, name = $3, display_name = $4, credentials = $5, npi = $6, licences = $7, specialties = $8,
                languages = $9, accepting_new_patients = $10, biography = $11, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $12, position = $13
          where id = $1",
        id,
        slug,
        Json(&input.name) as _,
        input.name.display(),
        &input.credentials,
        input.npi.as_ref().map(Npi::as_str),
        Json(&input.licences) as _,
        Json(&input.specialties) as _,
        &languages,
        input.accepting_new_patients,
        input.biography,
        by,
        input.position,
    )
    .execute(connection)
    .await?;
    Ok(())
}
