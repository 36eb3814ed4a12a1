//! Services as staff read and write them, the trash included.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Listed, Part, StaffFilter};
use crate::clinic::{input::ServiceInput, staff_service::StaffService};

/// A part of the services in the trash, or of those outside of it.
pub async fn find_services_for_staff(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    part: &Part,
) -> Result<Listed<StaffService>, sqlx::Error> {
    let (position, name, id) = part.after();
    let listed = sqlx::query_scalar!(
        r#"with matching as not materialized (
             select s.* from cms.service s
              where (s.trashed_at is not null) = $5
                and ($6::text is null or strpos(lower(s.name), lower($6)) > 0
                     or exists (select 1 from unnest(s.aliases) alias where strpos(lower(alias), lower($6)) > 0)))
           select json_build_object(
                    'total', case when $1::text is null then (select count(*) from (select 1 from matching limit 10001) counted) end,
                    'rows', (select coalesce(json_agg(s order by s.position, s.name, s.id), '[]')
                               from (select v.id, v.slug, v.name, v.aliases, v.summary, v.body_markdown, v.headings, v.warnings,
                                            v.fda_status, v.contraindications, v.risks, v.referral_required, v.walk_ins,
                                            v.online_scheduling, v.duration_minutes, v.price_from, v.position,
                                            (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                                               from cms.service_location x join cms.location l on l.id = x.location_id
                                              where x.service_id = v.id) as locations,
                                            (select coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'name', p.display_name) order by x.position), '[]')
                                               from cms.service_provider x join cms.provider p on p.id = x.provider_id
                                              where x.service_id = v.id) as providers,
                                            (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by x.position), '[]')
                                               from cms.service_condition x join cms.term t on t.id = x.term_id
                                              where x.service_id = v.id) as conditions,
                                            v.version, v.created_at, v.updated_at, v.trashed_at,
                                            (select json_build_object('id', a.id, 'name', a.name)
                                               from cms.account a where a.id = v.created_by) as created_by,
                                            (select json_build_object('id', a.id, 'name', a.name)
                                               from cms.account a where a.id = v.updated_by) as updated_by
                                       from matching v
                                      where $1::text is null or (v.position, v.name, v.id) > ($7, $1, $2)
                                      order by v.position, v.name, v.id limit $3 offset $4) s)
                  ) as "listed!: Json<Listed<StaffService>>""#,
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

/// The service, in the trash or not.
pub async fn find_service_for_staff(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<StaffService>, sqlx::Error> {
    let service = sqlx::query_scalar!(
        r#"select to_json(s) as "service!: Json<StaffService>"
             from (select v.id, v.slug, v.name, v.aliases, v.summary, v.body_markdown, v.headings, v.warnings,
                          v.fda_status, v.contraindications, v.risks, v.referral_required, v.walk_ins,
                          v.online_scheduling, v.duration_minutes, v.price_from, v.position,
                          (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                             from cms.service_location x join cms.location l on l.id = x.location_id
                            where x.service_id = v.id) as locations,
                          (select coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'name', p.display_name) order by x.position), '[]')
                             from cms.service_provider x join cms.provider p on p.id = x.provider_id
                            where x.service_id = v.id) as providers,
                          (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by x.position), '[]')
                             from cms.service_condition x join cms.term t on t.id = x.term_id
                            where x.service_id = v.id) as conditions,
                          v.version, v.created_at, v.updated_at, v.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = v.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = v.updated_by) as updated_by
                     from cms.service v where v.id = $1) s"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(service.map(|service| service.0))
}

/// The first of `base`, `base-2`, `base-3` … that no service outside the trash has, `besides` this one. Waits for
/// whoever is choosing a slug at the same time.
pub async fn find_free_service_slug(
    connection: &mut PgConnection,
    base: &str,
    besides: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('cms.service.slug'))").execute(&mut *connection).await?;
    sqlx::query_scalar!(
        r#"select c.slug as "slug!"
             from (select n, $1 || case when n = 1 then '' else '-' || n end as slug
                     from generate_series(1, 1000) n) c
            where not exists (select 1 from cms.service s
                               where s.slug = c.slug and s.trashed_at is null and s.id <> $2)
            order by c.n limit 1"#,
        base,
        besides,
    )
    .fetch_optional(connection)
    .await
}

/// Stores a new service. `by` is none for the program itself.
pub async fn insert_service(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &ServiceInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.service (id, slug, name, aliases, summary, body_markdown, body_html, body_text, headings,
                warnings, fda_status, contraindications, risks, referral_required, walk_ins, online_scheduling,
                duration_minutes, price_from, created_by, updated_by, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, $20)",
        id,
        slug,
        input.name,
        &input.aliases,
        input.summary,
        input.body.markdown,
        input.body.html,
        input.body.text,
        Json(&input.body.headings) as _,
        Json(&input.body.warnings) as _,
        input.fda_status.as_str(),
        &input.contraindications,
        &input.risks,
        input.referral_required,
        input.walk_ins,
        input.online_scheduling,
        input.duration_minutes,
        input.price_from.as_ref().map(Json) as _,
        by,
        input.position,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a service and raises its version.
pub async fn update_service(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &ServiceInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.service
            set slug = $2, name = $3, aliases = $4, summary = $5, body_markdown = $6, body_html = $7, body_text = $8,
                headings = $9, warnings = $10, fda_status = $11, contraindications = $12, risks = $13,
                referral_required = $14, walk_ins = $15, online_scheduling = $16, duration_minutes = $17,
                price_from = $18, version = version + 1, updated_at = clock_timestamp(), updated_by = $19,
                position = $20
          where id = $1",
        id,
        slug,
        input.name,
        &input.aliases,
        input.summary,
        input.body.markdown,
        input.body.html,
        input.body.text,
        Json(&input.body.headings) as _,
        Json(&input.body.warnings) as _,
        input.fda_status.as_str(),
        &input.contraindications,
        &input.risks,
        input.referral_required,
        input.walk_ins,
        input.online_scheduling,
        input.duration_minutes,
        input.price_from.as_ref().map(Json) as _,
        by,
        input.position,
    )
    .execute(connection)
    .await?;
    Ok(())
}
