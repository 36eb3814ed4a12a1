//! Locations as staff read and write them, the trash included.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Listed, Part, StaffFilter};
use crate::{
    clinic::{input::LocationInput, staff_location::StaffLocation, values::WebAddress},
    contact::{Email, Phone},
};

/// A part of the locations in the trash, or of those outside of it.
pub async fn find_locations_for_staff(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    part: &Part,
) -> Result<Listed<StaffLocation>, sqlx::Error> {
    let (position, name, id) = part.after();
    let listed = sqlx::query_scalar!(
        r#"with matching as not materialized (
             select l.* from cms.location l
              where (l.trashed_at is not null) = $5 and ($6::text is null or strpos(lower(l.name), lower($6)) > 0))
           select json_build_object(
                    'total', case when $1::text is null then (select count(*) from (select 1 from matching limit 10001) counted) end,
                    'rows', (select coalesce(json_agg(s order by s.position, s.name, s.id), '[]')
                               from (select l.id, l.slug, l.name, l.address, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours, l.holidays, l.departments, l.position,
                                            l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
                                            l.accepting_new_patients, l.booking_url, l.version, l.created_at, l.updated_at, l.trashed_at,
                                            case when l.latitude is not null
                                                 then json_build_object('latitude', l.latitude, 'longitude', l.longitude) end as geo,
                                            json_build_object('code', l.status_code, 'note', l.status_note, 'until', l.status_until) as status,
                                            (select json_build_object('id', a.id, 'name', a.name)
                                               from cms.account a where a.id = l.created_by) as created_by,
                                            (select json_build_object('id', a.id, 'name', a.name)
                                               from cms.account a where a.id = l.updated_by) as updated_by
                                       from matching l
                                      where $1::text is null or (l.position, l.name, l.id) > ($7, $1, $2)
                                      order by l.position, l.name, l.id limit $3 offset $4) s)
                  ) as "listed!: Json<Listed<StaffLocation>>""#,
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

/// The location, in the trash or not.
pub async fn find_location_for_staff(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<StaffLocation>, sqlx::Error> {
    let location = sqlx::query_scalar!(
        r#"select to_json(s) as "location!: Json<StaffLocation>"
             from (select l.id, l.slug, l.name, l.address, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours, l.holidays, l.departments, l.position,
                          l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
                          l.accepting_new_patients, l.booking_url, l.version, l.created_at, l.updated_at, l.trashed_at,
                          case when l.latitude is not null
                               then json_build_object('latitude', l.latitude, 'longitude', l.longitude) end as geo,
                          json_build_object('code', l.status_code, 'note', l.status_note, 'until', l.status_until) as status,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = l.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = l.updated_by) as updated_by
                     from cms.location l where l.id = $1) s"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(location.map(|location| location.0))
}

/// Whether a location outside the trash stands at this street line and postal code.
pub async fn has_location_at(
    connection: &mut PgConnection,
    line1: &str,
    postal_code: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.location
                           where trashed_at is null and lower(address->>'line1') = lower($1)
                             and address->>'postal_code' = $2) as "there!""#,
        line1,
        postal_code,
    )
    .fetch_one(connection)
    .await
}

/// The first of `base`, `base-2`, `base-3` … that no location outside the trash has, `besides` this one. Waits for
/// whoever is choosing a slug at the same time.
pub async fn find_free_slug(
    connection: &mut PgConnection,
    base: &str,
    besides: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('cms.location.slug'))").execute(&mut *connection).await?;
    sqlx::query_scalar!(
        r#"select c.slug as "slug!"
             from (select n, $1 || case when n = 1 then '' else '-' || n end as slug
                     from generate_series(1, 1000) n) c
            where not exists (select 1 from cms.location l
                               where l.slug = c.slug and l.trashed_at is null and l.id <> $2)
            order by c.n limit 1"#,
        base,
        besides,
    )
    .fetch_optional(connection)
    .await
}

/// Stores a new location. Without a zone of its own it takes the clinic's. `by` is none for the program itself.
pub async fn insert_location(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &LocationInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    let languages: Vec<String> = input.languages.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into cms.location (id, slug, name, address, latitude, longitude, phones, fax, email, timezone, hours,
                special_hours, status_code, status_note, status_until, accessibility, parking, languages,
                payment_methods, insurance, accepting_new_patients, booking_url, created_by, updated_by, position,
                departments, holidays)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
                 coalesce($10, (select timezone from cms.clinic), 'UTC'), $11, $12, $13, $14, $15, $16, $17, $18, $19,
                 $20, $21, $22, $23, $23, $24, $25, $26)",
        id,
        slug,
        input.name,
        Json(&input.address) as _,
        input.geo.map(|geo| geo.latitude),
        input.geo.map(|geo| geo.longitude),
        Json(&input.phones) as _,
        input.fax.as_ref().map(Phone::e164),
        input.email.as_ref().map(Email::as_str),
        input.timezone.map(|zone| zone.as_str()),
        Json(&input.hours) as _,
        Json(&input.special_hours) as _,
        input.status.code.as_str(),
        input.status.note,
        input.status.until,
        &input.accessibility,
        input.parking,
        &languages,
        &input.payment_methods,
        &input.insurance,
        input.accepting_new_patients,
        input.booking_url.as_ref().map(WebAddress::as_str),
        by,
        input.position,
        Json(&input.departments) as _,
        input.holidays.as_ref().map(Json) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a location and raises its version.
pub async fn update_location(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &LocationInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    let languages: Vec<String> = input.languages.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "update cms.location
            set slug = $2, name = $3, address = $4, latitude = $5, longitude = $6, phones = $7, fax = $8, email = $9,
                timezone = coalesce($10, (select timezone from cms.clinic), 'UTC'), hours = $11, special_hours = $12,
                status_code = $13, status_note = $14, status_until = $15, accessibility = $16, parking = $17,
                languages = $18, payment_methods = $19, insurance = $20, accepting_new_patients = $21,
                booking_url = $22, version = version + 1, updated_at = clock_timestamp(), updated_by = $23, position = $24,
                departments = $25, holidays = $26
          where id = $1",
        id,
        slug,
        input.name,
        Json(&input.address) as _,
        input.geo.map(|geo| geo.latitude),
        input.geo.map(|geo| geo.longitude),
        Json(&input.phones) as _,
        input.fax.as_ref().map(Phone::e164),
        input.email.as_ref().map(Email::as_str),
        input.timezone.map(|zone| zone.as_str()),
        Json(&input.hours) as _,
        Json(&input.special_hours) as _,
        input.status.code.as_str(),
        input.status.note,
        input.status.until,
        &input.accessibility,
        input.parking,
        &languages,
        &input.payment_methods,
        &input.insurance,
        input.accepting_new_patients,
        input.booking_url.as_ref().map(WebAddress::as_str),
        by,
        input.position,
        Json(&input.departments) as _,
        input.holidays.as_ref().map(Json) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
