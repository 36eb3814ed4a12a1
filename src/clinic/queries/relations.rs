//! Which records name which: the locations of a provider, and the locations, providers and conditions of a service.

use sqlx::PgConnection;
use uuid::Uuid;

/// A kind of record that another may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Related {
    /// Of a provider or a service.
    Location,
    /// Of a service.
    Provider,
    /// Of a service.
    Condition,
}

impl Related {
    /// The field that names them.
    pub fn field(self) -> &'static str {
        match self {
            Self::Location => "locations",
            Self::Provider => "providers",
            Self::Condition => "conditions",
        }
    }
}

/// The ids of `names` (slugs or ids) in their order; none for one that is not there. What is in the trash is there
/// for those alone who named it `before`, by its id.
pub async fn resolve_related(
    connection: &mut PgConnection,
    kind: Related,
    names: &[String],
    before: &[Uuid],
) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with record as (
             select id, slug, trashed_at from cms.location where $1 = 'locations'
              union all
             select id, slug, trashed_at from cms.provider where $1 = 'providers'
              union all
             select id, slug, trashed_at from cms.term where $1 = 'conditions' and kind = 'condition')
           select (select r.id from record r
                    where (r.trashed_at is null and (r.slug = n.name or r.id::text = n.name))
                       or (r.id = any ($3) and r.id::text = n.name)
                    limit 1) as "id?"
             from unnest($2::text[]) with ordinality as n (name, position) order by n.position"#,
        kind.field(),
        names,
        before,
    )
    .fetch_all(connection)
    .await
}

/// Writes where a provider sees patients, and nowhere else.
pub async fn replace_provider_locations(
    connection: &mut PgConnection,
    provider: Uuid,
    locations: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.provider_location where provider_id = $1", provider)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into cms.provider_location (provider_id, location_id, position)
         select $1, n.id, n.position from unnest($2::uuid[]) with ordinality as n (id, position)",
        provider,
        locations,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes where a service is offered, and nowhere else.
pub async fn replace_service_locations(
    connection: &mut PgConnection,
    service: Uuid,
    locations: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.service_location where service_id = $1", service).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into cms.service_location (service_id, location_id, position)
         select $1, n.id, n.position from unnest($2::uuid[]) with ordinality as n (id, position)",
        service,
        locations,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes who offers a service, and nobody else.
pub async fn replace_service_providers(
    connection: &mut PgConnection,
    service: Uuid,
    providers: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.service_provider where service_id = $1", service).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into cms.service_provider (service_id, provider_id, position)
         select $1, n.id, n.position from unnest($2::uuid[]) with ordinality as n (id, position)",
        service,
        providers,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what a service is for, and nothing else.
pub async fn replace_service_conditions(
    connection: &mut PgConnection,
    service: Uuid,
    conditions: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.service_condition where service_id = $1", service).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into cms.service_condition (service_id, term_id, position)
         select $1, n.id, n.position from unnest($2::uuid[]) with ordinality as n (id, position)",
        service,
        conditions,
    )
    .execute(connection)
    .await?;
    Ok(())
}
