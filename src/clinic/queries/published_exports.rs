//! Providers and services in detail, many at once, for an export: the views of the schema `site`.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::{provider::Provider, service::Service};

/// The providers after an id, in the order of the ids.
pub async fn find_published_providers_after(
    connection: &mut PgConnection,
    after: Uuid,
    fetch: i64,
) -> Result<Vec<(Uuid, Provider)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select s.id as "id!", to_json(s) as "provider!: Json<Provider>"
             from (select p.id, p.slug, p.name, p.display_name, p.credentials, p.npi, p.licences, p.specialties,
                          p.languages, p.accepting_new_patients, p.biography, p.locations, p.position, p.services, p.version, p.updated_at
                     from site.provider p
                    where p.id > $1 order by p.id limit $2) s
            order by s.id"#,
        after,
        fetch,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.provider.0)).collect())
}

/// The services after an id with their texts in HTML, in the order of the ids.
pub async fn find_published_services_after(
    connection: &mut PgConnection,
    after: Uuid,
    fetch: i64,
) -> Result<Vec<(Uuid, Service)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select s.id as "id!", to_json(s) as "service!: Json<Service>"
             from (select v.id, v.slug, v.name, v.aliases, v.summary, v.fda_status, v.contraindications, v.risks,
                          v.referral_required, v.walk_ins, v.online_scheduling, v.duration_minutes, v.price_from,
                          v.locations, v.providers, v.conditions, v.position, v.version, v.updated_at,
                          json_build_object('format', 'html', 'headings', v.headings, 'value', v.body_html) as body
                     from site.service v
                    where v.id > $1 order by v.id limit $2) s
            order by s.id"#,
        after,
        fetch,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.service.0)).collect())
}
